"""Records: one thing in one system, as last seen, and what was seen of its absence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from syncline.model.fields import Value

RecordId = NewType("RecordId", str)
AccountId = NewType("AccountId", str)
"""The system's own id of a mailbox or user, never its address."""

Json = Any
"""A JSON value: cursors are that, so that they can be kept in our database."""


@dataclass(frozen=True, slots=True)
class Writable:
    """What we may write on a record: everything, only some fields, or nothing, and why."""

    fields: frozenset[str] | None = None
    """The fields that may be written; None for all of them."""
    reason: str = ""

    def allows(self, name: str) -> bool:
        """Whether this canonical field may be written."""
        return self.fields is None or name in self.fields


WRITABLE = Writable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing in one system, as it was read.

    `fields` holds **only what was read**: a key that is not there is unknown, `None` is empty.
    `version` changes whenever the service may have changed the record (etag, stamp).
    `owner` is the account it belongs to, `container` the folder it lies in, where known.
    `marker` is the idempotency key with which Syncline once created it, where that was read.
    `modified` is the service's own instant of the last change (UTC), for `newest_wins`.
    """

    id: RecordId
    version: str
    fields: Mapping[str, Value] = field(default_factory=dict, repr=False)
    owner: AccountId | None = None
    container: str | None = None
    marker: str | None = field(default=None, repr=False)
    modified: datetime | None = None
    created: datetime | None = None
    writable: Writable = WRITABLE


class AbsenceReason(StrEnum):
    """Why a record is not there (any more)."""

    DELETED = "deleted"
    LEFT = "left"
    """It exists but left the scope: moved to another folder, no longer in the data set."""
    UNREADABLE = "unreadable"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Absent:
    """A record that a feed, or an answer by id, says is not there. `into` only for MERGED.

    `why`, only for UNREADABLE: what of it cannot be read, in words that are safe to show anywhere
    (the field and the kind of problem, never the value). With it the record waits where people
    see it; without it, it is merely hidden from us. `owner` as of a record, where known.
    """

    id: RecordId
    reason: AbsenceReason
    into: RecordId | None = None
    why: str = ""
    owner: AccountId | None = None
