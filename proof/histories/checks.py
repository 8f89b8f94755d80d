"""What must be true when users have stopped and three clean runs are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from proof.histories.excuses import Excuses
from proof.histories.field_excuses import FieldExcuses
from proof.histories.ground import Ground
from proof.histories.lanes import Pair, lanes_of, pairs_now
from proof.histories.unopposed import Typed, stands, unopposed
from proof.ledger import FOLLOWED
from syncline.model.contact import CONTACT
from syncline.model.fields import SetType
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Direction, Drift


@dataclass(frozen=True)
class Checks:
    """`name` is the property a difference between the sides counts against: P1, or P12 where only
    feeds were read and nothing was listed; then the records that are `waiting` are excused.
    """

    ground: Ground
    name: str = "P1"
    waiting: frozenset[str] = frozenset()

    def all(self) -> None:
        """Every one of them."""
        self.nothing_is_lost()
        self.nothing_is_overruled()
        self.nothing_is_doubled()
        self.nobody_got_mail()
        self.both_sides_agree()
        self.pairs_stay_together()
        self.nothing_comes_back()

    def nothing_is_lost(self) -> None:
        """P3: a value a person typed is on a side, or was overwritten and is in the history."""
        ledger, kept = self.ground.ledger, self.ground.kept
        known = kept.overwritten() | kept.under_way(self.ground.world.people)
        lost = ledger.standing.keys() - ledger.on_a_side() - known
        assert not lost, f"P3: lost: {sorted(lost)}"

    def nothing_is_overruled(self) -> None:
        """P3: what nobody opposed is replaced by no rule, and nobody is asked about it."""
        conflicts = self.ground.session().conflicts()
        for each in unopposed(self.ground):
            asked = any(_asks(c.label, each) and each.name in c.fields for c in conflicts)
            assert not asked, f"P3: in conflict, though nobody opposed it: {each}"
            assert stands(self.ground, each), f"P3: overruled, though nobody opposed it: {each}"

    def nothing_is_doubled(self) -> None:
        """P5, P24: of a person, no account holds more records that nobody entered there than were
        entered elsewhere; or one more, if theirs could not be read when the state was lost; or one
        more of each other account that had them alone then, where nobody tells them by a key; or as
        many as were merged into them, if they were merged away themselves, since what is left of
        both gets their name. And of whom all that know them can tell by a match key, a system that
        all share holds one of these, unless somebody was merged into them.
        """
        ledger, past = self.ground.ledger, self.ground.past
        for side in SIDES:
            shared = self.ground.stores[side].options.feed == "connection"
            for family, found in ledger.families(side).items():
                copies = Counter(e.place.account for e in found if e.id not in ledger.made)
                may = ledger.births[family] + (family in past.unseen[side])
                if not past.by_address:
                    may += past.alone[side][family]
                if any(family in merged for merged in ledger.merged_at):
                    may += sum(ledger.births[each] for each in ledger.absorbed(family))
                assert max(copies.values(), default=0) <= may, f"P5: {family} doubled at {side}"
                if shared and past.can_be_told(side, family) and not ledger.absorbed(family):
                    assert copies.total() <= 1, f"P5: {family} made by several at {side}"

    def nobody_got_mail(self) -> None:
        """No mail by surprise."""
        mails = [mail for store in self.ground.stores for mail in store.mails]
        assert not mails, f"P7: mail by surprise: {mails}"

    # --- convergence ----------------------------------------------------------------------------

    def both_sides_agree(self) -> None:
        """P1: who is not excused is on both sides, and the same under what each side can hold."""
        excuses = Excuses.now(self.ground, self.waiting, listed=self.name == "P1")
        for pair in lanes_of(self.ground):
            if excuses.of_pair(pair):
                continue
            for side in SIDES:
                absent = not pair.entries[side] and not excuses.of_absence(pair, side)
                assert not absent, f"{self.name}: {pair} is missing at {side}"
            if all(len(found) == 1 for found in pair.entries):
                self._same(pair, excuses)
            else:
                self._as_many(pair, excuses)

    def _as_many(self, pair: Pair, excuses: Excuses) -> None:
        """Somebody who was entered several times is there as often on both sides."""
        numbers = pair.entries.map(len)
        for side in SIDES:
            fewer = numbers[side] < numbers[side.other]
            excused = not fewer or excuses.of_number(pair) or excuses.of_absence(pair, side)
            assert excused, f"{self.name}: {pair} is there {numbers.left} and {numbers.right} times"

    def _same(self, pair: Pair, excuses: Excuses) -> None:
        left, right = (each[0].fields for each in pair.entries)
        for name in self._shared_fields():
            if FieldExcuses(excuses).of_field(pair, name):
                continue
            held = PerSide(*(_normal(name, fields.get(name)) for fields in (left, right)))
            shown = f"{self.name}: {pair}'s {name}: {held.left!r} and {held.right!r}"
            if CONTACT.fields[name].type.is_set:
                assert self._fits(name, held), shown
                continue
            cut = [
                _normal(name, self._stored(side, name, fields.get(name)))
                for side, fields in ((Side.RIGHT, left), (Side.LEFT, right))
            ]
            assert held.right == cut[0] or held.left == cut[1], shown

    def _shared_fields(self) -> Iterable[str]:
        specs = [store.spec.by_name for store in self.ground.stores]
        return [name for name in FOLLOWED if all(name in spec for spec in specs)]

    def _fits(self, name: str, held: PerSide[Any]) -> bool:
        """Both sets are the same, or the one that is full is part of the other."""
        sets = PerSide(*(set(each or ()) for each in held))
        if sets.left == sets.right:
            return True
        for side in SIDES:
            many = self._capacity(side, name).many
            if many is not None and len(sets[side]) >= many and sets[side] <= sets[side.other]:
                return True
        return False

    def _capacity(self, side: Side, name: str) -> Any:
        return self.ground.stores[side].spec.by_name[name].capacity

    def _stored(self, side: Side, name: str, value: Any) -> Any:
        store = self.ground.stores[side]
        cut = self._capacity(side, name).stored(CONTACT.fields[name].type, value)
        return store.options.stored_as({name: cut} if cut else {}).get(name)

    # --- over time ------------------------------------------------------------------------------

    def pairs_stay_together(self) -> None:
        """P17, P20, P24: whom nobody deleted, merged or entered again is the same two records as
        before, whatever left the data set, was lost or came back meanwhile.
        """
        ground = self.ground
        now_together = pairs_now(ground)
        for key, before in ground.past.pairs.items():
            now = now_together.get(key)
            if now is not None and key not in ground.past.torn:
                assert now == before, f"P17: {key} was {before}, and is {now}"

    def nothing_comes_back(self) -> None:
        """P13: one edit causes one write on the other side, and none back. Judged where nothing
        failed, and nothing but records was changed, since both sides were in step. Another record
        of a person that takes the place of a deleted one is made alike.
        """
        ground, deeds = self.ground, self.ground.ledger.deeds
        if not ground.past.calm or ground.world.policy.direction is Direction.NONE:
            return
        late = any(store.options.rewrites_later is not None for store in ground.stores)
        for side in SIDES:
            there = ground.ledger.families(side.other)
            for family, count in ground.past.updates[side].items():
                edited = deeds[side.other][family]
                shared = family in ground.past.shared  # an edit of one copy reaches the others
                if ground.world.policy.drift is Drift.REVERT or shared:
                    edited += deeds[side][family]
                most = edited + late * len(there.get(family, ()))  # each copy is rewritten once
                most += deeds[side][family] if edited else 0
                if family in ground.past.ever_deleted[side]:
                    most += ground.ledger.births[family] - 1
                copies = len(ground.ledger.families(side).get(family, ()))
                most *= max(copies, len(ground.members)) if shared else 1  # some may be gone
                assert count <= most, f"P13: {count} updates of {family} at {side}, {most} edits"


def _asks(label: str, typed: Typed) -> bool:
    """Whether a record with this label is of the person about whom it was typed."""
    return typed.family in label.split()


def _normal(name: str, value: Any) -> Any:
    kind = CONTACT.fields[name].type
    if isinstance(kind, SetType):
        return tuple(sorted(kind.elements(value)))
    normal = kind.normal(value)
    return normal.casefold() if isinstance(normal, str) else normal
