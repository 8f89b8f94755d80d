"""Conflicts that wait for a person, one for each link at most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete

from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.database import chunks, table

CONFLICT: Final = table(tables.ConflictRow)
_WITHOUT: Final = delete(CONFLICT).where(one_of(CONFLICT.c.link_id, "links"))


def drop(tx: Connection, link_ids: Iterable[int]) -> None:
    """These links are settled, or are no more: nobody has to decide anything."""
    for part in chunks(link_ids):
        tx.execute(_WITHOUT, {"links": part})
