"""What an earlier run left uncertain, resolved by looking, never by repeating.

Before anything new is planned, each open intent is compared with what is there now. A third value
found where we had written is a later edit, and travels on as one. What cannot be read is not gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from syncline.engine.decide.settlement import Settlement
from syncline.engine.intake.answer import Answer, look
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.report import RoundReport
from syncline.engine.send.deleted import as_held, last_held
from syncline.engine.send.findings import Findings
from syncline.engine.send.recover_creates import RecoveredCreates
from syncline.engine.send.settle import history_row
from syncline.engine.world import World
from syncline.engine.write import Sent
from syncline.errors import CALL_FAILED, CallFailed
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, Side
from syncline.plugin.requests import Applied
from syncline.state import history, intents, links
from syncline.state.database import chunks

_LATER: Final = "The next run looks again; nothing is written to it meanwhile."


@dataclass(frozen=True)
class Recovery:
    """Resolves the open intents of the round's lanes. `unseen`: the lanes, with the side, where a
    create may have made a record that cannot be seen yet.
    """

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    report: RoundReport
    unseen: set[tuple[int, Side]] = field(default_factory=set)

    def run(self) -> dict[int, CallFailed]:
        """Resolve what can be resolved; what cannot yet keeps its intent and is reported.

        Returns the feeds that could not be asked.
        """
        by_feed: dict[int, list[Sent]] = {}
        for sent in self._open():
            by_feed.setdefault(sent.feed.id, []).append(sent)
        failed: dict[int, CallFailed] = {}
        for feed_id, of_feed in by_feed.items():
            try:
                for part in chunks(of_feed, 200):
                    self._resolve(feed_id, part)
            except CALL_FAILED as error:
                failed[feed_id] = error
        return failed

    @property
    def _findings(self) -> Findings:
        return Findings(self.world, self.report)

    def _open(self) -> list[Sent]:
        with self.world.transaction() as tx:
            rows = intents.of_lanes(tx, self.lanes)
        unseal = self.world.database.vault.unseal
        return [Sent.from_row(row, unseal(row.plan), self.lanes[row.lane_id]) for row in rows]

    def _resolve(self, feed_id: int, part: Sequence[Sent]) -> None:
        creates = [sent for sent in part if sent.action is Action.CREATE]
        others = [sent for sent in part if sent.action is not Action.CREATE]
        reader = self.readers[feed_id]
        if others:
            self._resolve_by_id(reader, others)
        if creates:
            RecoveredCreates(self._findings, reader, self.unseen).resolve(creates)

    # --- updates and deletions ------------------------------------------------------------------

    def _resolve_by_id(self, reader: FeedReader, part: Sequence[Sent]) -> None:
        ids = sorted({sent.record_id for sent in part if sent.record_id is not None})
        answer = _with_outside(reader.feed, reader.answer(ids))
        for sent in self._as_they_were_deleted(reader.feed, part, answer):
            if sent.action is Action.DELETE:
                self._resolve_delete(sent, answer)
            else:
                self._resolve_update(sent, answer)

    def _as_they_were_deleted(
        self, feed: FeedState, part: Sequence[Sent], answer: Answer
    ) -> list[Sent]:
        """Deletions that happened, with what their records held last, where that can be told."""
        deletions = [sent for sent in part if sent.action is Action.DELETE]
        gone = [_id(sent) for sent in deletions if answer.is_gone(sent.record_id)]
        held = last_held(feed, gone) if gone else {}
        return [as_held(sent, held.get(_id(sent))) for sent in part]

    def _resolve_delete(self, sent: Sent, answer: Answer) -> None:
        """Gone: it happened. Still there, in our data set or outside of it: plan anew; the deletion
        is decided again, or not.
        """
        if answer.is_gone(sent.record_id):
            self._close(sent, lambda tx: self._settle_all(tx, sent), due=False)
        elif _record(sent, answer) is not None or answer.has_left(sent.record_id):
            self._close(sent)
        else:
            message = "the record cannot be read, so that nobody can say whether it was deleted"
            self._findings.unresolved(sent, message, _LATER)

    def _resolve_update(self, sent: Sent, answer: Answer) -> None:
        """Same version: it did not happen. Otherwise it did, for every field that left its old
        value: both bases move as planned, before anything new is planned.
        """
        record = _record(sent, answer)
        if record is not None:
            self._close(sent, lambda tx: self._settle_what_happened(tx, sent, record))
        elif answer.is_gone(sent.record_id) or answer.has_left(sent.record_id):
            doubt = "perhaps: the record was gone before anybody could look"
            self._close(sent, lambda tx: self._note_what_may_have_been(tx, sent, doubt))
        else:
            message = "the record cannot be read, so that nobody can say whether it was written"
            self._findings.unresolved(sent, message, _LATER)

    def _close(
        self, sent: Sent, settle: Callable[[Connection], None] = lambda _tx: None, due: bool = True
    ) -> None:
        """Settle what there is to settle and end the intent. `due`: the link is decided again."""
        with self.world.transaction() as tx:
            settle(tx)
            if due:
                links.change(tx, [sent.link_id], dirty=True)
            intents.end(tx, [sent.id])

    def _settle_all(self, tx: Connection, sent: Sent) -> None:
        self._findings.settle(tx, sent, Applied(id=_id(sent)))

    def _settle_what_happened(self, tx: Connection, sent: Sent, record: Record) -> None:
        weak = sent.feed.spec.weak_versions  # which two edits may share
        if record.version == sent.expected_version and not weak:
            return
        write, current = sent.write, sent.lane.digester.fields(record.fields)
        happened = [n for n in write.new if n in current and current[n] != write.old.get(n)]
        if happened:
            settlement = _only(write.settlement, happened, write.new)
            found = replace(sent, write=replace(write, settlement=settlement, new=current))
            self._findings.settle(tx, found, Applied(id=record.id, version=record.version))
        elif not current.keys() >= write.new.keys():
            doubt = "perhaps: the record was edited, and its fields are not read any more"
            self._note_what_may_have_been(tx, sent, doubt)

    def _note_what_may_have_been(self, tx: Connection, sent: Sent, doubt: str) -> None:
        """The answer is where we may not look, or gone. What the update may have gone over was
        somebody's, and is nowhere else any more.
        """
        perhaps = self._findings.settled(sent, Applied(id=_id(sent)), doubt)
        history.add(tx, [history_row(self.world, perhaps)])


def _with_outside(feed: FeedState, answer: Answer) -> Answer:
    """Also the values of those that have left the data set, as far as they may be read there."""
    left = [id for id in answer.absent if answer.has_left(id)]
    if not left:
        return answer
    outside = look(feed, left, scoped=False)
    return Answer({**answer.records, **outside.records}, {**answer.absent, **outside.absent})


def _record(sent: Sent, answer: Answer) -> Record | None:
    return answer.records.get(str(sent.record_id))


def _id(sent: Sent) -> RecordId:
    return RecordId(str(sent.record_id))


def _only(settlement: Settlement, happened: Iterable[str], sent: Iterable[str]) -> Settlement:
    """Of the sent fields only those that happened; what was merely agreed settles as well."""
    dropped = set(sent) - set(happened)
    names = {name for side in SIDES for name in settlement.side(side).names} - dropped
    return Settlement(settlement.left.only(names), settlement.right.only(names))
