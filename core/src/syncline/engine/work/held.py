"""What guards hold back, and what a person has released.

A tripped guard holds a class of operations of a lane (or of a connection over the whole round). It
trips before anything is written, or while it is, by what becomes due only then.
An approval releases exactly the operation it was given for: side, action, record and versions. What
was held once waits for one that is exact, however few there are of its kind, and whatever its
records and the policy have become.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from syncline.engine.approvals import Asked, Subject, ask, drop, load_asked, still_due
from syncline.engine.decide.guards import ADVICE, Guard, Trip
from syncline.engine.lanes import Lane
from syncline.engine.work.measure import Passed, scope_of
from syncline.model.records import RecordId
from syncline.model.reports import Action, GuardTrip
from syncline.model.sides import SIDES, PerSide, Side

_NOT_APPROVED: Final = "held in an earlier run, and not approved as it is now"


@dataclass(frozen=True)
class GuardedOperation:
    """An operation a guard may hold. `cleared`: fields it would empty."""

    lane: Lane
    side: Side
    action: Action
    record_id: str
    versions: tuple[str, str]
    cleared: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """What it is, whatever its records and the policy have become."""
        return Subject(self.lane.id, self.side, self.action, self.record_id)

    @property
    def handle(self) -> str:
        """A short name, the same in every plan as long as records and policy are the same."""
        what = (str(self.lane.id), self.side, self.action, self.record_id, *self.versions)
        parts = (*what, self.lane.policy.fingerprint)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10]


@dataclass(frozen=True)
class HeldClass:
    """What one tripped guard holds: a class of operations of these lanes at these sides."""

    trip: Trip
    scope: str
    members: frozenset[tuple[int, Side]]

    def holds(self, operation: GuardedOperation) -> bool:
        """Whether this guard is about the operation."""
        if (operation.lane.id, operation.side) not in self.members:
            return False
        if self.trip.guard in (Guard.DELETIONS, Guard.EMPTIED):
            return operation.action is Action.DELETE
        if self.trip.guard is Guard.CLEARED:
            return self.trip.field in operation.cleared
        return True


@dataclass
class Held:
    """The guards that tripped in this round, and what people were `asked` in earlier ones.

    `passed` is what no guard held, `seen` what is held now; `standing` the approvals there was an
    operation for; `decided` the records of what was asked whose links were decided in this round,
    in whatever way.
    """

    asked: Sequence[Asked] = ()
    passed: Passed = field(default_factory=Passed)
    classes: list[HeldClass] = field(default_factory=list)
    seen: dict[Subject, tuple[Asked, str]] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)
    decided: set[tuple[int, Side, str]] = field(default_factory=set)
    counts: Counter[int] = field(default_factory=Counter)
    still: Counter[tuple[Guard, str]] = field(default_factory=Counter)
    _approved: frozenset[str] = field(init=False)
    _waits: dict[Subject, Asked] = field(init=False)
    _linked: frozenset[tuple[int, Side, str]] = field(init=False)

    def __post_init__(self) -> None:
        self._approved = frozenset(each.handle for each in self.asked if each.approved)
        self._waits = {each.subject: each for each in reversed(self.asked)}
        self._linked = frozenset(each.subject.linked for each in self.asked)

    def block(self, held: HeldClass) -> None:
        """Hold this class of operations."""
        self.classes.append(held)

    def guard_of(self, operation: GuardedOperation) -> Guard | None:
        """The guard that holds this operation; None if none does, or it was approved."""
        if operation.handle in self._approved:
            self.standing.add(operation.handle)
            return None
        new = operation.subject not in self.seen
        for position, each in enumerate(self.classes):
            if each.holds(operation):
                self.counts[position] += new
                return each.trip.guard
        asked = self._waits.get(operation.subject)
        if asked is not None and _still_asks(asked.guard, operation):
            self.still[asked.guard, scope_of(operation.lane, operation.side)] += new
            return asked.guard
        return self._one_too_many(operation, new=new)

    def _one_too_many(self, operation: GuardedOperation, *, new: bool) -> Guard | None:
        found = self.passed.one_too_many(operation.subject, operation.cleared)
        if found is None:
            return None
        measure, trip = found
        self.block(HeldClass(trip, measure.scope, frozenset(measure.members)))
        self.counts[len(self.classes) - 1] += new
        return trip.guard

    def trips(self) -> list[GuardTrip]:
        """The guards that really held something back."""
        return [
            guard_trip(each.trip.guard, each.scope, each.trip.message, self.counts[position])
            for position, each in enumerate(self.classes)
            if self.counts[position]
        ] + [
            guard_trip(guard, scope, _NOT_APPROVED, number)
            for (guard, scope), number in self.still.items()
        ]

    def note(self, operation: GuardedOperation, guard: Guard, now: float) -> None:
        """Remember a held operation, so that it can be approved."""
        subject = operation.subject
        before = self._waits.get(subject)
        since = now if before is None else before.since
        asked = Asked(operation.handle, subject, guard, since, approved=False)
        self.seen[subject] = asked, operation.lane.sides[operation.side].feed.connection.name

    def note_decided(self, lane: Lane, ids: PerSide[RecordId | None]) -> None:
        """The link of these records was decided: what was asked of it and is not held is over."""
        self.decided |= self._linked.intersection((lane.id, side, str(ids[side])) for side in SIDES)

    def save(self, tx: Connection, lane_ids: Iterable[int]) -> None:
        """What is held is kept, by its newest handle. In the lanes that came to their end the rest
        is dropped, but for approvals that may still serve, and for what nobody could decide about:
        it waits, cannot be read, or its write has no outcome yet.
        """
        held = {asked.handle for asked, _connection in self.seen.values()}
        moved = [e for e in self.asked if e.subject in self.seen and e.handle not in held]
        drop(tx, [each.handle for each in moved])
        ended = set(lane_ids)
        rest = [
            each
            for each in self.asked
            if each.subject.lane_id in ended
            and each.subject not in self.seen
            and each.handle not in self.standing
        ]
        open_still = still_due(tx, rest) - self.decided
        drop(tx, [each.handle for each in rest if each.subject.linked not in open_still])
        ask(tx, self.seen.values())


def _still_asks(guard: Guard, operation: GuardedOperation) -> bool:
    """Whether it is what a guard held before: an update that empties nothing any more is not."""
    return guard is not Guard.CLEARED or bool(operation.cleared)


def guard_trip(guard: Guard, scope: str, message: str, held: int) -> GuardTrip:
    """A stop as people are told of it: what, why, and the way on in either case."""
    advice = ADVICE[guard]
    return GuardTrip(
        guard=guard.value,
        scope=scope,
        message=message,
        hint=f"{advice.intended} {advice.otherwise}",
        held=held,
        why=advice.why,
        intended=advice.intended,
        otherwise=advice.otherwise,
    )


def load_held(tx: Connection, lanes: Mapping[int, Lane], now: float, passed: Passed) -> Held:
    """What people were asked in these lanes, and what they have approved."""
    return Held(load_asked(tx, lanes, now), passed)
