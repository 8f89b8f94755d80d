"""Where the records of an answer are: in the data set, outside, or nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digests, differs
from syncline.engine.intake.interest import Interest
from syncline.engine.lanes import FeedState
from syncline.model.records import Record
from syncline.model.sides import Side
from syncline.state.among import among
from syncline.state.database import chunks
from syncline.state.lanes import LANE
from syncline.state.links import LINK, is_severed_at
from syncline.state.records import RECORD


@dataclass(frozen=True)
class Whereabouts:
    """What an answer says of its records' place: these are outside of the data set, and all others
    inside; or, if it is not `known`, nothing at all.
    """

    outside: frozenset[str] = frozenset()
    known: bool = True


INSIDE: Final = Whereabouts()
NOBODY_KNOWS: Final = Whereabouts(known=False)


@dataclass(frozen=True)
class Place:
    """Where a page's records are, for each link that holds one: in its lane's data set or not. If
    that is not `known`, nothing enters or leaves: records stay where they were, and new ones are
    taken for inside until the listing, which comes before anybody decides.
    """

    feed: FeedState
    interest: Interest
    outside: frozenset[str]
    known: bool

    @classmethod
    def of(
        cls, tx: Connection, feed: FeedState, said: Whereabouts, rows: Mapping[str, Row[Any]]
    ) -> Place:
        """From what the answer `said`, and the rows there are of its records."""
        known = said.known or feed.feed.scope is None
        outside = said.outside
        if not known:
            outside = frozenset(key for key, row in rows.items() if row.presence == "left")
        return cls(feed, Interest.of(tx, feed), outside, known)

    def holds(self, record: Record, link: Row[Any]) -> bool:
        """Whether the record is in the data set of the link's lane, for certain."""
        wanted = self.interest.lanes(record.owner or "")
        return self.known and record.id not in self.outside and link.lane_id in wanted

    def held(self, row: Row[Any], link: Row[Any]) -> bool:
        """Whether a record was in the data set of the link's lane when it was noted last."""
        there = row.presence == "present" and row.in_scope
        return bool(there and link.lane_id in self.interest.lanes(row.owner))

    def is_due(self, record: Record, link: Row[Any], current: Digests) -> bool:
        """Whether the link has to be decided about: the record changed, left or came back."""
        side, inside = self.feed.side, self.holds(record, link)
        if link.status == "out_of_scope":
            return inside
        if link.status == "severed":
            return inside and is_severed_at(link, side)
        left = self.known and link._mapping[f"{side}_inside"] and not inside
        base = digests.load(link._mapping[f"{side}_base_json"])
        return bool(left or link.status != "linked" or differs(current, base))


def links_outside(tx: Connection, side: Side, link_ids: Iterable[int]) -> set[int]:
    """Of these links, those whose record on a side has left their lane's data set, or its owner, or
    of which nobody knows where it is.
    """
    feed, record = LINK.c[f"{side}_feed"], LINK.c[f"{side}_id"]
    own, account = LANE.c[f"{side}_own"], LANE.c[f"{side}_account"]
    left = (RECORD.c.presence == "left") & LINK.c[f"{side}_inside"]
    statement = (
        select(LINK.c.id)
        .join(LANE, LANE.c.id == LINK.c.lane_id)
        .outerjoin(RECORD, (RECORD.c.feed_id == feed) & (RECORD.c.id == record))
        .where(RECORD.c.id.is_(None) | left | (own & (RECORD.c.owner != account)))
    )
    return {
        key
        for part in chunks(link_ids)
        for key in tx.scalars(statement.where(among(LINK.c.id, part)))
    }
