"""Why two sides need not agree about a field of somebody: only what the design grants."""

from __future__ import annotations

from dataclasses import dataclass

from proof.histories.excuses import Excuses
from proof.histories.ground import Ground
from proof.histories.lanes import Pair
from proof.ledger import Ledger
from syncline.model.contact import CONTACT
from syncline.model.sides import SIDES, Side
from syncline.policy.schema import Direction, Drift, ObjectPolicy


@dataclass(frozen=True)
class FieldExcuses:
    """For a pair that nothing excuses as a whole."""

    excuses: Excuses

    @property
    def ground(self) -> Ground:
        """What everything stands on."""
        return self.excuses.ground

    @property
    def policy(self) -> ObjectPolicy:
        """What holds now."""
        return self.excuses.policy

    @property
    def ledger(self) -> Ledger:
        """What people did."""
        return self.excuses.ledger

    def of_field(self, pair: Pair, name: str) -> str:
        """Why the two sides need not agree about a field."""
        excuses = {
            "off": self.policy.field_direction(name) is Direction.NONE,
            "hidden": any(name in store.hidden_fields for store in self.ground.stores),
            "shown": name in self.ground.past.shown and not self.excuses.listed,
            "locked": self._locked(pair, name),
            "withheld": any(self.excuses.withheld(side, "update") for side in SIDES),
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
        ambiguous = self.excuses.waits(pair, "ambiguous")
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
        names = self.excuses.travel(pair, source.other) if whole else (name,)
        [original] = pair.entries[source]
        taken_back = self.ledger.is_as_it_was(source, original.id, names)
        edited = 0 if taken_back else self.ledger.last_edit([original.id], names)
        return self.ledger.last_touch(source.other, pair.family, (name,)) > edited

    def _alone_and_settled(self, pair: Pair) -> bool:
        shared = any(store.options.feed == "connection" for store in self.ground.stores)
        entered_twice = self.ledger.births[pair.family] > 1
        return not (shared or self.ground.past.baseless or entered_twice)

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
