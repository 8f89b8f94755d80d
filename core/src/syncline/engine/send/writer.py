"""Sending prepared writes: the intents are committed first; then the call; then the outcome.

A write without an outcome keeps its intent: the next run finds out what became of it by looking
(`recover.py`), never by repeating.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

from sqlalchemy import Connection

from syncline.engine.failures import Failures
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.send.batches import batches_of, grouped
from syncline.engine.send.deleted import as_held, last_held
from syncline.engine.send.outcomes import Answer, Outcomes
from syncline.engine.send.sending import Sending
from syncline.engine.send.still_so import no_longer_so
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.errors import CALL_FAILED
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    DeleteRequest,
    Gone,
    Outcome,
    Unknown,
)
from syncline.state import feeds, intents, links


@dataclass(frozen=True)
class _Batch:
    """Writes of one call, with the ids of their intents."""

    writes: Sequence[Prepared]
    intents: Sequence[int]
    begun_at: float


class Writer:
    """Sends prepared writes of one round, batch by batch, several accounts at once."""

    def __init__(
        self,
        world: World,
        lanes: Mapping[int, Lane],
        readers: Mapping[int, FeedReader],
        report: RoundReport,
    ) -> None:
        self.world = world
        self.readers = readers
        self.report = report
        self.outcomes = Outcomes(world, report)
        self.aftermath = self.outcomes.aftermath
        self.failures = Failures(lanes, report)

    def send(self, prepared: Sequence[Prepared]) -> None:
        """Send everything; each outcome is settled as it comes."""
        groups = [group for group in grouped(prepared) if group]
        self.world.writing_at_once(self._send_group, groups)

    def _send_group(self, group: Sequence[Prepared]) -> None:
        """Batch by batch. The commit that settles one also holds the intents of the next, which
        is then sent at once: observers are told of a batch when the next one is on its way.
        """
        batches = (
            [group] if self.world.dry else list(batches_of(group))
        )  # nothing is cut for a call
        sent = self._begin(batches) if self._goes_on(group) else None
        done: list[Answer] = []
        while sent is not None:
            outcomes = self._call(sent)
            self._tell(done)
            writes = _as_they_were_deleted(sent.writes, outcomes)
            done = [*zip(writes, sent.intents, outcomes, strict=True)]
            sent = self._settle_batch(done, batches)
        self._tell(done)

    def _goes_on(self, batch: Sequence[Prepared]) -> bool:
        return not self.world.stop() and batch[0].feed not in self.failures

    def _begin(self, batches: list[Sequence[Prepared]]) -> _Batch | None:
        with self.world.transaction() as tx:
            return self._next(tx, batches)

    def _settle_batch(
        self, answers: Sequence[Answer], batches: list[Sequence[Prepared]]
    ) -> _Batch | None:
        """Returns the following batch, if it may be sent: its intents are committed then."""
        begun = None
        with self.world.transaction() as tx:
            self.world.assert_leased(tx)
            self.outcomes.take(tx, answers)
            if batches and self._goes_on(batches[0]):
                begun = self._next(tx, batches)
        self.world.progress.advance(len(answers))
        return begun

    def _tell(self, answers: Iterable[Answer]) -> None:
        if self.world.dry:
            return
        for each, _intent, outcome in answers:
            self.world.plugins.observe_after_apply(each.planned, outcome)

    # --- before the call ----------------------------------------------------------------------

    def _next(self, tx: Connection, batches: list[Sequence[Prepared]]) -> _Batch | None:
        """The next of these batches, taken from them, of which anything is to be sent. None if
        there is none.
        """
        while batches:
            if batch := self._still_so(tx, batches.pop(0)):
                return self._intend(tx, batch)
        return None

    def _still_so(self, tx: Connection, batch: Sequence[Prepared]) -> list[Prepared]:
        """Without the writes that are to be decided on again."""
        otherwise = no_longer_so(tx, batch)
        for each in compress(batch, otherwise):
            self.outcomes.leave(tx, each)
            self.aftermath.moved.append(each)
        return [each for each, changed in zip(batch, otherwise, strict=True) if not changed]

    def _intend(self, tx: Connection, batch: Sequence[Prepared]) -> _Batch:
        """The lease is long enough, links are being created, intents are written."""
        world, now = self.world, self.world.seconds
        world.renew_leases(tx)
        new = [each for each in batch if each.link_id is None]
        made = iter(links.add_many(tx, [creating_link(each) for each in new]))
        noted = feeds.revision(tx, batch[0].feed.id)
        ready = [
            each
            if each.action is not Action.CREATE
            else each.begun(next(made) if each.link_id is None else each.link_id, noted)
            for each in batch
        ]
        return _Batch(ready, intents.add(tx, [self._intent(each, now) for each in ready]), now)

    def _intent(self, each: Prepared, now: float) -> dict[str, Any]:
        service_time = None if each.feed.ahead is None else now + each.feed.ahead
        return {
            "lane_id": each.lane.id,
            "link_id": each.link_id,
            "side": each.side.value,
            "action": each.action.value,
            "key": each.key,
            "record_id": each.target_id,
            "expected_version": each.expected_version,
            "plan": self.world.database.vault.seal(
                {**each.write.to_json(), "service_time": service_time}
            ),
            "sent_at": now,
        }

    # --- the call -----------------------------------------------------------------------------

    def _call(self, batch: _Batch) -> list[Outcome]:
        feed = batch.writes[0].feed
        operations: tuple[Any, ...] = tuple(each.operation for each in batch.writes)
        reader = self.readers[feed.id]
        sending = Sending(self.world, reader, batch.writes, batch.intents, batch.begun_at)
        try:
            if batch.writes[0].action is Action.DELETE:
                request = DeleteRequest(spec=feed.spec, feed=feed.feed, operations=operations)
                outcomes = feed.connection.delete(request, before_send=sending.begin)
                return outcomes if sending.once else _perhaps_ours(batch.writes, outcomes)
            return feed.connection.apply(
                ApplyRequest(spec=feed.spec, feed=feed.feed, operations=operations),
                before_send=sending.begin,
                look=sending.look,
            )
        except CALL_FAILED as error:
            self.failures.note(feed, error)
            return [Unknown(message=error.message) for _each in batch.writes]


def _perhaps_ours(writes: Sequence[Prepared], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The answers to deletions that were sent more than once: what is gone, we may have deleted."""
    return [
        Applied(id=RecordId(str(each.target_id))) if isinstance(outcome, Gone) else outcome
        for each, outcome in zip(writes, outcomes, strict=True)
    ]


def _as_they_were_deleted(
    writes: Sequence[Prepared], outcomes: Sequence[Outcome]
) -> Sequence[Prepared]:
    """The writes of a batch; deletions with what their records held last, where that can be told
    before they are settled. A death in between leaves the intents, and recovery asks.
    """
    if writes[0].action is not Action.DELETE:
        return writes
    done = [o.id for o in outcomes if isinstance(o, Applied)]
    held = last_held(writes[0].feed, done) if done else {}
    return [_told(each, as_held(each, held.get(RecordId(str(each.target_id))))) for each in writes]


def _told(deletion: Prepared, now: Prepared) -> Prepared:
    """The deletion as it is `now`, for the report and for observers, too."""
    if now is deletion:
        return deletion
    return replace(now, planned=replace(now.planned, reason=now.write.reason))


def creating_link(each: Prepared) -> dict[str, Any]:
    """The link of a record that is about to be created."""
    source = each.side.other
    return {
        "lane_id": each.lane.id,
        "left_feed": each.lane.sides.left.feed.id,
        "right_feed": each.lane.sides.right.feed.id,
        f"{source}_id": each.source_id,
        f"{source}_version": each.write.source_version,
        f"{source}_inside": True,
        f"{each.side}_inside": each.feed.feed.scope is None,
        "status": "creating",
        "incarnation": each.write.incarnation,
        "dirty": False,
        "rebaseline": False,
    }
