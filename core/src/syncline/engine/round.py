"""A round: a set of lanes run together, from lease to settlement.

    lease → recover → read feeds → pair → survey, guard → new records, links, deletions → settle

Lanes run together so that calls are shared: a CRM is read once for all members, and writes to it
are batched over lanes. Whatever fails belongs to a record, a lane or a connection, and never holds
up another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from syncline.engine.decide.guards import Guard
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import Lane, readers_by_feed
from syncline.engine.match.pair import pair_all
from syncline.engine.match.returned import return_all
from syncline.engine.report import RoundReport
from syncline.engine.send.recover import Recovery
from syncline.engine.send.writer import Writer
from syncline.engine.work.census import Census, Uncounted
from syncline.engine.work.creating import Creating
from syncline.engine.work.finish import Finish
from syncline.engine.work.gate import Gate
from syncline.engine.work.held import guard_trip
from syncline.engine.work.linked import LinkedWork
from syncline.engine.work.reconfigured import reconfigured
from syncline.engine.work.survey import survey
from syncline.engine.work.unlinked import UnlinkedWork
from syncline.engine.world import World
from syncline.errors import CALL_FAILED, Busy, CallFailed, Stop, SynclineError
from syncline.model.reports import GuardTrip
from syncline.model.sides import SIDES, Side
from syncline.state import attention
from syncline.state.crowds import Crowds
from syncline.state.holder import Holder
from syncline.state.lanes import change_lane

PASSES: Final = 3
"""How often what became due in a round is looked at in it: a lost race, a twin just linked."""


@dataclass
class Round:
    """One run over some lanes. Use once."""

    world: World
    lanes: dict[int, Lane]
    report: RoundReport
    full: bool = False
    _readers: dict[int, FeedReader] = field(default_factory=dict)
    _crowds: Crowds = field(default_factory=lambda: Crowds({}))
    _unseen: set[tuple[int, Side]] = field(default_factory=set)
    _holder: Holder = field(init=False)

    def __post_init__(self) -> None:
        self._holder = Holder(self.world.database, self.world.run_id)

    def run(self) -> None:
        """Run to the end; failures are in the report. Leases are given back in any case."""
        try:
            if not self.world.dry:
                self._lease()
            self._readers = {
                feed.id: FeedReader(self.world, feed, readers)
                for feed, readers in readers_by_feed(self.lanes.values())
            }
            self._work()
        except Busy as error:
            self.report.lane_failed(self.lanes.values(), error, "")
        finally:
            if not self.world.dry:
                self._holder.release()

    def _work(self) -> None:
        if self.lanes:  # a plan, too, on its copy: what a run does depends on what it finds out
            self._phase("recover")
            self._guarded_recovery()
        self._phase("read")
        self._read()
        self._count()
        self._phase("pair")
        self._find_crowded_keys()
        return_all(self.world, self.lanes, self.report)
        pair_all(self.world, self.lanes, self._crowds, self.report)
        self._phase("plan")
        gate = Gate(self.world, survey(self.world, self.lanes))
        self._phase("write")
        self._write(gate)

    # --- lease ----------------------------------------------------------------------------------

    def _lease(self) -> None:
        """Both accounts of each lane; a lane whose account is taken is left out and reported."""
        keys = {key for lane in self.lanes.values() for key in lane.lease_keys}
        with self.world.transaction() as tx:
            self.world.database.require_key(tx)
            held = self._holder.acquire(tx, keys, self.world.seconds, self.world.lease_seconds)
            moved = reconfigured(tx, self.lanes)
        self._holder.forget_the_dead()
        busy = [
            lane
            for lane in self.lanes.values()
            if lane.id in moved or not held.issuperset(lane.lease_keys)
        ]
        error = Busy(
            "another run works on this member at the moment",
            hint="Wait for it to end. One that died on another machine is taken for dead after ten "
            "minutes, one that died here at once.",
        )
        self.world = replace(self.world, holder=self._holder)
        self._drop(busy, error, "")

    # --- recover and read -----------------------------------------------------------------------

    def _guarded_recovery(self) -> None:
        recovery = Recovery(self.world, self.lanes, self._readers, self.report, self._unseen)
        failed = recovery.run()
        for feed_id, error in failed.items():
            self._drop_readers(self._readers[feed_id], error)

    def _drop_readers(self, reader: FeedReader, error: SynclineError) -> None:
        lanes = (lane for lane, _side in reader.observer.readers)
        self._drop(lanes, error, reader.feed.connection.name)

    def _in_use(self) -> list[FeedReader]:
        """The feeds of the lanes that are still in the round."""
        return [
            reader
            for reader in self._readers.values()
            if any(lane.id in self.lanes for lane, _side in reader.observer.readers)
        ]

    def _read(self) -> None:
        """All feeds, several at once; a feed that fails takes its lanes out of this round."""
        feeds = self._in_use()
        failures = self.world.at_once(self._read_one, feeds)
        for reader, failure in zip(feeds, failures, strict=True):
            if failure is not None:
                self._drop_readers(reader, failure)

    def _read_one(self, reader: FeedReader) -> CallFailed | None:
        if self.world.stop():
            return Stop("interrupted", hint="The next run goes on from here.")
        try:
            reader.read(sweep=self.full)
        except CALL_FAILED as error:
            return error
        return None

    def _count(self) -> None:
        """A second installation at work stops the lanes it works on, until told to adopt. Above
        `max_records` a lane stops and says so; it never picks some.
        """
        with self.world.transaction() as tx:
            uncounted = Uncounted.among(tx, self.lanes)
            census = Census.take(tx, uncounted.feeds, self.world.installation)
        if not uncounted.lanes:
            return
        self._judge(census, uncounted.lanes)
        with self.world.transaction() as tx:
            uncounted.in_order(tx, self.lanes)

    def _judge(self, census: Census, lanes: Iterable[Lane]) -> None:
        for lane in lanes:
            counts = [(side, census.of(lane.sides[side])) for side in SIDES]
            foreign = [(side, count.foreign) for side, count in counts if count.foreign]
            if foreign and not lane.adopt_foreign:
                side, number = foreign[0]
                self._drop([lane], _foreign(number), lane.sides[side].feed.connection.name)
                continue
            for side, count in counts:
                if count.records > lane.policy.max_records:
                    self._stop_too_large(lane, side, count.records)

    def _stop_too_large(self, lane: Lane, side: Side, count: int) -> None:
        self.report.guards.append(_too_many(lane, side.value, count))
        message = "more records than max_records"
        self.report.tally(lane).error = message
        if self.lanes.pop(lane.id, None) is not None:
            with self.world.transaction() as tx:
                change_lane(tx, lane.id, last_error=message)

    def _find_crowded_keys(self) -> None:
        """Before any pairing, since linked records have no keys any more."""
        feeds = [reader.feed.id for reader in self._in_use()]
        with self.world.transaction() as tx:
            self._crowds = Crowds.of(tx, feeds)

    # --- write ----------------------------------------------------------------------------------

    def _write(self, gate: Gate) -> None:
        """Updates and new records until nothing new is due, then deletions."""
        writer = Writer(self.world, self.lanes, self._readers, self.report)
        creating = Creating(self.world, self._readers, self.report, writer, self._crowds)
        linked = LinkedWork(self.world, self.lanes, self._readers, self.report, gate, creating)
        unlinked = UnlinkedWork(
            self.world,
            self.lanes,
            self._readers,
            self.report,
            creating,
            gate,
            self._unseen,
        )
        for _pass in range(PASSES):
            # New records first: one that was entered anew takes the place of the deleted one
            # before anybody decides what the deletion means.
            done = unlinked.run() + linked.run(deletions=False)
            done += creating.link_duplicates()
            self._look_again(writer)
            if not done or self.world.stop():
                break
        linked.run(deletions=True)
        self._look_again(writer)
        finish = Finish(self.world, self.lanes, self.report, writer.failures)
        finish.run(gate, linked.undecided)
        finish.tell_of(self._readers.values())

    def _look_again(self, writer: Writer) -> None:
        """Records whose write met another version are read, so that the next pass sees them."""
        for feed_id, ids in writer.aftermath.reread.items():
            reader = self._readers[feed_id]
            if reader.feed not in writer.failures:
                with writer.failures.caught(reader.feed):
                    reader.by_id(sorted(ids))
        writer.aftermath.reread.clear()

    def _drop(self, lanes: Iterable[Lane], error: SynclineError, connection: str) -> None:
        dropped = [lane for lane in lanes if lane.id in self.lanes]
        if not dropped:
            return
        self.report.lane_failed(dropped, error, connection)
        with self.world.transaction() as tx:
            for lane in dropped:
                self.lanes.pop(lane.id, None)
                change_lane(tx, lane.id, last_error=error.message)

    def _phase(self, name: str) -> None:
        first = next(iter(self.lanes.values()), None)
        if first is not None:
            self.world.progress.phase(first.name.sync, first.name.type, name)


def wake_all(world: World, lanes: Mapping[int, Lane]) -> None:
    """`run --full`: whatever waits is looked at, due or not."""
    with world.transaction() as tx:
        attention.wake_lanes(tx, lanes, world.seconds)


def _foreign(count: int) -> Stop:
    return Stop(
        f"{count} records carry the marker of another Syncline installation",
        hint="Two installations on the same accounts rewrite each other's records. Stop the other "
        "one, or, if it is gone for good, run once with --adopt.",
    )


def _too_many(lane: Lane, side: str, count: int) -> GuardTrip:
    name = lane.name
    scope = f"{name.sync}/{name.type}, {name.left} - {name.right}"
    limit = lane.policy.max_records
    message = f"{count} records on the {side} side, max_records is {limit}"
    return guard_trip(Guard.TOO_MANY, scope, message, count)
