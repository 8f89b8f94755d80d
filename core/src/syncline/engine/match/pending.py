"""Records that no link of their lane holds yet: the conditions, and which lanes have any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, exists, select
from sqlalchemy.sql import alias

from syncline.engine.lanes import Lane
from syncline.model.sides import SIDES, Side
from syncline.state import attention, links, records
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.lanes import LANE

THIS_LANE: Final = bindparam("this_lane", type_=Integer())


def of_lane(lane: Lane) -> dict[str, Any]:
    """What comes with the execution of a statement that says `in_scope` or `unlinked`."""
    values: dict[str, Any] = {THIS_LANE.key: lane.id}
    for side in SIDES:
        values[f"this_{side}_feed"] = lane.sides[side].feed.id
        values[f"this_{side}_account"] = lane.sides[side].account
    return values


def in_scope(side: Side, record: Any, *, by_owner: bool) -> ColumnElement[bool]:
    """The condition that a record is there, and belongs to a lane on this side."""
    condition: ColumnElement[bool] = record.c.feed_id == bindparam(f"this_{side}_feed")
    condition &= waits_for_a_link(record)
    return (
        condition & (record.c.owner == bindparam(f"this_{side}_account")) if by_owner else condition
    )


def unlinked(side: Side, record: Any) -> ColumnElement[bool]:
    """The condition that a lane has no link for a record."""
    return _without_link(THIS_LANE, side, record)


def to_create(side: Side, *, by_owner: bool) -> Select[Any]:
    """The rows of a `lane`'s records in a `feed` (of an `owner`, if the feed is shared) that have
    no counterpart and do not wait `now`; of those `after` an id, in the order of their ids.
    """
    record, lane_id = records.RECORD, bindparam("lane", type_=Integer())
    statement = select(record).where(
        record.c.feed_id == bindparam("feed"),
        waits_for_a_link(record),
        _without_link(lane_id, side, record),
        record.c.id > bindparam("after"),
        ~attention.waits(lane_id, side, record.c.id),
    )
    if by_owner:
        statement = statement.where(record.c.owner == bindparam("owner"))
    return statement.order_by(record.c.id)


def lanes_with_unlinked(tx: Connection, lanes: Mapping[int, Lane], side: Side) -> set[int]:
    """Of these lanes, those with such a record on a side: asked once, not lane by lane."""
    found: set[int] = set()
    for part in chunks(lanes):
        found.update(tx.scalars(_WITH_UNLINKED[side], {"lanes": part}))
    return found


def waits_for_a_link(record: Any) -> ColumnElement[bool]:
    """The condition that a record is there, and that some lane it belongs to has not linked it."""
    condition: ColumnElement[bool] = (
        record.c.pending & (record.c.presence == "present") & record.c.in_scope
    )
    return condition


@cache
def marked(side: Side, *, by_owner: bool) -> Select[Any]:
    """The unlinked records of a lane (see `of_lane`) that carry a mark: id and marker."""
    record = records.RECORD
    return select(record.c.id, record.c.marker).where(
        in_scope(side, record, by_owner=by_owner),
        unlinked(side, record),
        record.c.marker.is_not(None),
    )


def _without_link(lane_id: ColumnElement[int], side: Side, record: Any) -> ColumnElement[bool]:
    link = alias(links.LINK)
    return ~exists().where(link.c.lane_id == lane_id, link.c[f"{side}_id"] == record.c.id)


def _with_unlinked(side: Side) -> Select[Any]:
    record, link = records.RECORD, links.LINK
    taken = (
        exists()
        .where(link.c.lane_id == LANE.c.id, link.c[f"{side}_id"] == record.c.id)
        .correlate(LANE, record)
    )
    mine = LANE.c[f"{side}_own"].is_(False) | (LANE.c[f"{side}_account"] == record.c.owner)
    waiting = (
        exists()
        .where(record.c.feed_id == LANE.c[f"{side}_feed"], waits_for_a_link(record), mine, ~taken)
        .correlate(LANE)
    )
    return select(LANE.c.id).where(one_of(LANE.c.id, "lanes"), waiting)


_WITH_UNLINKED: Final = {side: _with_unlinked(side) for side in SIDES}
