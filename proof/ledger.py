"""The oracle of random histories: an account of what people did, that knows nothing of the engine.

Every value is new in a history, unless somebody types what the other side holds, and every person
has a family name of their own. So a value, and a record, can be followed wherever the engine takes
them: cut, since what tells a value from all others are its first letters; or with other capitals,
since those do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from syncline.connectors.memory import MemoryStore
from syncline.connectors.memory.entries import Entry
from syncline.model.fields import Value
from syncline.model.records import WRITABLE, RecordId
from syncline.model.sides import SIDES, PerSide, Side

NAMES = ("given_name", "suffix")
"""Parts of a name that people edit; by the family name they are known."""
PLACE = "department"
"""The field that a data set goes by. Its values are no words that people typed."""
FOLLOWED = ("job_title", "company", "notes", "categories", *NAMES)
"""The fields people edit."""


def values_in(fields: Mapping[str, Value], names: Iterable[str] = FOLLOWED) -> Iterator[str]:
    """The values of a record that can be followed: texts, and elements of sets, one by one."""
    for name in names:
        value = fields.get(name)
        texts = (value,) if isinstance(value, str) else value or ()
        yield from (text.split()[0].casefold() for text in texts)


def _per_side_sets() -> PerSide[set[str]]:
    return PerSide(set(), set())


@dataclass
class Ledger:
    """`standing`: values that people typed and nobody replaced or deleted since, with the records
    they typed them into: each must be somewhere. `births`: how often people made, or restored, a
    person. `deleted`: whom they deleted on a side, `touched`: when they last changed a field of
    somebody there (by a number that only grows), `edited`: the same of a record, until it is
    deleted; `merged`: whose record they merged into another one, and whose that was; `merged_at`:
    on which side. `cleared`: the fields they emptied, record by record; `typed`: what they typed
    last (in a tuple, since it may be nothing), since both sides were in step.
    """

    stores: PerSide[MemoryStore]
    standing: dict[str, set[RecordId]] = field(default_factory=dict)
    births: Counter[str] = field(default_factory=Counter)
    deleted: PerSide[set[str]] = field(default_factory=_per_side_sets)
    touched: PerSide[dict[tuple[str, str], int]] = field(default_factory=lambda: PerSide({}, {}))
    edited: dict[tuple[RecordId, str], int] = field(default_factory=dict)
    merged: dict[str, set[str]] = field(default_factory=dict)
    merged_at: PerSide[set[str]] = field(default_factory=_per_side_sets)
    cleared: set[tuple[RecordId, str]] = field(default_factory=set)
    typed: dict[tuple[RecordId, str], tuple[Value]] = field(default_factory=dict)
    made: set[RecordId] = field(default_factory=set)
    arrived: PerSide[set[str]] = field(default_factory=_per_side_sets)
    deeds: PerSide[Counter[str]] = field(default_factory=lambda: PerSide(Counter(), Counter()))
    _rested: PerSide[dict[RecordId, Mapping[str, Value]]] = field(
        default_factory=lambda: PerSide({}, {})
    )
    _runs_saw: dict[RecordId, list[Mapping[str, Value]]] = field(default_factory=dict)
    _values: int = 0
    _deeds: int = 0
    _rested_at: int = 0

    def new_value(self) -> str:
        """A value nobody has typed yet. What may be cut off says nothing."""
        self._values += 1
        return f"v{self._values} and so on"

    # --- what people do -------------------------------------------------------------------------

    def create(self, side: Side, account: str, fields: Mapping[str, Value]) -> RecordId:
        """Somebody enters a person."""
        id = self.stores[side].create(account, fields)
        held = self.stores[side].entries[id].fields
        self._born(side, id)
        self._note(side, id, {}, held)
        self.stand(id, values_in(held))
        return id

    def edit(self, side: Side, id: RecordId, fields: Mapping[str, Value]) -> set[str]:
        """Somebody edits a record; the values that are new."""
        store = self.stores[side]
        before = dict(store.entries[id].fields)
        store.update(id, fields)
        after = store.entries[id].fields
        self._note(side, id, before, after)
        self.cleared |= {(id, n) for n in FOLLOWED if before.get(n) and not after.get(n)}
        changed = [n for n in FOLLOWED if before.get(n) != after.get(n)]
        self.typed.update({(id, name): (after.get(name),) for name in changed})
        old, new = set(values_in(before)), set(values_in(after))
        self.fall(id, old - new)
        self.stand(id, new - old)
        return new - old

    def delete(self, side: Side, id: RecordId) -> None:
        """Somebody deletes a record, with everything they saw in it."""
        self._gone(side, id)
        self.stores[side].delete(id)
        self.deleted[side].add(self.family(side, id))

    def merge(self, side: Side, loser: RecordId, winner: RecordId) -> None:
        """Somebody merges a record into another one, whose values stay."""
        self._gone(side, loser)
        self.merged.setdefault(self.family(side, loser), set()).add(self.family(side, winner))
        self.merged_at[side].add(self.family(side, loser))
        self.stores[side].merge(loser, winner)

    def restore(self, side: Side, id: RecordId) -> None:
        """Somebody takes a record out of the bin."""
        store = self.stores[side]
        store.restore(id)
        self._born(side, id)
        self._note(side, id, {}, store.entries[id].fields)
        self.stand(id, values_in(store.entries[id].fields))

    def place(self, side: Side, id: RecordId, department: str) -> None:
        """Somebody puts a record into a data set, or out of it."""
        store = self.stores[side]
        if store.entries[id].fields.get(PLACE) != department:
            self._deeds += 1
            self.touched[side][self.family(side, id), PLACE] = self._deeds
        store.update(id, {PLACE: department})
        self.counts(side, id)

    def counts(self, side: Side, id: RecordId) -> None:
        """Somebody changed what is not followed, but may travel."""
        self.deeds[side][self.family(side, id)] += 1

    def stand(self, id: RecordId, values: Iterable[str]) -> None:
        """Somebody has typed these into a record."""
        for value in values:
            self.standing.setdefault(value, set()).add(id)

    def fall(self, id: RecordId, values: Iterable[str]) -> None:
        """A record's values are gone, as they should or may. What people typed into others as well
        stands there still; a value that only came here is gone for all.
        """
        for value in values:
            there = self.standing.pop(value, set())
            if id in there and there - {id}:
                self.standing[value] = there - {id}

    def _gone(self, side: Side, id: RecordId) -> None:
        fields = self.stores[side].entries[id].fields
        self.fall(id, values_in(fields))
        self._note(side, id, fields, {})

    def _born(self, side: Side, id: RecordId) -> None:
        family = self.family(side, id)
        self.births[family] += 1
        self.made.add(id)

    def _note(
        self, side: Side, id: RecordId, before: Mapping[str, Value], after: Mapping[str, Value]
    ) -> None:
        self._deeds += 1
        family = self.family(side, id)
        whole = not (before and after)  # a record that comes or goes is touched as a whole
        changed = [n for n in FOLLOWED if whole or before.get(n) != after.get(n)]
        for name in changed:
            self.touched[side][family, name] = self._deeds
            if after:
                self.edited[id, name] = self._deeds
        self.deeds[side][family] += bool(changed)
        self.arrived[side].update(values_in(after))

    # --- looking --------------------------------------------------------------------------------

    def family(self, side: Side, id: RecordId) -> str:
        """Whose record it is."""
        return str(self.stores[side].entries[id].fields["family_name"])

    def live(self, side: Side) -> list[Entry]:
        """The records that are there, in the order they were made."""
        return [each for each in self.stores[side].entries.values() if not each.deleted]

    def binned(self, side: Side) -> list[Entry]:
        """The records that could be restored."""
        return [each for each in self.stores[side].entries.values() if each.deleted]

    def families(self, side: Side) -> dict[str, list[Entry]]:
        """The records that are there, by person."""
        found: dict[str, list[Entry]] = {}
        for each in self.live(side):
            found.setdefault(str(each.fields["family_name"]), []).append(each)
        return found

    def on_a_side(self) -> set[str]:
        """Every value that is on a side now."""
        return {v for side in SIDES for each in self.live(side) for v in values_in(each.fields)}

    def last_touch(self, side: Side, family: str, names: Iterable[str] = FOLLOWED) -> int:
        """When people last changed one of these fields of somebody on a side; 0: never."""
        return max((self.touched[side].get((family, name), 0) for name in names), default=0)

    def last_edit(self, ids: Iterable[RecordId], names: Iterable[str] = FOLLOWED) -> int:
        """When people last entered one of these fields into one of these records; 0: never."""
        named = tuple(names)
        return max((self.edited.get((id, name), 0) for id in ids for name in named), default=0)

    def is_as_it_was(self, side: Side, id: RecordId, names: Iterable[str]) -> bool:
        """Whether these fields hold what they did when all was quiet, or when a run may have seen
        them last: edits that people took back themselves, before any run carried them, are none.
        """
        rested, now = self._rested[side].get(id), self.stores[side].entries[id].fields
        earlier = [*([] if rested is None else [rested]), *self._runs_saw.get(id, ())]
        named = tuple(names)
        return any(all(each.get(n) == now.get(n) for n in named) for each in earlier)

    def rested_alike(self, pair: PerSide[RecordId]) -> set[str]:
        """The fields in which two records held the same when all was quiet."""
        left, right = (self._rested[side].get(pair[side], {}) for side in SIDES)
        return {n for n in FOLLOWED if set(values_in(left, (n,))) == set(values_in(right, (n,)))}

    def touched_since(self, side: Side, family: str, names: Iterable[str]) -> bool:
        """Whether people touched these fields of somebody since all was quiet."""
        return self.last_touch(side, family, names) > self._rested_at

    def was_deleted(self, side: Side, family: str) -> bool:
        """Whether people deleted somebody there, or, on either side, whom they had merged them into
        (who may have been entered anew, and merged into the other one).
        """
        became, new = {family}, {family}
        while new := {winner for each in new for winner in self.merged.get(each, ())} - became:
            became |= new
        winners = became - {family}
        return family in self.deleted[side] or any(winners & deleted for deleted in self.deleted)

    def absorbed(self, family: str) -> set[str]:
        """Whose records were merged into this person's, or into one that was later."""
        found, new = set[str](), {family}
        while new := {loser for loser, winners in self.merged.items() if winners & new} - found:
            found |= new
        return found - {family}

    # --- what time brings -----------------------------------------------------------------------

    def look(self, side: Side) -> None:
        """Which values are there now, however they came."""
        for each in self.live(side):
            self.arrived[side].update(values_in(each.fields))

    def a_run_may_see(self) -> None:
        """A run begins, or ends: it has read what is there now, or what was there in between."""
        for side in SIDES:
            for each in self.live(side):
                self._runs_saw.setdefault(each.id, []).append(each.fields)

    def a_run_saw_all(self) -> None:
        """Nothing happened in a run of everybody: what it did not carry then was no edit."""
        self._runs_saw.clear()
        self.a_run_may_see()

    def all_is_quiet(self) -> None:
        """Both sides are in step: a deletion that has passed explains nothing from here on. Where
        the survivor is locked it has not passed, though the person may have come again.
        """
        there = [self.families(side) for side in SIDES]
        passed = {
            family
            for family in set(there[0]) & set(there[1])
            if all(each.writable == WRITABLE for found in there for each in found[family])
        }
        for side in SIDES:
            self._rested[side].clear()
            self._rested[side].update({each.id: each.fields for each in self.live(side)})
            self.deleted[side].difference_update(passed)
            self.deeds[side].clear()
        self.typed.clear()
        self._runs_saw.clear()
        self._rested_at = self._deeds

    def state_lost(self) -> None:
        """The history went with the state: only what is on a side still stands. Deletions that
        had not passed are forgotten.
        """
        there = self.on_a_side()
        self.standing = {value: ids for value, ids in self.standing.items() if value in there}
        for side in SIDES:
            self.deleted[side].clear()
