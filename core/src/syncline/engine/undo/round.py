"""Undoing a run: a round that takes back what an earlier one wrote, through the ordinary writes.

    lease → recover → for each record it wrote: read, decide, write, settle

Nothing else happens in it: no feed is read, nothing new is paired or decided. A round is one of
several where the run wrote for several syncs: each record is taken back in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from syncline.engine.decide.undo import (
    SHARED,
    UndoDecision,
    UndoVerdict,
    decide_undo,
)
from syncline.engine.intake.answer import Answer, look
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.round import Round
from syncline.engine.send.writer import Writer
from syncline.engine.undo.consequence import consequence
from syncline.engine.undo.done import PAGE, Deeds, Done, newer_write
from syncline.engine.undo.entered_anew import EnteredAnew
from syncline.engine.undo.standing import Situation, counterpart, situations_of
from syncline.engine.undo.take_back import prepare_undo
from syncline.engine.words import label
from syncline.engine.work.gate import Gate
from syncline.engine.write import Prepared
from syncline.model.records import RecordId
from syncline.model.reports import Action, KeptRecord
from syncline.state.database import chunks


@dataclass
class UndoRound(Round):
    """Takes back what of run `undone` falls to these lanes. Use once. `everyone`: all lanes of the
    undo, those of its other rounds, too. `kept` are the records that are left as they are.
    """

    undone: str = ""
    everyone: Mapping[int, Lane] = field(default_factory=dict)
    kept: list[KeptRecord] = field(default_factory=list)
    _postponed: list[Done] | None = field(default_factory=list)
    _gate: Gate = field(init=False)

    def _work(self) -> None:
        if self.lanes:
            self._phase("recover")
            self._guarded_recovery()
        self._phase("write")
        self._gate = Gate(self.world)
        writer = Writer(self.world, self.lanes, self._readers, self.report)
        deeds = Deeds(self.world, self.undone, self.everyone)
        for created in (False, True):  # what the run created comes last, in a phase of its own
            for page in deeds.pages(self.lanes, created=created):
                self._page(writer, page)
        postponed, self._postponed = self._postponed, None
        for page in chunks(postponed or (), PAGE):
            self._page(writer, page)

    # --- one page -------------------------------------------------------------------------------

    def _page(self, writer: Writer, page: Sequence[Done]) -> None:
        if self.world.stop():
            return
        situations = self._with_counterparts(writer, self._situations(writer, page))
        situations = self._with_twins(writer, situations)
        ready = [each for situation in situations for each in self._decide(situation)]
        writer.send(ready)
        self._note_unwritten(writer)

    def _situations(self, writer: Writer, page: Sequence[Done]) -> list[Situation]:
        """Where the records stand; without those of lanes that do not answer (any more)."""
        spare = writer.failures.spare
        asked = [done for done in page if done.lane.id in self.lanes and spare(done.lane)]
        answers = _ask_all(writer, [(done.feed, done.record_id) for done in asked])
        with self.world.transaction() as tx:
            answering = [done for done in asked if spare(done.lane)]
            return situations_of(tx, self.world.database.vault, answering, answers)

    def _with_counterparts(
        self, writer: Writer, situations: Sequence[Situation]
    ) -> list[Situation]:
        """Of deleted records, what they were linked to: it may be there, elsewhere, or gone."""
        answers = _ask_all(
            writer,
            [
                (situation.done.lane.sides[situation.done.side.other].feed, situation.source_id)
                for situation in situations
                if situation.done.wrote.action is Action.DELETE and situation.source_id is not None
            ],
        )
        answering = [each for each in situations if writer.failures.spare(each.done.lane)]
        with self.world.transaction() as tx:
            return [self._with_counterpart(tx, situation, answers) for situation in answering]

    @staticmethod
    def _with_counterpart(
        tx: Connection, situation: Situation, answers: dict[int, Answer]
    ) -> Situation:
        if situation.done.wrote.action is not Action.DELETE:
            return situation
        feed = situation.done.lane.sides[situation.done.side.other].feed
        found, record = counterpart(tx, situation, answers.get(feed.id, Answer()))
        return replace(situation, now=replace(situation.now, counterpart=found), source=record)

    def _with_twins(self, writer: Writer, situations: Sequence[Situation]) -> list[Situation]:
        """Of records that are to be made again, whether somebody has entered them anew."""
        looked_for = EnteredAnew(self.world, self.undone, writer.failures)
        kinds = looked_for.kinds(each.done for each in situations if each.is_gone)
        answering = [each for each in situations if writer.failures.spare(each.done.lane)]
        return [
            each.entered_anew(kinds.get((each.done.feed.id, each.done.record_id), ""))
            for each in answering
        ]

    def _decide(self, situation: Situation) -> list[Prepared]:
        done = situation.done
        decision = decide_undo(done.wrote, situation.now, done.lane.digester)
        if decision.reason == SHARED and self._postponed is not None:
            self._postponed.append(done)  # it may be the run's own copies that hold it
            return []
        if decision.verdict is UndoVerdict.KEEP:
            self._keep(done, self._why_kept(done, decision))
            return []
        reason = self._reason(situation, decision)
        ready = prepare_undo(situation, decision, reason, self.world.installation)
        why = self._gate.withholds(ready)
        if why is None:
            return [ready]
        self._keep(done, why.message)
        return []

    # --- words ----------------------------------------------------------------------------------

    def _why_kept(self, done: Done, decision: UndoDecision) -> str:
        """Not every edit is a person's: a later run may have written the record."""
        if not decision.reason.startswith("edited since"):
            return decision.reason
        with self.world.transaction() as tx:
            newer = newer_write(tx, done)
        if newer is None:
            return decision.reason
        return f"{decision.reason} (run {newer.run_id} wrote it, too)"

    def _reason(self, situation: Situation, decision: UndoDecision) -> str:
        words = f"takes back run {self.undone} ({situation.done.reason})"
        with self.world.transaction() as tx:
            notes = [decision.reason, consequence(tx, situation, decision)]
        return "; ".join((words, *filter(None, notes)))

    def _keep(self, done: Done, why: str) -> None:
        shown = done.wrote.after or done.wrote.before
        self.kept.append(
            KeptRecord(
                lane=done.lane.name,
                side=done.side,
                connection=done.feed.connection.name,
                id=done.record_id,
                label=label(done.lane.type, shown),
                action=done.wrote.action,
                reason=why,
            )
        )

    def _note_unwritten(self, writer: Writer) -> None:
        """Writes that met another version, and creations that the service takes for a twin."""
        for each in writer.aftermath.moved:
            self._kept_late(each, "it was edited, or linked by others, while it was being undone")
        for each, _ids in writer.aftermath.duplicates:
            self._kept_late(each, "the service refuses it as a duplicate of another record")
        writer.aftermath.moved.clear()
        writer.aftermath.duplicates.clear()
        writer.aftermath.reread.clear()

    def _kept_late(self, each: Prepared, why: str) -> None:
        planned = each.planned
        record_id = planned.id if each.write.undo is None else each.write.undo.record_id
        self.kept.append(
            KeptRecord(
                lane=planned.lane, side=planned.side, connection=planned.connection,
                id=record_id, label=planned.label, action=_UNDOES[planned.action], reason=why,
            )
        )  # fmt: skip


def _ask_all(writer: Writer, wanted: Sequence[tuple[FeedState, RecordId]]) -> dict[int, Answer]:
    """What is said of these records, by feed; a feed that fails is noted, and holds up no other."""
    by_feed: dict[int, tuple[FeedState, list[RecordId]]] = {}
    for feed, record_id in wanted:
        by_feed.setdefault(feed.id, (feed, []))[1].append(record_id)
    answers: dict[int, Answer] = {}
    for feed, ids in by_feed.values():
        with writer.failures.caught(feed):
            answers[feed.id] = look(feed, ids, scoped=feed.feed.scope is not None)
    return answers


_UNDOES = {
    Action.CREATE: Action.DELETE,
    Action.DELETE: Action.CREATE,
    Action.UPDATE: Action.UPDATE,
}
