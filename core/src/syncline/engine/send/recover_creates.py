"""Creates that an earlier run left without an answer: adopted, waited for, or planned anew.

Nothing is created to be on the safe side. What only a person can tell waits for one, and so do the
records among which it is to be told: they are not copied back meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from syncline.engine.decide import digests
from syncline.engine.decide.created import Fate, Finding
from syncline.engine.decide.deltas import Digest
from syncline.engine.intake.answer import ask
from syncline.engine.intake.read import FeedReader
from syncline.engine.send.created import (
    CreatedSearch,
    Sought,
    Trace,
    has_marks,
    made_since,
    unseen_for,
)
from syncline.engine.send.findings import Findings
from syncline.engine.world import World
from syncline.engine.write import Sent
from syncline.model.records import Absent, RecordId
from syncline.model.sides import Side
from syncline.plugin.requests import Applied
from syncline.state import attention, claims, feeds, intents, links, records
from syncline.state.clocks import is_far_ahead, is_recent

UNCERTAIN: Final = "uncertain"
_LATER: Final = "The next run looks again; nothing is created twice meanwhile."
_WAYS_OUT: Final = (
    "If it is the same one, let both hold the same: they are linked then. If it is another one, "
    "delete it or change what they share: then the record is created."
)
_WAYS_OUT_OF_BIN: Final = (
    "If it is the same one, delete the record here as well, or restore it there and let both hold "
    "the same. If it is another one, remove it for good: then the record is created."
)


@dataclass(frozen=True)
class RecoveredCreates:
    """Resolves the open creates of one feed. `unseen` collects the lanes, with the side, where one
    may be there that cannot be seen yet.
    """

    findings: Findings
    reader: FeedReader
    unseen: set[tuple[int, Side]]

    @property
    def _world(self) -> World:
        return self.findings.world

    def resolve(self, creates: Sequence[Sent]) -> None:
        """Look for all of them together, and take in what became of each."""
        if not has_marks(self.reader.feed.spec):
            self.reader.read(sweep=False)  # as the round would; little is left to search for news
        search = CreatedSearch(self._world, self.reader)
        sought = [self._sought(sent) for sent in creates]
        traces = search.traces(sought)
        for sent, finding in zip(creates, search.weigh(sought, traces), strict=True):
            self._resolve(sent, finding, traces)

    def _resolve(self, sent: Sent, finding: Finding, traces: Sequence[Trace]) -> None:
        if finding.certain:
            self._adopt(sent, finding, traces)
        elif finding.fate is Fate.UNCLEAR and not self._source_is_gone(sent):
            self._ask(sent, finding)
        elif self._may_be_unseen(sent):
            self.unseen.add((sent.lane.id, sent.side))
            message = "it cannot be seen yet whether the record was created"
            self.findings.unresolved(sent, message, _LATER)
        else:
            self._did_not_happen(sent)

    # --- looking --------------------------------------------------------------------------------

    def _sought(self, sent: Sent) -> Sought:
        return Sought(
            lane=sent.lane,
            side=sent.side,
            key=sent.key,
            fields=sent.write.after,
            wanted=(sent.write.new, self._at_the_source(sent)),
            since=self._since(sent),
            told=sent.told,
        )

    def _since(self, sent: Sent) -> float:
        if sent.service_time is None and is_far_ahead(sent.sent_at, self._world.seconds):
            return 0.0  # at any time
        return made_since(self.reader.feed, sent.sent_at, sent.service_time)

    def _may_be_unseen(self, sent: Sent) -> bool:
        """Whether it was sent so lately that its record need not show yet: by the clock of whoever
        sent it, or, since that may have been wrong, by the service's.
        """
        feed, now = self.reader.feed, self._world.seconds
        lately = unseen_for(feed.spec)
        if is_recent(sent.sent_at, now, lately):
            return True
        if sent.service_time is None or feed.ahead is None:
            return False
        return is_recent(sent.service_time, now + feed.ahead, lately)

    def _at_the_source(self, sent: Sent) -> dict[str, Digest]:
        """Of what was sent, what the source holds by now: a person may have made both the same."""
        row = self._source(sent)
        current = digests.load(row.digests_json) if row is not None else None
        return {name: (current or {}).get(name, digest) for name, digest in sent.write.new.items()}

    def _source(self, sent: Sent) -> Row[Any] | None:
        feed = sent.lane.sides[sent.side.other].feed
        with self._world.transaction() as tx:
            return records.find(tx, feed.id, [str(sent.source_id)]).get(str(sent.source_id))

    def _source_is_gone(self, sent: Sent) -> bool:
        row = self._source(sent)
        return row is not None and row.presence == "deleted"

    # --- what follows ---------------------------------------------------------------------------

    def _adopt(self, sent: Sent, finding: Finding, traces: Sequence[Trace]) -> None:
        """It was made. If somebody has deleted or edited it since, that is read at once, and
        decided about as usual: the version it has now says nothing of what was sent.
        """
        [made] = finding.candidates
        record = next(trace.record for trace in traces if trace.record.id == made.id)
        current = sent.lane.digester.fields(record.fields)
        moved = made.deleted or any(current.get(n, d) != d for n, d in sent.write.new.items())
        gone = ask(self.reader.feed, [record.id]).absent if made.deleted else ()
        with self._world.transaction() as tx:
            self._clear(tx, sent)
            self.findings.settle(
                tx, sent, Applied(id=record.id, version=None if moved else record.version)
            )
            self._note_gone(tx, gone)
            if moved:
                links.change(tx, [sent.link_id], dirty=True)
            intents.end(tx, [sent.id])
        self.reader.by_id([record.id])

    def _note_gone(self, tx: Connection, gone: Sequence[Absent]) -> None:
        """What the feed has told of already, when no link held it: it will not tell again."""
        if gone:
            feed = self.reader.feed
            began = feeds.revision(tx, feed.id)
            self.reader.observer.note(tx, (), gone, began=began, asked=True)

    def _did_not_happen(self, sent: Sent) -> None:
        with self._world.transaction() as tx:
            rows = tx.execute(select(links.LINK).where(links.LINK.c.id == sent.link_id)).all()
            if rows and rows[0].status == "creating":
                links.remove(tx, [sent.link_id])
            else:
                links.change(tx, [sent.link_id], dirty=True)
            claims.release(tx, sent.lane.id, sent.side.other, [str(sent.source_id)])
            self._clear(tx, sent)
            intents.end(tx, [sent.id])

    def _clear(self, tx: Connection, sent: Sent) -> None:
        """Nothing waits any more, neither here nor there."""
        attention.clear(tx, sent.lane.id, sent.side.other, [str(sent.source_id)])
        attention.clear(tx, sent.lane.id, sent.side, sent.told)

    def _ask(self, sent: Sent, finding: Finding) -> None:
        """Only a person can tell."""
        message, hint = _words(finding)
        told = {each.id for each in finding.candidates if not each.deleted}
        with self._world.transaction() as tx:
            intents.replan(tx, sent.id, self._with_told(tx, sent, told))
            if sent.write.undo is None:
                self._wait(tx, sent, sent.side.other, str(sent.source_id), message)
            for record_id in sorted(told):
                self._wait(tx, sent, sent.side, record_id, message)
        self.findings.unresolved(sent, message, hint, UNCERTAIN)

    def _with_told(self, tx: Connection, sent: Sent, told: set[RecordId]) -> bytes:
        vault = self._world.database.vault
        plan = vault.unseal(intents.plan_of(tx, sent.id))
        return vault.seal({**plan, "told": sorted({*sent.told, *told})})

    def _wait(self, tx: Connection, sent: Sent, side: Side, record_id: str, message: str) -> None:
        waiting = attention.Waiting(sent.lane.id, side, record_id, UNCERTAIN, message, patient=True)
        attention.wait(tx, waiting, self._world.seconds)


def _words(finding: Finding) -> tuple[str, str]:
    """What to say, and the ways out."""
    number = len(finding.candidates)
    if all(each.deleted for each in finding.candidates):
        message = "a record like it was made there and deleted since: it may be the one we created"
        return message, _WAYS_OUT_OF_BIN
    if number == 1:
        return "a record like it was made there: it may be the one we created", _WAYS_OUT
    hint = "Delete the surplus ones there, or change them; the next run takes the one that is left."
    return f"{number} records there may be the one that was created", hint
