"""What losses are measured by: a lane's side, and a connection over all lanes that write it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from syncline.engine.approvals import Subject
from syncline.engine.decide.guards import Guard, Tally, Trip, tripped
from syncline.engine.lanes import Lane
from syncline.model.reports import Action
from syncline.model.sides import SIDES, Side
from syncline.policy.schema import GuardLimits

Member = tuple[int, Side]
"""A lane, and the side of it that is written."""


@dataclass(frozen=True)
class Measure:
    """What is judged together, by whose limits; `scope` is what people call it."""

    scope: str
    members: tuple[Member, ...]
    limits: GuardLimits

    def trips(self, tally: Tally) -> list[Trip]:
        """The guards that so much trips. That one of many lanes is wholly changed is its own."""
        found = tripped(tally, self.limits)
        alone = len(self.members) == 1
        return [trip for trip in found if alone or trip.guard is not Guard.REWRITTEN]


def _measures(lanes: Iterable[Lane]) -> list[Measure]:
    """Each lane's sides that may be written, then each connection that several lanes write."""
    found: list[Measure] = []
    connections: dict[str, list[tuple[Lane, Side]]] = {}
    for lane in lanes:
        for side in SIDES:
            if lane.policy.direction.writes(side):
                found.append(Measure(scope_of(lane, side), ((lane.id, side),), lane.policy.guards))
                name = lane.sides[side].feed.connection.name
                connections.setdefault(name, []).append((lane, side))
    for name, some in connections.items():
        if len(some) > 1:
            members = tuple((lane.id, side) for lane, side in some)
            scope = f"{name}, over {len(some)} lanes"
            found.append(Measure(scope, members, some[0][0].policy.guards))
    return found


def scope_of(lane: Lane, side: Side) -> str:
    """A lane and the side that is written, as people are told of them."""
    name, connection = lane.name, lane.sides[side].feed.connection.name
    return f"{name.sync}/{name.type}, {name.left} - {name.right}, at {connection}"


@dataclass
class _Losses:
    deletions: set[Subject] = field(default_factory=set)
    cleared: dict[str, set[Subject]] = field(default_factory=dict)

    def add(self, subject: Subject, cleared: Iterable[str]) -> None:
        if subject.action is Action.DELETE:
            self.deletions.add(subject)
        for name in cleared:
            self.cleared.setdefault(name, set()).add(subject)

    def remove(self, subject: Subject) -> None:
        for some in (self.deletions, *self.cleared.values()):
            some.discard(subject)

    def tally(self, links: int) -> Tally:
        cleared = {name: len(some) for name, some in self.cleared.items() if some}
        return Tally(links, len(self.deletions), 0, cleared)


@dataclass
class Passed:
    """What guards have let pass in this round, one by one: what becomes due while a round works was
    not counted before it began to write, and may not be more than what would have passed then.

    `count()`: the links in use, by lane.
    """

    lanes: tuple[Lane, ...] = ()
    count: Callable[[], Mapping[int, int]] = dict
    _losses: dict[str, _Losses] = field(default_factory=dict)
    _sums: dict[str, int] = field(default_factory=dict)

    def one_too_many(
        self, subject: Subject, cleared: tuple[str, ...]
    ) -> tuple[Measure, Trip] | None:
        """What trips if this passes as well; if nothing does, it has passed."""
        if subject.action is not Action.DELETE and not cleared:
            return None
        mine = self._by_member.get((subject.lane_id, subject.side), ())
        for measure in mine:
            self._losses.setdefault(measure.scope, _Losses()).add(subject, cleared)
        for measure in mine:
            tally = self._losses[measure.scope].tally(self._links(measure))
            for trip in measure.trips(tally):
                if not trip.field or trip.field in cleared:
                    for each in mine:
                        self._losses[each.scope].remove(subject)
                    return measure, trip
        return None

    @cached_property
    def measures(self) -> list[Measure]:
        """What the losses of these lanes are measured by; most rounds have none to measure."""
        return _measures(self.lanes)

    @cached_property
    def _by_member(self) -> Mapping[Member, list[Measure]]:
        found: dict[Member, list[Measure]] = {}
        for measure in self.measures:
            for member in measure.members:
                found.setdefault(member, []).append(measure)
        return found

    @cached_property
    def _totals(self) -> Mapping[int, int]:
        return self.count()

    def _links(self, measure: Measure) -> int:
        if measure.scope not in self._sums:  # once: a connection may have thousands of members
            found = sum(self._totals.get(lane_id, 0) for lane_id, _side in measure.members)
            self._sums[measure.scope] = found
        return self._sums[measure.scope]
