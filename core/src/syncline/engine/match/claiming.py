"""Claims taken before a create: who comes second follows what the first makes.

What is claimed are the record's match keys and, where a record is made again, the one that is gone:
everybody who held that one held the same, whatever they have made of it since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, exists, select

from syncline.engine.world import World
from syncline.engine.write import Prepared
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, Side
from syncline.state import leases, links
from syncline.state.claims import Claim, claim, give_up
from syncline.state.crowds import Crowds
from syncline.state.feeds import FEED
from syncline.state.intents import INTENT
from syncline.state.lanes import get_lane, lease_keys
from syncline.state.links import LINK
from syncline.state.records import RECORD

_AGAIN: Final = "again"
"""The kind of a claim to be the one who makes a record again."""


@dataclass(frozen=True)
class Follower:
    """A create that somebody else's claim comes before. `certain`: both are the same beyond doubt,
    since the claim is of this moment, or since both held the record that is gone.
    """

    create: Prepared
    claim: Claim
    certain: bool

    @property
    def same_lane(self) -> bool:
        """Whether both are records of one side, which one record cannot be linked to."""
        return self.claim.lane_id == self.create.lane.id


@dataclass(frozen=True)
class Claiming:
    """`crowds`: the keys that too many records of a side carry to say anything."""

    world: World
    crowds: Crowds

    def claimed(self, creates: Sequence[Prepared]) -> tuple[list[Prepared], list[Follower]]:
        """Those that may be created, and the others, each with the claim it has to follow."""
        with self.world.transaction() as tx:
            wanted = [self._claims(create) for create in creates]
            others = claim(tx, wanted, self.world.seconds)
        answers = list(zip(creates, wanted, others, strict=True))
        fresh = {each for _create, claims, other in answers if other is None for each in claims}
        leaders = [create for create, _claims, other in answers if other is None]
        followers = [
            Follower(create, other, other in fresh or self._is_again(create, other))
            for create, _claims, other in answers
            if other is not None
        ]
        return leaders, followers

    def void(self, tx: Connection, follower: Follower) -> None:
        """What was made by whoever has the claim does not carry the key any more: whatever it has
        claimed of what this create wants is free, unless another run may be about to use it again.
        """
        other = follower.claim
        if not _another_run_has(tx, self.world, other.lane_id):
            wanted = self._claims(follower.create)
            give_up(tx, [other._replace(what=each.what) for each in wanted])

    def says_nothing(self, each: Prepared, kind: str, key: str) -> bool:
        """Whether too many records on the source's side carry this key."""
        source = each.lane.sides[each.side.other]
        crowded = self.crowds.on_side(source.feed.id, source.owner)
        if not crowded:
            return False
        return self.world.database.vault.digest(f"match:{kind}", key) in crowded

    def _is_again(self, create: Prepared, other: Claim) -> bool:
        gone = create.replaces
        return gone is not None and self._claim(create, _AGAIN, gone).what == other.what

    def _claims(self, create: Prepared) -> list[Claim]:
        """One claim for the record it replaces and one per match key, strongest first."""
        matchers, lane = self.world.plugins.matchers, create.lane
        keys = [
            (name, key)
            for name in lane.policy.match
            for key in matchers[name](create.source)
            if not self.says_nothing(create, name, key)
        ]
        again = [] if create.replaces is None else [(_AGAIN, create.replaces)]
        return [self._claim(create, kind, key) for kind, key in (*again, *keys)]

    def _claim(self, create: Prepared, kind: str, key: str) -> Claim:
        account = "" if create.feed.feed.account is None else create.operation_account
        room = f"claim:{create.feed.store_id}:{create.lane.type.name}:{kind}:{account}"
        what = self.world.database.vault.digest(room, key)
        return Claim(what, create.lane.id, create.side.other.value, str(create.source_id))


@dataclass(frozen=True)
class Holder:
    """The record that has a claim, with the one made for it (`target`), if that is known yet."""

    target: RecordId | None


def holder_of(tx: Connection, world: World, create: Prepared, claim: Claim) -> Holder | None:
    """Who has the claim that a create has to follow; None if nothing has come of it, or what came
    of it is gone, and nobody is at work who may be about to make it.
    """
    holder = _who_made(tx, create, claim)
    if holder is None and _another_run_has(tx, world, claim.lane_id):
        return Holder(None)
    return holder


def _another_run_has(tx: Connection, world: World, lane_id: int) -> bool:
    """Whether another run works on a lane: what it claims it makes batch by batch."""
    keys = lease_keys(get_lane(tx, lane_id))
    return leases.at_work(tx, keys, world.seconds) not in ("", world.run_id)


def _who_made(tx: Connection, create: Prepared, claim: Claim) -> Holder | None:
    """Whose create has been sent, or carried out. Their lane may have our target's system on its
    other side.
    """
    for side in (each for each in SIDES if claim.side != each.value):
        values = {"lane": claim.lane_id, "source": claim.source_id, "store": create.feed.store_id}
        link = tx.execute(_HOLDING[side], values).first()
        if link is None:
            continue
        if link.under_way or not link.target:
            return Holder(None)
        gone = link.presence == "deleted" or links.is_severed_at(link, side)
        return None if gone else Holder(RecordId(link.target))
    return None


def _holding(side: Side) -> Select[Any]:
    """The link of a source, with what was made for it on a side, if that is in this store."""
    feed, target = LINK.c[f"{side}_feed"], LINK.c[f"{side}_id"]
    under_way = exists().where(INTENT.c.link_id == LINK.c.id, INTENT.c.action == "create")
    return (
        select(LINK, target.label("target"), RECORD.c.presence, under_way.label("under_way"))
        .join(FEED, (FEED.c.id == feed) & (FEED.c.store_id == bindparam("store")))
        .outerjoin(RECORD, (RECORD.c.feed_id == feed) & (RECORD.c.id == target))
        .where(
            LINK.c.lane_id == bindparam("lane"),
            LINK.c[f"{side.other}_id"] == bindparam("source"),
        )
    )


_HOLDING: Final = {side: _holding(side) for side in SIDES}
