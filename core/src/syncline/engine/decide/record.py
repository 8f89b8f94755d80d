"""What becomes of a record that nothing on the other side was paired with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from syncline.model.sides import Side
from syncline.policy.schema import ObjectPolicy


class NewVerdict(Enum):
    """Create its counterpart, hold it until creating is switched on, or leave it alone."""

    CREATE = "create"
    HOLD = "hold"
    LEAVE = "leave"


@dataclass(frozen=True)
class NewDecision:
    """`side` is the side the counterpart would be created on."""

    verdict: NewVerdict
    side: Side
    reason: str


def decide_new(source: Side, policy: ObjectPolicy, fields_travel: bool) -> NewDecision:
    """For a record of `source` without counterpart. `fields_travel`: some field may go there."""
    target = source.other
    if not policy.direction.writes(target) or not fields_travel:
        return NewDecision(NewVerdict.LEAVE, target, "this direction does not write there")
    if not policy.create[target]:
        return NewDecision(NewVerdict.HOLD, target, "creating is switched off there")
    return NewDecision(NewVerdict.CREATE, target, "new on the other side")
