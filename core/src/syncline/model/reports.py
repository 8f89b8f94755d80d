"""What a plan and a run say for themselves: values for people, `--json` and observers.

`label`, `before` and `after` are personal data: they are shown to the person who asked, never
logged, and kept out of every repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.sides import PerSide, Side


class Action(StrEnum):
    """What is done, or would be done, to a record or a link."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LINK = "link"
    SEVER = "sever"
    REPOINT = "repoint"


WRITES = (Action.CREATE, Action.UPDATE, Action.DELETE)


@dataclass(frozen=True, slots=True)
class LaneName:
    """Which lane, in words: sync, type, and both accounts as the configuration names them."""

    sync: str
    type: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, old → new, at the side that is written."""

    name: str
    before: Value = field(repr=False)
    after: Value = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOperation:
    """One operation of a plan or of a run.

    `connection` is the system that is written. `reason` is the rule that decided, in words.
    `held` says why it is not carried out now (guard, approval, switched off, waiting); empty if
    it is. `id` is None for a record that is not there yet: in a create, and in what a plan does to
    a record that it would create. `handle` identifies a held operation for `approve`.
    """

    lane: LaneName
    action: Action
    side: Side
    connection: str
    id: RecordId | None
    label: str = field(repr=False)
    reason: str
    changes: tuple[FieldChange, ...] = ()
    held: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that did not work: of one record (`id`), one lane, or one connection."""

    kind: str
    message: str
    hint: str = ""
    lane: LaneName | None = None
    connection: str | None = None
    id: RecordId | None = None
    label: str = field(default="", repr=False)
    code: str = ""
    exit_code: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardTrip:
    """A guard that held a class of operations: what (`message`), why, how to go on if it is
    intended, where to look otherwise; `hint` is both of the latter.
    """

    guard: str
    scope: str
    message: str
    hint: str
    held: int
    why: str = ""
    intended: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """HTTP requests to one connection."""

    connection: str
    reads: int = 0
    writes: int = 0
    checks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    """One lane in a run or plan. `counts` maps `"create:salesforce"` and the like to numbers."""

    lane: LaneName
    counts: Mapping[str, int] = field(default_factory=dict)
    held: int = 0
    waiting: int = 0
    conflicts: int = 0
    first_sync: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The whole of a plan (`dry=True`, nothing written anywhere) or a run."""

    run_id: str
    dry: bool
    started: datetime
    finished: datetime
    lanes: tuple[LaneReport, ...] = ()
    operations: tuple[PlannedOperation, ...] = field(default=(), repr=False)
    problems: tuple[Problem, ...] = field(default=(), repr=False)
    guards: tuple[GuardTrip, ...] = ()
    calls: tuple[CallCounts, ...] = ()
    conflicts: int = 0
    interrupted: bool = False

    @property
    def writes(self) -> int:
        """How many records were (or would be) created, updated or deleted."""
        wanted = tuple(f"{action.value}:" for action in WRITES)
        return sum(
            number
            for lane in self.lanes
            for name, number in lane.counts.items()
            if name.startswith(wanted)
        )

    @property
    def exit_code(self) -> int:
        """0 done · 3 settings cannot be used · 4 a connection refuses us · 5 some records or lanes
        failed · 7 safety stop · 8 busy · 130 interrupted.
        """
        if self.interrupted:
            return 130
        if self.guards:
            return 7
        codes = {problem.exit_code for problem in self.problems}
        return next((code for code in (4, 3, 8, 5) if code in codes), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """A record that an undo leaves as it is, and why. `action` is what the run had done to it."""

    lane: LaneName
    side: Side
    connection: str
    id: RecordId | None
    label: str = field(repr=False)
    action: Action
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoReport:
    """Taking back run `undone`: itself a run (or a plan), and the records that are kept."""

    undone: str
    run: RunReport
    kept: tuple[KeptRecord, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRecord:
    """A record in attention: why it waits, since when, when it is looked at next, and what would
    release it. `code` is the service's own for what it refused.
    """

    lane: LaneName
    side: Side
    connection: str
    id: RecordId
    reason: str
    message: str
    since: datetime
    next_at: datetime | None
    attempts: int
    label: str = field(default="", repr=False)
    release: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEntry:
    """A link: two records that are the same thing. `state` is its status in words, `presence`
    what was last seen of each record, `due` whether the next run looks at it.
    """

    number: int
    lane: LaneName
    status: str
    state: str
    connections: PerSide[str]
    ids: PerSide[RecordId | None]
    presence: PerSide[str]
    label: str = field(default="", repr=False)
    due: bool = False
    waiting: tuple[WaitingRecord, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What was done to one record. `reason` is the rule that decided; `undoes` names the run that
    this one took back.
    """

    at: datetime
    run: str
    undoes: str | None
    lane: LaneName
    side: Side
    connection: str
    action: Action
    id: RecordId
    label: str = field(repr=False)
    reason: str
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run: when, how it ended (None: it has not, or it died), what it did, what it undid."""

    id: str
    started: datetime
    finished: datetime | None
    exit_code: int | None
    counts: Mapping[str, int]
    undoes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingConflict:
    """A conflict that a person must decide: `handle` names it for `conflicts resolve`."""

    handle: str
    lane: LaneName
    label: str = field(repr=False)
    fields: tuple[str, ...]
    left: Mapping[str, Value] = field(repr=False)
    right: Mapping[str, Value] = field(repr=False)
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOperation:
    """An operation a guard holds: released by `approve`; by another handle when its records, or
    the policy, have changed.
    """

    handle: str
    lane: LaneName
    action: Action
    connection: str
    id: RecordId | None
    label: str = field(repr=False)
    guard: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldWrites:
    """Writes of a lane that were decided and not sent: how many, why, and since when the first."""

    lane: LaneName
    action: Action
    connection: str
    reason: str
    message: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStatus:
    """One lane as the state knows it."""

    lane: LaneName
    links: int
    waiting: int
    conflicts: int
    held: int
    last_run: datetime | None
    last_error: str = ""
    busy_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What `syncline status` shows."""

    lanes: tuple[LaneStatus, ...]
    waiting: tuple[WaitingRecord, ...] = field(default=(), repr=False)
    held: tuple[HeldOperation, ...] = field(default=(), repr=False)
    withheld: tuple[WithheldWrites, ...] = ()
    last_runs: tuple[tuple[str, datetime, int], ...] = ()
