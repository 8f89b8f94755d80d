"""Writes that were decided and not sent, by lane, kind and reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from syncline.look.view import Lanes, View, instant, lane_name
from syncline.model.reports import Action, WithheldWrites
from syncline.model.sides import Side
from syncline.state.withheld import WITHHELD


@dataclass
class _Group:
    number: int
    since: float


def withheld_writes(view: View, lanes: Lanes) -> tuple[WithheldWrites, ...]:
    """Those of these lanes, the oldest first. What guards hold is not among them."""
    groups: dict[tuple[int, str, str, str, str], _Group] = {}
    for row in view.snapshot.execute(select(WITHHELD).order_by(WITHHELD.c.since_at)):
        if row.lane_id in lanes:
            message = str(view.vault.unseal(row.message_sealed))
            key = (row.lane_id, row.side, row.action, row.reason, message)
            groups.setdefault(key, _Group(0, row.since_at)).number += 1
    return tuple(
        WithheldWrites(
            lane=lane_name(lanes[lane_id]),
            action=Action(action),
            connection=view.connections(lanes[lane_id])[Side(side)],
            reason=reason,
            message=message,
            number=group.number,
            since=instant(group.since),
        )
        for (lane_id, side, action, reason, message), group in groups.items()
    )
