"""Records that wait, in words: why, since when, and what would release them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from syncline.look.labels import labels_of
from syncline.look.release import release
from syncline.look.view import LaneRecord, Lanes, View, instant, instant_if_any, lane_name
from syncline.model.records import RecordId
from syncline.model.reports import WaitingRecord
from syncline.model.sides import Side
from syncline.state.attention import ATTENTION

_RECORDS = select(ATTENTION.c.lane_id, ATTENTION.c.side, ATTENTION.c.record_id)
_AT_THE_OTHER_SIDE = (
    "no permission", "refused", "incomplete", "deferred", "unknown", "uncertain", "hidden",
    "outside",
)  # fmt: skip


def waiting_records(view: View, lanes: Lanes) -> Mapping[LaneRecord, WaitingRecord]:
    """What waits in these lanes, longest first. A record waits for one reason at a time."""
    rows = view.snapshot.execute(select(ATTENTION).order_by(ATTENTION.c.since_at)).all()
    labels = labels_of(view, lanes, _RECORDS) if rows else {}
    waiting: dict[LaneRecord, WaitingRecord] = {}
    for row in rows:
        record = LaneRecord(row.lane_id, Side(row.side), row.record_id)
        if row.lane_id in lanes:
            label = labels.get(record, "")
            waiting[record] = _in_words(view, lanes[row.lane_id], row, label)
    return waiting


def _in_words(view: View, lane: Row[Any], row: Row[Any], label: str) -> WaitingRecord:
    side = Side(row.side)
    connections = view.connections(lane)
    return WaitingRecord(
        lane=lane_name(lane),
        side=side,
        connection=connections[side],
        id=RecordId(row.record_id),
        reason=row.reason,
        message=row.message,
        since=instant(row.since_at),
        next_at=instant_if_any(row.next_at),
        attempts=row.attempts,
        label=label,
        release=release(row.reason, connections[_refusing(row)]),
        code=row.code,
    )


def _refusing(row: Row[Any]) -> Side:
    """The side that something must change at: a refused write waits with the record it is of."""
    side = Side(row.side)
    return side.other if row.reason in _AT_THE_OTHER_SIDE else side
