"""The end of a round: what the state says of its lanes, links and keys from now on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import update

from syncline.engine.failures import Failures
from syncline.engine.intake import unread
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.work.due import looked_at
from syncline.engine.work.gate import Gate
from syncline.engine.world import World
from syncline.model.reports import Action
from syncline.model.sides import SIDES
from syncline.state import records
from syncline.state.among import one_of
from syncline.state.careful import careful_no_more
from syncline.state.crowds import Crowds
from syncline.state.database import chunks
from syncline.state.lanes import LANE

_ENDED: Final = update(LANE).where(one_of(LANE.c.id, "lanes"))


@dataclass(frozen=True)
class Finish:
    """Ends a round over the lanes that came so far. `failures`: what writing them met."""

    world: World
    lanes: Mapping[int, Lane]
    report: RoundReport
    failures: Failures

    def run(self, gate: Gate, undecided: Collection[int]) -> None:
        """`undecided`: links of which somebody noted something while it was decided about them."""
        self.report.guards.extend(gate.held.trips())
        ended = [key for key, lane in self.lanes.items() if self._ended(lane)]
        with self.world.transaction() as tx:
            if not self.world.stop():
                gate.held.save(tx, ended)
                gate.save(tx, ended)
            careful_no_more(tx, ended)
            looked_at(tx, ended, self.world.seconds, undecided)
            changes: dict[tuple[tuple[str, Any], ...], list[int]] = {}
            for lane in self.lanes.values():
                changes.setdefault(tuple(self._end_of(lane).items()), []).append(lane.id)
            for values, lane_ids in changes.items():
                for part in chunks(lane_ids):
                    tx.execute(_ENDED, {"lanes": part, **dict(values)})
        self._drop_keys()

    def tell_of(self, readers: Iterable[FeedReader]) -> None:
        """What was read and cannot be worked with is in the report."""
        for reader in readers:
            unread.report_waiting(self.report, self.lanes, reader.observer.began_waiting)
            concerned = reader.observer.readers
            unread.report_nameless(self.report, reader.feed, concerned, reader.nameless)
            ownerless = len(reader.observer.ownerless)
            unread.report_ownerless(self.report, reader.feed, concerned, ownerless)

    def _drop_keys(self) -> None:
        """What was paired in this round is found by its ids from now on. A round that dies before
        leaves keys that nobody asks for, to the next one that pairs something there.
        """
        paired = [
            lane
            for lane in self.lanes.values()
            if self.report.has_any(lane, (Action.LINK, Action.CREATE))
        ]
        if not paired:
            return
        feed_ids = sorted({lane.sides[side].feed.id for lane in paired for side in SIDES})
        with self.world.transaction() as tx:
            crowds = Crowds.of(tx, feed_ids)
        for feed_id in feed_ids:
            crowded = crowds.in_feed(feed_id)
            after: str | None = ""
            while after is not None:
                with self.world.transaction() as tx:
                    after = records.drop_keys(tx, feed_id, after, crowded=crowded)

    def _end_of(self, lane: Lane) -> dict[str, Any]:
        """What the lane's row says from now on."""
        error = self.failures.of(lane)
        values: dict[str, Any] = {"last_run_at": self.world.seconds, "last_error": error}
        if self._ended(lane):
            values["rebaseline"] = False
            if lane.first_sync:
                values["first_synced_at"] = self.world.seconds
        return values

    def _ended(self, lane: Lane) -> bool:
        """Whether everything there was to do for a lane was at least tried."""
        return not self.world.stop() and self.failures.spare(lane)
