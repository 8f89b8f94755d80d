"""A history: people and faults around real runs. Driven by a state machine, or replayed.

    history = History(folder, left=…, right=…)
    history.people("create", Side.LEFT)
    history.run({4: "die after"})
    history.settle()          # clean runs; then every promise is checked

What people do, and when, is made of names and small numbers, so that a failing history can be
copied into a test as it was printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, Table, create_engine, select
from sqlmodel import SQLModel

from syncline.connectors.memory import Call, MemoryOptions
from syncline.connectors.memory.entries import Entry
from syncline.errors import Retry, Stop
from syncline.model.contact import CONTACT
from syncline.model.fields import SetType
from syncline.model.records import RecordId
from syncline.model.reports import RunReport
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.requests import ApplyRequest, Create, DeleteRequest
from syncline.policy.schema import Direction
from syncline.run.selection import Selection
from syncline.run.session import Session
from syncline.state.history import HISTORY
from syncline.state.vault import Vault
from syncline.testing.crashes import LEASE_IS_OVER, Died
from syncline.testing.ledger import FOLLOWED, Ledger, values_in
from syncline.testing.rehearsal import EngineWorld

Deed = Literal["create", "edit", "clear", "add", "drop", "delete", "restore", "touch", "expire"]
DEEDS: Final[tuple[Deed, ...]] = (
    "create", "edit", "clear", "add", "drop", "delete", "restore", "touch", "expire",
)  # fmt: skip
Fault = Literal["die", "retry", "not reached", "stop"]
FAULTS: Final[tuple[Fault, ...]] = ("die", "retry", "not reached", "stop")
Moment = Literal["before", "after"]


@dataclass(frozen=True)
class People:
    """What somebody does: to which record (counted, modulo those there are) and which field."""

    deed: Deed
    side: Side
    record: int = 0
    field: int = 0


@dataclass(frozen=True)
class Event:
    """Something that happens at a point of a run: its number from 1, before or after. Points are
    calls and commits; with `write` only the calls that write are counted, where it matters most.
    """

    point: int
    moment: Moment
    what: People | Fault
    write: bool = False


class History:
    """One world, its people, and the checks. `broken` lists what calls broke a promise."""

    def __init__(
        self,
        folder: Path,
        left: MemoryOptions | None = None,
        right: MemoryOptions | None = None,
        *,
        members: tuple[str, ...] = ("ada",),
        **policy: Any,
    ) -> None:
        self.world = EngineWorld(folder, left or MemoryOptions(), right or MemoryOptions())
        self.world.people = members
        if policy:
            self.world.set(**policy)
        self.stores = PerSide(self.world.left, self.world.right)
        self.ledger = Ledger(self.stores)
        self.watch = Watch(self)
        self.watch.over(self.world)
        self._session: Session | None = None

    # --- what happens ---------------------------------------------------------------------------

    def people(self, deed: Deed, side: Side, record: int = 0, field: int = 0) -> None:
        """Somebody does something; nothing, if there is no such record."""
        self.do(People(deed, side, record, field))
        self.world.clock.advance(1)

    def do(self, people: People, *, during_a_run: bool = False) -> None:
        """The same, without time passing."""
        side, ledger = people.side, self.ledger
        there = ledger.binned(side) if people.deed == "restore" else ledger.live(side)
        if people.deed == "create":
            self._create(side, people.record)
        elif people.deed == "expire":
            self.stores[side].expire_cursors()
        elif there:
            raced = during_a_run and not self._conditional(side)
            self._to_a_record(people, there[people.record % len(there)].id, raced)

    def run(self, *events: Event, full: bool = False) -> RunReport | None:
        """One run, with events; None if it died."""
        self.world.clock.advance(30)
        self.watch.begin(events)
        try:
            return self.session().run(Selection(full=full))
        except Died:
            self.reopen()
            return None
        finally:
            self.watch.begin(())

    def plan(self) -> None:
        """P21: a plan writes nothing, here or there."""
        before = self._everything()
        self.session().plan(Selection())
        assert self._everything() == before, "P21: a plan wrote something"

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds)

    def lose_state(self) -> None:
        """The database is gone."""
        self.reopen()
        for each in self.world.folder.glob("state.sqlite*"):
            each.unlink()
        self.ledger.state_lost()

    def settle(self) -> None:
        """P1 and P2: three clean runs bring both sides in step, and the next one writes nothing.
        Then everything else is looked at.
        """
        self.world.clock.advance(LEASE_IS_OVER)
        for _run in range(3):
            self.world.clock.advance(120)
            self.run(full=True)
        self.world.clock.advance(120)
        before = self.watch.writes
        report = self.run(full=True)
        assert self.watch.writes == before, f"P2: still writing: {report and report.operations}"
        Checks(self).all()
        self.ledger.all_is_quiet()

    # --- sessions -------------------------------------------------------------------------------

    def session(self) -> Session:
        """The open session; a new process after a death."""
        if self._session is None:
            self._session = self.world.session()
        return self._session

    def reopen(self) -> None:
        """The process ends; the next one opens the same database."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # --- what people do -------------------------------------------------------------------------

    def _create(self, side: Side, number: int) -> None:
        members = self.world.people
        name = self.ledger.new_value()
        fields = {
            "given_name": "A",
            "family_name": f"N{name}",
            "emails": (f"{name}@example.test",),
            "job_title": self.ledger.new_value(),
        }
        self.ledger.create(side, members[number % len(members)], fields)

    def _to_a_record(self, people: People, id: RecordId, raced: bool) -> None:
        side, ledger = people.side, self.ledger
        scalar = FOLLOWED[people.field % 3]
        held = self.stores[side].entries[id].fields.get("categories") or ()
        edit = partial(ledger.edit, side, id, raced=raced)
        deeds: Mapping[str, Callable[[], None]] = {
            "edit": lambda: edit({scalar: ledger.new_value()}),
            "clear": lambda: edit({scalar: None}),
            "add": lambda: edit({"categories": (*held, ledger.new_value())}),
            "drop": lambda: edit({"categories": held[1:] or None}),
            "delete": lambda: ledger.delete(side, id),
            "restore": lambda: ledger.restore(side, id),
            "touch": lambda: self.stores[side].touch(id),
        }
        deeds[people.deed]()

    def _conditional(self, side: Side) -> bool:
        options = self.stores[side].options
        exact = options.conditional == options.conditional_delete == "version"
        return exact and self.world.policy.direction is Direction.BOTH

    # --- the state, and everything --------------------------------------------------------------

    def overwritten(self) -> set[str]:
        """Values that are in the history as what a write replaced."""
        rows = self._rows(HISTORY)
        vault = Vault.from_key(self.world.state.key.resolve().get_secret_value())
        return {v for row in rows for v in values_in(vault.unseal(row.values_sealed)["before"])}

    def _everything(self) -> Any:
        self.session()
        state = {each.name: list(map(repr, self._rows(each))) for each in _TABLES}
        return state, [len(store.log) for store in self.stores], self.watch.writes

    def _rows(self, table: Table) -> list[Any]:
        engine = create_engine(self.world.state.url)
        with engine.connect() as read:
            rows = list(read.execute(select(table)))
        engine.dispose()
        return rows


_TABLES: Final = tuple(SQLModel.metadata.sorted_tables)


@dataclass
class Watch:
    """Around every call and commit: lets planned events happen, and looks at every write."""

    history: History
    events: dict[tuple[bool, int, Moment], list[People | Fault]] = field(default_factory=dict)
    point: int = 0
    write: int = 0
    writes: int = 0
    dead: bool = False

    def over(self, world: EngineWorld) -> None:
        """Watch both stores and the state."""
        world.left.fault, world.right.fault = _Calls(self, Side.LEFT), _Calls(self, Side.RIGHT)
        world.commits = _Commits(self)

    def begin(self, events: tuple[Event, ...]) -> None:
        """A run begins, or is over."""
        self.point, self.write, self.dead, self.events = 0, 0, False, {}
        for each in events:
            self.events.setdefault((each.write, each.point, each.moment), []).append(each.what)

    def reach(self, moment: Moment, call: Call | None) -> None:
        """What is planned for this point happens. A fault of a call waits for the next call."""
        if self.dead:
            raise Died
        writes = call is not None and call.writes
        self.point += moment == "before"
        self.write += writes and moment == "before"
        planned = self.events.pop((False, self.point, moment), [])
        if writes:
            planned += self.events.pop((True, self.write, moment), [])
        for what in planned:
            self._happen(what, moment, call)

    def _happen(self, what: People | Fault, moment: Moment, call: Call | None) -> None:
        if isinstance(what, People):
            self.history.do(what, during_a_run=True)
        elif what == "die":
            self.dead = True
            raise Died
        elif call is not None:
            raise _error(what, moment)
        else:
            self.events.setdefault((False, self.point + 1, moment), []).append(what)


@dataclass(frozen=True)
class _Calls:
    watch: Watch
    side: Side

    def before(self, call: Call) -> None:
        self.watch.reach("before", call)
        if call.writes:
            self.watch.writes += 1
            check_write(self.watch.history, self.side, call)

    def after(self, call: Call) -> None:
        self.watch.reach("after", call)


@dataclass(frozen=True)
class _Commits:
    watch: Watch

    def before(self, _tx: Connection) -> None:
        self.watch.reach("before", None)

    def after(self) -> None:
        self.watch.reach("after", None)


def _error(fault: Fault, moment: Moment) -> Exception:
    if fault == "stop":
        return Stop("a planned refusal")
    reached = not (fault == "not reached" and moment == "before")
    return Retry("a planned failure", reached=reached)


def check_write(history: History, side: Side, call: Call) -> None:
    """P4, P6, P7: what every single call that writes must keep to."""
    policy, request = history.world.policy, call.request
    assert policy.direction.writes(side), f"P6: a write at {side}, against the direction"
    if isinstance(request, DeleteRequest):
        assert policy.delete[side], f"P7: a deletion at {side}, where deleting is switched off"
        for each in request.operations:
            family = history.ledger.family(side, each.id)
            assert family in history.ledger.deleted[side.other], f"P4: nobody deleted {family}"
    elif isinstance(request, ApplyRequest):
        creates = any(isinstance(each, Create) for each in request.operations)
        assert policy.create[side] or not creates, f"P7: a create at {side}, switched off there"


@dataclass(frozen=True)
class Checks:
    """What must be true when users have stopped and three clean runs are over."""

    history: History

    def all(self) -> None:
        """Every one of them."""
        self.nothing_is_lost()
        self.nothing_is_doubled()
        self.both_sides_agree()

    def nothing_is_lost(self) -> None:
        """P3: a value a person typed is on a side, or was overwritten and is in the history."""
        ledger = self.history.ledger
        lost = ledger.standing - ledger.on_a_side() - self.history.overwritten()
        assert not lost, f"P3: lost: {sorted(lost)}"

    def nothing_is_doubled(self) -> None:
        """P5: nobody is there more often than people made them."""
        ledger = self.history.ledger
        for side in SIDES:
            for family, found in ledger.families(side).items():
                assert len(found) <= ledger.births[family], f"P5: {family} doubled at {side}"

    def both_sides_agree(self) -> None:
        """P1: who is not excused is on both sides, and the same under what each side can hold."""
        families = PerSide(*(self.history.ledger.families(side) for side in SIDES))
        for family in sorted(set(families.left) | set(families.right)):
            if self._excused(family):
                continue
            if self._must_be_on_both():
                missing = [side for side in SIDES if family not in families[side]]
                assert not missing, f"P1: {family} is missing at {missing[0]}"
            if family in families.left and family in families.right:
                left, right = families.left[family][0], families.right[family][0]
                owners = [self._member(s, e) for s, e in ((Side.LEFT, left), (Side.RIGHT, right))]
                assert owners[0] == owners[1], f"P1: {family} belongs to {owners}"
                self._same(family, left.fields, right.fields)

    def _member(self, side: Side, entry: Entry) -> str:
        accounts = self.history.stores[side].accounts
        return next(name for name, id in accounts.items() if id == entry.place.account)

    def _excused(self, family: str) -> bool:
        """In conflict, waiting for a reason people gave, or touched where nothing is written to."""
        history, ledger = self.history, self.history.ledger
        source = history.world.policy.direction.source
        if source is not None and family in ledger.touched[source.other]:
            return True
        conflicts = history.session().conflicts()
        return ledger.births[family] > 1 or any(family in each.label for each in conflicts)

    def _must_be_on_both(self) -> bool:
        policy = self.history.world.policy
        return all(policy.create) and all(policy.delete)

    def _same(self, family: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> None:
        for name in FOLLOWED:
            held = PerSide(*(_normal(name, fields.get(name)) for fields in (left, right)))
            shown = f"P1: {family}'s {name}: {held.left!r} and {held.right!r}"
            if CONTACT.fields[name].type.is_set:
                assert self._fits(name, held), shown
                continue
            cut = [
                _normal(name, self._stored(side, name, fields.get(name)))
                for side, fields in ((Side.RIGHT, left), (Side.LEFT, right))
            ]
            assert held.right == cut[0] or held.left == cut[1], shown

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
        return self.history.stores[side].spec.by_name[name].capacity

    def _stored(self, side: Side, name: str, value: Any) -> Any:
        store = self.history.stores[side]
        cut = self._capacity(side, name).stored(CONTACT.fields[name].type, value)
        return store.options.stored_as({name: cut}).get(name)


def _normal(name: str, value: Any) -> Any:
    kind = CONTACT.fields[name].type
    return tuple(sorted(kind.elements(value))) if isinstance(kind, SetType) else kind.normal(value)
