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

from syncline.engine.intake.wanted import EACH, THIS_LANE, each_way
from syncline.engine.lanes import FeedState, Lane
from syncline.model.sides import SIDES, Side
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.lanes import LANE
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


def of_no_use(tx: Connection, lane: Lane, side: Side, ids: Iterable[str]) -> None:
    """Nothing will ever come of these records in a lane: those that no other one has yet to link
    are not pending any more.
    """
    feed = lane.sides[side].feed
    for part in chunks(ids):
        tx.execute(_OF_NO_USE[side], {"feed": feed.id, "ids": part, THIS_LANE.key: lane.id})


def no_longer_pending(
    tx: Connection, feed: FeedState, ids: Iterable[str], *, settled: bool = False
) -> None:
    """Of these records, those that every lane they belong to has linked; if they are `settled`,
    nobody needs their values any more.
    """
    statement = (_SETTLED if settled else _LINKED)[feed.side]
    for part in chunks(ids):
        tx.execute(statement, {"feed": feed.id, "ids": part})


def linked_there(tx: Connection, side: Side, feed_id: int, ids: Iterable[str]) -> None:
    """The same of a feed that lanes of others have on this side."""
    for part in chunks(ids):
        tx.execute(_LINKED[side], {"feed": feed_id, "ids": part})


def pending_again(tx: Connection, side: Side, feed_id: int, ids: Iterable[str]) -> None:
    """Of these records, those that some lane they belong to has not linked."""
    for part in chunks(ids):
        tx.execute(_WAITING[side], {"feed": feed_id, "ids": part})


def none_pending(side: Side, which: ColumnElement[bool]) -> Update:
    """The statement of `no_longer_pending` for all records of which a condition is true."""
    return update(RECORD).where(which, ~_wanted(side)).values(pending=False)


def _wanted(side: Side, *by: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that some lane (of which these conditions are true) wants a record."""
    each = [
        so & EACH[side].wants(RECORD, by_owner=by_owner, made=True)
        for by_owner, so in each_way(side)
    ]
    return or_(*(exists().where(*by, wants).correlate(RECORD) for wants in each))


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
_OF_NO_USE: Final = {
    s: _THESE.where(~_wanted(s, LANE.c.id != THIS_LANE)).values(pending=False) for s in SIDES
}
_WAITING: Final = {s: _THESE.where(_wanted(s)).values(pending=True) for s in SIDES}
