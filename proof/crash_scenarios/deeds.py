"""What people and administrators do in a scenario, and what can be seen in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from proof.crash_scenarios.scenario import Check
from proof.crashes import LEASE_IS_OVER, Died, Step, Tripwire, quiet
from syncline.connectors.memory import Call, MemoryStore
from syncline.connectors.memory.faults import CallKind
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.sides import Side
from syncline.testing.rehearsal import EngineWorld, person

GRACE: Final = person("Grace", "Hopper")
ALAN: Final = person("Alan", "Turing")
EDSGER: Final = person("Edsger", "Dijkstra")
NAVY: Final = {**GRACE, "company": "Navy"}
TWO: Final = ("ada", "bob")
LEFT, RIGHT = Side.LEFT, Side.RIGHT


def store(world: EngineWorld, side: Side) -> MemoryStore:
    """The system on a side."""
    return world.left if side is LEFT else world.right


def find(world: EngineWorld, side: Side, given: str, account: str | None = None) -> RecordId:
    """The record of somebody with this given name."""
    found = store(world, side).read(account)
    return next(id for id, fields in found.items() if fields.get("given_name") == given)


# --- people ---------------------------------------------------------------------------------------


def steps(*each: Step) -> Step:
    """One after the other."""

    def do(world: EngineWorld) -> None:
        for step in each:
            step(world)

    return do


def create(side: Side, *people: Mapping[str, Value], account: str = "ada") -> Step:
    """Somebody enters these people."""

    def do(world: EngineWorld) -> None:
        for each in people:
            store(world, side).create(account, each)

    return do


def edit(side: Side, given: str, account: str | None = None, **fields: Value) -> Step:
    """Somebody edits a record."""
    return lambda world: store(world, side).update(find(world, side, given, account), fields)


def delete(side: Side, given: str, account: str | None = None) -> Step:
    """Somebody deletes a record."""
    return lambda world: store(world, side).delete(find(world, side, given, account))


def restore(side: Side, given: str) -> Step:
    """Somebody takes a record out of the bin."""

    def do(world: EngineWorld) -> None:
        found = store(world, side).entries.values()
        there = next(e for e in found if e.deleted and e.fields["given_name"] == given)
        store(world, side).restore(there.id)

    return do


def merge(side: Side, loser: str, winner: str) -> Step:
    """Somebody merges two records."""

    def do(world: EngineWorld) -> None:
        store(world, side).merge(find(world, side, loser), find(world, side, winner))

    return do


@dataclass(frozen=True)
class Meanwhile:
    """Somebody does something while a run goes on, around a call of a kind. Calls are counted by
    the store, so that a world put back to before it will see it again, and never twice.
    """

    world: EngineWorld
    kind: CallKind
    count: Callable[[], int]
    number: int
    act: Step
    moment: str

    def before(self, call: Call) -> None:
        """The call has come in."""
        self._act(call, "before")

    def after(self, call: Call) -> None:
        """The call has been carried out."""
        self._act(call, "after")

    def _act(self, call: Call, moment: str) -> None:
        if call.kind == self.kind and moment == self.moment and self.count() == self.number:
            self.act(self.world)


def meanwhile(
    side: Side, kind: CallKind, act: Step, *, moment: str = "before", nth: int = 1
) -> Step:
    """The `nth` call of this kind, from now on, meets people at work."""

    def do(world: EngineWorld) -> None:
        there = store(world, side)
        number = there.calls[kind] + nth
        there.fault = Meanwhile(world, kind, lambda: there.calls[kind], number, act, moment)

    return do


# --- administrators -------------------------------------------------------------------------------


def policy(**changes: Any) -> Step:
    """The policy is changed."""
    return lambda world: world.set(**changes)


def members(*people: str) -> Step:
    """These are the sync's members."""

    def do(world: EngineWorld) -> None:
        world.people = people

    return do


def run(**selection: Any) -> Step:
    """A run, or a part of one."""
    return lambda world: world.sync(**selection)


def in_step(world: EngineWorld) -> None:
    """Runs, until all is quiet."""
    quiet(world)


def wait(seconds: float) -> Step:
    """Time passes."""
    return lambda world: world.clock.advance(seconds)


def approve(world: EngineWorld) -> None:
    """Everything that guards hold is released."""
    with world.session() as session:
        session.approve(tuple(each.handle for each in session.held()))


def resolve(winner: Side) -> Step:
    """All conflicts are decided."""

    def do(world: EngineWorld) -> None:
        with world.session() as session:
            for each in session.conflicts():
                session.resolve(each.handle, winner)

    return do


def lose_state(world: EngineWorld) -> None:
    """The database is gone."""
    for each in Path(world.folder).glob("state.sqlite*"):
        each.unlink()


def die(after: str, *, nth: int = 1) -> Step:
    """A run is killed after the `nth` effect of this name; its lease ends before anybody acts."""

    def do(world: EngineWorld) -> None:
        wire = _DiesAfter(effects_only=True, name=after, nth=nth)
        with wire.around(world), suppress(Died):
            world.sync()
        if not wire.dead:
            raise AssertionError(f"the run never came to {after!r}: {wire.points}")
        world.clock.advance(LEASE_IS_OVER)

    return do


@dataclass
class _DiesAfter(Tripwire):
    name: str = ""
    nth: int = 1

    def leave(self, *, effect: bool) -> None:
        """Dies here if the effect is the one that is meant."""
        if effect and self.points[-1] == self.name:
            self.dead = self.dead or self.points.count(self.name) == self.nth
        super().leave(effect=effect)


# --- what can be seen -----------------------------------------------------------------------------


def every(*checks: Check) -> Check:
    """All of these."""
    return lambda world: all(check(world) for check in checks)


def same(world: EngineWorld) -> bool:
    """Each member has the same on both sides."""
    return all(world.same(each) for each in world.people)


def number(left: int, right: int) -> Check:
    """So many records there are."""
    return lambda world: (len(world.left.read()), len(world.right.read())) == (left, right)


def shows(side: Side, given: str, account: str | None = None, **fields: Value) -> Check:
    """A record holds this; None: the field is empty."""

    def look(world: EngineWorld) -> bool:
        there = store(world, side).read(account)[find(world, side, given, account)]
        return all((there.get(name) or None) == value for name, value in fields.items())

    return look


def on_both(given: str, **fields: Value) -> Check:
    """A record holds this on both sides."""
    return every(shows(LEFT, given, **fields), shows(RIGHT, given, **fields))
