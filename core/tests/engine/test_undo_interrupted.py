"""P8 for an undo: killed at any call or commit, it is finished by undoing the run once more, and
everything ends where it would have ended; also if an ordinary run comes in between.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from proof.crashes import LEASE_IS_OVER, Died, Moment, Tripwire, quiet
from syncline.connectors.memory import MemoryOptions
from syncline.testing.rehearsal import EngineWorld, person

PROVE = bool(os.environ.get("SYNCLINE_PROVE"))
KINDS = {
    "key": MemoryOptions(),
    "marker": MemoryOptions(
        idempotency="marker", conditional="second", conditional_delete="second",
        detection="timestamp", granularity=1.0, overlap=60.0, visibility_lag=20.0,
        answers_version=False,
    ),
    "nothing": MemoryOptions(
        idempotency="none", conditional="none", conditional_delete="none",
        detection="timestamp", granularity=1.0, overlap=60.0, visibility_lag=20.0,
        deletions="swept",
    ),
}  # fmt: skip


@pytest.fixture(params=list(KINDS) if PROVE else ["key", "nothing"])
def world(request: pytest.FixtureRequest, worlds: Callable[..., EngineWorld]) -> EngineWorld:
    """In step, but for one edit, one new record and one deletion at the left."""
    world = worlds(right=KINDS[request.param])
    ids = [
        world.left.create("ada", person(name, "Start", job_title="Ensign"))
        for name in ("Ada", "Bea", "Cleo")
    ]
    quiet(world)
    world.left.update(ids[0], {"job_title": "Admiral"})
    world.left.delete(ids[1])
    world.left.create("ada", person("Dora", "New"))
    world.clock.advance(60)
    return world


def undo(world: EngineWorld, run: str) -> None:
    world.clock.advance(LEASE_IS_OVER)
    with world.session() as session:
        report = session.undo(run)
    assert not report.run.problems


def state(world: EngineWorld) -> list[Any]:
    return [world.shown(store) for store in (world.left, world.right)]


def test_an_undo_killed_anywhere_is_finished_by_the_next_one(world: EngineWorld) -> None:
    run = world.sync().run_id
    world.clock.advance(60)
    start = Moment.of(world, "undone")
    points = _stopped(world, run, Tripwire(effects_only=not PROVE))
    at_once = state(world)
    assert [each["given_name"] for each in at_once[1]] == ["Ada", "Bea", "Cleo"]
    quiet(world)
    wanted = state(world)

    for at in range(1, points + 1):
        for run_between in (False, True) if PROVE else (at % 2 == 0,):
            start.restore(world)
            wire = Tripwire(at=at, effects_only=not PROVE)
            _stopped(world, run, wire)
            assert wire.dead
            if run_between:
                quiet(world)
            undo(world, run)
            if not run_between:
                assert state(world) == at_once, (wire.points[-1], run_between)
            quiet(world)
            assert state(world) == wanted, (wire.points[-1], run_between)


def _stopped(world: EngineWorld, run: str, wire: Tripwire) -> int:
    """One undo over the tripwire; how many points it passed."""
    with wire.around(world), suppress(Died):
        undo(world, run)
    return len(wire.points)
