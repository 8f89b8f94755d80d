"""What carries our mark and is there in place of its former self: it takes over the link.

A mailbox is put back from an export, a state from a backup, or somebody copies what we made and
deletes the original: then the record that the link knows is gone, and one with its mark is there
under another id. Whose counterpart it is, the mark says. What was lost is not deleted elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
)
from sqlalchemy.sql import alias

from syncline.engine.intake.interest import no_longer_pending
from syncline.engine.intake.wanted import of_lane
from syncline.engine.lanes import Lane
from syncline.engine.match.joining import take_over
from syncline.engine.match.markers import Marks
from syncline.engine.match.pending import marked, waits_for_a_link
from syncline.engine.report import RoundReport
from syncline.engine.world import World
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.lanes import LANE
from syncline.state.links import LINK, severed_at
from syncline.state.records import RECORD


def return_all(world: World, lanes: Mapping[int, Lane], report: RoundReport) -> None:
    """In every lane where a linked record is known to be gone since, and one with a mark waits."""
    for side in SIDES:
        with world.transaction() as tx:
            ids = _lanes_that_lost_one(tx, lanes, side)
        for lane_id in sorted(ids):
            lane = lanes[lane_id]
            with world.transaction() as tx:
                rows = tx.execute(marked(side, by_owner=lane.sides[side].by_owner), of_lane(lane))
                returned(tx, world.installation, lane, side, rows.all(), report)


def returned(
    tx: Connection,
    installation: str,
    lane: Lane,
    side: Side,
    rows: Sequence[Row[Any]],
    report: RoundReport,
) -> set[str]:
    """Of these unlinked records of a side, those that have taken over a link by now. Of several
    with the same mark it is the one that was made last.
    """
    ours = [row for row in rows if str(row.marker).startswith(f"{installation}:")]
    if not ours:
        return set()
    lost = tx.execute(_LOST[side], {"lane": lane.id}).all()
    by_source = {link._mapping[f"{side.other}_id"]: link for link in lost}
    marks = Marks.of(installation, lane, side.other, by_source)
    found = marks.latest((row.id, row.marker) for row in ours)
    for source_id, (incarnation, id) in found.items():
        take_over(tx, lane, side, RecordId(id), by_source[source_id], incarnation=incarnation)
        report.count(lane, Action.LINK, lane.sides[side].feed.connection.name)
    ids = {id for _incarnation, id in found.values()}
    no_longer_pending(tx, lane.sides[side].feed, ids)
    attention.clear(tx, lane.id, side, ids)
    return ids


def _lanes_that_lost_one(tx: Connection, lanes: Mapping[int, Lane], side: Side) -> set[int]:
    found: set[int] = set()
    for part in chunks(lanes):
        found.update(tx.scalars(_LANES[side], {"lanes": part}))
    return found


def _is_gone(side: Side) -> Any:
    """The condition that a pair in use has lost its record on this side."""
    return and_(
        LINK.c.status == "linked",
        RECORD.c.feed_id == LINK.c[f"{side}_feed"],
        RECORD.c.id == LINK.c[f"{side}_id"],
        RECORD.c.presence == "deleted",
    )


def _of_lanes(side: Side) -> Select[Any]:
    """Those where it was noted since anybody decided about it."""
    record = alias(RECORD)
    lost = exists().where(LINK.c.lane_id == LANE.c.id, LINK.c.dirty, _is_gone(side))
    waits = exists().where(
        record.c.feed_id == LANE.c[f"{side}_feed"],
        record.c.marker.is_not(None),
        waits_for_a_link(record),
    )
    return select(LANE.c.id).where(
        one_of(LANE.c.id, "lanes"), lost.correlate(LANE), waits.correlate(LANE)
    )


def _lost(side: Side) -> Select[Any]:
    there = exists().where(_is_gone(side)).correlate(LINK)
    return select(LINK).where(
        LINK.c.lane_id == bindparam("lane", type_=Integer()),
        LINK.c[f"{side.other}_id"].is_not(None),
        or_(there, severed_at(side)),
    )


_LANES: Final = PerSide(*(_of_lanes(side) for side in SIDES))
_LOST: Final = PerSide(*(_lost(side) for side in SIDES))
