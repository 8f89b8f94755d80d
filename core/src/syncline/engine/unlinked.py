"""Records without a counterpart: looked for in the whole connection, claimed, then created.

A create is the only write that cannot be made safe by a condition. So each has a deterministic
key, is preceded by a search for the marker and the match keys, and holds a claim on its match
keys, so that two members who know the same person make one record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection, Row

from syncline.engine import digests
from syncline.engine.claiming import Claiming, holder_link
from syncline.engine.copies import COPY, copies
from syncline.engine.decide.record import NewVerdict, decide_new
from syncline.engine.interest import no_longer_pending, read_by_others
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.lookup import Lookup, Twin
from syncline.engine.markers import Marks
from syncline.engine.obstacle import obstacle
from syncline.engine.pending import lanes_with_unlinked, to_create
from syncline.engine.place import Whereabouts
from syncline.engine.prepare import Origin, prepare_create
from syncline.engine.prepared import Prepared
from syncline.engine.read import FeedReader
from syncline.engine.rebind import rebind
from syncline.engine.report import RoundReport
from syncline.engine.world import World
from syncline.engine.write import Writer
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention, links, records
from syncline.state.claims import Claim, release

PAGE: Final = 3000
_NEW: Final = {
    (side, own): to_create(side, by_owner=own).limit(PAGE)
    for side in SIDES
    for own in (True, False)
}


@dataclass
class UnlinkedWork:
    """Carries the round's records without counterpart through. `written`: writes by lane so far.

    `crowded`: by feed, the keys (kind, digest) that so many records carry that they say nothing.
    `unseen`: the lanes, with the side, where a new record may be our own, made by a create that
    recovery could not see yet: nothing there is taken for somebody's before that is known.
    """

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    report: RoundReport
    writer: Writer
    written: Counter[int]
    crowded: Mapping[int, Set[tuple[str, str]]]
    unseen: Set[tuple[int, Side]] = frozenset()
    held: set[tuple[int, str]] = field(default_factory=set)

    def run(self) -> int:
        """Create what is missing on either side; returns how many writes were sent or links made.

        Buffers are filled over lanes, so that a batch of a shared connection is full.
        """
        count, new = 0, self._lanes_with_new()
        for side in SIDES:
            buffer: list[Prepared] = []
            for lane in (self._lanes_with_new() if count else new)[side.other]:
                for page in self._new_records(lane, side.other):
                    buffer.extend(self._decide(lane, side, page))
                    if len(buffer) >= PAGE:
                        count += self._send(buffer)
                        buffer = []
            count += self._send(buffer)
        return count

    @property
    def _claiming(self) -> Claiming:
        return Claiming(self.world, self.crowded)

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
        here, after = lane.sides[source], ""
        statement = _NEW[source, here.by_owner]
        values = {"lane": lane.id, "feed": here.feed.id, "owner": here.account}
        while not self.world.stop() and self.writer.failures.spare(lane):
            with self.world.transaction() as tx:
                moment = {"after": after, "now": self.world.seconds}
                page = tx.execute(statement, {**values, **moment}).all()
            if not page:
                return
            after = page[-1].id
            yield self._with_payload(lane, source, list(page))

    def _with_payload(self, lane: Lane, source: Side, page: list[Row[Any]]) -> list[Row[Any]]:
        """Values that were not kept are read again by id."""
        missing = [RecordId(row.id) for row in page if row.payload is None]
        if not missing:
            return page
        feed = lane.sides[source].feed
        with self.writer.failures.caught(feed):
            self.readers[feed.id].by_id(missing)
        with self.world.transaction() as tx:
            found = records.find(tx, feed.id, [row.id for row in page])
        return [found[row.id] for row in page if row.id in found and found[row.id].payload]

    def _decide(self, lane: Lane, side: Side, page: Sequence[Row[Any]]) -> list[Prepared]:
        decision = decide_new(side.other, lane.policy, bool(lane.carried(side)))
        if decision.verdict is NewVerdict.LEAVE:
            self._leave(lane, side.other, page)
            return []
        ready = []
        for row in self._without_copies(lane, side, page, decision.reason):
            each = self._prepare(lane, side, row, decision.reason)
            held = "creating is switched off there" if decision.verdict is NewVerdict.HOLD else ""
            if not held:
                found = obstacle(self.world, each, self.written[lane.id])
                held = "" if found is None else found.held
            if held:
                self._hold(each, held)
            else:
                self.written[lane.id] += 1
                ready.append(each)
        return ready

    def _without_copies(
        self, lane: Lane, side: Side, page: Sequence[Row[Any]], reason: str
    ) -> list[Row[Any]]:
        with self.world.transaction() as tx:
            found = copies(tx, self.world.installation, lane, side.other, page)
        for row in page:
            if row.id in found:
                self._stop(self._prepare(lane, side, row, reason), "copy", COPY)
        return [row for row in page if row.id not in found]

    def _hold(self, each: Prepared, why: str) -> None:
        key = (each.lane.id, str(each.source_id))
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
        here = lane.sides[source]
        with self.world.transaction() as tx:
            if not read_by_others(tx, lane.id, here, source):
                records.not_pending(tx, here.feed.id, [row.id for row in page])

    # --- look, claim, create --------------------------------------------------------------------

    def _send(self, buffer: Sequence[Prepared]) -> int:
        count = 0
        for feed, group in _by_feed(buffer):
            creates = self._not_found(feed, group)
            leaders, followers = self._claiming.claimed(creates)
            count += len(group)
            self.writer.send(leaders)
            self._follow(followers)
        return count

    def _not_found(self, feed: FeedState, group: Sequence[Prepared]) -> list[Prepared]:
        """Those whose counterpart does not exist yet; the others are linked or reported."""
        if feed in self.writer.failures:
            return []
        twins: Mapping[int, Twin] | None = None
        began = self.readers[feed.id].revision()
        with self.writer.failures.caught(feed):
            twins = Lookup(self.world, feed).search(group, self._claiming.says_nothing)
        if twins is None:
            return []
        creates = []
        for each in group:
            twin = twins.get(id(each))
            if twin is None:
                creates.append(each)
            else:
                self._link_twin(each, twin, began)
        return creates

    def _link_twin(self, each: Prepared, twin: Twin, began: int | None = None) -> None:
        """`began`: the revision of the feed before the twin was looked for; None if it is noted."""
        lane, side = each.lane, each.side
        if twin.record is None:
            self._ambiguous(each, twin.why)
            return
        reader = self.readers[each.feed.id]
        overtaken: set[RecordId] = set()
        with self.world.transaction() as tx:
            taken = _link_in_lane(tx, lane, side, twin.record.id)
            rebound = taken is not None and rebind(tx, lane, side, _source(each), taken)
            if taken is None:
                if began is not None:
                    overtaken = _note_twin(tx, reader, twin.record, began)
                self._link(tx, each, twin.record.id, twin.record.marker)
            elif rebound:
                self._linked(tx, each)
        reader.by_id(overtaken)
        if taken is not None and not rebound:
            self._ambiguous(each, "another record of the same person is linked to it already")

    def _link(
        self, tx: Connection, each: Prepared, target: RecordId, marker: str | None = None
    ) -> None:
        lane, side = each.lane, each.side
        marks = Marks.of(self.world.installation, lane, side.other, [_source(each)])
        made = marks.read(marker)
        values = {
            "lane_id": lane.id,
            "left_feed": lane.sides.left.feed.id,
            "right_feed": lane.sides.right.feed.id,
            f"{side.other}_id": each.source_id,
            f"{side}_id": target,
            "status": "linked",
            "incarnation": 0 if made is None else made.incarnation,
            "dirty": True,
            f"{side.other}_inside": True,
        }
        links.add(tx, values)
        no_longer_pending(tx, lane.sides[side].feed, [target])
        self._linked(tx, each)

    def _linked(self, tx: Connection, each: Prepared) -> None:
        lane, source = each.lane, [str(each.source_id)]
        no_longer_pending(tx, lane.sides[each.side.other].feed, source)
        attention.clear(tx, lane.id, source)
        self.report.count(lane, Action.LINK, lane.sides[each.side].feed.connection.name)

    def link_duplicates(self) -> int:
        """Creates that the service refused as duplicates: link to what is there, if it is one."""
        found = list(self.writer.aftermath.duplicates)
        self.writer.aftermath.duplicates.clear()
        for each, ids in found:
            records_there = self.readers[each.feed.id].by_id(ids) if len(ids) == 1 else []
            why = "the service refuses it as a duplicate of a record that cannot be read"
            if len(ids) > 1:
                why = f"the service refuses it as a duplicate of {len(ids)} records"
            self._link_twin(each, Twin(next(iter(records_there), None), why))
        return len(found)

    def _ambiguous(self, each: Prepared, why: str) -> None:
        self._stop(each, "ambiguous", why)

    def _stop(self, each: Prepared, kind: attention.Reason, why: str) -> None:
        """The record waits for a person, or for a change."""
        side = each.side.other
        waiting = attention.Waiting(
            each.lane.id,
            side,
            str(each.source_id),
            kind,
            why,
            patient=True,
        )
        with self.world.transaction() as tx:
            attention.wait(tx, waiting, self.world.seconds)
        label = each.planned.label
        self.report.waits(each.lane, side, each.source_id, kind, why, label=label)

    def _follow(self, followers: Sequence[tuple[Prepared, Claim]]) -> None:
        """Somebody else has the claim: link to what it made, or wait until it is settled."""
        for each, other in followers:
            with self.world.transaction() as tx:
                holder = holder_link(tx, each, other)
                if holder is None:
                    release(tx, other.lane_id, [other.source_id])
            if other.lane_id != each.lane.id:
                self._join_holder(each, holder)
            elif holder is not None:
                self._ambiguous(each, "another record on the same side carries the same match key")

    def _join_holder(self, each: Prepared, holder: Row[Any] | None) -> None:
        """Two members know the same person: the second links to the record the first one made."""
        if holder is None or not holder.target:
            return
        with self.world.transaction() as tx:
            if _link_in_lane(tx, each.lane, each.side, holder.target) is None:
                self._link(tx, each, RecordId(holder.target))


def _link_in_lane(tx: Connection, lane: Lane, side: Side, record_id: str) -> Row[Any] | None:
    found = links.by_records(tx, side, lane.sides[side].feed.id, [record_id])
    return next((row for row in found if row.lane_id == lane.id), None)


def _note_twin(tx: Connection, reader: FeedReader, record: Record, began: int) -> set[RecordId]:
    """Nothing says that it is in the data set, or that it has left it: it stays where it was seen
    last. Returns it if somebody has noted it since it was looked for.
    """
    row = records.find(tx, reader.feed.id, [record.id]).get(record.id)
    inside = reader.feed.feed.scope is None or (row is not None and row.in_scope)
    whereabouts = Whereabouts(frozenset() if inside else frozenset({record.id}))
    return reader.observer.note(tx, [record], began=began, whereabouts=whereabouts).overtaken


def _source(each: Prepared) -> RecordId:
    return RecordId(str(each.source_id))


def _by_feed(buffer: Sequence[Prepared]) -> list[tuple[FeedState, list[Prepared]]]:
    groups: dict[int, tuple[FeedState, list[Prepared]]] = {}
    for each in buffer:
        groups.setdefault(each.feed.id, (each.feed, []))[1].append(each)
    return list(groups.values())
