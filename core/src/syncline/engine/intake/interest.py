"""Which lanes want a record of a feed, whether or not they take part in this round.

A feed has one cursor for all its lanes. What a round reads for some of them must be kept for the
others: a member that is left out, busy, or in another sync.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, Update, bindparam, exists, or_, select, update

from syncline.engine.lanes import FeedState, LaneSide
from syncline.model.sides import SIDES, Side
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.lanes import LANE
from syncline.state.links import LINK
from syncline.state.records import RECORD


@dataclass(frozen=True)
class Interest:
    """`everything`: lanes to which every record of the feed belongs; `owners`: account → lanes.
    `match`: the matchers by which any of them pairs.
    """

    everything: frozenset[int]
    owners: Mapping[str, frozenset[int]]
    match: tuple[str, ...]

    @classmethod
    def of(cls, tx: Connection, feed: FeedState) -> Interest:
        """The interest of all lanes that read a feed."""
        side = feed.side
        everything: set[int] = set()
        owners: dict[str, set[int]] = {}
        policies: set[str] = set()
        for lane_id, account, own, match in tx.execute(_READERS[side], {"feed": feed.id}):
            (owners.setdefault(account, set()) if own else everything).add(lane_id)
            policies.add(match)
        names = dict.fromkeys(name for each in sorted(policies) for name in json.loads(each))
        return cls(
            frozenset(everything),
            {account: frozenset(ids) for account, ids in owners.items()},
            tuple(names),
        )

    def lanes(self, owner: str) -> frozenset[int]:
        """The lanes to which a record of this owner belongs."""
        return self.everything | self.owners.get(owner, frozenset())


def read_by_others(tx: Connection, lane_id: int, here: LaneSide, side: Side) -> bool:
    """Whether another lane looks at the same records of this side: all that nothing comes of here
    may be wanted there.
    """
    mine = ~LANE.c[f"{side}_own"] | (LANE.c[f"{side}_account"] == here.account)
    others = select(LANE.c.id).where(
        LANE.c[f"{side}_feed"] == here.feed.id, LANE.c.id != lane_id, mine
    )
    return tx.execute(others.limit(1)).first() is not None


def no_longer_pending(
    tx: Connection, feed: FeedState, ids: Iterable[str], *, settled: bool = False
) -> None:
    """Of these records, those that every lane they belong to has linked; if they are `settled`,
    nobody needs their values any more.
    """
    statement = (_SETTLED if settled else _LINKED)[feed.side]
    for part in chunks(ids):
        tx.execute(statement, {"feed": feed.id, "ids": part})


def pending_again(tx: Connection, side: Side, feed_id: int, ids: Iterable[str]) -> None:
    """Of these records, those that some lane they belong to has not linked."""
    for part in chunks(ids):
        tx.execute(_WAITING[side], {"feed": feed_id, "ids": part})


def none_pending(side: Side, which: ColumnElement[bool]) -> Update:
    """The statement of `no_longer_pending` for all records of which a condition is true."""
    return update(RECORD).where(which, ~_wanted(side)).values(pending=False)


def _wanted(side: Side) -> ColumnElement[bool]:
    """The condition that a lane to which the record belongs has no link for it; one that is only
    being created may turn out never to have been. Lanes are asked for by what an index knows: of a
    shared feed, one owner's are few, and all of them are many.
    """
    there = (LINK.c[f"{side}_id"] == RECORD.c.id) & (LINK.c.status != "creating")
    linked = exists().where(LINK.c.lane_id == LANE.c.id, there).correlate(LANE, RECORD)
    reads, own = LANE.c[f"{side}_feed"] == RECORD.c.feed_id, LANE.c[f"{side}_own"]
    mine = own & (LANE.c[f"{side}_account"] == RECORD.c.owner)
    return or_(*(exists().where(reads, which, ~linked).correlate(RECORD) for which in (~own, mine)))


_READERS: Final = {
    side: select(
        LANE.c.id, LANE.c[f"{side}_account"], LANE.c[f"{side}_own"], LANE.c.match_json
    ).where(LANE.c[f"{side}_feed"] == bindparam("feed"))
    for side in SIDES
}
_THESE: Final = update(RECORD).where(
    RECORD.c.feed_id == bindparam("feed"), one_of(RECORD.c.id, "ids")
)
_LINKED: Final = {s: _THESE.where(~_wanted(s)).values(pending=False) for s in SIDES}
_SETTLED: Final = {s: _LINKED[s].values(payload=None) for s in SIDES}
_WAITING: Final = {s: _THESE.where(_wanted(s)).values(pending=True) for s in SIDES}
