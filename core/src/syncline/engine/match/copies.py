"""Copies of records we made: they carry our marker, but the record it names is linked already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from syncline.engine.lanes import Lane
from syncline.engine.match.markers import Marks
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
    marked = [row for row in rows if str(row.marker).startswith(f"{installation}:")]
    if not marked:
        return set()
    named = LINK.c[f"{side.other}_id"]
    statement = select(named).where(
        LINK.c.lane_id == lane.id, LINK.c.status.in_(LIVE), named.is_not(None)
    )
    taken = Marks.of(installation, lane, side.other, tx.scalars(statement))
    return {row.id for row in marked if taken.read(row.marker) is not None}
