"""What follows from a decision without a write: bases move, pairs end, rest, or wait.

All of it is carried out on what the state holds at that moment: of what somebody else has noted
since it was decided nothing is, and the link stays due (`undecided`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syncline.engine.approvals import Subject
from syncline.engine.decide.link import Presence, Verdict
from syncline.engine.intake import unread
from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.send.agreements import Agreement, settle_agreement
from syncline.engine.words import planned
from syncline.engine.work.conflicts import Conflicts
from syncline.engine.work.due import DueLink, still_so
from syncline.engine.work.evaluate import Evaluation, waits_to_be_compared
from syncline.engine.work.held import Held
from syncline.engine.work.prepare import join
from syncline.engine.world import World
from syncline.model.reports import Action, PlannedOperation
from syncline.model.sides import SIDES, Side
from syncline.state import attention, conflicts, links, records


@dataclass
class Unwritten:
    """Carries out what needs no write. `withheld` and `in_conflict` are what the report tells of
    already: writes that were not let through, and links.
    """

    world: World
    lanes: Mapping[int, Lane]
    report: RoundReport
    held: Held
    withheld: set[Subject] = field(default_factory=set)
    in_conflict: set[int] = field(default_factory=set)
    undecided: set[int] = field(default_factory=set)

    @property
    def conflicts(self) -> Conflicts:
        """Decisions of people and plugins."""
        return Conflicts(self.world)

    def finish(self, decided: Sequence[Evaluation]) -> None:
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
                    self.note_decided(each.link)
            rest = [each.link.id for each in done if each.decision.verdict is Verdict.FREEZE]
            links.drop_values(tx, rest)

    def settle_agreed(self, withheld: Sequence[Evaluation]) -> None:
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

    def note_decided(self, link: DueLink) -> None:
        """It was decided about the link: what guards had asked of it before is over."""
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
                self.count_conflict(link)
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
        if side is None:
            return
        reason, held = each.decision.reason, "creating is switched off there"
        operation = planned(link.lane, side, Action.CREATE, None, {}, reason, held=held)
        source_id = str(link.sides[side.other].id)
        subject = Subject(link.lane.id, side, Action.CREATE, source_id)
        self.report_withheld(link.lane, subject, operation)

    def report_withheld(self, lane: Lane, subject: Subject, operation: PlannedOperation) -> None:
        """The report tells of an operation that is held, once."""
        if subject not in self.withheld:
            self.withheld.add(subject)
            self.report.done(lane, operation)

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

    def count_conflict(self, link: DueLink) -> None:
        """The report counts the link's conflict, once."""
        if link.id not in self.in_conflict:
            self.in_conflict.add(link.id)
            self.report.tally(link.lane).conflicts += 1


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
