"""Several lanes over one feed: members who share a CRM, and mailboxes that are kept in two of them.

    Stage(folder).play(story)   # what people and runs do; then everything settles and is checked

Runs of single members, one in the middle of another; pages that fail, cursors that are dead in the
middle of a pass; a second CRM that is added later. The oracle keeps its own account of who was
entered, edited and deleted where, and knows nothing of the engine.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from proof import stage
from proof.crashes import LEASE_IS_OVER, Died
from proof.ledger import values_in
from proof.quick_state import QuickState
from syncline.connectors.memory import Call, MemoryOptions, MemoryStore
from syncline.errors import Resync, Stop
from syncline.model.records import RecordId
from syncline.model.sides import PerSide
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import DeleteRequest
from syncline.policy.schema import Conflict
from syncline.policy.settings import Member
from syncline.run.selection import Selection
from syncline.state.history import HISTORY
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY, PEOPLE, EngineWorld

Store = Literal["left", "right", "third"]
"""Everybody's mailboxes, the CRM, and a second CRM that the same mailboxes are kept in."""
Deed = Literal["create", "edit", "delete"]
What = Literal["fail", "resync", "die", "another run"]
STORES: Final[tuple[Store, ...]] = ("left", "right", "third")
FIELDS: Final = ("job_title", "company", "notes")
SHARED: Final = MemoryOptions(feed="connection", spans_accounts=True, idempotency="marker")
CLEAN_RUNS: Final = 5
"""From CRM to mailbox to the other CRM, after whatever has to wait for its pause."""


@dataclass(frozen=True)
class People:
    """What somebody does, in whose records."""

    deed: Deed
    store: Store
    member: int = 0
    record: int = 0
    field: int = 0


@dataclass(frozen=True)
class Event:
    """At a call (its number in the run, from 1) that reads changes of a store, or at a write.

    `another run`: of everybody whom this run leaves alone, after the answer was made.
    """

    store: Store
    call: int
    what: What | People
    writes: bool = False


@dataclass(frozen=True)
class Run:
    """A run of these members, or of all."""

    members: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class AddSecond:
    """From now on the mailboxes are kept in a second CRM, too."""

    mailbox_first: bool = True


@dataclass(frozen=True)
class Settle:
    """Everything comes to rest, and is checked."""


Step = People | Run | AddSecond | Settle


@dataclass(frozen=True)
class Story:
    """`pages`: how many records a page of the CRMs holds."""

    pages: int
    steps: tuple[Step, ...]


@dataclass
class Lanes:
    """The world of one story. `standing`: values that people typed and nobody replaced or deleted
    since. `reached`: the events' calls of the run that is under way.
    """

    quick: QuickState
    folder: Path
    plugins: PluginManager
    pages: int
    made: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    standing: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    reached: Counter[tuple[Store, bool]] = field(default_factory=Counter)
    events: list[Event] = field(default_factory=list)
    running: tuple[str, ...] = ()
    dead: bool = False
    typed: int = 0

    def __post_init__(self) -> None:
        shared = replace(SHARED, page_size=self.pages)
        self.quick.clear()
        self.world = EngineWorld(
            self.folder,
            MemoryOptions(page_size=self.pages),
            shared,
            plugins=self.plugins,
            open_state=self.quick.open,
        )
        self.stores: dict[Store, MemoryStore] = {
            "left": self.world.left,
            "right": self.world.right,
            "third": self.world.add_store("third", shared),
        }
        for name, store in self.stores.items():
            store.fault = _Calls(self, name)

    # --- what happens ---------------------------------------------------------------------------

    def do(self, step: Step) -> None:
        """One step."""
        if isinstance(step, People):
            self.people(step)
            self.world.clock.advance(1)
        elif isinstance(step, Run):
            self.run(step)
        elif isinstance(step, AddSecond):
            self._add_second(step)
        else:
            self.settle()

    def people(self, each: People) -> None:
        """Nothing, if there is no such record."""
        store, member = self.stores[each.store], PEOPLE[each.member % len(PEOPLE)]
        self.typed += 1
        value = f"v{self.typed}"
        if each.deed == "create":
            family = f"N{self.typed}"
            self.made[family] = member
            mail = f"{family}@example.test".lower()
            person = {"given_name": "A", "family_name": family, "emails": (mail,)}
            store.create(member, {**person, FIELDS[0]: value})
            self.standing.add(value)
        elif there := sorted(store.read(member)):
            self._to_a_record(each, there[each.record % len(there)], value)

    def _to_a_record(self, each: People, id: RecordId, value: str) -> None:
        store, name = self.stores[each.store], FIELDS[each.field % len(FIELDS)]
        held = dict(store.entries[id].fields)
        if each.deed == "delete":
            self.deleted.add(str(held["family_name"]))
            self.standing -= set(values_in(held))
            store.delete(id)
        else:
            self.standing -= set(values_in(held, (name,)))
            self.standing.add(value)
            store.update(id, {name: value})

    def _add_second(self, step: AddSecond) -> None:
        if not self.world.more_syncs:
            between = PerSide("left", "third") if step.mailbox_first else PerSide("third", "left")
            members = tuple(Member(PerSide(person, person)) for person in PEOPLE)
            winner = Conflict.LEFT_WINS if step.mailbox_first else Conflict.RIGHT_WINS
            rules = replace(self.world.policy, conflict=winner)
            self.world.more_syncs = (self.world.agreement("t", members, rules, between),)

    def run(self, step: Run) -> None:
        """One run, with its events."""
        self.world.clock.advance(30)
        self.events, self.running, self.dead = list(step.events), step.members, False
        self.reached.clear()
        try:
            with self.world.session() as session:
                session.run(Selection(members=step.members))
        except Died:
            self.world.clock.advance(LEASE_IS_OVER)
        self.events, self.dead = [], False
        assert not self.broken, self.broken[0]

    # --- points ---------------------------------------------------------------------------------

    def reach(self, store: Store, call: Call, *, after: bool) -> None:
        """A call of a run: before it has happened, or `after`."""
        if self.dead:
            raise Died
        if not after:
            self._judge(store, call)
        if call.kind != "changes" and not call.writes:
            return
        self.reached[store, call.writes] += not after
        for each in list(self.events):
            here = (each.store, each.writes) == (store, call.writes)
            if here and each.call == self.reached[store, call.writes] and after == _is_after(each):
                self.events.remove(each)
                self._happen(each.what)

    def _judge(self, store: Store, call: Call) -> None:
        if isinstance(call.request, DeleteRequest):
            for each in call.request.operations:
                family = str(self.stores[store].entries[each.id].fields["family_name"])
                if family not in self.deleted:
                    self.broken.append(f"P4: nobody deleted {family}, and it goes at {store}")

    def _happen(self, what: What | People) -> None:
        if isinstance(what, People):
            self.people(what)
        elif what == "fail":
            raise Stop("a planned refusal")
        elif what == "resync":
            raise Resync("a planned expiry")
        elif what == "die":
            self.dead = True
            raise Died
        else:
            self._another_run()

    def _another_run(self) -> None:
        """A second process, for the other members; the calls it makes are not counted."""
        others = tuple(name for name in PEOPLE if name not in self.running)
        if self.running and others:
            events, self.events = self.events, []
            reached = Counter(self.reached)
            with self.world.another_session() as session:
                session.run(Selection(members=others))
            self.events, self.reached = events, reached

    # --- what must hold -------------------------------------------------------------------------

    def settle(self) -> None:
        """People have stopped: clean runs, of which none lists more than it must; then all is
        checked.
        """
        self.world.clock.advance(LEASE_IS_OVER)
        for _run in range(CLEAN_RUNS):
            self.world.clock.advance(120)
            self.run(Run())
        before = self._writes()
        self.run(Run())
        assert self._writes() == before, "P2: still writing"
        lost = self.standing - self._shown() - self._overwritten()
        assert not lost, f"P3: lost: {sorted(lost)}"
        for family, member in self.made.items():
            self._check(family, member)

    def _check(self, family: str, member: str) -> None:
        """Once in each store, and the same everywhere. Who was deleted is nowhere, or everywhere
        again; but in one of two CRMs a deletion ends only that link (`shared_delete`).
        """
        used = STORES if self.world.more_syncs else STORES[:2]
        found = {name: self._records(name, member, family) for name in STORES}
        for store, records in found.items():
            assert len(records) <= 1, f"P5: {family} doubled at {store}"
        if family in self.deleted:
            both = len({bool(found[name]) for name in used}) == 1
            assert both or self.world.more_syncs, f"P1: {family} of {member} is on one side alone"
            return
        if any(found[name] for name in used):
            missing = [name for name in used if not found[name]]
            assert not missing, f"P1: {family} of {member} is missing at {missing}"
            for name in FIELDS:
                held = {each: found[each][0].get(name) for each in used}
                assert len(set(held.values())) == 1, f"P1: {family} of {member}'s {name}: {held}"

    def _records(self, store: Store, member: str, family: str) -> list[dict[str, Any]]:
        there = self.stores[store].read(member).values()
        return [fields for fields in there if fields["family_name"] == family]

    def _writes(self) -> int:
        return sum(store.writes.total() for store in self.stores.values())

    def _shown(self) -> set[str]:
        held = (fields for s in self.stores.values() for fields in s.read().values())
        return {value for fields in held for value in values_in(fields)}

    def _overwritten(self) -> set[str]:
        vault, query = Vault.from_key(KEY), f'SELECT values_sealed FROM "{HISTORY.name}"'  # noqa: S608
        with closing(sqlite3.connect(self.folder / "state.sqlite")) as state:
            rows = state.execute(query).fetchall()
        return {v for (sealed,) in rows for v in values_in(vault.unseal(sealed)["before"])}


@dataclass(frozen=True)
class _Calls:
    """The fault hook of one store."""

    lanes: Lanes
    store: Store

    def before(self, call: Call) -> None:
        self.lanes.reach(self.store, call, after=False)

    def after(self, call: Call) -> None:
        self.lanes.reach(self.store, call, after=True)


def _is_after(event: Event) -> bool:
    """People and other runs come when an answer is made; what fails, fails before; at a write, it
    dies when that is done.
    """
    return isinstance(event.what, People) or event.what == "another run" or event.writes


# --- stories --------------------------------------------------------------------------------------


class Stage(stage.Stage[Story]):
    """Plays stories, one after the other, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.quick = folder, QuickState(folder)
        self.plugins = PluginManager.discover()

    def play(self, story: Story) -> None:
        """Play it to its end.

        Raises:
            AssertionError: a promise was broken; its name begins the message.

        """
        lanes = Lanes(self.quick, self.folder, self.plugins, story.pages)
        for each in (*story.steps, Settle()):
            lanes.do(each)

    def shorter(self, story: Story) -> Iterator[Story]:
        """The same without one step, or one event."""
        steps = story.steps
        for index, step in enumerate(steps):
            yield replace(story, steps=(*steps[:index], *steps[index + 1 :]))
            if isinstance(step, Run) and step.events:
                calm = replace(step, events=step.events[1:])
                yield replace(story, steps=(*steps[:index], calm, *steps[index + 1 :]))
