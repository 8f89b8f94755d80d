"""Unlinked records that carry our mark: they are no new things, whatever became of their links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, false, select

from syncline.engine.lanes import Lane
from syncline.engine.match.markers import Marks
from syncline.model.sides import Side
from syncline.state.attention import Reason
from syncline.state.links import LINK, LIVE
from syncline.state.records import RECORD


class NotNew(NamedTuple):
    """Why a record waits instead of being copied."""

    reason: Reason
    message: str


COPY: Final = NotNew(
    "copy",
    "it carries the mark of a record that is linked already: somebody copied a record that "
    "Syncline made",
)
HIDDEN: Final = NotNew(
    "hidden", "the record that it was made for, by its mark, cannot be read at the moment"
)
OUTSIDE: Final = NotNew(
    "outside", "the record that it was made for, by its mark, is outside of the data set"
)


def not_new(
    tx: Connection, installation: str, lane: Lane, side: Side, rows: Sequence[Row[Any]]
) -> dict[str, NotNew]:
    """Of these unlinked records of a side, those that are no new things.

    A record that carries our mark is never new while the record it names lives. If that one is
    linked, it is a copy. If nobody can read it, or it has left the data set (or is somebody else's
    by now), it is its counterpart, and the state that knew of the link was lost: they are linked
    when that one is back.
    """
    marked = [row for row in rows if str(row.marker).startswith(f"{installation}:")]
    if not marked:
        return {}
    named = LINK.c[f"{side.other}_id"]
    linked = select(named).where(
        LINK.c.lane_id == lane.id, LINK.c.status.in_(LIVE), named.is_not(None)
    )
    here = lane.sides[side.other]
    there = select(RECORD.c.id).where(RECORD.c.feed_id == here.feed.id)
    hidden, left = (there.where(RECORD.c.presence == each) for each in ("unreadable", "left"))
    anothers = RECORD.c.owner != here.account if here.by_owner else false()
    outside = left.union_all(there.where(RECORD.c.presence == "present", anothers))
    found: dict[str, NotNew] = {}
    for why, records in ((OUTSIDE, outside), (HIDDEN, hidden), (COPY, linked)):
        marks = Marks.of(installation, lane, side.other, tx.scalars(records))
        found |= {row.id: why for row in marked if marks.read(row.marker) is not None}
    return found
