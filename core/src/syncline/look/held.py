"""Operations that guards hold and nobody has approved."""

from __future__ import annotations

from sqlalchemy import select

from syncline.engine.approvals import APPROVAL
from syncline.look.labels import labels_of
from syncline.look.view import LaneRecord, Lanes, View, instant, lane_name
from syncline.model.records import RecordId
from syncline.model.reports import Action, HeldOperation
from syncline.model.sides import Side

IS_HELD = APPROVAL.c.approved_at.is_(None)
_RECORDS = select(APPROVAL.c.lane_id, APPROVAL.c.side, APPROVAL.c.record_id).where(IS_HELD)


def held_operations(view: View, lanes: Lanes) -> tuple[HeldOperation, ...]:
    """Those of these lanes, each with the handle it is approved by."""
    held = view.snapshot.execute(select(APPROVAL).where(IS_HELD)).all()
    labels = labels_of(view, lanes, _RECORDS) if held else {}
    return tuple(
        HeldOperation(
            handle=row.handle,
            lane=lane_name(lanes[row.lane_id]),
            action=Action(row.action),
            connection=row.connection,
            id=RecordId(row.record_id),
            label=labels.get(LaneRecord(row.lane_id, Side(row.side), row.record_id), ""),
            guard=row.guard,
            since=instant(row.since_at),
        )
        for row in held
        if row.lane_id in lanes
    )
