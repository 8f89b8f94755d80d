"""Records that no link of their lane holds yet: which they are, and which lanes have any."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, or_, select

from syncline.engine.intake.wanted import EACH, THIS, THIS_LANE, each_way
from syncline.engine.lanes import Lane
from syncline.model.sides import SIDES, Side
from syncline.state import attention, records
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.lanes import LANE


def in_scope(side: Side, record: Any, *, by_owner: bool) -> ColumnElement[bool]:
    """The condition that a record is there, and belongs to this lane on this side."""
    return THIS[side].has(record, by_owner=by_owner) & waits_for_a_link(record)


def unlinked(side: Side, record: Any) -> ColumnElement[bool]:
    """The condition that this lane has no link for a record."""
    return ~THIS[side].links(record)


def to_create(side: Side, *, by_owner: bool) -> Select[Any]:
    """The rows of this lane's records that have no counterpart and do not wait `now`; of those
    `after` an id, in the order of their ids.
    """
    record = records.RECORD
    statement = select(record).where(
        THIS[side].wants(record, by_owner=by_owner),
        waits_for_a_link(record),
        record.c.id > bindparam("after"),
        ~attention.waits(THIS_LANE, side, record.c.id),
    )
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


def _with_unlinked(side: Side) -> Select[Any]:
    record = records.RECORD
    waits = waits_for_a_link(record)
    some = [
        so & exists().where(EACH[side].wants(record, by_owner=by_owner), waits).correlate(LANE)
        for by_owner, so in each_way(side)
    ]
    return select(LANE.c.id).where(one_of(LANE.c.id, "lanes"), or_(*some))


_WITH_UNLINKED: Final = {side: _with_unlinked(side) for side in SIDES}
