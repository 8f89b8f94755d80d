"""What the services answered to writes, taken into the state and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from syncline.engine.report import RoundReport
from syncline.engine.send.settle import settle
from syncline.engine.world import World
from syncline.engine.write import Prepared, Settled
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.plugin.requests import (
    Applied,
    Deferred,
    Duplicate,
    Gone,
    Outcome,
    Rejected,
    Stale,
    Unknown,
    Update,
)
from syncline.state import attention, claims, intents, links

_HAS_IT: Final = (
    "the service allows only one record what this one was to get, and another one has it"
)


@dataclass
class Aftermath:
    """What a write phase leaves to be looked at: records to read again, creates that turned out to
    exist already; for an undo, which is not decided again, the writes of which something had
    `moved` meanwhile.
    """

    reread: dict[int, set[RecordId]] = field(default_factory=dict)
    duplicates: list[tuple[Prepared, tuple[RecordId, ...]]] = field(default_factory=list)
    moved: list[Prepared] = field(default_factory=list)


Answer = tuple[Prepared, int, Outcome]
"""A write, its intent, and what came of it."""


@dataclass(frozen=True)
class Outcomes:
    """Takes outcomes in, each in the transaction that ends its intent."""

    world: World
    report: RoundReport
    aftermath: Aftermath = field(default_factory=Aftermath)

    def take(self, tx: Connection, answers: Sequence[Answer]) -> None:
        """Those of one batch. The lease is held."""
        self._settle_applied(tx, answers)
        for each, intent, outcome in answers:
            if _applied(each, outcome) is None:
                self._take(tx, each, intent, outcome)

    def _settle_applied(self, tx: Connection, answers: Sequence[Answer]) -> None:
        """All that was done in this batch, settled together."""
        done = [
            (each, intent, applied)
            for each, intent, outcome in answers
            if (applied := _applied(each, outcome)) is not None
        ]
        gone = {intent for _each, intent, outcome in answers if isinstance(outcome, Gone)}
        settled = [
            replace(settled_from(each, applied), was_gone=intent in gone)
            for each, intent, applied in done
        ]
        overtaken = settle(tx, self.world, settled)
        intents.end(tx, [intent for _each, intent, _applied in done])
        for each, _intent, applied in done:
            self.report.done(each.lane, each.planned, applied.id)
            if each.link_id in overtaken:
                self.aftermath.reread.setdefault(each.feed.id, set()).add(applied.id)
            if applied.incomplete:
                self._wait(tx, each, "incomplete", _without(applied))

    def _take(self, tx: Connection, each: Prepared, intent: int, outcome: Outcome) -> None:
        match outcome:
            case Applied():
                self._again(tx, each, intent)
                self._wait(tx, each, "incomplete", _without(outcome))
            case Stale() | Gone():
                self._again(tx, each, intent)
                self.aftermath.moved.append(each)
            case Duplicate() if each.action is not Action.CREATE:
                intents.end(tx, [intent])
                self.leave(tx, each)
                self._wait(tx, each, "ambiguous", _HAS_IT, code=outcome.code, patient=True)
            case Duplicate():
                intents.end(tx, [intent])
                self.leave(tx, each)
                self.aftermath.duplicates.append((each, outcome.of))
            case Rejected():
                self._rejected(tx, each, intent, outcome)
            case Deferred():
                self._again(tx, each, intent)
                self._wait(tx, each, "deferred", outcome.message or "the service was busy")
            case Unknown():
                self._report(each, "unknown", outcome.message or "no answer", "")

    def _again(self, tx: Connection, each: Prepared, intent: int) -> None:
        """It certainly did not happen: drop the intent, look at the records again."""
        intents.end(tx, [intent])
        self.leave(tx, each)
        if each.target_id is not None:
            self.aftermath.reread.setdefault(each.feed.id, set()).add(each.target_id)

    def leave(self, tx: Connection, each: Prepared) -> None:
        """Nothing was made for it, or written: it is decided about again."""
        if each.link_id is not None and not links.remove_unmade(tx, each.link_id):
            links.change(tx, [each.link_id], dirty=True)
        if each.action is Action.CREATE:
            claims.release(tx, each.lane.id, each.side.other, [str(each.source_id)])

    def _rejected(self, tx: Connection, each: Prepared, intent: int, outcome: Rejected) -> None:
        intents.end(tx, [intent])
        self.leave(tx, each)
        forbidden = outcome.kind in ("forbidden", "read_only")
        reason: attention.Reason = "no permission" if forbidden else "refused"
        fields = f" ({', '.join(outcome.fields)})" if outcome.fields else ""
        message = f"{outcome.message}{fields}"
        self._wait(tx, each, reason, message, code=outcome.code, patient=True)

    def _wait(
        self,
        tx: Connection,
        each: Prepared,
        reason: attention.Reason,
        message: str,
        *,
        code: str = "",
        patient: bool = False,
    ) -> None:
        side = each.side.other if each.source_id is not None else each.side
        record_id = each.source_id or each.target_id
        waiting = attention.Waiting(
            each.lane.id, side, str(record_id), reason, message, code, patient
        )
        if each.write.undo is None:  # no later run tries an undo again
            attention.wait(tx, waiting, self.world.seconds)
        self._report(each, reason, message, code)

    def _report(self, each: Prepared, kind: str, message: str, code: str) -> None:
        record_id, label = each.source_id or each.target_id, each.planned.label
        self.report.waits(each.lane, each.side, record_id, kind, message, label=label, code=code)


def _applied(each: Prepared, outcome: Outcome) -> Applied | None:
    """The outcome as something that was done; deleting what is gone is done, too. An update of
    which everything was left out is not.
    """
    if isinstance(outcome, Gone) and each.action is Action.DELETE:
        return Applied(id=RecordId(str(each.target_id)))
    if not isinstance(outcome, Applied):
        return None
    sent = each.operation.fields.keys() if isinstance(each.operation, Update) else ()
    return None if sent and set(outcome.incomplete).issuperset(sent) else outcome


def _without(applied: Applied) -> str:
    return f"written without: {', '.join(applied.incomplete)}"


def settled_from(each: Prepared, applied: Applied) -> Settled:
    """What settling needs, from a prepared write and its outcome."""
    if each.link_id is None:
        raise ValueError("a write was settled before its link was made")
    return Settled(
        write=each.write,
        link_id=each.link_id,
        applied=applied if _saw_all(each) else replace(applied, version=None),
        noted=each.noted,
    )


def _saw_all(each: Prepared) -> bool:
    """Whether the version in the answer stands for nothing but what we know: an update without an
    exact condition may have gone over an edit that we have not seen.
    """
    if not isinstance(each.operation, Update):
        return True
    return each.operation.version is not None and each.feed.spec.conditional == "version"
