"""Lanes, with the numbers of what is in them, and who works on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, func, select

from syncline.engine.approvals import APPROVAL
from syncline.look.conflicts import IS_OPEN
from syncline.look.held import IS_HELD
from syncline.look.view import Lanes, View, instant_if_any, lane_name
from syncline.model.reports import LaneStatus
from syncline.state import leases
from syncline.state.attention import ATTENTION
from syncline.state.conflicts import CONFLICT
from syncline.state.lanes import lease_keys
from syncline.state.leases import LeaseKey
from syncline.state.links import LINK


def lane_statuses(view: View, lanes: Lanes) -> tuple[LaneStatus, ...]:
    """These lanes. Each number is asked for once, for all of them."""
    links = _numbers(view, LINK, LINK.c.status == "linked")
    waiting = _numbers(view, ATTENTION)
    conflicts = _numbers(view, CONFLICT, IS_OPEN)
    held = _numbers(view, APPROVAL, IS_HELD)
    busy = leases.held(view.snapshot, view.now)
    return tuple(
        LaneStatus(
            lane=lane_name(row),
            links=links.get(row.id, 0),
            waiting=waiting.get(row.id, 0),
            conflicts=conflicts.get(row.id, 0),
            held=held.get(row.id, 0),
            last_run=instant_if_any(row.last_run_at),
            last_error=row.last_error,
            busy_until=_busy_until(busy, row) if busy else None,
        )
        for row in lanes.values()
    )


def _numbers(view: View, table: Table, *conditions: ColumnElement[bool]) -> dict[int, int]:
    """How many rows there are of each lane that has any."""
    statement = select(table.c.lane_id, func.count().label("number")).group_by(table.c.lane_id)
    rows = view.snapshot.execute(statement.where(*conditions))
    return {row.lane_id: row.number for row in rows}


def _busy_until(busy: Mapping[LeaseKey, float], lane: Row[Any]) -> datetime | None:
    return instant_if_any(max((busy[key] for key in lease_keys(lane) if key in busy), default=None))
