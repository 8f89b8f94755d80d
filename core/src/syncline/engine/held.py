"""What guards hold back, and what a person has released.

A tripped guard holds a class of operations of a lane (or of a connection over the whole round).
An approval releases exactly the operation it was given for: side, action, record and versions.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from syncline.engine.decide.guards import ADVICE, Guard, Trip
from syncline.engine.lanes import Lane
from syncline.model.reports import Action, GuardTrip
from syncline.model.sides import Side
from syncline.state import tables
from syncline.state.among import among, one_of
from syncline.state.bulk import upsert
from syncline.state.database import chunks, table

APPROVAL: Final = table(tables.Approval)
_DAY: Final = 24 * 3600.0
_OF_LANES: Final = select(APPROVAL.c.handle).where(one_of(APPROVAL.c.lane_id, "lanes"))
_APPROVED: Final = _OF_LANES.where(APPROVAL.c.approved_at.is_not(None))
_WAITING: Final = select(APPROVAL.c.handle, APPROVAL.c.guard).where(
    one_of(APPROVAL.c.lane_id, "lanes"), APPROVAL.c.approved_at.is_(None)
)
_VOID: Final = (
    update(APPROVAL)
    .where(
        one_of(APPROVAL.c.lane_id, "lanes"),
        (APPROVAL.c.approved_at < bindparam("past"))
        | (APPROVAL.c.approved_at > bindparam("future")),
    )
    .values(approved_at=None)
)


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
    """The guards that tripped in this round, the approvals there are, and what `waits` for one: it
    goes on waiting when there are fewer of its kind, since a person has been asked about it.
    """

    classes: list[HeldClass] = field(default_factory=list)
    approved: set[str] = field(default_factory=set)
    waits: dict[str, Guard] = field(default_factory=dict)
    seen: dict[str, dict[str, object]] = field(default_factory=dict)
    standing: set[str] = field(default_factory=set)
    counts: Counter[int] = field(default_factory=Counter)
    still: Counter[tuple[Guard, str]] = field(default_factory=Counter)

    def block(self, held: HeldClass) -> None:
        """Hold this class of operations."""
        self.classes.append(held)

    def guard_of(self, operation: GuardedOperation) -> Guard | None:
        """The guard that holds this operation; None if none does, or it was approved."""
        if operation.handle in self.approved:
            self.standing.add(operation.handle)
            return None
        for position, each in enumerate(self.classes):
            if each.holds(operation):
                self.counts[position] += operation.handle not in self.seen
                return each.trip.guard
        guard = self.waits.get(operation.handle)
        if guard is not None:
            self.still[guard, scope_of(operation.lane, operation.side)] += (
                operation.handle not in self.seen
            )
        return guard

    def trips(self) -> list[GuardTrip]:
        """The guards that really held something back."""
        return [
            guard_trip(each.trip.guard, each.scope, each.trip.message, self.counts[position])
            for position, each in enumerate(self.classes)
            if self.counts[position]
        ] + [
            guard_trip(guard, scope, "held in an earlier run, and not approved since", number)
            for (guard, scope), number in self.still.items()
        ]

    def note(self, operation: GuardedOperation, guard: Guard, now: float) -> None:
        """Remember a held operation, so that it can be approved."""
        self.seen[operation.handle] = {
            "handle": operation.handle,
            "lane_id": operation.lane.id,
            "side": operation.side.value,
            "action": operation.action.value,
            "record_id": operation.record_id,
            "connection": operation.lane.sides[operation.side].feed.connection.name,
            "guard": guard.value,
            "since_at": now,
            "approved_at": None,
        }

    def save(self, tx: Connection, lane_ids: Iterable[int]) -> None:
        """What is still decided is kept, approved or not; the rest is dropped."""
        for part in chunks(lane_ids):
            known = set(tx.scalars(_OF_LANES, {"lanes": part}))
            for gone in chunks(known - set(self.seen) - self.standing):
                tx.execute(delete(APPROVAL).where(among(APPROVAL.c.handle, gone)))
        upsert(tx, APPROVAL, list(self.seen.values()), ())


def scope_of(lane: Lane, side: Side) -> str:
    """A lane and the side that is written, as people are told of them."""
    name, connection = lane.name, lane.sides[side].feed.connection.name
    return f"{name.sync}/{name.type}, {name.left} - {name.right}, at {connection}"


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


def load_held(tx: Connection, lanes: Mapping[int, Lane], now: float) -> Held:
    """What has been approved for these lanes. An approval nobody used in time is void."""
    held = Held()
    by_days: dict[int, list[int]] = {}
    for lane in lanes.values():
        by_days.setdefault(lane.policy.guards.approval_days, []).append(lane.id)
    for days, ids in by_days.items():
        _expire(tx, ids, now, days * _DAY)
    for part in chunks(lanes):
        held.approved.update(tx.scalars(_APPROVED, {"lanes": part}))
        waiting = tx.execute(_WAITING, {"lanes": part})
        held.waits.update((handle, Guard(guard)) for handle, guard in waiting)
    return held


def _expire(tx: Connection, lane_ids: Iterable[int], now: float, seconds: float) -> None:
    """Operations approved longer ago than this are held again; likewise those approved as far in
    the future, by a clock that was ahead: they would hold for ever.
    """
    for part in chunks(lane_ids):
        values = {"lanes": part, "past": now - seconds, "future": now + seconds}
        tx.execute(_VOID, values)
