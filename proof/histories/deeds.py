"""What people, administrators and the services themselves do, behind the engine's back.

A deed is made of names and small numbers, so that a failing history can be copied into a test as
it was printed. A number is counted modulo what there is; a deed that has no record does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from proof.ledger import FOLLOWED, NAMES, Ledger
from syncline.connectors.memory.entries import Entry
from syncline.model.fields import Value
from syncline.model.records import WRITABLE, RecordId, Writable
from syncline.model.sides import PerSide, Side

Deed = Literal[
    "create", "refused", "meet", "edit", "agree", "name", "clear", "add", "drop", "delete", "again",
    "restore", "merge", "touch", "leave", "enter", "hide", "show", "lock", "half lock", "unlock",
    "empty", "wipe", "forbid", "allow", "expire", "spoil", "mend", "accept", "give",
    "no zone", "ahead",
]  # fmt: skip

REFUSED: Final = "Refused"
"""A name that `MemoryOptions(refuses={REFUSED})` does not let anybody write."""
SPOILED: Final = "0000-00-00"
"""A birthday that is none: what some services hand over, and nobody can read."""
INSIDE: Final = "department=in"
"""The data set that people's records are in, or leave."""
LOCKED: Final = Writable(frozenset(), "locked")
HALF_LOCKED: Final = Writable(frozenset({"job_title", "categories"}), "partly locked")


@dataclass(frozen=True)
class People:
    """What somebody does: to which record, and which field."""

    deed: Deed
    side: Side
    record: int = 0
    field: int = 0


@dataclass(frozen=True)
class Deeds:
    """Carries deeds out. `members()`: who takes part now; each has an account on both sides."""

    ledger: Ledger
    members: Callable[[], tuple[str, ...]]

    def do(self, people: People) -> Mapping[RecordId, set[str]]:
        """Do it; the records that were there and changed, with the values typed into them."""
        to_all: Mapping[Deed, Callable[[People], None]] = {
            "create": self._create,
            "refused": self._create,
            "meet": self._meet,
            "merge": self._merge,
            "restore": self._restore,
            "empty": self._empty,
            "wipe": self._wipe,
            "forbid": self._forbid,
            "allow": self._allow,
            "expire": self._expire,
            "no zone": self._no_zone,
            "ahead": self._ahead,
        }
        if people.deed in to_all:
            to_all[people.deed](people)
            return {}
        there = self._concerned(people)
        if not there:
            return {}
        entry = there[people.record % len(there)]
        before = entry.sequence
        typed = self._to_a_record(people, entry.id)
        return {entry.id: typed} if entry.sequence != before else {}

    # --- to one record --------------------------------------------------------------------------

    def _concerned(self, people: People) -> list[Entry]:
        """The records it may be done to."""
        live = self.ledger.live(people.side)
        if people.deed != "agree":
            return live
        return [each for each in live if self._held_elsewhere(people.side, each.id)]

    def _held_elsewhere(self, side: Side, id: RecordId) -> dict[str, Value]:
        """What a record of the other side holds of the same person, where this one differs."""
        ledger, here = self.ledger, self.ledger.stores[side]
        fields = here.entries[id].fields
        there = ledger.families(side.other).get(ledger.family(side, id), [])
        shared = here.spec.readable & ledger.stores[side.other].spec.readable
        names = [name for name in FOLLOWED if name in shared]
        return {
            name: each.fields.get(name)
            for each in there[:1]
            for name in names
            if each.fields.get(name) != fields.get(name)
        }

    def _to_a_record(self, people: People, id: RecordId) -> set[str]:
        side, ledger = people.side, self.ledger
        store = ledger.stores[side]
        name = FOLLOWED[people.field % 3]
        held = store.entries[id].fields.get("categories") or ()
        edits: Mapping[Deed, Mapping[str, Value]] = {
            "edit": {name: ledger.new_value()},
            "name": {NAMES[people.field % 2]: ledger.new_value()},
            "clear": {name: None},
            "add": {"categories": (*held, ledger.new_value())},
            "drop": {"categories": held[1:] or None},
        }
        if people.deed in edits:
            return ledger.edit(side, id, _known(edits[people.deed], store.spec.readable))
        if people.deed == "agree":
            return self._agree(people, id)
        if people.deed == "accept":
            return self._accept(side, id)
        deeds: Mapping[Deed, Callable[[], None]] = {
            "delete": lambda: ledger.delete(side, id),
            "again": lambda: self._again(side, id),
            "touch": lambda: store.touch(id),
            "leave": lambda: self._place(side, id, "out"),
            "enter": lambda: self._place(side, id, "in"),
            "hide": lambda: store.hide(id),
            "show": lambda: store.hide(id, hidden=False),
            "lock": lambda: store.protect(id, LOCKED),
            "half lock": lambda: store.protect(id, HALF_LOCKED),
            "unlock": lambda: store.protect(id, WRITABLE),
            "spoil": lambda: self._bear(side, id, SPOILED),
            "mend": lambda: self._bear(side, id, None),
            "give": lambda: self._give(people, id),
        }
        deeds[people.deed]()
        return set()

    def _agree(self, people: People, id: RecordId) -> set[str]:
        """Somebody types what the other side holds."""
        held = list(self._held_elsewhere(people.side, id).items())
        return self.ledger.edit(people.side, id, dict([held[people.field % len(held)]]))

    def _again(self, side: Side, id: RecordId) -> None:
        """Deleted, and entered anew: the same person, another record."""
        entry = self.ledger.stores[side].entries[id]
        person, account = _person(entry), self._owner(side, entry)
        self.ledger.delete(side, id)
        self.ledger.create(side, account, {**person, "job_title": self.ledger.new_value()})

    def _place(self, side: Side, id: RecordId, department: str) -> None:
        """The record leaves the data set, or enters it."""
        self.ledger.place(side, id, department)

    def _bear(self, side: Side, id: RecordId, birthday: str | None) -> None:
        """The service takes whatever it is given for a birthday."""
        store = self.ledger.stores[side]
        store.write(store.entries[id], {"birthday": birthday})
        self.ledger.counts(side, id)

    def _accept(self, side: Side, id: RecordId) -> set[str]:
        """Whom a service refused gets a name that it takes."""
        if self.ledger.stores[side].entries[id].fields.get("given_name") != REFUSED:
            return set()
        return self.ledger.edit(side, id, {"given_name": "A"})

    def _give(self, people: People, id: RecordId) -> None:
        """A record of a shared system gets another owner."""
        store = self.ledger.stores[people.side]
        if store.options.feed == "connection":
            store.give(id, self._member(people.field))

    # --- new records ----------------------------------------------------------------------------

    def _create(self, people: People) -> None:
        name = self.ledger.new_value().split()[0]
        fields = {
            "given_name": REFUSED if people.deed == "refused" else "A",
            "family_name": f"N{name}",
            "emails": (f"{name}@example.test",),
            "department": "out" if people.field % 3 == 2 else "in",
            "job_title": self.ledger.new_value(),
        }
        self.ledger.create(people.side, self._member(people.record), fields)

    def _meet(self, people: People) -> None:
        """Somebody enters a person whom somebody knows already."""
        known = [*self.ledger.live(people.side.other), *self.ledger.live(people.side)]
        if known:
            person = _person(known[people.record % len(known)])
            values = {"job_title": self.ledger.new_value()}
            self.ledger.create(people.side, self._member(people.field), {**person, **values})

    def _restore(self, people: People) -> None:
        there = self.ledger.binned(people.side)
        if there:
            self.ledger.restore(people.side, there[people.record % len(there)].id)

    def _merge(self, people: People) -> None:
        """Two records of one account become one."""
        there = self.ledger.live(people.side)
        if not there:
            return
        loser = there[people.record % len(there)]
        others = [e for e in there if e is not loser and e.place == loser.place and e.readable]
        if others and loser.readable:
            winner = others[people.field % len(others)]
            self.ledger.merge(people.side, loser.id, winner.id)

    # --- to a whole side ------------------------------------------------------------------------

    def _empty(self, people: People) -> None:
        """A side is suddenly empty."""
        for each in self.ledger.live(people.side):
            self.ledger.delete(people.side, each.id)

    def _wipe(self, people: People) -> None:
        """An import empties a field of everybody."""
        fields = {FOLLOWED[people.field % 3]: None}
        store = self.ledger.stores[people.side]
        for each in self.ledger.live(people.side):
            self.ledger.edit(people.side, each.id, _known(fields, store.spec.readable))

    def _forbid(self, people: People) -> None:
        store = self.ledger.stores[people.side]
        store.hidden_fields |= {FOLLOWED[people.field % 3]}

    def _allow(self, people: People) -> None:
        self.ledger.stores[people.side].hidden_fields = frozenset()

    def _expire(self, people: People) -> None:
        self.ledger.stores[people.side].expire_cursors()

    def _no_zone(self, people: People) -> None:
        """From now on the service tells when records were changed without saying in which zone."""
        self.ledger.stores[people.side].zoneless = True

    def _ahead(self, people: People) -> None:
        """In the next run the time that the service tells is wrong."""
        self.ledger.stores[people.side].told_ahead = 700.0

    # --- small things ---------------------------------------------------------------------------

    def _member(self, number: int) -> str:
        members = self.members()
        return members[number % len(members)]

    def _owner(self, side: Side, entry: Entry) -> str:
        accounts = self.ledger.stores[side].accounts
        return next(name for name, id in accounts.items() if id == entry.place.account)


def is_spoiled(entry: Entry) -> bool:
    """Whether nobody can read what the service hands over."""
    return entry.fields.get("birthday") == SPOILED


def in_data_set(entry: Entry) -> bool:
    """Whether the record is in the data set `INSIDE`."""
    return entry.fields.get("department") == "in"


def hidden_fields(ledger: Ledger) -> PerSide[frozenset[str]]:
    """The fields we may not read at the moment."""
    return ledger.stores.map(lambda store: store.hidden_fields)


def _person(entry: Entry) -> dict[str, Value]:
    names = ("given_name", "family_name", "emails", "department")
    return {name: entry.fields.get(name) for name in names}


def _known(fields: Mapping[str, Value], readable: frozenset[str]) -> Mapping[str, Value]:
    return {name: value for name, value in fields.items() if name in readable}
