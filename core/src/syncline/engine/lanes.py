"""Lanes and feeds of a round, resolved: accounts, containers, effective mappings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from syncline.engine.decide.digests import Digester
from syncline.model.objects import ObjectType
from syncline.model.records import AbsenceReason, AccountId
from syncline.model.reports import LaneName
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.requests import Feed
from syncline.plugin.service import Service
from syncline.plugin.spec import TypeSpec
from syncline.policy.schema import Direction, LeftScope, ObjectPolicy, Records
from syncline.state.leases import LeaseKey


@dataclass(frozen=True, kw_only=True)
class FeedState:
    """A feed with its row in the state. `tag` are the versions its digests depend on. `ahead`: by
    how many seconds the service's clock is ahead of ours; None where it did not say.
    """

    id: int
    side: Side
    store_id: int
    store: str
    connection: Service
    feed: Feed
    spec: TypeSpec
    tag: str
    ahead: float | None = None


@dataclass(frozen=True, kw_only=True)
class LaneSide:
    """One side of a lane: whose account, which feed, and what of the feed belongs to it."""

    feed: FeedState
    account: AccountId
    container: str | None
    records: Records

    @property
    def of_all_accounts(self) -> bool:
        """Whether one feed holds the records of all accounts. (Several lanes may read any feed:
        a mailbox may be kept the same as two CRMs.)
        """
        return self.feed.feed.account is None

    @property
    def by_owner(self) -> bool:
        """Whether only the account's own records belong to the lane."""
        return self.of_all_accounts and self.records is Records.OWN

    @property
    def owner(self) -> AccountId | None:
        """Whose records of the feed alone belong to the lane; None if all of them do."""
        return self.account if self.by_owner else None

    def absence_of(self, owner: AccountId | None) -> AbsenceReason | None:
        """Why a record that is there does not belong to the lane: it is somebody else's, or nobody
        can read whose it is. None if it does.
        """
        if not self.by_owner or owner == self.account:
            return None
        return AbsenceReason.LEFT if owner else AbsenceReason.UNREADABLE


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A lane of a round. `careful`: its state was lost or is an older one, so that what looks new
    may have been linked. `fingerprint`: of what its row says of the policy.
    """

    id: int
    name: LaneName
    type: ObjectType
    policy: ObjectPolicy
    fingerprint: str
    digester: Digester = field(repr=False)
    sides: PerSide[LaneSide]
    first_sync: bool = False
    rebaseline: bool = False
    adopt_foreign: bool = False
    careful: bool = False
    limit: int | None = None

    @property
    def lease_keys(self) -> tuple[LeaseKey, ...]:
        """Both accounts, for this type."""
        return tuple(
            LeaseKey(self.sides[side].feed.store_id, self.sides[side].account, self.type.name)
            for side in SIDES
        )

    @cached_property
    def policy_at_first(self) -> ObjectPolicy:
        """By which a link is decided about that was not looked at since the policy changed: nobody
        has taken its record out of the data set, whose border was moved. What is outside now rests.
        """
        return replace(self.policy, left_scope=LeftScope.KEEP)

    def carried(self, target: Side) -> tuple[str, ...]:
        """The fields that may travel to this side and that both sides hold."""
        return self._carried[target]

    @cached_property
    def _carried(self) -> PerSide[tuple[str, ...]]:
        return PerSide(self._carried_to(Side.LEFT), self._carried_to(Side.RIGHT))

    def _carried_to(self, target: Side) -> tuple[str, ...]:
        source, there = self.sides[target.other].feed.spec, self.sides[target].feed.spec
        allowed = {
            Direction.BOTH,
            Direction.LEFT_TO_RIGHT if target is Side.RIGHT else Direction.RIGHT_TO_LEFT,
        }
        return tuple(
            name
            for name in self.type.fields
            if name in source.by_name
            and name in there.by_name
            and self.policy.field_direction(name) in allowed
        )

    @cached_property
    def compared(self) -> tuple[str, ...]:
        """The fields both sides hold: those a decision is about."""
        left, right = (self.sides[side].feed.spec.by_name for side in SIDES)
        return tuple(name for name in self.type.fields if name in left and name in right)

    @cached_property
    def compared_names(self) -> frozenset[str]:
        """The same, in no order."""
        return frozenset(self.compared)


Readers = tuple[tuple[Lane, Side], ...]
"""The lanes that read a feed, each with the side the feed is on for it."""


def readers_by_feed(lanes: Iterable[Lane]) -> list[tuple[FeedState, Readers]]:
    """Every feed of these lanes, once, with its readers."""
    found: dict[int, tuple[FeedState, list[tuple[Lane, Side]]]] = {}
    for lane in lanes:
        for side in SIDES:
            feed = lane.sides[side].feed
            found.setdefault(feed.id, (feed, []))[1].append((lane, side))
    return [(feed, tuple(readers)) for feed, readers in found.values()]
