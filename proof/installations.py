"""Two installations over the same two systems, each with a database of its own.

    both = Installations(folder, options, options, names=("test", "other"))
    both.people("create", Side.LEFT)
    both.run(0, adopt=True)
    both.settle()                 # clean runs of both in turn; then the promises are checked

They cannot exclude each other, since neither sees the other's database. What is promised then is
P19: P1, P2, P4 and P5 hold, and P3 for whole records. An edit can be lost where the one that
carries it on has no base for it, so values are not followed, only people.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from proof.crashes import LEASE_IS_OVER, Died, Tripwire
from syncline.connectors.memory import Call, MemoryOptions, MemoryStore
from syncline.model.reports import RunReport
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.requests import DeleteRequest
from syncline.testing.rehearsal import EngineWorld

Deed = Literal["create", "edit", "delete"]
DEEDS: Final[tuple[Deed, ...]] = ("create", "edit", "delete")
FIELDS: Final = ("job_title", "company", "notes")
CLEAN_RUNS: Final = 4
"""Of each, before the next ones must write nothing: what one of them makes is new to the other."""


class Installations:
    """Both of them, the people, and what must hold. `names` may be the same, as when somebody
    copied the configuration to a second machine.
    """

    def __init__(
        self,
        folder: Path,
        left: MemoryOptions,
        right: MemoryOptions,
        names: tuple[str, str],
        **policy: Any,
    ) -> None:
        self.engines = tuple(_engine(folder / f"engine{n}", left, right) for n in range(2))
        first, second = self.engines
        second.left, second.right, second.clock = first.left, first.right, first.clock
        for engine, name in zip(self.engines, names, strict=True):
            engine.installation = name
            engine.people = ("ada",)
            engine.set(**policy)
        self.clock = first.clock
        self.stores = PerSide(first.left, first.right)
        self.made: Counter[str] = Counter()
        self.deleted: set[str] = set()
        for store in self.stores:
            store.fault = _Watching(self, store)

    # --- what happens ---------------------------------------------------------------------------

    def people(self, deed: Deed, side: Side, record: int = 0, field: int = 0) -> None:
        """Somebody does something; nothing, if there is no such record."""
        store = self.stores[side]
        there = sorted(store.read("ada"))
        if deed == "create":
            self._create(store)
        elif there:
            id = there[record % len(there)]
            if deed == "delete":
                self.deleted.add(_family(store, id))
                store.delete(id)
            else:
                value = f"{FIELDS[field % 3]} {self.clock.moment.timestamp()}"
                store.update(id, {FIELDS[field % 3]: value})
        self.clock.advance(1)

    def _create(self, store: MemoryStore) -> None:
        family = f"N{self.made.total() + 1}"
        self.made[family] += 1
        mail = f"{family}@example.test".lower()
        store.create("ada", {"given_name": "A", "family_name": family, "emails": (mail,)})

    def run(
        self,
        which: int,
        *,
        adopt: bool,
        dies_at: int | None = None,
        full: bool = False,
        meanwhile: tuple[int, Callable[[], object]] | None = None,
    ) -> RunReport | None:
        """One run of one of them; None if it died at that effect. `meanwhile`: what happens before
        the call to a store of this number.
        """
        engine = self.engines[which]
        wire = Tripwire(at=dies_at, effects_only=True)
        with self._interrupted(meanwhile), wire.around(engine), suppress(Died):
            return engine.sync(adopt=adopt, full=full)
        self.clock.advance(LEASE_IS_OVER)
        return None

    def _interrupted(self, meanwhile: tuple[int, Callable[[], object]] | None) -> _Interruption:
        return _Interruption(self.stores, *(meanwhile or (0, lambda: None)))

    def plan(self, which: int, *, adopt: bool) -> None:
        """P21: somebody looks what a run would do."""
        before = self.writes
        self.engines[which].plan(adopt=adopt)
        assert self.writes == before, "P21: a plan wrote something"

    def back_up(self, which: int) -> None:
        """The database of one is copied away."""
        if (state := self._state(which)).exists():
            shutil.copyfile(state, state.with_name("backup"))

    def restore(self, which: int) -> None:
        """The copy is put back, if there is one."""
        state = self._state(which)
        if state.with_name("backup").exists():
            self.lose(which)
            shutil.copyfile(state.with_name("backup"), state)

    def lose(self, which: int) -> None:
        """The database of one is gone; what says how far it had come stays."""
        for each in self.engines[which].folder.glob("state.sqlite*"):
            if not each.name.endswith("-epoch"):
                each.unlink()

    def _state(self, which: int) -> Path:
        return self.engines[which].folder / "state.sqlite"

    @property
    def writes(self) -> int:
        """How often we wrote, at both sides."""
        return sum(store.writes.total() for store in self.stores)

    # --- what must hold -------------------------------------------------------------------------

    def settle(self, working: tuple[int, ...] = (0, 1), *, adopt: bool = True) -> None:
        """People have stopped: clean runs of those `working`, in turn; then all is checked."""
        self.clock.advance(LEASE_IS_OVER)
        for _round in range(CLEAN_RUNS):
            self._clean_runs(working, adopt)
        before = self.writes
        self._clean_runs(working, adopt)
        assert self.writes == before, "P2: still writing"
        families = [self._families(store) for store in self.stores]
        for found in families:
            for family, records in found.items():
                assert len(records) <= self.made[family], f"P5: {family} is there twice"
        for family in sorted(set(self.made) - self.deleted):
            assert all(family in found for found in families), f"P3: {family} is lost"
        left, right = families
        assert left == right, f"P1: {left} and {right}"

    def _clean_runs(self, working: tuple[int, ...], adopt: bool) -> None:
        for which in working:
            self.clock.advance(120)
            self.run(which, adopt=adopt, full=True)

    @staticmethod
    def _families(store: MemoryStore) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for fields in store.read("ada").values():
            full = {name: value for name, value in fields.items() if value}
            found.setdefault(str(fields["family_name"]), []).append(full)
        return found

    def foreign(self, which: int) -> bool:
        """Whether a record carries the mark of the other one."""
        ours = f"{self.engines[which].installation}:"
        marks = (e.marker for store in self.stores for e in store.entries.values() if e.live)
        return any(mark and not mark.startswith(ours) for mark in marks)


def _engine(folder: Path, left: MemoryOptions, right: MemoryOptions) -> EngineWorld:
    folder.mkdir()
    return EngineWorld(folder, left, right)


def _family(store: MemoryStore, id: Any) -> str:
    return str(store.entries[id].fields["family_name"])


@dataclass(frozen=True)
class _Watching:
    """P4: we delete nobody whom no person has deleted."""

    both: Installations
    store: MemoryStore

    def before(self, call: Call) -> None:
        if isinstance(call.request, DeleteRequest):
            for each in call.request.operations:
                family = _family(self.store, each.id)
                assert family in self.both.deleted, f"P4: nobody deleted {family}"

    def after(self, call: Call) -> None:
        """Nothing to see."""


@dataclass
class _Interruption:
    """Something happens once, before the call to a store of this number."""

    stores: PerSide[MemoryStore]
    number: int
    act: Callable[[], object]
    calls: int = 0
    _under: list[Any] = field(default_factory=list)

    def __enter__(self) -> None:
        self._under = [store.fault for store in self.stores]
        for side in SIDES:
            self.stores[side].fault = _Around(self, self.stores[side].fault)

    def __exit__(self, *_how: object) -> None:
        for store, under in zip(self.stores, self._under, strict=True):
            store.fault = under

    def reach(self) -> None:
        """A call comes in."""
        self.calls += 1
        if self.calls == self.number:
            self.act()


@dataclass(frozen=True)
class _Around:
    interruption: _Interruption
    under: Any

    def before(self, call: Call) -> None:
        self.interruption.reach()
        self.under.before(call)

    def after(self, call: Call) -> None:
        self.under.after(call)
