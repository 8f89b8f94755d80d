"""What an undo must know of each record a run wrote: as it is now, and what it was linked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.decide.touched import Trail
from syncline.engine.decide.undo import Counterpart, Standing
from syncline.engine.intake.answer import Answer
from syncline.engine.undo.done import Done
from syncline.engine.undo.trail import trails
from syncline.model.records import AbsenceReason, Record, RecordId
from syncline.model.reports import Action
from syncline.state import links
from syncline.state.vault import Vault


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Where a record stands in the state. `link` is the row that holds it, `tomb` the tombstone
    of the pair that ended with it, `source` the record it was linked to, as it is now.
    """

    done: Done
    now: Standing
    link: Row[Any] | None = None
    tomb: Row[Any] | None = None
    source_id: RecordId | None = None
    source: Record | None = field(default=None, repr=False)

    @property
    def incarnation(self) -> int:
        """How often the pair has been made."""
        row = self.link if self.link is not None else self.tomb
        return 0 if row is None else int(row.incarnation)

    @property
    def is_gone(self) -> bool:
        """Whether it is a deleted record that is not there, and that no undo has made again."""
        deleted = self.done.wrote.action is Action.DELETE
        return deleted and self.now.record is None and not self.now.undone

    def entered_anew(self, kind: str) -> Situation:
        """The same, where a record made since shares a match key of this kind; "" for none."""
        return replace(self, now=replace(self.now, anew=kind))


def situations_of(
    tx: Connection, vault: Vault, page: Sequence[Done], answer: Mapping[int, Answer]
) -> list[Situation]:
    """Where the records of a page stand. Their counterparts are not looked at yet."""
    there = [
        (done, record)
        for done in page
        if (record := answer[done.feed.id].records.get(done.record_id)) is not None
    ]
    left = trails(tx, vault, there)
    return [
        _situation(
            tx, done, answer[done.feed.id], left.get((done.feed.id, done.record_id), Trail())
        )
        for done in page
    ]


def _situation(tx: Connection, done: Done, answer: Answer, trail: Trail) -> Situation:
    side, record_id = done.side, done.record_id
    held = links.by_records(tx, side, done.feed.id, [record_id])
    link = next((row for row in held if row.lane_id == done.lane.id), None)
    tomb = links.ended(tx, done.lane.id, side, [record_id]).get(record_id)
    pair = link if link is not None else tomb
    record = answer.records.get(record_id)
    absence = answer.absent.get(record_id)
    here = done.lane.sides[side]
    if record is not None:
        absence = here.absence_of(record.owner)
    now = Standing(
        spec=done.feed.spec,
        record=record,
        absence=absence if absence in (AbsenceReason.LEFT, AbsenceReason.UNREADABLE) else None,
        linked=link is not None,
        shared=0 if link is None else links.also_linked(tx, side, [link.id]).get(link.id, 0),
        undone=tomb is not None and tomb.cause == links.UNDONE,
        trail=trail,
    )
    source = None if pair is None else pair._mapping[f"{side.other}_id"]
    return Situation(
        done=done, now=now, link=link, tomb=tomb,
        source_id=None if source is None else RecordId(source),
    )  # fmt: skip


def counterpart(
    tx: Connection, situation: Situation, answer: Answer
) -> tuple[Counterpart, Record | None]:
    """What became of the record that a deleted one was linked to."""
    lane, source = situation.done.lane, situation.done.side.other
    here = lane.sides[source]
    if situation.source_id is None:
        return Counterpart.UNKNOWN, None
    held = links.by_records(tx, source, here.feed.id, [situation.source_id])
    own = None if situation.link is None else situation.link.id
    if any(row.lane_id == lane.id and row.id != own for row in held):
        return Counterpart.TAKEN, None
    record = answer.records.get(situation.source_id)
    absence = answer.absent.get(situation.source_id)
    if record is not None:
        absence = here.absence_of(record.owner)
    if absence is AbsenceReason.UNREADABLE:
        return Counterpart.UNKNOWN, None
    if absence is AbsenceReason.LEFT:
        return Counterpart.OUTSIDE, record
    return (Counterpart.GONE if record is None else Counterpart.THERE), record
