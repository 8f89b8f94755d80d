"""Records without a counterpart: decided, held or created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Row

from syncline.engine.decide import digests
from syncline.engine.decide.record import NewVerdict, decide_new
from syncline.engine.intake.interest import of_no_use
from syncline.engine.intake.read import FeedReader
from syncline.engine.intake.wanted import of_lane
from syncline.engine.lanes import Lane
from syncline.engine.match.copies import COPY, not_new
from syncline.engine.match.new_record import Origin, prepare_create
from syncline.engine.match.pending import lanes_with_unlinked, to_create
from syncline.engine.match.returned import returned
from syncline.engine.match.turns import linked_already
from syncline.engine.report import RoundReport
from syncline.engine.send.writer import Writer
from syncline.engine.work.creating import Creating
from syncline.engine.work.gate import Gate
from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import records
from syncline.state.database import chunks

PAGE: Final = 3000
_NEW: Final = {
    (side, own): to_create(side, by_owner=own).limit(PAGE)
    for side in SIDES
    for own in (True, False)
}


@dataclass
class UnlinkedWork:
    """Carries the round's records without counterpart through.

    `unseen`: the lanes, with the side, where a new record may be our own, made by a create that
    recovery could not see yet: nothing there is taken for somebody's before that is known.
    """

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    report: RoundReport
    creating: Creating
    gate: Gate
    unseen: Set[tuple[int, Side]] = frozenset()
    held: set[tuple[int, Side, str]] = field(default_factory=set)

    def run(self) -> int:
        """Create what is missing on either side; returns how many creates were prepared.

        Buffers are filled over lanes, so that a batch of a shared connection is full.
        """
        count, new = 0, self._lanes_with_new()
        for side in SIDES:
            buffer: list[Prepared] = []
            for lane in (self._lanes_with_new() if count else new)[side.other]:
                for page in self._new_records(lane, side.other):
                    buffer.extend(self._decide(lane, side, page))
                    if len(buffer) >= PAGE:
                        count += self.creating.send(buffer)
                        buffer = []
            count += self.creating.send(buffer)
        return count

    @property
    def writer(self) -> Writer:
        """What sends the round's writes."""
        return self.creating.writer

    # --- which ----------------------------------------------------------------------------------

    def _lanes_with_new(self) -> PerSide[list[Lane]]:
        going = self.writer.failures.going()
        with self.world.transaction() as tx:
            ids = {side: lanes_with_unlinked(tx, going, side) for side in SIDES}
        return PerSide(
            *(
                [
                    lane
                    for key, lane in going.items()
                    if key in ids[s] and (key, s) not in self.unseen
                ]
                for s in SIDES
            )
        )

    def _new_records(self, lane: Lane, source: Side) -> Iterator[list[Row[Any]]]:
        """A page at a time, as it is their turn: what another lane has linked comes last."""
        feed, late = lane.sides[source].feed, dict[str, tuple[int, int]]()
        for page in self._in_order_of_ids(lane, source):
            with self.world.transaction() as tx:
                linked = linked_already(tx, feed, [row.id for row in page])
            late.update(linked)
            yield self._with_payload(lane, source, [row for row in page if row.id not in linked])
        for ids in chunks(sorted(late, key=late.__getitem__), PAGE):
            if self._goes_on(lane):
                yield self._with_payload(lane, source, self._still_new(lane, source, ids))

    def _goes_on(self, lane: Lane) -> bool:
        return not self.world.stop() and self.writer.failures.spare(lane)

    def _in_order_of_ids(self, lane: Lane, source: Side) -> Iterator[list[Row[Any]]]:
        here, after = lane.sides[source], ""
        statement = _NEW[source, here.by_owner]
        values = of_lane(lane)
        while self._goes_on(lane):
            with self.world.transaction() as tx:
                moment = {"after": after, "now": self.world.seconds}
                page = tx.execute(statement, {**values, **moment}).all()
            if not page:
                return
            after = page[-1].id
            yield list(page)

    def _with_payload(self, lane: Lane, source: Side, page: list[Row[Any]]) -> list[Row[Any]]:
        """Values that were not kept are read again by id. What is not the lane's any more by then
        is left out.
        """
        missing = [RecordId(row.id) for row in page if row.payload is None]
        if not missing:
            return page
        feed = lane.sides[source].feed
        with self.writer.failures.caught(feed):
            self.readers[feed.id].by_id(missing)
        found = self._still_new(lane, source, [row.id for row in page])
        return [row for row in found if row.payload]

    def _still_new(self, lane: Lane, source: Side, ids: Sequence[str]) -> list[Row[Any]]:
        """Those of these that are the lane's, as they are noted by now."""
        here = lane.sides[source]
        with self.world.transaction() as tx:
            found = records.find(tx, here.feed.id, ids)
        return [
            row
            for row in (found[each] for each in ids if each in found)
            if row.pending and row.in_scope and here.owner in (None, row.owner)
        ]

    def _decide(self, lane: Lane, side: Side, page: Sequence[Row[Any]]) -> list[Prepared]:
        decision = decide_new(side.other, lane.policy, bool(lane.carried(side)))
        if decision.verdict is NewVerdict.LEAVE:
            self._leave(lane, side.other, page)
            return []
        ready = []
        for row in self._without_copies(lane, side, page, decision.reason):
            each = self._prepare(lane, side, row, decision.reason)
            held = "creating is switched off there" if decision.verdict is NewVerdict.HOLD else ""
            if not held and (why := self.gate.withholds(each)) is not None:
                held = why.message
            if held:
                self._hold(each, held)
            else:
                ready.append(each)
        return ready

    def _without_copies(
        self, lane: Lane, side: Side, page: Sequence[Row[Any]], reason: str
    ) -> list[Row[Any]]:
        installation, source = self.world.installation, side.other
        with self.world.transaction() as tx:
            back = returned(tx, installation, lane, source, page, self.report)
            rest = [row for row in page if row.id not in back]
            found = not_new(tx, installation, lane, source, rest)
        for row in rest:
            if (why := found.get(row.id)) is not None:
                prepared, patient = self._prepare(lane, side, row, reason), why is COPY
                self.creating.stop(prepared, *why, patient=patient)
        return [row for row in rest if row.id not in found]

    def _hold(self, each: Prepared, why: str) -> None:
        key = (each.lane.id, each.side, str(each.source_id))
        if key not in self.held:
            self.held.add(key)
            self.report.done(each.lane, replace(each.planned, held=why))

    def _prepare(self, lane: Lane, side: Side, row: Row[Any], reason: str) -> Prepared:
        fields = self.world.database.vault.unseal(row.payload)
        origin = Origin(RecordId(row.id), row.version, fields, digests.load(row.digests_json))
        return prepare_create(
            lane, side, origin, installation=self.world.installation, reason=reason
        )

    def _leave(self, lane: Lane, source: Side, page: Sequence[Row[Any]]) -> None:
        """Nothing will ever come of these under this policy: do not look at them each run."""
        with self.world.transaction() as tx:
            of_no_use(tx, lane, source, [row.id for row in page])
