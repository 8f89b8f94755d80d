"""Which lanes want a record of a feed, whether or not they take part in this round.

A feed has one cursor for all its lanes. What a round reads for some of them must be kept for the
others: a member that is left out, busy, or in another sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select, update

from syncline.engine.lanes import FeedState
from syncline.state.database import chunks
from syncline.state.lanes import LANE
from syncline.state.links import LINK
from syncline.state.records import RECORD, drop_keys


@dataclass(frozen=True)
class Interest:
    """`everything`: lanes to which every record of the feed belongs; `owners`: account → lanes."""

    everything: frozenset[int]
    owners: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, tx: Connection, feed: FeedState) -> Interest:
        """The interest of all lanes that read a feed."""
        side = feed.side
        everything: set[int] = set()
        owners: dict[str, set[int]] = {}
        columns = (LANE.c.id, LANE.c[f"{side}_account"], LANE.c[f"{side}_own"])
        for lane_id, account, own in tx.execute(
            select(*columns).where(LANE.c[f"{side}_feed"] == feed.id)
        ):
            (owners.setdefault(account, set()) if own else everything).add(lane_id)
        return cls(frozenset(everything), {key: frozenset(ids) for key, ids in owners.items()})

    def lanes(self, owner: str) -> frozenset[int]:
        """The lanes to which a record of this owner belongs."""
        return self.everything | self.owners.get(owner, frozenset())


def no_longer_pending(
    tx: Connection, feed: FeedState, ids: Iterable[str], *, settled: bool = False
) -> None:
    """Of these records, those that every lane they belong to has linked need no keys any more,
    and, if they are `settled`, no values.
    """
    changes: dict[str, Any] = {"pending": False} | ({"payload": None} if settled else {})
    side = feed.side
    linked = (
        exists()
        .where(LINK.c.lane_id == LANE.c.id, LINK.c[f"{side}_id"] == RECORD.c.id)
        .correlate(LANE, RECORD)
    )
    waiting = (
        exists()
        .where(
            LANE.c[f"{side}_feed"] == feed.id,
            LANE.c[f"{side}_own"].is_(False) | (LANE.c[f"{side}_account"] == RECORD.c.owner),
            ~linked,
        )
        .correlate(RECORD)
    )
    for part in chunks(ids):
        done = (RECORD.c.feed_id == feed.id, RECORD.c.id.in_(part), ~waiting)
        those = select(RECORD.c.id).where(*done)
        drop_keys(tx, feed.id, those)
        tx.execute(update(RECORD).where(*done).values(changes))
