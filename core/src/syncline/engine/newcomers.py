"""Records that a feed brought before a lane was there to want them, or that none had a use for."""

from __future__ import annotations

from sqlalchemy import Connection, exists, select, update

from syncline.engine.lanes import Lane
from syncline.model.sides import Side
from syncline.state.among import among
from syncline.state.database import chunks
from syncline.state.links import LINK
from syncline.state.records import RECORD


def newcomers(tx: Connection, lane: Lane, side: Side) -> list[str]:
    """The lane's records whose values were not kept, or that no lane waited for. They are taken as
    if they had not been seen, since others may match by other keys; returns their ids.
    """
    here = lane.sides[side]
    linked = exists().where(LINK.c.lane_id == lane.id, LINK.c[f"{side}_id"] == RECORD.c.id)
    statement = select(RECORD.c.id).where(
        RECORD.c.feed_id == here.feed.id,
        RECORD.c.presence == "present",
        RECORD.c.in_scope,
        RECORD.c.payload.is_(None) | ~RECORD.c.pending,
        ~linked,
    )
    if here.by_owner:
        statement = statement.where(RECORD.c.owner == here.account)
    ids = list(tx.scalars(statement))
    for part in chunks(ids):
        wanted = (RECORD.c.feed_id == here.feed.id, among(RECORD.c.id, part))
        tx.execute(update(RECORD).where(*wanted).values(pending=True, version=""))
    return ids
