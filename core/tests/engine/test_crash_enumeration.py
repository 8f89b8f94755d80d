"""P8: a run stopped at any point, and started again, ends where an unstopped run ends.

Each scenario (`proof.crash_scenarios`) brings a world to where one run has something to
do. That run is let die at every call and every commit; then ordinary runs go on with the same
database. When they write nothing any more, both sides hold what they hold when nobody dies, as
much was written, and as much waits, is held, or is in conflict. Only then comes a full run, which
has nothing left to find (P12): what a cursor had lost it would bring, and so give away.

`make test` gives each scenario one kind of system, and dies after some of the effects.
`SYNCLINE_PROVE=1` dies after every effect in every kind, and in one of them before and after every
call and commit. (What lies between two effects leaves the world as it was.)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from proof.crash_scenarios import KINDS, SCENARIOS, Scenario
from proof.crashes import (
    LEASE_IS_OVER,
    Moment,
    every_death,
    full_run,
    points_of,
    recover,
)
from syncline.connectors.memory import MemoryOptions
from syncline.testing.rehearsal import EngineWorld
from syncline.testing.reopening import Databases

PROVE = bool(os.environ.get("SYNCLINE_PROVE"))
SAMPLED = 2
"""In `make test`, so many deaths of each scenario."""


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """One folder for all scenarios, one after the other: see `syncline.testing.reopening`."""
    folder = tmp_path_factory.mktemp("world")
    EngineWorld(folder, MemoryOptions(), MemoryOptions()).session().close()
    (folder / "state.sqlite").rename(folder.with_suffix(".new"))
    return Databases(folder / "state.sqlite")


@pytest.fixture
def worlds(databases: Databases) -> Callable[..., EngineWorld]:
    """A world in that folder, with a new database."""
    folder = databases.file.parent

    def make(left: MemoryOptions, right: MemoryOptions) -> EngineWorld:
        for each in folder.iterdir():
            each.unlink()
        shutil.copyfile(folder.with_suffix(".new"), databases.file)
        world = EngineWorld(folder, left, right)
        world.open_state = lambda commits: databases.open(world.state, commits)
        return world

    return make


def _cases() -> list[Any]:
    found = []
    for scenario in SCENARIOS:
        kinds = scenario.kinds if PROVE else [_one_kind(scenario)]
        found += [pytest.param(scenario, k, id=f"{scenario.name} / {k}") for k in kinds]
    return found


def _one_kind(scenario: Scenario) -> str:
    return scenario.kinds[_chance(scenario) % len(scenario.kinds)]


def _chance(scenario: Scenario) -> int:
    """A number that stays when other scenarios come."""
    return sum(map(ord, scenario.name))


@pytest.mark.parametrize(("scenario", "kind"), _cases())
def test_whatever_point_a_run_dies_at_the_next_runs_end_where_it_would_have(
    worlds: Callable[..., EngineWorld],
    scenario: Scenario,
    kind: str,
    record_property: Callable[[str, object], None],
) -> None:
    world = scenario.world(worlds, kind)
    start = Moment.of(world, "start")
    effects_only = not (PROVE and kind == _one_kind(scenario))
    points = points_of(world, scenario.run, effects_only=effects_only)
    wanted = _end(world)
    assert scenario.then(world), wanted
    start.restore(world)

    step = 1 if PROVE else -(-len(points) // SAMPLED)
    first = 1 + _chance(scenario) % step
    deaths = 0
    for where in every_death(
        world, len(points), scenario.run, effects_only=effects_only, first=first, step=step
    ):
        world.clock.advance(LEASE_IS_OVER)
        scenario.again(world)
        assert _end(world) == wanted, where
        deaths += 1
    record_property("crash points", deaths)


def _end(world: EngineWorld) -> dict[str, Any]:
    """Where ordinary runs end; a full run finds nothing to add."""
    recover(world)
    found = _seen(world)
    assert full_run(world) == 0, "what ordinary runs had missed"
    assert _seen(world) == found, "what ordinary runs had missed"
    return found


def _seen(world: EngineWorld) -> dict[str, Any]:
    """What both sides hold, how often we wrote there, and what waits."""
    seen: dict[str, Any] = {
        f"{store.name[-5:]} of {owner}": world.shown(store, owner)
        for store in (world.left, world.right)
        for owner in store.accounts
    }
    seen["writes"] = _writes(world)
    with world.session() as session:
        lanes = session.status().lanes
    seen["lanes"] = [(x.lane, x.links, x.waiting, x.conflicts, x.held) for x in lanes]
    return seen


def _writes(world: EngineWorld) -> list[dict[str, int]]:
    """How often we created, deleted, updated. Where people act meanwhile, or share a record, it
    depends on the moment of the death whether two edits of theirs travel in one update.
    """
    stores = (world.left, world.right)
    meanwhile = any(store.fault for store in stores) or len(world.people) > 1
    return [{k: n for k, n in s.writes.items() if k != "update" or not meanwhile} for s in stores]


def test_there_are_many_different_scenarios() -> None:
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS) >= 65
    assert all(set(each.kinds) <= set(KINDS) for each in SCENARIOS)
