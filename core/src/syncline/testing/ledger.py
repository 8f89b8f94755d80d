"""The oracle of random histories: an account of what people did, that knows nothing of the engine.

Every value is typed once in a history, and every person has a family name of their own. So a
value, and a record, can be followed wherever the engine takes them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from syncline.connectors.memory import MemoryStore
from syncline.connectors.memory.entries import Entry
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, PerSide, Side

FOLLOWED = ("job_title", "company", "notes", "categories")
"""The fields people edit."""


def values_in(fields: Mapping[str, Value]) -> Iterator[str]:
    """The values of a record that can be followed: texts, and elements of sets, one by one."""
    for name in FOLLOWED:
        value = fields.get(name)
        if isinstance(value, str):
            yield value
        elif value:
            yield from value


@dataclass
class Ledger:
    """`standing`: values that people typed and nobody replaced or deleted since: each must be
    somewhere. `births`: how often people made, or restored, a person. `deleted`: whom they deleted
    on a side, `touched`: whom they changed there at all.
    """

    stores: PerSide[MemoryStore]
    standing: set[str] = field(default_factory=set)
    births: Counter[str] = field(default_factory=Counter)
    deleted: PerSide[set[str]] = field(default_factory=lambda: PerSide(set(), set()))
    touched: PerSide[set[str]] = field(default_factory=lambda: PerSide(set(), set()))
    _typed: int = 0

    def new_value(self) -> str:
        """A value nobody has typed yet."""
        self._typed += 1
        return f"v{self._typed}"

    # --- what people do -------------------------------------------------------------------------

    def create(self, side: Side, account: str, fields: Mapping[str, Value]) -> None:
        """Somebody enters a person."""
        self.stores[side].create(account, fields)
        self._born(side, str(fields["family_name"]))
        self.standing.update(values_in(fields))

    def edit(
        self, side: Side, id: RecordId, fields: Mapping[str, Value], *, raced: bool = False
    ) -> None:
        """Somebody edits a record. `raced`: just when we write, where the service has no
        condition that would save it: then nothing is promised for the new values.
        """
        store = self.stores[side]
        before = set(values_in(store.entries[id].fields))
        store.update(id, fields)
        after = set(values_in(store.entries[id].fields))
        self.standing -= before - after
        if not raced:
            self.standing |= after - before
        self.touched[side].add(self.family(side, id))

    def delete(self, side: Side, id: RecordId) -> None:
        """Somebody deletes a record, with everything they saw in it."""
        store = self.stores[side]
        self.standing -= set(values_in(store.entries[id].fields))
        store.delete(id)
        self.deleted[side].add(self.family(side, id))
        self.touched[side].add(self.family(side, id))

    def restore(self, side: Side, id: RecordId) -> None:
        """Somebody takes a record out of the bin."""
        store = self.stores[side]
        store.restore(id)
        self._born(side, self.family(side, id))
        self.standing.update(values_in(store.entries[id].fields))

    def _born(self, side: Side, family: str) -> None:
        self.births[family] += 1
        self.touched[side].add(family)

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

    def all_is_quiet(self) -> None:
        """Both sides are in step: a deletion that has passed explains nothing from here on."""
        there = [set(self.families(side)) for side in SIDES]
        for side in SIDES:
            self.deleted[side].difference_update(there[0] & there[1])

    def state_lost(self) -> None:
        """The history went with the state: only what is on a side still stands. Deletions that
        had not passed are forgotten: whom they met counts as touched on both sides.
        """
        self.standing &= self.on_a_side()
        forgotten = self.deleted.left | self.deleted.right
        for side in SIDES:
            self.touched[side].update(forgotten)
            self.deleted[side].clear()
