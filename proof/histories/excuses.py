"""Why two sides need not agree about somebody: only what the design grants.

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
from syncline.model.contact import CONTACT
from syncline.model.records import WRITABLE
from syncline.model.sides import SIDES, Side
from syncline.policy.schema import Conflict, Direction, Drift, ObjectPolicy, SharedDelete


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
            "similar": self.ground.past.forgot and self._waits(pair, SIMILAR),
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
        return keyless and self._waits(pair, UNCERTAIN)

    def _waits(self, pair: Pair, reason: str) -> bool:
        """Whether a record of the pair waits for a person, for this reason."""
        ids = {each.id for side in SIDES for each in pair.entries[side]}
        return any(each.record in ids for each in self.kept if each.reason == reason)

    def _deletion_withheld(self, pair: Pair) -> bool:
        """The survivor stays linked to what was deleted: who is entered again is ambiguous."""
        withheld = any(self._withheld(side, "delete") for side in SIDES)
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
        return (merged or self._has_absorbed(pair)) and self._waits(pair, "ambiguous")

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
            "withheld": self._withheld(side.other, "delete") or self._not_renamed(pair, side),
            "severed": pair.family in self.ground.past.severed[side],
            "merged": pair.family in self.ledger.merged_at[side],
            "shared": self._ends_one_link(pair, side),
            "propagated": self._outlives(pair, side),
            "ambiguous": self._ambiguous_to_the_deleted(pair, side),
        }
        return next((why for why, holds in excuses.items() if holds), "")

    def _not_renamed(self, pair: Pair, side: Side) -> bool:
        """Somebody was merged into them, and the record they have here since bears the other one's
        name: to change it would send mail to people.
        """
        return self._withheld(side, "update") and bool(self.ledger.absorbed(pair.family))

    def _ambiguous_to_the_deleted(self, pair: Pair, side: Side) -> bool:
        """One of several records of a person had its counterpart deleted here, the others wait,
        since they carry the same match key.
        """
        deleted = pair.family in self.ground.past.ever_deleted[side]
        return deleted and self._waits(pair, "ambiguous")

    def of_number(self, pair: Pair) -> str:
        """Why there may be more records of a person on one side: several that carry the same match
        key wait as ambiguous, one that carries our mark a second time (restored beside its
        successor) as a copy; and where all members share a feed, some are other people's.
        """
        shared = any(store.options.feed == "connection" for store in self.ground.stores)
        excuses = {
            "ambiguous": self._waits(pair, "ambiguous"),
            "copy": self._waits(pair, "copy"),
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
        deleted, names = self._ever_deleted(pair.family), self._travel(pair, side)
        edited = self.ledger.last_edit((each.id for each in pair.entries[side.other]), names)
        as_then = any(self._holds_no_more(each, pair, side, names) for each in self._gone(side))
        return deleted and (as_then or edited < self.ledger.last_touch(side, pair.family))

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

    def _withheld(self, side: Side, what: str) -> bool:
        """A write that would send mail to people is not made (`invitations = "never"`)."""
        return what in self.ground.stores[side].options.notifies

    # --- one field differs ----------------------------------------------------------------------

    def of_field(self, pair: Pair, name: str) -> str:
        """Why the two sides need not agree about a field."""
        excuses = {
            "off": self.policy.field_direction(name) is Direction.NONE,
            "hidden": any(name in store.hidden_fields for store in self.ground.stores),
            "shown": name in self.ground.past.shown and not self.listed,
            "locked": self._locked(pair, name),
            "withheld": any(self._withheld(side, "update") for side in SIDES),
            "drifted": self._drifted(pair, name),
            "blank": self._blank(pair, name),
            "another source": self._from_another_source(pair, name),
            "another's": self._linked_to_anothers(pair),
            "merged": self._came_after_the_merge(pair),
        }
        return next((why for why, holds in excuses.items() if holds), "")

    def _linked_to_anothers(self, pair: Pair) -> bool:
        """In a system that all share, what they have is linked to the record of somebody else, who
        knew the person first; one of their own, entered there later, waits as ambiguous, or for
        creating to be switched on.
        """
        ambiguous = self._waits(pair, "ambiguous")
        return any(
            ambiguous or not self.policy.create[side.other]
            for side in SIDES
            if self.ground.stores[side].options.feed == "connection"
            and len(self.ledger.families(side)[pair.family]) > len(pair.entries[side])
        )

    def _came_after_the_merge(self, pair: Pair) -> bool:
        """In a system that all share, their linked record became part of another one, so that its
        counterpart stays alone; what stands there now came for somebody else.
        """
        stores = self.ground.stores
        return any(
            pair.family in self.ledger.merged_at[side]
            and each.place.account != stores[side].accounts[pair.member]
            for side in SIDES
            if stores[side].options.feed == "connection"
            for each in pair.entries[side]
        )

    @staticmethod
    def _locked(pair: Pair, name: str) -> bool:
        """A field that may not be written somewhere stays there as it is."""
        return any(not e.writable.allows(name) for side in SIDES for e in pair.entries[side])

    def _drifted(self, pair: Pair, name: str) -> bool:
        """One way: an edit of the target stands until the source is edited again in a field that
        travels, anywhere in the record if the whole object goes one way. With `drift = revert` it
        is taken back, but in a shared record, or without a base. Whom somebody else was merged
        into got a record that may hold something else.
        """
        source = self.policy.field_direction(name).source
        reverts = self.policy.drift is Drift.REVERT and self._alone_and_settled(pair)
        if source is None or reverts:
            return False
        if self.ledger.absorbed(pair.family):
            return True
        whole = self.policy.direction.source is not None
        names = self._travel(pair, source.other) if whole else (name,)
        [original] = pair.entries[source]
        taken_back = self.ledger.is_as_it_was(source, original.id, names)
        edited = 0 if taken_back else self.ledger.last_edit([original.id], names)
        return self.ledger.last_touch(source.other, pair.family, (name,)) > edited

    def _alone_and_settled(self, pair: Pair) -> bool:
        shared = any(store.options.feed == "connection" for store in self.ground.stores)
        entered_twice = self.ledger.births[pair.family] > 1
        return not (shared or self.ground.past.baseless or entered_twice)

    def _travel(self, pair: Pair, target: Side) -> tuple[str, ...]:
        """The fields that may travel there: it has them, they are not off, and not locked."""
        held = self.ground.stores[target].spec.readable
        return tuple(
            name
            for name in FOLLOWED
            if name in held
            and self.policy.field_direction(name).writes(target)
            and all(each.writable.allows(name) for each in pair.entries[target])
        )

    @staticmethod
    def _lacks(pair: Pair, name: str, source: Side) -> bool:
        here, there = (pair.entries[s][0].fields.get(name) for s in (source, source.other))
        if CONTACT.fields[name].type.is_set:
            return set(here or ()) < set(there or ())
        return not here

    def _from_another_source(self, pair: Pair, name: str) -> bool:
        """One way, and others have the target, too: it holds what one of them has, or had, who has
        deleted their own since.
        """
        source = self.policy.field_direction(name).source
        if source is None or self.ground.stores[source.other].options.feed != "connection":
            return False
        [target] = pair.entries[source.other]
        own = {each.place.account for each in pair.entries[source]}
        theirs = [
            each
            for each in self.ground.stores[source].entries.values()
            if self.ledger.family(source, each.id) == pair.family
            and each not in pair.entries[source]
            and (each.live or each.place.account not in own)
        ]
        options = self.ground.stores[source.other].options
        rewritten = [each for each in (options.stored_as, options.rewrites_later) if each]
        typed = [{name: each.fields[name]} if each.fields.get(name) else {} for each in theirs]
        kept = (stored_as(each).get(name) for each in typed for stored_as in rewritten)
        return target.fields.get(name) in (*(each.get(name) for each in typed), *kept)

    def _blank(self, pair: Pair, name: str) -> bool:
        """One way, and no base (after a change, a loss of the state, of two that were entered): the
        source's blanks clear nothing, and what its set lacks stays. Nor do the blanks of a copy
        that we made, unless a person emptied it: to a copy at its source a field never went.
        """
        source = self.policy.field_direction(name).source
        if source is None or not self._lacks(pair, name, source):
            return False
        entered_twice = self.ledger.births[pair.family] > 1
        there = pair.entries[source][0].id
        never_there = there not in self.ledger.made and (there, name) not in self.ledger.cleared
        return self.ground.past.baseless or entered_twice or never_there


def _is_unreadable(entry: Entry) -> bool:
    return not entry.readable or is_spoiled(entry)
