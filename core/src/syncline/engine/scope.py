"""How many records of a side belong to each lane, and how many of them are somebody else's work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from syncline.engine.lanes import LaneSide
from syncline.state.among import among
from syncline.state.database import chunks
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
        ours = RECORD.c.marker.startswith(f"{installation}:", autoescape=True)
        foreign = func.sum(case((RECORD.c.marker.is_not(None) & ~ours, 1), else_=0))
        statement = select(RECORD.c.feed_id, RECORD.c.owner, func.count(), foreign)
        found = cls({}, {})
        for part in chunks(feed_ids):
            here = statement.where(among(RECORD.c.feed_id, part), RECORD.c.in_scope)
            # The columns of an index, in its order: what is grouped by is counted in passing.
            groups = here.group_by(RECORD.c.feed_id, RECORD.c.pending, RECORD.c.owner)
            for feed_id, owner, *numbers in tx.execute(groups):
                found.feeds[feed_id] = found.feeds.get(feed_id, Count()).plus(*numbers)
                owned = found.owners.get((feed_id, owner), Count())
                found.owners[feed_id, owner] = owned.plus(*numbers)
        return found

    def of(self, here: LaneSide) -> Count:
        """What belongs to this side of a lane."""
        if here.by_owner:
            return self.owners.get((here.feed.id, here.account), Count())
        return self.feeds.get(here.feed.id, Count())
