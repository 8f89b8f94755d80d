"""What holds a write, whatever was decided about its link."""

from __future__ import annotations

from dataclasses import dataclass

from syncline.engine.world import World
from syncline.engine.write import Prepared


@dataclass(frozen=True)
class Obstacle:
    """Why a write is held, and the handle by which it can be approved."""

    held: str
    handle: str = ""


def obstacle(world: World, each: Prepared, written: int) -> Obstacle | None:
    """What holds any write: mail that people would get by it, the limit of this run, a veto."""
    if each.lane.policy.invitations == "never" and each.action.value in each.feed.spec.notifies:
        return Obstacle('it would send mail to people, and invitations is "never"')
    limit = each.lane.limit
    if limit is not None and written >= limit:
        return Obstacle(f"--limit {limit}")
    veto = world.plugins.before_apply(each.planned)
    return None if veto is None else Obstacle(f"vetoed by {veto.plugin}: {veto.reason}")
