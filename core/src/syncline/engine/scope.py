"""How many records of a side belong to a lane, and how many of them are somebody else's work."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from syncline.engine.lanes import Lane
from syncline.model.sides import Side
from syncline.state.records import RECORD


def scope_count(tx: Connection, lane: Lane, side: Side) -> int:
    """The records in the lane's scope on this side, as last seen."""
    return int(tx.scalar(_in_scope(lane, side)) or 0)


def foreign_count(tx: Connection, lane: Lane, side: Side, installation: str) -> int:
    """Those of them that carry the marker of another installation."""
    ours = RECORD.c.marker.startswith(f"{installation}:", autoescape=True)
    statement = _in_scope(lane, side).where(RECORD.c.marker.is_not(None), ~ours)
    return int(tx.scalar(statement) or 0)


def _in_scope(lane: Lane, side: Side) -> Select[Any]:
    here = lane.sides[side]
    statement = select(func.count()).where(
        RECORD.c.feed_id == here.feed.id, RECORD.c.presence == "present", RECORD.c.in_scope
    )
    return statement.where(RECORD.c.owner == here.account) if here.by_owner else statement
