"""Why two sides need not agree about somebody: only what the design grants. (About one field:
`field_excuses`.)

Each excuse weakens the proof, so each is as narrow as the account of what happened allows, and
says in its docstring what grants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proof.histories.deeds import REFUSED, is_spoiled
from proof.histories.ground import Ground
from proof.histories.kept import Waits
from proof.histories.lanes import Pair
from proof.ledger import FOLLOWED, Ledger
from syncline.connectors.memory.entries import Entry
from syncline.engine.match.alike import SIMILAR
from syncline.engine.send.recover_creates import UNCERTAIN
from syncline.model.records import WRITABLE
from syncline.model.sides import SIDES, Side
from syncline.policy.schema import Conflict, Direction, ObjectPolicy, SharedDelete


@dataclass(frozen=True)
class Excuses:
    """By the policy that holds now. `conflicts` are the labels of what waits for a person,
    `waiting` the records that wait for their pause; `listed`: whether everything was listed.
    `kept` is what the state says of records that wait.
    """

    ground: Ground
    conflicts: tuple[str, ...]
    waiting: frozenset[str]
    listed: bool
    kept: Sequence[Waits]

    @classmethod
    def now(cls, ground: Ground, waiting: frozenset[str], *, listed: bool) -> Excuses:
        """What is excused at this moment."""
        conflicts = tuple(each.label for each in ground.session().conflicts())
        return cls(ground, conflicts, waiting, listed, ground.kept.waiting())

    @property
    def policy(self) -> ObjectPolicy:
        """What holds now."""
        return self.ground.world.policy

    @property
    def ledger(self) -> Ledger:
        """What people did."""
        return self.ground.ledger

    # --- a pair as a whole ----------------------------------------------------------------------

    def of_pair(self, pair: Pair) -> str:
        """Why nothing is promised for this pair; empty if nothing excuses it."""
        entries = [(side, each) for side in SIDES for each in pair.entries[side]]
        family = pair.family
        excuses = {
            "no direction": self.policy.direction is Direction.NONE,
            "unreadable": any(_is_unreadable(each) for _side, each in entries),
            "follows another one": self._was_theirs(pair),
            "outside": any(self._outside(side, each) for side, each in entries),
            "got outside": any(self._came_outside(pair, side, each) for side, each in entries),
            "waiting": self._pauses(family),
            "claimed": self._claimed(family),
            "given away": (pair.member, family) in self.ground.owners.given,
            "in conflict": self._in_conflict(family),
            "similar": self.ground.past.forgot and self.waits(pair, SIMILAR),
            "uncertain": self._is_uncertain(pair),
            "refused": any(self._refused(each) for _side, each in entries),
            "withheld": self._deletion_withheld(pair),
            "merged": self._merged_away(pair),
            "held": self._held_apart(family),
            "unmatched": self.ledger.births[family] > 1 and not self.policy.match,
        }
        return next((why for why, holds in excuses.items() if holds), "")

    def _pauses(self, family: str) -> bool:
        """What was refused waits: a record of theirs, or one that was deleted and refuses to have
        its counterpart deleted.
        """
        stores = self.ground.stores
        return any(
            self.ledger.family(side, id) == family
            for side in SIDES
            for id in stores[side].entries
            if id in self.waiting
        )

    def _claimed(self, family: str) -> bool:
        """Somebody who was taken out had begun to create them, and nobody looks any more for what
        became of it: it holds the others up for a day.
        """
        ids = self.ground.kept.claimed(self.ground.world.people)
        records = ((side, id) for side in SIDES for id in self.ground.stores[side].entries)
        return any(id in ids and self.ledger.family(side, id) == family for side, id in records)

    def _was_theirs(self, pair: Pair) -> bool:
        """What they have on one side only is linked to a record that cannot be read, or waits as
        ambiguous: it had been of the person whom somebody merged into this one.
        """
        ambiguous = {each.record for each in self.kept if each.reason == "ambiguous"}
        return any(
            _is_unreadable(each) or each.id in ambiguous
            for side in SIDES
            for family in self.ledger.absorbed(pair.family)
            for each in self.ledger.families(side).get(family, ())
        )

    def _outside(self, side: Side, entry: Entry) -> bool:
        """What has left the data set is not touched (design §5)."""
        return self.ground.borders[side].rest(entry, self.ledger.made)

    def _came_outside(self, pair: Pair, side: Side, entry: Entry) -> bool:
        """What we made outside of the data set is kept in step for whom it was made, but whoever
        gets it from them has only what is inside.
        """
        got = (pair.member, pair.family) in self.ground.owners.got
        return got and self.ground.borders[side].is_outside(entry)

    def _in_conflict(self, family: str) -> bool:
        """Both sides stand and wait, under `manual` alone."""
        manual = self.policy.conflict is Conflict.MANUAL
        return manual and any(family in label.split() for label in self.conflicts)

    @staticmethod
    def _refused(entry: Entry) -> bool:
        """A service refuses the person for good; and nobody else suffers from it (P9)."""
        return entry.fields.get("given_name") == REFUSED

    def _is_uncertain(self, pair: Pair) -> bool:
        """A create without an answer, and one that only a person can tell from it: nothing is
        created to be on the safe side, where a service keeps no key of ours.
        """
        keyless = any(store.options.idempotency == "none" for store in self.ground.stores)
        return keyless and self.waits(pair, UNCERTAIN)

    def waits(self, pair: Pair, reason: str) -> bool:
        """Whether a record of the pair waits for a person, for this reason."""
        ids = {each.id for side in SIDES for each in pair.entries[side]}
        return any(each.record in ids for each in self.kept if each.reason == reason)

    def _deletion_withheld(self, pair: Pair) -> bool:
        """The survivor stays linked to what was deleted: who is entered again is ambiguous."""
        withheld = any(self.withheld(side, "delete") for side in SIDES)
        return withheld and self._ever_deleted(pair.family)

    def _ever_deleted(self, family: str) -> bool:
        return any(family in deleted for deleted in self.ground.past.ever_deleted)

    def _merged_away(self, pair: Pair) -> bool:
        """Their linked record became part of another one, so that its counterpart stays alone; and
        another record of theirs, which had waited beside it, waits still. Or somebody became part
        of them whose counterpart this member has: it holds their place, if nobody had linked their
        own yet, which waits beside it.
        """
        merged = any(pair.family in families for families in self.ledger.merged_at)
        return (merged or self._has_absorbed(pair)) and self.waits(pair, "ambiguous")

    def _has_absorbed(self, pair: Pair) -> bool:
        """Whether the member has a record of somebody who was merged into this person."""
        return any(
            each.place.account == self.ground.stores[side].accounts[pair.member]
            for side in SIDES
            for family in self.ledger.absorbed(pair.family)
            for each in self.ledger.families(side).get(family, ())
        )

    def _held_apart(self, family: str) -> bool:
        """Where nothing may be created, who is entered later is neither created nor linked; where
        nothing may be at the other side, who is deleted and entered anew is not.
        """
        creates = [s for s in SIDES if self.policy.direction.writes(s) and self.policy.create[s]]
        deleted = [side for side in SIDES if family in self.ground.past.ever_deleted[side]]
        anew = any(side.other not in creates for side in deleted)
        return (not creates or anew) and self.ledger.births[family] > 1

    # --- one side is missing --------------------------------------------------------------------

    def of_absence(self, pair: Pair, side: Side) -> str:
        """Why a person need not be on this side. `severed`: they were deleted here while nothing
        could be deleted at the other side, so that the survivor stays there alone; `merged`: their
        record became part of another one, which is linked already.
        """
        excuses = {
            "direction": not self.policy.direction.writes(side),
            "held": not self.policy.create[side],
            "not deleted": self._may_not_be_deleted(pair, side),
            "stays away": self._stays_away(pair, side),
            "withheld": self.withheld(side.other, "delete") or self._not_renamed(pair, side),
            "severed": pair.family in self.ground.past.severed[side],
            "merged": pair.family in self.ledger.merged_at[side],
            "shared": self._ends_one_link(pair, side),
            "propagated": self._outlives(pair, side),
            "ambiguous": self._ambiguous_to_the_deleted(pair, side),
            "renamed": self._bears_anothers_name(pair, side),
        }
        return next((why for why, holds in excuses.items() if holds), "")

    def _bears_anothers_name(self, pair: Pair, side: Side) -> bool:
        """One way: another member made them part of somebody else, whose name the record here bears
        since that both share. It is the target's, and nothing comes back to those who have them.
        """
        one_way = self.policy.direction.source is side.other
        shared = self.ground.stores[side].options.feed == "connection"
        merged = pair.family in self.ledger.merged_at[side.other]
        winners = self.ledger.merged.get(pair.family, set())
        return one_way and shared and merged and bool(winners & self.ledger.families(side).keys())

    def _not_renamed(self, pair: Pair, side: Side) -> bool:
        """Somebody was merged into them, and the record they have here since bears the other one's
        name: to change it would send mail to people.
        """
        return self.withheld(side, "update") and bool(self.ledger.absorbed(pair.family))

    def _ambiguous_to_the_deleted(self, pair: Pair, side: Side) -> bool:
        """One of several records of a person had its counterpart deleted here, the others wait,
        since they carry the same match key.
        """
        deleted = pair.family in self.ground.past.ever_deleted[side]
        return deleted and self.waits(pair, "ambiguous")

    def of_number(self, pair: Pair) -> str:
        """Why there may be more records of a person on one side: several that carry the same match
        key wait as ambiguous, one that carries our mark a second time (restored beside its
        successor) as a copy; and where all members share a feed, some are other people's.
        """
        shared = any(store.options.feed == "connection" for store in self.ground.stores)
        excuses = {
            "ambiguous": self.waits(pair, "ambiguous"),
            "copy": self.waits(pair, "copy"),
            "other people's": shared,
        }
        return next((why for why, holds in excuses.items() if holds), "")

    def _ends_one_link(self, pair: Pair, side: Side) -> bool:
        """Deleting a record that several members have ends only one link (`shared_delete`), as
        long as others have it still.
        """
        alone = self.policy.shared_delete is SharedDelete.SEVER
        others = pair.family in self.ledger.families(side)
        shared = self.ground.stores[side.other].options.feed == "connection"
        deleted = pair.family in self.ground.past.ever_deleted[side]
        return shared and others and deleted and (alone or self.ground.past.baseless)

    def _outlives(self, pair: Pair, side: Side) -> bool:
        """A member deleted a record that several have, and it was deleted for everybody; but at the
        other members' side nothing could be deleted then.
        """
        return pair.family in self.ground.past.outlived[side]

    def _may_not_be_deleted(self, pair: Pair, side: Side) -> bool:
        """Deleted on this side, but the survivor is locked."""
        survivors = pair.entries[side.other]
        locked = any(each.writable != WRITABLE for each in survivors)
        return locked and self.ledger.was_deleted(side, pair.family)

    def _stays_away(self, pair: Pair, side: Side) -> bool:
        """One way: whom the target's user deleted stays away until the source is edited, in a field
        that travels.
        """
        if self.policy.direction.source is not side.other:
            return False
        deleted, names = self._ever_deleted(pair.family), self.travel(pair, side)
        edited = self.ledger.last_edit((each.id for each in pair.entries[side.other]), names)
        as_then = any(self._holds_no_more(each, pair, side, names) for each in self._gone(side))
        taken_back = as_then or self._is_as_runs_saw_it(pair, side.other, names)
        return deleted and (taken_back or edited < self.ledger.last_touch(side, pair.family))

    def _gone(self, side: Side) -> Sequence[Entry]:
        return [each for each in self.ground.stores[side].entries.values() if each.deleted]

    def _holds_no_more(self, gone: Entry, pair: Pair, side: Side, names: Sequence[str]) -> bool:
        """Whether the source holds what its deleted copy held: an edit was taken back."""
        theirs = gone.fields["family_name"] == pair.family
        sources = pair.entries[side.other]
        return theirs and any(
            all(each.fields.get(name) == gone.fields.get(name) for name in names)
            for each in sources
        )

    def _is_as_runs_saw_it(self, pair: Pair, source: Side, names: Sequence[str]) -> bool:
        """The same, where the copy held something of its own: an edit no run has carried."""
        ids = [each.id for each in pair.entries[source]]
        return bool(ids) and all(self.ledger.is_as_it_was(source, id, names) for id in ids)

    def withheld(self, side: Side, what: str) -> bool:
        """A write that would send mail to people is not made (`invitations = "never"`)."""
        return what in self.ground.stores[side].options.notifies

    def travel(self, pair: Pair, target: Side) -> tuple[str, ...]:
        """The fields that may travel there: it has them, they are not off, and not locked."""
        held = self.ground.stores[target].spec.readable
        return tuple(
            name
            for name in FOLLOWED
            if name in held
            and self.policy.field_direction(name).writes(target)
            and all(each.writable.allows(name) for each in pair.entries[target])
        )


def _is_unreadable(entry: Entry) -> bool:
    return not entry.readable or is_spoiled(entry)
