"""P8: a run stopped at any point, and started again, ends where an unstopped run ends.

Each scenario (`syncline.testing.crash_scenarios`) brings a world to where one run has something to
do. That run is let die at every call and every commit; then ordinary runs go on with the same
database. When they write nothing any more, both sides hold what they hold when nobody dies, as
much was written, and as much waits, is held, or is in conflict. Only then comes a full run, which
has nothing left to find (P12): what a cursor had lost it would bring, and so give away.

`make test` gives each scenario one kind of system, and dies after some of the effects (before an
effect the world is what it was after the one before). `SYNCLINE_PROVE=1` dies before and after
every call and commit, in every kind.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from syncline.testing.crash_scenarios import KINDS, SCENARIOS, Scenario
from syncline.testing.crashes import Moment, every_death, full_run, points_of, recover
from syncline.testing.rehearsal import EngineWorld

PROVE = bool(os.environ.get("SYNCLINE_PROVE"))
SAMPLED = 4
"""In `make test`, so many deaths of each scenario."""


def _cases() -> list[Any]:
    found = []
    for scenario in SCENARIOS:
        one = scenario.kinds[_chance(scenario) % len(scenario.kinds)]
        kinds = scenario.kinds if PROVE else [one]
        found += [pytest.param(scenario, k, id=f"{scenario.name} / {k}") for k in kinds]
    return found


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
    points = points_of(world, scenario.run, effects_only=not PROVE)
    wanted = _end(world)
    assert scenario.then(world), wanted
    start.restore(world)

    step = 1 if PROVE else -(-len(points) // SAMPLED)
    first = 1 + _chance(scenario) % step
    deaths = 0
    for where in every_death(
        world, len(points), scenario.run, effects_only=not PROVE, first=first, step=step
    ):
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
    """How often we created, deleted, updated. Where people act meanwhile, it depends on the moment
    of the death whether two edits of theirs travel in one update.
    """
    stores = (world.left, world.right)
    meanwhile = any(store.fault for store in stores)
    return [{k: n for k, n in s.writes.items() if k != "update" or not meanwhile} for s in stores]


def test_there_are_many_different_scenarios() -> None:
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS) >= 65
    assert all(set(each.kinds) <= set(KINDS) for each in SCENARIOS)
