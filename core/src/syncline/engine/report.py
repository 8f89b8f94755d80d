"""Collecting what a round did or would do, for people and for `--json`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from syncline.engine.as_planned import existing
from syncline.engine.lanes import Lane
from syncline.errors import SynclineError
from syncline.model.records import RecordId
from syncline.model.reports import (
    Action,
    GuardTrip,
    LaneName,
    LaneReport,
    PlannedOperation,
    Problem,
)
from syncline.model.sides import Side

DETAILS_AT_MOST = 2000
"""Operations whose values a run's report keeps; beyond, only numbers (a plan keeps all)."""


@dataclass
class LaneTally:
    """Numbers of one lane."""

    counts: Counter[str] = field(default_factory=Counter)
    held: int = 0
    conflicts: int = 0
    waiting: int = 0
    error: str = ""


@dataclass
class RoundReport:
    """Filled while a round runs; threads may add at once."""

    keep_all: bool
    lanes: dict[int, LaneTally] = field(default_factory=dict)
    operations: list[PlannedOperation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    guards: list[GuardTrip] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tally(self, lane: Lane) -> LaneTally:
        """The lane's numbers."""
        return self.lanes.setdefault(lane.id, LaneTally())

    def done(self, lane: Lane, operation: PlannedOperation, id: RecordId | None = None) -> None:
        """An operation was carried out (or, in a plan, would be); or it is held. `id`: the record,
        where it is known only now.
        """
        with self._lock:
            tally = self.tally(lane)
            if operation.held:
                tally.held += 1
            else:
                tally.counts[f"{operation.action.value}:{operation.connection}"] += 1
            if self.keep_all or len(self.operations) < DETAILS_AT_MOST:
                known = existing(id)
                self.operations.append(operation if known is None else replace(operation, id=known))

    def count(self, lane: Lane, action: Action, connection: str, number: int = 1) -> None:
        """So many operations without details."""
        with self._lock:
            self.tally(lane).counts[f"{action.value}:{connection}"] += number

    def has_any(self, lane: Lane, actions: Iterable[Action]) -> bool:
        """Whether one of these was done in a lane."""
        done = {
            name.partition(":")[0] for name, number in self.tally(lane).counts.items() if number
        }
        return any(action.value in done for action in actions)

    def problem(self, problem: Problem) -> None:
        """Something did not work."""
        with self._lock:
            self._add(problem)

    def waits(
        self,
        lane: Lane,
        side: Side,
        id: RecordId | None,
        kind: str,
        message: str,
        *,
        hint: str = "",
        label: str = "",
        code: str = "",
    ) -> None:
        """A record of a lane waits, or nobody knows yet what became of a write. `side`: whose
        system the message is about; `kind`: the reason, as `state.attention` notes it.
        """
        problem = Problem(
            kind=kind,
            message=message,
            hint=hint,
            lane=lane.name,
            connection=lane.sides[side].feed.connection.name,
            id=id,
            label=label,
            code=code,
        )
        with self._lock:
            self.tally(lane).waiting += 1
            self._add(problem)

    def _add(self, problem: Problem) -> None:
        if self.keep_all or len(self.problems) < DETAILS_AT_MOST:
            self.problems.append(replace(problem, id=existing(problem.id)))

    def lane_failed(self, lanes: Iterable[Lane], error: SynclineError, connection: str) -> None:
        """Lanes that cannot go on in this run, for one common reason."""
        with self._lock:
            for lane in lanes:
                self.tally(lane).error = error.message
                self.problems.append(
                    Problem(
                        kind=type(error).__name__.lower(),
                        message=error.message,
                        hint=error.hint,
                        lane=lane.name,
                        connection=connection,
                        exit_code=error.exit_code,
                    )
                )

    def lane_reports(self, lanes: Iterable[Lane]) -> tuple[LaneReport, ...]:
        """The finished numbers."""
        return tuple(
            self._lane_report(lane.name, lane.first_sync, self.tally(lane)) for lane in lanes
        )

    @staticmethod
    def _lane_report(name: LaneName, first: bool, tally: LaneTally) -> LaneReport:
        return LaneReport(
            lane=name,
            counts=dict(tally.counts),
            held=tally.held,
            waiting=tally.waiting,
            conflicts=tally.conflicts,
            first_sync=first,
            error=tally.error,
        )
