"""The first pass: what this round would do, in numbers, so that guards can look before any write.

Decides by digests alone: nothing is read from the systems, no value is unsealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncline.engine.decide.deltas import cleared
from syncline.engine.decide.guards import Guard, Tally, Trip, tripped
from syncline.engine.decide.link import Presence
from syncline.engine.due import DueLink, every_due_link
from syncline.engine.evaluate import emptied
from syncline.engine.held import Held, HeldClass, load_held, scope_of
from syncline.engine.lanes import Lane
from syncline.engine.world import World
from syncline.model.sides import SIDES, Side
from syncline.policy.schema import LeftScope
from syncline.state import links

_PAGE = 1000


@dataclass
class _Numbers:
    links: int = 0
    deletions: int = 0
    changed: int = 0
    cleared: Counter[str] = field(default_factory=Counter)

    def add(self, other: _Numbers) -> None:
        self.links += other.links
        self.deletions += other.deletions
        self.changed += other.changed
        self.cleared.update(other.cleared)

    def tally(self) -> Tally:
        return Tally(self.links, self.deletions, self.changed, dict(self.cleared))


def survey(world: World, lanes: Mapping[int, Lane]) -> Held:
    """Count, let the guards judge, and say which classes of operations are held."""
    with world.transaction() as tx:
        held = load_held(tx, lanes, world.seconds)
    numbers = _count(world, lanes)
    for (lane_id, side), found in numbers.items():
        lane = lanes[lane_id]
        for trip in tripped(found.tally(), lane.policy.guards):
            held.block(_held_class(trip, scope_of(lane, side), [(lane, side)]))
    _over_connections(held, lanes, numbers)
    return held


def _count(world: World, lanes: Mapping[int, Lane]) -> dict[tuple[int, Side], _Numbers]:
    """Per lane and side that may be written; nothing if nothing is due anywhere. Of what a first
    sync links no value can be lost, but a record can, if it waited to be deleted.
    """
    numbers = {
        (lane.id, side): _Numbers()
        for lane in lanes.values()
        for side in SIDES
        if lane.policy.direction.writes(side)
    }
    due = False
    for page in every_due_link(world, lanes, _PAGE, may_lose=True):
        due = True
        for link in page:
            for side in SIDES:
                found = numbers.get((link.lane.id, side))
                if found is not None:
                    _count_link(found, link, side)
    if not due:
        return {}
    with world.transaction() as tx:
        totals = links.counts(tx, lanes)
    for (lane_id, _side), found in numbers.items():
        found.links = totals.get(lane_id, 0)
    return numbers


def _count_link(found: _Numbers, link: DueLink, target: Side) -> None:
    source, policy = link.sides[target.other], link.policy
    left = source.presence is Presence.LEFT and policy.left_scope is LeftScope.DELETE
    if source.presence is Presence.DELETED or left:
        found.changed += 1
        found.deletions += policy.delete[target]
    elif source.presence is Presence.PRESENT and source.base:
        known = source.base
        base = {name: known[name] for name in link.lane.carried(target) if name in known}
        found.cleared.update({*cleared(source.digests, base), *emptied(link, target)})
        found.changed += any(source.digests.get(name, base[name]) != base[name] for name in base)


def _over_connections(
    held: Held, lanes: Mapping[int, Lane], numbers: Mapping[tuple[int, Side], _Numbers]
) -> None:
    """The same judgement over all lanes that write one connection: many small losses are one."""
    members: dict[str, list[tuple[Lane, Side]]] = {}
    for lane_id, side in numbers:
        name = lanes[lane_id].sides[side].feed.connection.name
        members.setdefault(name, []).append((lanes[lane_id], side))
    for name, some in members.items():
        if len(some) < 2:
            continue
        joint = _Numbers()
        for lane, side in some:
            joint.add(numbers[lane.id, side])
        scope = f"{name}, over {len(some)} lanes"
        for trip in tripped(joint.tally(), some[0][0].policy.guards):
            if trip.guard is not Guard.REWRITTEN:
                held.block(_held_class(trip, scope, some))


def _held_class(trip: Trip, scope: str, members: Sequence[tuple[Lane, Side]]) -> HeldClass:
    return HeldClass(trip, scope, frozenset((lane.id, side) for lane, side in members))
