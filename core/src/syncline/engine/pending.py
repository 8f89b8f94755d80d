"""Records that no link of their lane holds yet: the conditions, and which lanes have any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select
from sqlalchemy.sql import alias

from syncline.engine.lanes import Lane
from syncline.model.sides import Side
from syncline.state import links, records
from syncline.state.among import among
from syncline.state.database import chunks
from syncline.state.lanes import LANE


def in_scope(lane: Lane, side: Side, record: Any) -> ColumnElement[bool]:
    """The condition that a record is there, and belongs to the lane on this side."""
    here = lane.sides[side]
    condition: ColumnElement[bool] = record.c.feed_id == here.feed.id
    condition &= _waits_for_a_link(record)
    return condition & (record.c.owner == here.account) if here.by_owner else condition


def unlinked(lane: Lane, side: Side, record: Any) -> ColumnElement[bool]:
    """The condition that the lane has no link for a record."""
    link = alias(links.LINK)
    return ~exists().where(link.c.lane_id == lane.id, link.c[f"{side}_id"] == record.c.id)


def lanes_with_unlinked(tx: Connection, lanes: Mapping[int, Lane], side: Side) -> set[int]:
    """Of these lanes, those with such a record on a side: asked once, not lane by lane."""
    record, link = records.RECORD, links.LINK
    taken = (
        exists()
        .where(link.c.lane_id == LANE.c.id, link.c[f"{side}_id"] == record.c.id)
        .correlate(LANE, record)
    )
    mine = LANE.c[f"{side}_own"].is_(False) | (LANE.c[f"{side}_account"] == record.c.owner)
    waiting = (
        exists()
        .where(record.c.feed_id == LANE.c[f"{side}_feed"], _waits_for_a_link(record), mine, ~taken)
        .correlate(LANE)
    )
    found: set[int] = set()
    for part in chunks(lanes):
        found.update(tx.scalars(select(LANE.c.id).where(among(LANE.c.id, part), waiting)))
    return found


def _waits_for_a_link(record: Any) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = (
        record.c.pending & (record.c.presence == "present") & record.c.in_scope
    )
    return condition
