"""How many records of a side belong to a lane."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from syncline.engine.lanes import Lane
from syncline.model.sides import Side
from syncline.state.records import RECORD


def scope_count(tx: Connection, lane: Lane, side: Side) -> int:
    """The records in the lane's scope on this side, as last seen."""
    here = lane.sides[side]
    statement = select(func.count()).where(
        RECORD.c.feed_id == here.feed.id, RECORD.c.presence == "present", RECORD.c.in_scope
    )
    if here.by_owner:
        statement = statement.where(RECORD.c.owner == here.account)
    return int(tx.scalar(statement) or 0)
