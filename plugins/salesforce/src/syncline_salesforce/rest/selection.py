"""What a room of an object type says of its rows, for reads that know no object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from syncline.model.records import Absent, Record
from syncline.plugin.requests import MatchKey


class Selection(Protocol):
    """The columns of a query for records, and what a row of its answer means."""

    @property
    def object(self) -> str:
        """The API name of the object."""
        ...

    @property
    def columns(self) -> str:
        """The SELECT list. Always holds Id, owner, stamps and what tells of deletion."""
        ...

    @property
    def keys(self) -> str:
        """The SELECT list of a sweep: the owner, and what a version is made of (`rows.version`)."""
        ...

    @property
    def always(self) -> str:
        """The condition that every query for records has; "" for none."""
        ...

    def read(
        self, row: Mapping[str, Any], certain_until: datetime | None
    ) -> Record | Absent | None:
        """What a row says: a record, an absence, or nothing if it has no usable id. Rows stamped
        at `certain_until` or later get a provisional version, see `rows.version`.
        """
        ...

    def last_held(self, row: Mapping[str, Any]) -> Record | None:
        """What a row of the Recycle Bin held; None if it is not there, or cannot be read."""
        ...

    def matching(self, keys: Sequence[MatchKey]) -> Iterator[str]:
        """The conditions that find what carries one of the keys, which are of one kind. Each
        leaves room for the columns in the longest URI (`soql.URI_BUDGET`).
        """
        ...
