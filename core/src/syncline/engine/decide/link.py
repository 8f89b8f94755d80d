"""The decision table: what becomes of two linked records.

`decide_link` looks at both sides' presence; if both are there, `units` decides about the fields.
The table as people read it, cell by cell, is `docs/explanation/decision-table.md`, which is made by
asking this function; the tests follow the same order.
"""

from __future__ import annotations

from syncline.engine.decide.decision import (
    NO_RULING,
    Carry,
    Decision,
    Mode,
    Presence,
    Reason,
    Ruling,
    SideView,
    Verdict,
)
from syncline.engine.decide.deltas import Change
from syncline.engine.decide.units import decide_fields
from syncline.engine.decide.winner import rule_of, winner_of
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Direction, Drift, LeftScope, ObjectPolicy, SharedDelete

__all__ = [
    "Carry",
    "Decision",
    "Mode",
    "Presence",
    "Reason",
    "Ruling",
    "SideView",
    "Verdict",
    "decide_link",
]


def decide_link(
    left: SideView,
    right: SideView,
    policy: ObjectPolicy,
    equal: frozenset[str] = frozenset(),
    ruling: Ruling = NO_RULING,
) -> Decision:
    """What to do with a link.

    `equal` names the fields whose values are the same under what each side can hold. Both sides'
    `changes` hold the fields that both sides map.
    """
    views = PerSide(left, right)
    if policy.direction is Direction.NONE:
        return Decision(Verdict.NOTHING, Reason.OFF)
    if any(view.presence is Presence.UNREADABLE for view in views):
        return Decision(Verdict.WAIT, Reason.UNREADABLE)
    gone = tuple(side for side in SIDES if views[side].presence is Presence.DELETED)
    outside = tuple(side for side in SIDES if views[side].presence is Presence.LEFT)
    if len(gone) == 2:
        return Decision(Verdict.END, Reason.BOTH_DELETED)
    if outside:
        return _left_scope(outside[0], views, policy)
    if gone:
        return _deleted(gone[0], views, policy, ruling)
    return decide_fields(views, policy, equal, ruling)


def _left_scope(outside: Side, views: PerSide[SideView], policy: ObjectPolicy) -> Decision:
    """What is outside is not touched, whatever happened to the other side."""
    target = outside.other
    deletes = (
        policy.left_scope is LeftScope.DELETE
        and views[target].presence is Presence.PRESENT
        and policy.direction.writes(target)
        and policy.delete[target]
        and not views[target].also_linked
    )
    if not deletes:
        return Decision(Verdict.FREEZE, Reason.LEFT_SCOPE)
    if policy.direction is Direction.BOTH and _edited(target, views, policy):
        return Decision(Verdict.FREEZE, Reason.LEFT_SCOPE_EDITED)
    return Decision(Verdict.DELETE, Reason.LEFT_SCOPE_DELETE, target)


def _deleted(
    gone: Side, views: PerSide[SideView], policy: ObjectPolicy, ruling: Ruling
) -> Decision:
    source, survivor = policy.direction.source, gone.other
    if source is gone and ruling.first_look and ruling.former_source is survivor:
        return Decision(Verdict.SEVER, Reason.STAYED_AWAY)
    if source is gone:
        return _delete(survivor, views, policy, Reason.SOURCE_DELETED)
    if source is survivor:
        return _target_gone(gone, views, policy)
    if not _edited(survivor, views, policy):
        return _delete(survivor, views, policy, Reason.DELETED_UNEDITED)
    winner = winner_of(views, policy, ruling, deletion=gone)
    if winner is None:
        return Decision(Verdict.CONFLICT, Reason.DELETED_EDITED)
    rule = rule_of(policy, ruling)
    if winner is gone:
        return _delete(survivor, views, policy, Reason.DELETION_WINS.format(rule=rule))
    return _recreate(gone, policy, Reason.EDIT_WINS.format(rule=rule))


def _target_gone(gone: Side, views: PerSide[SideView], policy: ObjectPolicy) -> Decision:
    if _edited(gone.other, views, policy):
        return _recreate(gone, policy, Reason.TARGET_DELETED_EDITED)
    if policy.drift is Drift.REVERT:
        return _recreate(gone, policy, Reason.TARGET_DELETED_DRIFT)
    return Decision(Verdict.NOTHING, Reason.TARGET_DELETED)


def _recreate(side: Side, policy: ObjectPolicy, why: str) -> Decision:
    if not policy.create[side]:
        return Decision(Verdict.HOLD, Reason.NO_CREATE.format(why=why), side)
    return Decision(Verdict.RECREATE, why, side)


def _delete(target: Side, views: PerSide[SideView], policy: ObjectPolicy, why: str) -> Decision:
    if not policy.delete[target]:
        return Decision(Verdict.SEVER, Reason.NO_DELETE.format(why=why))
    if views[target].also_linked and policy.shared_delete is SharedDelete.SEVER:
        return Decision(Verdict.SEVER, Reason.SHARED.format(why=why))
    return Decision(Verdict.DELETE, why, target)


def _edited(side: Side, views: PerSide[SideView], policy: ObjectPolicy) -> bool:
    """Whether something changed that would travel to the other side. Fields that are off, or only
    travel towards this side, never settle, so they must not count. What has no base may have been
    edited, and was never carried: without any base, or with a value in a field that was never
    settled (a conflict of the first sync waits), the record is not deleted unless the rule says so.
    """
    changes = {
        name: change
        for name, change in views[side].changes.items()
        if change is not Change.UNREAD and policy.field_direction(name).writes(side.other)
    }
    unknown = {name for name, change in changes.items() if change is Change.UNKNOWN}
    never_settled = unknown - views[side].empty or (unknown and unknown == changes.keys())
    return bool(never_settled) or Change.CHANGED in changes.values()
