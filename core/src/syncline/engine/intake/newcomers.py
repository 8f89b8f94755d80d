"""Records that a feed brought before a lane was there to want them, or that none had a use for."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select, update

from syncline.engine.intake.wanted import THIS, of_lane
from syncline.engine.lanes import Lane
from syncline.model.sides import SIDES, Side
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.records import RECORD


def newcomers(tx: Connection, lane: Lane, side: Side) -> list[str]:
    """The lane's records whose values were not kept, or that no lane waited for. They are taken as
    if they had not been seen, since others may match by other keys; returns their ids.
    """
    here = lane.sides[side]
    ids = list(tx.scalars(_NEW[side, here.by_owner], of_lane(lane)))
    for part in chunks(ids):
        tx.execute(_UNSEEN, {"feed": here.feed.id, "ids": part})
    return ids


def _new(side: Side, *, by_owner: bool) -> Select[Any]:
    return select(RECORD.c.id).where(
        THIS[side].wants(RECORD, by_owner=by_owner),
        RECORD.c.presence == "present",
        RECORD.c.in_scope,
        RECORD.c.payload.is_(None) | ~RECORD.c.pending,
    )


_NEW: Final = {(s, own): _new(s, by_owner=own) for s in SIDES for own in (False, True)}
_UNSEEN: Final = (
    update(RECORD)
    .where(RECORD.c.feed_id == bindparam("feed"), one_of(RECORD.c.id, "ids"))
    .values(pending=True, version="")
)
