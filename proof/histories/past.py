"""What of the past may still explain a difference: who was deleted, shared, hidden, taken apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from proof.histories.deeds import People, is_spoiled
from proof.histories.owners import Owners
from proof.ledger import FOLLOWED, Ledger
from syncline.model.records import AccountId, RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Direction, LeftScope, Merge, ObjectPolicy, SharedDelete

_EDITS: Final = frozenset(
    {"create", "edit", "agree", "name", "clear", "add", "drop", "delete", "touch", "expire"}
)
"""Deeds after which both sides still count each other's edits exactly."""


def _families() -> PerSide[set[str]]:
    return PerSide(set(), set())


@dataclass(frozen=True)
class Moment:
    """How things were before somebody did something."""

    births: Counter[str]
    deleted: PerSide[set[str]]
    owners: Mapping[RecordId, AccountId]
    hidden: PerSide[frozenset[str]]


@dataclass
class Past:
    """`calm`: since both sides were in step nothing happened but edits. `baseless`: the engine may
    have lost what both sides were settled at; `forgot`: it lost everything. `severed`: who was
    deleted at a side while nothing could be at the other; `ever_deleted`: who was at all;
    `outlived`: whose record was deleted there for everybody, while at the other side nothing could
    be, or nothing goes there; `passed`: whose record a deletion of ours reached there, in a system
    that all share, while somebody who has them took no part; `shared`: whom several accounts of a
    side had at once. `pairs`: which records belonged together when both sides were in step; `torn`:
    whose pair people have taken apart since. `shown`: fields that were hidden when they were read,
    so that only a listing finds them. `unseen`: who could not be read when, or since, the state was
    lost, or was out of reach then; `alone`: how many more accounts than one had somebody then whose
    record at the other side was gone. `decided`: about whom a person decided since. `two_way`: the
    fields that have gone both ways ever since both sides were in step; `once_two_way`: those that
    have at any time since; `merged_whole`: whether whole records were merged since. `updates`: how
    often somebody's record was updated. `by_address`: every run so far told people by their
    address; `unread`: who could not be read at a side at some time.
    """

    ledger: Ledger
    owners: Owners
    calm: bool = True
    baseless: bool = False
    forgot: bool = False
    severed: PerSide[set[str]] = field(default_factory=_families)
    ever_deleted: PerSide[set[str]] = field(default_factory=_families)
    outlived: PerSide[set[str]] = field(default_factory=_families)
    passed: PerSide[set[str]] = field(default_factory=_families)
    unseen: PerSide[set[str]] = field(default_factory=_families)
    unread: PerSide[set[str]] = field(default_factory=_families)
    alone: PerSide[Counter[str]] = field(default_factory=lambda: PerSide(Counter(), Counter()))
    by_address: bool = True
    two_way: set[str] = field(default_factory=set)
    once_two_way: set[str] = field(default_factory=set)
    merged_whole: bool = False
    shown: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    torn: set[tuple[str, str]] = field(default_factory=set)
    pairs: Mapping[tuple[str, str], tuple[RecordId, RecordId]] = field(default_factory=dict)
    updates: PerSide[Counter[str]] = field(default_factory=lambda: PerSide(Counter(), Counter()))

    def moment(self) -> Moment:
        """How things are now."""
        ledger = self.ledger
        hidden = ledger.stores.map(lambda store: store.hidden_fields)
        return Moment(Counter(ledger.births), ledger.deleted.map(set), self.owners.now(), hidden)

    def happened(
        self,
        people: People,
        before: Moment,
        typed: Collection[RecordId],
        policy: ObjectPolicy,
        members: Collection[str],
        resting: Collection[str],
    ) -> None:
        """Somebody did something to the records `typed`. `resting`: whose links rested then."""
        ledger = self.ledger
        moved = {family for family, n in ledger.births.items() if n != before.births[family]}
        for side in SIDES:
            self.shown |= before.hidden[side] - ledger.stores[side].hidden_fields
            gone = ledger.deleted[side] - before.deleted[side]
            moved |= gone
            self.severed[side].update(gone & set(resting))  # as do its records
            self.ever_deleted[side].update(ledger.deleted[side])
        moved |= set(ledger.merged) | self.owners.changed(before.owners)
        if people.deed == "leave" and policy.left_scope is LeftScope.DELETE:
            moved |= {ledger.family(people.side, id) for id in typed}
        self.torn |= {(member, family) for member in members for family in moved}
        if people.deed == "restore":
            self.severed[people.side].difference_update(moved)
        self._note_unread()
        if self.forgot:
            self._note_unseen()
            if people.deed == "name" and not (self.by_address or self._all_marked()):
                renamed = {ledger.family(people.side, id) for id in typed}
                self.unseen = self.unseen.map(lambda known: known | renamed)
        self.calm = self.calm and people.deed in _EDITS
        self.notice_shared()

    def begins(self, policy: ObjectPolicy) -> None:
        """A run with this policy begins."""
        self.by_address = self.by_address and "email" in policy.match
        self.two_way &= _two_way(policy)
        self.once_two_way |= _two_way(policy)
        self.merged_whole |= policy.merge is Merge.RECORD
        self.notice_kept(policy)

    def can_be_told(self, side: Side, family: str) -> bool:
        """Whether all who know somebody could tell at any time that they are at a side already."""
        return self.by_address and family not in self.unread[side] | self.unseen[side]

    def notice_kept(self, policy: ObjectPolicy) -> None:
        """Whoever is deleted at a side stays at the other, if nothing may be deleted there."""
        for side in SIDES:
            if not policy.delete[side.other]:
                self.severed[side].update(self.ledger.deleted[side])
            may_follow = policy.delete[side.other] and policy.direction.writes(side.other)
            if policy.shared_delete is SharedDelete.PROPAGATE and not may_follow:
                self.outlived[side].update(self.ledger.deleted[side.other])

    def notice_shared(self) -> None:
        """Whom several accounts of a side have now."""
        for side in SIDES:
            for family, found in self.ledger.families(side).items():
                if len({each.place.account for each in found}) > 1:
                    self.shared.add(family)

    def deleted(self, side: Side, family: str, people: Collection[str]) -> None:
        """We delete somebody's record, in a run of a configuration with these members. Whose links
        nobody runs holds no record of the others, and hears of it when they come back.
        """
        theirs, there = self.ledger.stores[side.other], self.ledger.families(side.other)
        owners = {each.place.account for each in there.get(family, ())}
        absent = owners - {theirs.accounts[name] for name in people}
        if absent and self.ledger.stores[side].options.feed == "connection":
            self.passed[side].add(family)

    def several_had(self, side: Side, family: str) -> bool:
        """Whether several accounts of a side have somebody, or had them once: who deleted theirs is
        linked to the record they share until that deletion has passed.
        """
        entries = self.ledger.stores[side].entries.values()
        had = {e.place.account for e in entries if self.ledger.family(side, e.id) == family}
        return family in self.shared or len(had) > 1

    def state_lost(self, out_of_reach: PerSide[set[str]]) -> None:
        """Nothing is known any more of what was."""
        self._note_unseen()
        for side in SIDES:
            self.unseen[side].update(out_of_reach[side])
            self._note_alone(side)
        for severed in self.severed:
            severed.clear()
        self.calm, self.baseless, self.forgot = False, True, True
        self.two_way.clear()

    def all_is_quiet(
        self,
        pairs: Mapping[tuple[str, str], tuple[RecordId, RecordId]],
        policy: ObjectPolicy,
        *,
        undecided: bool,
    ) -> None:
        """Both sides are in step, but for what is `undecided`: a conflict that waits."""
        self.pairs, self.calm = pairs, not undecided
        hidden = frozenset().union(*(store.hidden_fields for store in self.ledger.stores))
        self.two_way, self.merged_whole = _two_way(policy) - hidden, False
        self.once_two_way = set(self.two_way)
        self.torn.clear()
        self.decided.clear()
        for side in SIDES:
            self.updates[side].clear()

    def _note_alone(self, side: Side) -> None:
        there = self.ledger.families(side.other)
        for family, found in self.ledger.families(side).items():
            if family not in there:
                accounts = {each.place.account for each in found}
                self.alone[side][family] = max(self.alone[side][family], len(accounts) - 1)

    def _note_unseen(self) -> None:
        for side in SIDES:
            self.unseen[side].update(self._not_readable(side))

    def _note_unread(self) -> None:
        for side in SIDES:
            self.unread[side].update(self._not_readable(side))

    def _all_marked(self) -> bool:
        """Whether every service keeps our marks on what we made there."""
        return all(store.options.idempotency != "none" for store in self.ledger.stores)

    def _not_readable(self, side: Side) -> set[str]:
        """Who cannot be read there now."""
        ledger = self.ledger
        unread = (e for e in ledger.live(side) if not e.readable or is_spoiled(e))
        return {ledger.family(side, each.id) for each in unread}


def _two_way(policy: ObjectPolicy) -> set[str]:
    """The fields that go both ways."""
    return {name for name in FOLLOWED if policy.field_direction(name) is Direction.BOTH}
