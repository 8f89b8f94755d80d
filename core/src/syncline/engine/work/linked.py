"""Due links carried through: decided, guarded, read again, written.

A page of links at a time, so that memory does not grow with the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from syncline.engine.decide.link import Ruling, Verdict
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.send.writer import Writer
from syncline.engine.work.conflicts import Conflicts, ruling_of
from syncline.engine.work.creating import Creating
from syncline.engine.work.due import DueLink, also_linked, every_due_link
from syncline.engine.work.evaluate import Evaluation, evaluate
from syncline.engine.work.gate import Gate
from syncline.engine.work.once import each_record_once
from syncline.engine.work.prepare import guarded, prepare_link
from syncline.engine.work.second_look import SecondLook, is_read, sides_there, sides_to_read
from syncline.engine.work.survey import look_again
from syncline.engine.work.unwritten import Unwritten
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide
from syncline.state import links

PAGE: Final = 600
"""Links at a time: a multiple of every batch size there is, so that batches are full."""


@dataclass
class LinkedWork:
    """Carries the round's due links through: updates and recreations first, then deletions."""

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    report: RoundReport
    gate: Gate
    creating: Creating
    _unwritten: Unwritten = field(init=False)
    _second_look: SecondLook = field(init=False)
    _looked_again: bool = False

    def __post_init__(self) -> None:
        self._unwritten = Unwritten(self.world, self.lanes, self.report, self.gate.held)
        self._second_look = SecondLook(self.world, self.lanes, self.readers, self.writer.failures)

    @property
    def writer(self) -> Writer:
        """What sends the round's writes."""
        return self.creating.writer

    @property
    def conflicts(self) -> Conflicts:
        """Decisions of people and plugins."""
        return self._unwritten.conflicts

    @property
    def undecided(self) -> set[int]:
        """Links of which somebody else noted something while it was decided about them."""
        return self._unwritten.undecided

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
        done, to_write = _sorted(self._evaluate(self._second_look.complete(page)), deletions)
        for sides_of in (sides_to_read, sides_there):
            unread = [each for each in to_write if not is_read(each)]
            if unread:
                renewed = self._evaluate(self._second_look.renewed(unread, sides_of))
                also_done, also_to_write = _sorted(renewed, deletions)
                done.extend(also_done)
                to_write = [*(each for each in to_write if is_read(each)), *also_to_write]
        to_write = each_record_once(self._known(to_write))
        if deletions and to_write and not self._looked_again:
            self._looked_again = True
            look_again(self.world, self.lanes, self.gate.held)
        self._unwritten.finish(done)
        prepared = [(each, self._prepare(each)) for each in to_write]
        self._unwritten.settle_agreed([each for each, ready in prepared if not ready])
        return [write for _each, ready in prepared for write in ready]

    def _known(self, evaluations: Sequence[Evaluation]) -> list[Evaluation]:
        """Those of which everything was read that a write needs; what we had read of the others was
        replaced since, by what somebody else has noted.
        """
        known = [each for each in evaluations if is_read(each)]
        ids = {each.link.id for each in known}
        self.undecided.update({each.link.id for each in evaluations} - ids)
        self.undecided.difference_update(ids)
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

    # --- writes ---------------------------------------------------------------------------------

    def _prepare(self, evaluation: Evaluation) -> list[Prepared]:
        self._unwritten.note_decided(evaluation.link)
        if evaluation.decision.conflicts:
            with self.world.transaction() as tx:
                self.conflicts.save(tx, evaluation)
            self._unwritten.count_conflict(evaluation.link)
        writes = prepare_link(evaluation, self.world.installation)
        return [each for each in writes if self._is_let_through(each, evaluation)]

    def _is_let_through(self, write: Prepared, evaluation: Evaluation) -> bool:
        link, operation = evaluation.link, guarded(write, evaluation)
        early = f"found {_while(link.lane)}: the next run" if _is_first_look(link) else ""
        why = self.gate.withholds(write, operation, too_early=early)
        if why is not None:
            held = replace(write.planned, held=why.message, handle=why.handle)
            self._unwritten.report_withheld(link.lane, operation.subject, held)
        return why is None


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


def _sends(each: Evaluation) -> bool:
    return any(write.fields for write in each.writes.values())
