"""Whether somebody has entered a deleted record anew since: making it again would double it.

Only what was made since the deletion counts, and neither by the run that is undone nor by an undo
of it. What carried the same match key before, beside the one that was deleted, is another record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select

from syncline.engine.failures import Failures
from syncline.engine.intake.record_row import seconds
from syncline.engine.lanes import FeedState
from syncline.engine.match.lookup import MARKER, Lookup
from syncline.engine.send.created import made_since
from syncline.engine.undo.done import Done, is_in
from syncline.engine.world import World
from syncline.model.records import Record
from syncline.model.reports import Action
from syncline.plugin.requests import MatchKey
from syncline.state.among import among
from syncline.state.crowds import Crowds
from syncline.state.database import chunks
from syncline.state.history import HISTORY, RUN
from syncline.state.lanes import LANE


@dataclass(frozen=True)
class EnteredAnew:
    """Looks for them in the connections, for the undo of a run."""

    world: World
    undone: str
    failures: Failures
    _crowds: dict[int, Crowds] = field(default_factory=dict)

    def kinds(self, deleted: Iterable[Done]) -> dict[tuple[int, str], str]:
        """By feed and id of these deleted records, the kind of match key that a record carries
        which has been made since. A feed that fails is noted.
        """
        by_feed: dict[int, tuple[FeedState, list[Done]]] = {}
        for done in deleted:
            by_feed.setdefault(done.feed.id, (done.feed, []))[1].append(done)
        found: dict[tuple[int, str], str] = {}
        for feed, group in by_feed.values():
            with self.failures.caught(feed):
                found.update(self._in_feed(feed, group))
        return found

    def _in_feed(self, feed: FeedState, group: Sequence[Done]) -> dict[tuple[int, str], str]:
        keys: dict[str, list[MatchKey]] = {done.record_id: self._keys(done) for done in group}
        made = self._made_since(feed, group, keys)
        carried = [(seconds(each.created), self._carried(each, keys.values())) for each in made]
        carrying: dict[tuple[int, str], str] = {}
        for done in group:
            since = _since(feed, done)
            later = [held for created, held in carried if created is None or created >= since]
            for key in reversed(keys[done.record_id]):
                if any(key in held for held in later):
                    carrying[feed.id, done.record_id] = key.kind
        return carrying

    def _made_since(
        self, feed: FeedState, group: Sequence[Done], keys: Mapping[str, Sequence[MatchKey]]
    ) -> list[Record]:
        """Since the first of these deletions."""
        wanted = dict.fromkeys(key for some in keys.values() for key in some)
        if not wanted:
            return []
        since = min(_since(feed, done) for done in group)
        return self._not_ours(feed, Lookup(self.world, feed).created_since(wanted, since))

    def _not_ours(self, feed: FeedState, found: Sequence[Record]) -> list[Record]:
        """What the run made itself is taken back, too; what an undo of it made was asked for."""
        undoes = select(RUN.c.id).where(or_(RUN.c.id == self.undone, RUN.c.undoes == self.undone))
        made = (
            select(HISTORY.c.record_id)
            .join(LANE, LANE.c.id == HISTORY.c.lane_id)
            .where(
                HISTORY.c.action == Action.CREATE.value,
                HISTORY.c.run_id.in_(undoes),
                is_in(feed),
            )
        )
        ours: set[str] = set()
        with self.world.transaction() as tx:
            for part in chunks(record.id for record in found):
                ours.update(tx.scalars(made.where(among(HISTORY.c.record_id, part))))
        return [record for record in found if record.id not in ours]

    # --- keys -----------------------------------------------------------------------------------

    def _keys(self, done: Done) -> list[MatchKey]:
        """By which it can be looked for, but for those that too many carry; strongest first."""
        fields, kinds = done.wrote.before, done.lane.policy.match
        found = Lookup(self.world, done.feed).keys("", fields, kinds)
        other = done.lane.sides[done.side.other]
        crowded = self._crowds_of(other.feed).on_side(other.feed.id, other.owner)
        digest = self.world.database.vault.digest
        return [
            key
            for key in found
            if key.kind != MARKER and digest(f"match:{key.kind}", key.value) not in crowded
        ]

    def _crowds_of(self, feed: FeedState) -> Crowds:
        if feed.id not in self._crowds:
            with self.world.transaction() as tx:
                self._crowds[feed.id] = Crowds.of(tx, [feed.id])
        return self._crowds[feed.id]

    def _carried(self, record: Record, wanted: Iterable[Sequence[MatchKey]]) -> set[MatchKey]:
        kinds = dict.fromkeys(key.kind for some in wanted for key in some)
        return {
            MatchKey(kind=kind, value=value)
            for kind in kinds
            for value in self.world.plugins.matchers[kind](record.fields)
        }


def _since(feed: FeedState, done: Done) -> float:
    """The moment of a deletion, by the service's clock."""
    service_time = None if feed.ahead is None else done.at + feed.ahead
    return made_since(feed, done.at, service_time)
