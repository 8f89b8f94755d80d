"""Due links carried through: decided, guarded, read again, written.

A page of links at a time, so that memory does not grow with the number of records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from syncline.engine import unread
from syncline.engine.conflicts import Conflicts, ruling_of
from syncline.engine.creating import Creating
from syncline.engine.decide.link import Presence, Ruling, Verdict
from syncline.engine.due import (
    DueLink,
    also_linked,
    every_due_link,
    links_by_id,
    still_so,
    with_reads,
)
from syncline.engine.evaluate import Evaluation, evaluate, waits_to_be_compared
from syncline.engine.held import Held
from syncline.engine.lanes import Lane
from syncline.engine.obstacle import Obstacle, obstacle
from syncline.engine.once import each_record_once
from syncline.engine.prepare import guarded, join, prepare_link
from syncline.engine.prepared import Prepared
from syncline.engine.read import FeedReader
from syncline.engine.report import RoundReport
from syncline.engine.settle import Agreement, settle_agreement
from syncline.engine.survey import look_again
from syncline.engine.words import planned
from syncline.engine.world import World
from syncline.engine.write import Writer
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention, conflicts, links, records

_AWAY: Final = (Presence.DELETED, Presence.LEFT)
PAGE: Final = 600
"""Links at a time: a multiple of every batch size there is, so that batches are full."""


@dataclass
class LinkedWork:
    """Carries the round's due links through: updates and recreations first, then deletions.
    `undecided`: of which somebody else noted something while it was decided about them.
    """

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    report: RoundReport
    held: Held
    creating: Creating
    written: Counter[int] = field(default_factory=Counter)
    reported: set[int] = field(default_factory=set)
    undecided: set[int] = field(default_factory=set)
    _looked_again: bool = False

    @property
    def writer(self) -> Writer:
        """What sends the round's writes."""
        return self.creating.writer

    @property
    def conflicts(self) -> Conflicts:
        """Decisions of people and plugins."""
        return Conflicts(self.world)

    def run(self, *, deletions: bool) -> int:
        """Handle every due link once; returns how many writes were prepared."""
        count = 0
        for page in every_due_link(self.world, self.writer.failures.going(), PAGE):
            if self.world.stop():
                break
            ready = self._page(page, deletions)
            count += len(ready)
            again = [each for each in ready if each.action is Action.CREATE]
            self.creating.send(again)
            self.writer.send([each for each in ready if each.action is not Action.CREATE])
            refused = [each.link_id for each in ready if each.refused and each.link_id]
            if refused:
                with self.world.transaction() as tx:
                    links.change(tx, refused, dirty=True)
        return count

    def _page(self, page: Sequence[DueLink], deletions: bool) -> list[Prepared]:
        done, to_write = _sorted(self._evaluate(self._complete(page)), deletions)
        for sides_of in (_sides_to_read, _sides_there):
            unread = [each for each in to_write if not _is_read(each)]
            if unread:
                renewed = self._evaluate(self._renewed(unread, sides_of))
                also_done, also_to_write = _sorted(renewed, deletions)
                done.extend(also_done)
                to_write = [*(each for each in to_write if _is_read(each)), *also_to_write]
        to_write = each_record_once(self._known(to_write))
        if deletions and to_write and not self._looked_again:
            self._looked_again = True
            look_again(self.world, self.lanes, self.held)
        self._finish(done)
        prepared = [(each, self._prepare(each)) for each in to_write]
        self._settle_agreed([each for each, ready in prepared if not ready])
        return [write for _each, ready in prepared for write in ready]

    def _known(self, evaluations: Sequence[Evaluation]) -> list[Evaluation]:
        """Those of which everything was read that a write needs; what we had read of the others was
        replaced since, by what somebody else has noted.
        """
        known = [each for each in evaluations if _is_read(each)]
        ids = {each.link.id for each in known}
        self.undecided |= {each.link.id for each in evaluations} - ids
        self.undecided -= ids
        return known

    def _evaluate(self, page: Sequence[DueLink]) -> list[Evaluation]:
        with self.world.transaction() as tx:
            shared = also_linked(tx, page)
            rulings = self.conflicts.rulings(tx, page)
        return [self._evaluate_one(link, shared, rulings) for link in page]

    def _evaluate_one(
        self,
        link: DueLink,
        shared: PerSide[dict[int, int]],
        rulings: Mapping[int, Ruling],
    ) -> Evaluation:
        others = PerSide(*(shared[side].get(link.id, 0) for side in SIDES))
        ruling = rulings.get(link.id, ruling_of(link))
        evaluation = evaluate(link, self.world, ruling, others)
        chosen = self.conflicts.ask(evaluation, ruling)
        return evaluation if chosen is None else evaluate(link, self.world, chosen, others)

    # --- reading what the decision is about -----------------------------------------------------

    def _complete(self, page: Sequence[DueLink]) -> list[DueLink]:
        """Links with a record that was never seen in its feed (a new mapping): read it first."""
        unseen = _by_feed(
            (link, side) for link in page for side in SIDES if not link.sides[side].known
        )
        if not unseen:
            return list(page)
        self._read(unseen)
        with self.world.transaction() as tx:
            return self._again(tx, page)

    def _renewed(
        self, evaluations: Sequence[Evaluation], sides_of: Callable[[Evaluation], set[Side]]
    ) -> list[DueLink]:
        """The targets read by id: the last check before the write, and the before-image. What they
        hold may turn the decision round; then both sides are read.
        """
        fresh = self._read(
            _by_feed((each.link, side) for each in evaluations for side in sides_of(each))
        )
        with self.world.transaction() as tx:
            again = self._again(tx, [each.link for each in evaluations])
        return [with_reads(link, fresh) for link in again]

    def _read(self, wanted: Mapping[int, set[RecordId]]) -> dict[tuple[int, str], Record]:
        found: dict[tuple[int, str], Record] = {}
        for feed_id, ids in wanted.items():
            reader = self.readers[feed_id]
            with self.writer.failures.caught(reader.feed):
                found.update(((feed_id, r.id), r) for r in reader.by_id(sorted(ids)))
        return found

    def _again(self, tx: Connection, page: Sequence[DueLink]) -> list[DueLink]:
        """These links as the state has them now; without those whose feed just failed."""
        going = [link.id for link in page if self.writer.failures.spare(link.lane)]
        return links_by_id(tx, self.lanes, going)

    # --- without a write ------------------------------------------------------------------------

    def _finish(self, decided: Sequence[Evaluation]) -> None:
        """Carry out what needs no write, where it is decided on what the state holds still."""
        if not decided:
            return
        with self.world.transaction() as tx:
            unmoved = still_so(tx, self.lanes, (each.link for each in decided))
            self.undecided = (self.undecided | {each.link.id for each in decided}) - unmoved
            done = [each for each in decided if each.link.id in unmoved]
            settle_agreement(tx, [_agreement(each) for each in done if _agrees(each)])
            settled = [each for each in done if _is_decided(each) and not _is_open(each)]
            for (lane_id, side), ids in _ids_by_lane(settled).items():
                attention.clear(tx, lane_id, side, ids)
            conflicts.drop(tx, [each.link.id for each in done if _is_decided(each)])
            for each in done:
                self._end(tx, each)
                if each.decision.verdict is not Verdict.WAIT:
                    self._note_decided(each.link)

    def _settle_agreed(self, withheld: Sequence[Evaluation]) -> None:
        """What both sides hold alike is settled also where the rest may not be written now: whoever
        edits it next edits it alone.
        """
        agreed = [each for each in withheld if not each.agreed.empty]
        if not agreed:
            return
        with self.world.transaction() as tx:
            unmoved = still_so(tx, self.lanes, (each.link for each in agreed))
            still = [each for each in agreed if each.link.id in unmoved]
            settle_agreement(tx, [_agreed_alone(each) for each in still])

    def _note_decided(self, link: DueLink) -> None:
        self.held.note_decided(link.lane, link.sides.map(lambda side: side.id))

    def _end(self, tx: Connection, each: Evaluation) -> None:
        link = each.link
        match each.decision.verdict:
            case Verdict.SEVER:
                self._sever(tx, each)
            case Verdict.END:
                self._forget(tx, each)
            case Verdict.FREEZE:
                links.change(tx, [link.id], status="out_of_scope", dirty=False)
            case Verdict.HOLD:
                self._hold(each)
            case Verdict.WAIT:
                self._note_waiting(tx, each)
            case _ if each.decision.conflicts or each.decision.verdict is Verdict.CONFLICT:
                self.conflicts.save(tx, each)
                self._count_conflict(link)
            case _ if each.decision.verdict is Verdict.UPDATE:
                self._note_refused(tx, each)

    def _sever(self, tx: Connection, each: Evaluation) -> None:
        link = each.link
        gone = next((s for s in SIDES if link.sides[s].presence is Presence.DELETED), None)
        links.sever(tx, link.id, gone)
        side = Side.LEFT if gone is None else gone.other
        self.report.done(
            link.lane,
            planned(link.lane, side, Action.SEVER, link.sides[side].id, {}, each.decision.reason),
        )

    def _hold(self, each: Evaluation) -> None:
        """It would be created again, but creating is switched off: the link stays due."""
        link, side = each.link, each.decision.side
        if side is not None and link.id not in self.reported:
            self.reported.add(link.id)
            reason = each.decision.reason
            operation = planned(link.lane, side, Action.CREATE, None, {}, reason)
            self.report.done(link.lane, replace(operation, held="creating is switched off there"))

    def _forget(self, tx: Connection, each: Evaluation) -> None:
        [row] = tx.execute(links.LINK.select().where(links.LINK.c.id == each.link.id))
        links.end(tx, row, "deleted on both sides")
        for side in SIDES:
            feed_id, record_id = _key(each.link, side)
            if not links.by_records(tx, side, feed_id, [record_id]):
                records.forget(tx, feed_id, [record_id])

    def _note_waiting(self, tx: Connection, each: Evaluation) -> None:
        side = next(s for s in SIDES if each.link.sides[s].presence is Presence.UNREADABLE)
        lane_id, record_id = each.link.lane.id, str(each.link.sides[side].id)
        why = attention.message(tx, lane_id, side, record_id, unread.REASON)
        self._wait(tx, each, side, unread.REASON, why or unread.HIDDEN)

    def _note_refused(self, tx: Connection, each: Evaluation) -> None:
        """Something was to be written, but nothing may be."""
        for side, write in each.writes.items():
            if write.refused and not write.fields:
                names = ", ".join(write.refused)
                self._wait(tx, each, side, "read only", f"these fields may not be written: {names}")

    def _wait(
        self, tx: Connection, each: Evaluation, side: Side, reason: attention.Reason, message: str
    ) -> None:
        link = each.link
        here = link.sides[side]
        waiting = attention.Waiting(link.lane.id, side, str(here.id), reason, message, patient=True)
        attention.wait(tx, waiting, self.world.seconds)
        self.report.waits(link.lane, side, here.id, reason, message)

    def _count_conflict(self, link: DueLink) -> None:
        if link.id not in self.reported:
            self.reported.add(link.id)
            self.report.tally(link.lane).conflicts += 1

    # --- writes ---------------------------------------------------------------------------------

    def _prepare(self, evaluation: Evaluation) -> list[Prepared]:
        lane = evaluation.link.lane
        self._note_decided(evaluation.link)
        if evaluation.decision.conflicts:
            with self.world.transaction() as tx:
                self.conflicts.save(tx, evaluation)
            self._count_conflict(evaluation.link)
        ready = []
        for each in prepare_link(evaluation, self.world.installation):
            reason = self._obstacle(each, evaluation)
            if reason is None:
                self.written[lane.id] += 1
                ready.append(each)
            elif evaluation.link.id not in self.reported:
                self.reported.add(evaluation.link.id)
                self.report.done(
                    lane, replace(each.planned, held=reason.held, handle=reason.handle)
                )
        return ready

    def _obstacle(self, each: Prepared, evaluation: Evaluation) -> Obstacle | None:
        """Why this write must not happen now; None if nothing stands in its way."""
        operation = guarded(each, evaluation)
        guard = self.held.guard_of(operation)
        if guard is not None:
            self.held.note(operation, guard, self.world.seconds)
            return Obstacle(f"guard: {guard.value}", operation.handle)
        if each.action is Action.DELETE and _is_first_look(evaluation.link):
            return Obstacle(f"found {_while(each.lane)}: the next run")
        return obstacle(self.world, each, self.written[each.lane.id])


def _is_first_look(link: DueLink) -> bool:
    """Whether what is found now may have happened before there was the lane, or its policy."""
    return link.rebaseline or link.lane.rebaseline or link.lane.first_sync


def _while(lane: Lane) -> str:
    if lane.careful:
        return "while re-reading after the state was lost or put back"
    return (
        "in the first sync" if lane.first_sync else "while re-reading after a change of the policy"
    )


def _sorted(
    evaluations: Iterable[Evaluation], deletions: bool
) -> tuple[list[Evaluation], list[Evaluation]]:
    """Those that are done without a write, and those that need one in this phase."""
    if deletions:
        return [], [each for each in evaluations if each.decision.verdict is Verdict.DELETE]
    done: list[Evaluation] = []
    writes: list[Evaluation] = []
    for each in evaluations:
        verdict = each.decision.verdict
        if verdict is Verdict.RECREATE or each.to_read or _sends(each):
            writes.append(each)
        elif verdict is not Verdict.DELETE:
            done.append(each)
    return done, writes


def _agrees(each: Evaluation) -> bool:
    """Whether both sides hold something alike, whatever of the rest waits for a person: that is
    settled, so that whoever edits it next edits it alone.
    """
    quiet = each.decision.verdict in (Verdict.NOTHING, Verdict.UPDATE)
    return quiet or not each.agreed.empty


def _is_decided(each: Evaluation) -> bool:
    """Whether nobody has to decide about this link, or will have to when it can be read again."""
    open_still = (Verdict.CONFLICT, Verdict.HOLD, Verdict.WAIT)
    return each.decision.verdict not in open_still and not each.decision.conflicts


def _is_open(each: Evaluation) -> bool:
    """Whether somebody has to decide, or something could not be written, or not be compared."""
    refused = any(write.refused for write in each.writes.values())
    return bool(each.decision.conflicts) or refused or waits_to_be_compared(each.link)


def _sends(each: Evaluation) -> bool:
    return any(write.fields for write in each.writes.values())


def _sides_to_read(evaluation: Evaluation) -> set[Side]:
    """The sides that must be read before this evaluation's writes. What is gone, or has left its
    data set, may be back, put there by somebody, or by a lane of ours that looks at more.
    """
    decision = evaluation.decision
    sides = set(evaluation.to_read)
    sides |= {side for side, write in evaluation.writes.items() if write.fields}
    if evaluation.to_read:
        sides |= {carry.source.other for carry in decision.carries}
    if decision.side is not None:
        sides.add(decision.side if decision.verdict is Verdict.DELETE else decision.side.other)
    if decision.verdict is Verdict.DELETE:
        sides |= {s for s in SIDES if evaluation.link.sides[s].presence in _AWAY}
    return sides


def _sides_there(evaluation: Evaluation) -> set[Side]:
    return {s for s in SIDES if evaluation.link.sides[s].presence is Presence.PRESENT}


def _is_read(evaluation: Evaluation) -> bool:
    sides = (evaluation.link.sides[side] for side in _sides_to_read(evaluation))
    return all(here.read or here.presence is not Presence.PRESENT for here in sides)


def _by_feed(wanted: Iterable[tuple[DueLink, Side]]) -> dict[int, set[RecordId]]:
    found: dict[int, set[RecordId]] = {}
    for link, side in wanted:
        record_id = link.sides[side].id
        if record_id is not None:
            found.setdefault(link.lane.sides[side].feed.id, set()).add(record_id)
    return found


def _agreement(each: Evaluation) -> Agreement:
    moves = join((each.agreed, *(write.settlement for write in each.writes.values())))
    return Agreement(each.link.lane, each.link.id, moves, _seen(each.link), _is_open(each))


def _agreed_alone(each: Evaluation) -> Agreement:
    link = each.link
    return Agreement(link.lane, link.id, each.agreed, _seen(link), open=True)


def _ids_by_lane(evaluations: Iterable[Evaluation]) -> dict[tuple[int, Side], list[str]]:
    found: dict[tuple[int, Side], list[str]] = {}
    for each in evaluations:
        for side in SIDES:
            if (record_id := each.link.sides[side].id) is not None:
                found.setdefault((each.link.lane.id, side), []).append(record_id)
    return found


def _seen(link: DueLink) -> dict[Side, tuple[str, str]]:
    return {side: (str(link.sides[side].id), link.sides[side].version) for side in SIDES}


def _key(link: DueLink, side: Side) -> tuple[int, str]:
    return link.lane.sides[side].feed.id, str(link.sides[side].id)
