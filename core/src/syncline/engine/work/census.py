"""How many records of a side belong to each lane, and how many of them are somebody else's work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, select

from syncline.engine.lanes import Lane, LaneSide
from syncline.model.sides import SIDES
from syncline.state.among import one_of
from syncline.state.bulk import update_rows
from syncline.state.database import chunks
from syncline.state.feeds import FEED
from syncline.state.lanes import LANE
from syncline.state.records import RECORD


@dataclass(frozen=True)
class Count:
    """`foreign`: those of the records that carry the marker of another installation."""

    records: int = 0
    foreign: int = 0

    def plus(self, records: int, foreign: int) -> Count:
        """So many more."""
        return Count(self.records + records, self.foreign + foreign)


@dataclass(frozen=True)
class Census:
    """What was counted in all feeds of a round at once: by feed, and by feed and owner."""

    feeds: dict[int, Count]
    owners: dict[tuple[int, str], Count]

    @classmethod
    def take(cls, tx: Connection, feed_ids: Iterable[int], installation: str) -> Census:
        """Count the records in scope, as last seen."""
        found = cls({}, {})
        for part in chunks(feed_ids):
            for feed_id, owner, *numbers in tx.execute(_groups(installation), {"feeds": part}):
                found.feeds[feed_id] = found.feeds.get(feed_id, Count()).plus(*numbers)
                owned = found.owners.get((feed_id, owner), Count())
                found.owners[feed_id, owner] = owned.plus(*numbers)
        return found

    def of(self, here: LaneSide) -> Count:
        """What belongs to this side of a lane."""
        if here.by_owner:
            return self.owners.get((here.feed.id, here.account), Count())
        return self.feeds.get(here.feed.id, Count())


@dataclass(frozen=True)
class Uncounted:
    """The lanes whose records have to be counted: since they were found in order something was
    noted in a feed of theirs, or their limit was changed. Most lanes of most runs are not.
    """

    lanes: tuple[Lane, ...]
    marks: Mapping[int, str]
    """Of each of them, what is kept when it was found in order."""

    @classmethod
    def among(cls, tx: Connection, lanes: Mapping[int, Lane]) -> Uncounted:
        """Of these lanes."""
        feed_ids = {lane.sides[side].feed.id for lane in lanes.values() for side in SIDES}
        revisions: dict[int, int] = {}
        for part in chunks(feed_ids):
            revisions.update(
                (row.id, row.revision) for row in tx.execute(_REVISIONS, {"feeds": part})
            )
        known: dict[int, str] = {}
        for part in chunks(lanes):
            known.update((row.id, row.counted) for row in tx.execute(_COUNTED, {"lanes": part}))
        marks = {lane.id: _mark(lane, revisions) for lane in lanes.values()}
        found = [lane for lane in lanes.values() if known.get(lane.id) != marks[lane.id]]
        return cls(tuple(found), {lane.id: marks[lane.id] for lane in found})

    @property
    def feeds(self) -> set[int]:
        """Their feeds."""
        return {lane.sides[side].feed.id for lane in self.lanes for side in SIDES}

    def in_order(self, tx: Connection, going: Mapping[int, Lane]) -> None:
        """Those that go on were found in order."""
        rows = [{"id": i, "counted": mark} for i, mark in self.marks.items() if i in going]
        update_rows(tx, LANE, rows)


@lru_cache(maxsize=8)
def _groups(installation: str) -> Select[Any]:
    """The records in scope of some `feeds`, counted by feed and owner."""
    ours = RECORD.c.marker.startswith(f"{installation}:", autoescape=True)
    foreign = func.sum(case((RECORD.c.marker.is_not(None) & ~ours, 1), else_=0))
    return (
        select(RECORD.c.feed_id, RECORD.c.owner, func.count(), foreign)
        .where(one_of(RECORD.c.feed_id, "feeds"), RECORD.c.in_scope)
        # The columns of an index, in its order: what is grouped by is counted in passing.
        .group_by(RECORD.c.feed_id, RECORD.c.pending, RECORD.c.owner)
    )


def _mark(lane: Lane, revisions: Mapping[int, int]) -> str:
    feeds = (lane.sides[side].feed.id for side in SIDES)
    read = " ".join(f"{feed_id}:{revisions.get(feed_id, 0)}" for feed_id in feeds)
    return f"{read} {lane.policy.max_records} {lane.adopt_foreign:d}"


_REVISIONS: Final = select(FEED.c.id, FEED.c.revision).where(one_of(FEED.c.id, "feeds"))
_COUNTED: Final = select(LANE.c.id, LANE.c.counted).where(one_of(LANE.c.id, "lanes"))
