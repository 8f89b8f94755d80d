"""Stopping the engine where it hurts: at any call to a system, at any commit of its state.

A run passes *points*: every call to a store and every commit, each with a before and an after. A
`Tripwire` counts them and lets the process die at one. Whoever is dead stays dead: whatever a
`finally` still tries is refused, as it would be after a power cut.

Between two effects nothing lasts, so dying after one effect and dying before the next leave the
same world. `Tripwire(effects_only=True)` therefore counts only what changes something: writes
to a store, and commits that changed a row.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from syncline.connectors.memory import Call, MemoryStore
from syncline.connectors.memory.faults import FaultHook
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld

LEASE_IS_OVER: Final = 700.0
"""Seconds after which a dead run's lease has certainly expired."""


class Died(BaseException):
    """The process was killed here. No `except Exception` may survive it."""


@dataclass
class Tripwire:
    """Counts the points of a run, and dies at number `at` (from 1): before its effect or `after`.

    `points` names what was passed, in order.
    """

    at: int | None = None
    after: bool = True
    effects_only: bool = False
    points: list[str] = field(default_factory=list)
    dead: bool = False

    @contextmanager
    def around(self, world: EngineWorld) -> Iterator[None]:
        """Stretched over both stores and the state. What people do around calls stays in place."""
        people = world.left.fault, world.right.fault
        world.left.fault = _Calls(self, "left", world.left, people[0])
        world.right.fault = _Calls(self, "right", world.right, people[1])
        world.commits = _Commits(self)
        try:
            yield
        finally:
            world.left.fault, world.right.fault = people
            world.commits = None

    def reach(self, name: str, *, effect: bool) -> None:
        """A point is reached: nothing has happened yet."""
        self.refuse_the_dead()
        if not effect and self.effects_only:
            return
        self.points.append(name)
        if not self.after:
            self._die_here()

    def leave(self, *, effect: bool) -> None:
        """The last point's effect has happened."""
        self.refuse_the_dead()
        if (effect or not self.effects_only) and self.after:
            self._die_here()

    def refuse_the_dead(self) -> None:
        """Nothing happens after death."""
        if self.dead:
            raise Died

    def _die_here(self) -> None:
        if self.at == len(self.points):
            self.dead = True
            raise Died


@dataclass(frozen=True)
class _Calls:
    """The fault hook of one store, around the one that was there."""

    wire: Tripwire
    name: str
    store: MemoryStore
    people: FaultHook | None

    def before(self, call: Call) -> None:
        try:
            self.wire.reach(f"{self.name} {call.kind}", effect=call.writes)
        except Died:
            self.store.calls[call.kind] -= 1  # it was never sent: the next one meets the people
            raise
        if self.people is not None:
            self.people.before(call)

    def after(self, call: Call) -> None:
        if self.people is not None:
            self.people.after(call)
        self.wire.leave(effect=call.writes)


@dataclass
class _Commits:
    """The commit hook of the state. A commit that changed no row has no effect."""

    wire: Tripwire
    _total: dict[int, int] = field(default_factory=dict)
    _changing: bool = False

    def before(self, tx: Connection) -> None:
        connection: Any = tx.connection.driver_connection
        total = connection.total_changes
        self._changing = total != self._total.get(id(connection), 0)
        self._total[id(connection)] = total
        self.wire.reach("commit", effect=self._changing)

    def after(self) -> None:
        self.wire.leave(effect=self._changing)


# --- a world that can be put back -----------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """Everything that lasts, as it was: both stores, the state's file, the clock."""

    left: dict[str, Any] = field(repr=False)
    right: dict[str, Any] = field(repr=False)
    clock: datetime
    state: Path

    @classmethod
    def of(cls, world: EngineWorld, name: str = "moment") -> Moment:
        """Remember the world; no session may be open."""
        copied = world.folder / f"{name}.sqlite"
        for suffix in _KEPT:
            if (file := _beside(_file(world), suffix)).exists():
                shutil.copyfile(file, _beside(copied, suffix))
        return cls(_kept(world.left), _kept(world.right), world.clock.moment, copied)

    def restore(self, world: EngineWorld) -> None:
        """Put the world back."""
        vars(world.left).update(copy.deepcopy(self.left))
        vars(world.right).update(copy.deepcopy(self.right))
        world.clock.moment = self.clock
        for suffix in (*_KEPT, "-wal", "-shm"):
            _beside(_file(world), suffix).unlink(missing_ok=True)
        for suffix in _KEPT:
            if (kept := _beside(self.state, suffix)).exists():
                shutil.copyfile(kept, _beside(_file(world), suffix))


_SHARED: Final = ("lock", "clock", "options", "spec", "fault")


def _kept(store: MemoryStore) -> dict[str, Any]:
    return copy.deepcopy({k: v for k, v in vars(store).items() if k not in _SHARED})


_KEPT: Final = ("", "-epoch")


def _file(world: EngineWorld) -> Path:
    return world.folder / "state.sqlite"


def _beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


# --- dying, and going on --------------------------------------------------------------------------

Step = Callable[[EngineWorld], object]
"""Something that happens in a world."""


def run_until_death(world: EngineWorld, wire: Tripwire, run: Step = EngineWorld.sync) -> bool:
    """One run over the tripwire; whether it died."""
    with wire.around(world), suppress(Died):
        run(world)
    return wire.dead


def quiet(world: EngineWorld, *, runs: int = 5) -> int:
    """Clean, full runs, once old leases and the services' lag are over, until one writes nothing.

    Returns how many runs it took; the last one wrote nothing.
    """
    world.clock.advance(LEASE_IS_OVER)
    with world.session() as session:
        for number in range(1, runs + 1):
            world.clock.advance(120)
            report = session.run(Selection(full=True))
            if report.writes == 0:
                return number
    raise AssertionError(f"still writing after {runs} runs: {report.operations}")


def recover(world: EngineWorld, *, runs: int = 8) -> None:
    """Ordinary runs, once the dead one's lease is over, until two in a row write nothing: one may
    lose a race, or leave the deletions it finds after a change of the policy to the next.

    They read what the feeds tell since the cursor, and what the dead run wrote down. Only where a
    service does not report deletions does an ordinary run list everything, too.
    """
    world.clock.advance(LEASE_IS_OVER)
    idle = 0
    with world.session() as session:
        for _run in range(runs):
            world.clock.advance(120)
            report = session.run(Selection())
            idle = idle + 1 if report.writes == 0 else 0
            if idle == 2:
                return
    raise AssertionError(f"still writing after {runs} runs: {report.operations}")


def full_run(world: EngineWorld) -> int:
    """One run that lists everything and looks at all that waits; how much it wrote."""
    world.clock.advance(120)
    with world.session() as session:
        return session.run(Selection(full=True)).writes


def points_of(world: EngineWorld, run: Step = EngineWorld.sync, *, effects_only: bool) -> list[str]:
    """The points of a run that nobody stops."""
    wire = Tripwire(effects_only=effects_only)
    assert not run_until_death(world, wire, run)
    return wire.points


def every_death(
    world: EngineWorld,
    points: int,
    run: Step = EngineWorld.sync,
    *,
    effects_only: bool,
    first: int = 1,
    step: int = 1,
) -> Iterator[str]:
    """The world after dying at each point of the next run, one after the other: their names.

    `points` is how many the run has when nobody stops it. With `step` only every so many-th,
    from `first` on.
    """
    moment = Moment.of(world)
    for after in (True,) if effects_only else (False, True):
        for at in range(first, points + 1, step):
            moment.restore(world)
            wire = Tripwire(at=at, after=after, effects_only=effects_only)
            run_until_death(world, wire, run)
            yield f"{'after' if after else 'before'} {at} of {points}: {wire.points[-1]}"
