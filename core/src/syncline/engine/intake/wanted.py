"""The condition that a lane wants a record: the record belongs to it, and it has no link for it.

Said once, and of any lane: of one that comes with the execution of a statement, and of each row of
their table.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Integer, String, bindparam, exists
from sqlalchemy.sql import alias

from syncline.engine.lanes import Lane
from syncline.model.sides import SIDES, Side
from syncline.state.lanes import LANE
from syncline.state.links import LINK

THIS_LANE: Final = bindparam("this_lane", type_=Integer())


class LaneTerms(NamedTuple):
    """A lane on one of its sides, as a statement knows it."""

    side: Side
    id: ColumnElement[int]
    feed: ColumnElement[int]
    account: ColumnElement[str]

    def has(self, record: Any, *, by_owner: bool) -> ColumnElement[bool]:
        """The condition that a record belongs to the lane. `by_owner`: the account's alone do."""
        here: ColumnElement[bool] = record.c.feed_id == self.feed
        return here & (record.c.owner == self.account) if by_owner else here

    def links(self, record: Any, *, made: bool = False) -> ColumnElement[bool]:
        """The condition that the lane has a link for a record. `made`: not one that is only being
        created, and may turn out never to have been.
        """
        link = alias(LINK)
        there = (link.c.lane_id == self.id) & (link.c[f"{self.side}_id"] == record.c.id)
        if made:
            there &= link.c.status != "creating"
        return exists().where(there).correlate_except(link)

    def wants(self, record: Any, *, by_owner: bool, made: bool = False) -> ColumnElement[bool]:
        """The condition that a record belongs to the lane, which has no link for it."""
        return self.has(record, by_owner=by_owner) & ~self.links(record, made=made)


def _this_lane(side: Side) -> LaneTerms:
    feed = bindparam(f"this_{side}_feed", type_=Integer())
    return LaneTerms(side, THIS_LANE, feed, bindparam(f"this_{side}_account", type_=String()))


THIS: Final = {side: _this_lane(side) for side in SIDES}
"""The lane of `of_lane`."""
EACH: Final = {
    side: LaneTerms(side, LANE.c.id, LANE.c[f"{side}_feed"], LANE.c[f"{side}_account"])
    for side in SIDES
}
"""Any row of the lanes' table."""


def of_lane(lane: Lane) -> dict[str, Any]:
    """What comes with the execution of a statement about `THIS` lane."""
    values: dict[str, Any] = {THIS_LANE.key: lane.id}
    for side in SIDES:
        values[f"this_{side}_feed"] = lane.sides[side].feed.id
        values[f"this_{side}_account"] = lane.sides[side].account
    return values


def each_way(side: Side) -> tuple[tuple[bool, ColumnElement[bool]], ...]:
    """Whether only the account's records belong to a lane (`by_owner`), with the condition that
    this is so of a row. They are asked for apart, each by what an index knows: of a shared feed,
    one owner's records are few, and all of them are many.
    """
    own = LANE.c[f"{side}_own"]
    return (False, ~own), (True, own)
