"""What this round would do, in numbers, so that guards can look before any write.

Decides by digests alone: nothing is read from the systems, no value is unsealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncline.engine.decide.deltas import cleared
from syncline.engine.decide.guards import Tally
from syncline.engine.decide.link import Presence
from syncline.engine.lanes import Lane
from syncline.engine.work.due import DueLink, every_due_link
from syncline.engine.work.evaluate import emptied
from syncline.engine.work.held import Held, HeldClass, load_held
from syncline.engine.work.measure import Passed
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
    passed = Passed(tuple(lanes.values()), lambda: _totals(world, lanes))
    with world.transaction() as tx:
        held = load_held(tx, lanes, world.seconds, passed)
    look_again(world, lanes, held)
    return held


def look_again(world: World, lanes: Mapping[int, Lane], held: Held) -> None:
    """The same judgement once more, before the deletions: what had become due by then was not there
    when the guards looked first.
    """
    numbers = _count(world, lanes)
    before = {(each.scope, each.trip.guard, each.trip.field) for each in held.classes}
    for measure in held.passed.measures if numbers else ():
        joint = _Numbers()
        for member in measure.members:
            if member in numbers:
                joint.add(numbers[member])
        for trip in measure.trips(joint.tally()):
            if (measure.scope, trip.guard, trip.field) not in before:
                held.block(HeldClass(trip, measure.scope, frozenset(measure.members)))


def _totals(world: World, lanes: Iterable[int]) -> Mapping[int, int]:
    with world.transaction() as tx:
        return links.counts(tx, lanes)


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
    totals = _totals(world, lanes)
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
