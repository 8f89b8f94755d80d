"""Who wins when both sides changed the same thing, and the words for it."""

from __future__ import annotations

from syncline.engine.decide.decision import Reason, Ruling, SideView
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import Conflict, ObjectPolicy


def winner_of(
    views: PerSide[SideView], policy: ObjectPolicy, ruling: Ruling, deletion: Side | None = None
) -> Side | None:
    """The side that wins, None if a person must decide. `deletion`: the side that has deleted.

    A ruling goes before the rule. `newest_wins` compares the services' own instants; of a deletion
    there is none, so the edit wins. A tie, or a service that tells no time, goes to the left side,
    always.
    """
    if ruling.winner is not None:
        return ruling.winner
    if policy.conflict is None or policy.conflict is Conflict.MANUAL:
        return None
    if policy.conflict.winner is not None:
        return policy.conflict.winner
    if deletion is not None:
        return deletion.other
    left, right = views.left.modified, views.right.modified
    return Side.RIGHT if left is not None and right is not None and right > left else Side.LEFT


def won(reason: Reason, winner: Side, policy: ObjectPolicy, ruling: Ruling) -> str:
    """The reason with the winner and what made it win."""
    return reason.format(winner=winner.value, rule=rule_of(policy, ruling))


def rule_of(policy: ObjectPolicy, ruling: Ruling) -> str:
    """What decided: a ruling, or the policy's `conflict`."""
    if ruling.winner is not None or policy.conflict is None:
        return ruling.by
    return policy.conflict.value
