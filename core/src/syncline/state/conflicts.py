"""Conflicts that wait for a person, one for each link at most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete

from syncline.state import tables
from syncline.state.among import among
from syncline.state.database import chunks, table

CONFLICT: Final = table(tables.ConflictRow)


def drop(tx: Connection, link_ids: Iterable[int]) -> None:
    """These links are settled, or are no more: nobody has to decide anything."""
    for part in chunks(link_ids):
        tx.execute(delete(CONFLICT).where(among(CONFLICT.c.link_id, part)))
