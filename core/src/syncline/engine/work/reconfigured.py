"""Lanes that another run has changed since they were resolved here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, exists, select

from syncline.engine.lanes import Lane
from syncline.model.sides import SIDES
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.feeds import FEED
from syncline.state.lanes import LANE

_CONFIGURED: Final = select(
    LANE.c.id,
    LANE.c.left_feed,
    LANE.c.right_feed,
    LANE.c.policy,
    LANE.c.rebaseline,
    *(exists().where(FEED.c.id == LANE.c[f"{side}_feed"]) for side in SIDES),
).where(one_of(LANE.c.id, "lanes"))


def reconfigured(tx: Connection, lanes: Mapping[int, Lane]) -> set[int]:
    """The lanes that a run with another configuration changed after they were resolved here. One
    that is to be looked at again since then would not know it, and delete at once; of a new one the
    feed may be dropped that it was to share.
    """
    found: set[int] = set()
    for part in chunks(lanes):
        for lane_id, *now, rebaseline, left, right in tx.execute(_CONFIGURED, {"lanes": part}):
            lane = lanes[lane_id]
            feeds = [lane.sides[side].feed.id for side in SIDES]
            changed = now != [*feeds, lane.fingerprint] or (rebaseline and not lane.rebaseline)
            if changed or not (left and right):
                found.add(lane_id)
    return found
