"""Copies of records we made: they carry our marker, but the record it names is linked already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from syncline.engine.lanes import Lane, create_key
from syncline.model.sides import Side
from syncline.state.links import LINK, LIVE

COPY: Final = (
    "it carries the mark of a record that is linked already: somebody copied a record that "
    "Syncline made"
)


def copies(
    tx: Connection, installation: str, lane: Lane, side: Side, rows: Sequence[Row[Any]]
) -> set[str]:
    """Of these unlinked records of a side, those that are no new things.

    A record that carries our marker is never new while the record it names lives.
    """
    ours = {row.id: row.marker for row in rows if str(row.marker).startswith(f"{installation}:")}
    if not ours:
        return set()
    named = LINK.c[f"{side.other}_id"]
    statement = select(named, LINK.c.incarnation).where(
        LINK.c.lane_id == lane.id, LINK.c.status.in_(LIVE), named.is_not(None)
    )
    taken = {
        create_key(installation, lane, side.other, record_id, number)
        for record_id, incarnation in tx.execute(statement)
        for number in range(incarnation + 2)
    }
    return {record_id for record_id, marker in ours.items() if marker in taken}
