"""Conflicts that wait for a person, with both sides' values."""

from __future__ import annotations

import json

from sqlalchemy import select

from syncline.look.view import Lanes, View, instant, lane_name
from syncline.model import handles
from syncline.model.reports import WaitingConflict
from syncline.state.conflicts import CONFLICT

IS_OPEN = CONFLICT.c.winner.is_(None)


def waiting_conflicts(view: View, lanes: Lanes) -> tuple[WaitingConflict, ...]:
    """Those of these lanes, longest first."""
    rows = view.snapshot.execute(select(CONFLICT).where(IS_OPEN).order_by(CONFLICT.c.since_at))
    conflicts = []
    for row in rows:
        if row.lane_id in lanes:
            values = view.vault.unseal(row.values_sealed)
            conflicts.append(
                WaitingConflict(
                    handle=handles.handle(handles.CONFLICT, row.id),
                    lane=lane_name(lanes[row.lane_id]),
                    label=values["label"],
                    fields=tuple(json.loads(row.fields_json)),
                    left=values["left"],
                    right=values["right"],
                    since=instant(row.since_at),
                )
            )
    return tuple(conflicts)
