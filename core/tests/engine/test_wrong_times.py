"""A service whose clock is wrong for once, or ours: nothing is missed because of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.testing.rehearsal import EngineWorld, person

BY_STAMP = MemoryOptions(detection="timestamp", granularity=1.0, overlap=60.0)


def test_one_answer_with_a_time_that_is_ahead_hides_no_later_edit(
    worlds: Callable[..., EngineWorld],
) -> None:
    world = worlds(BY_STAMP)
    world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    world.left.told_ahead = 700.0
    world.sync()
    world.left.told_ahead = 0.0

    world.left.update(world.only(world.left), {"job_title": "Countess"})
    world.sync()

    assert world.shown(world.right)[0]["job_title"] == "Countess"


@pytest.mark.parametrize("ahead", [-86_400.0, -300.0, 300.0, 86_400.0])
def test_clocks_that_differ_for_good_miss_nothing_and_repeat_no_write(
    tmp_path: Path, ahead: float
) -> None:
    world = EngineWorld(tmp_path, BY_STAMP, BY_STAMP, skew=PerSide(ahead, 0.0))
    for given in ("Ada", "Grace"):
        world.left.create("ada", person(given, "Lovelace"))
        world.settle()
    for number, id in enumerate(world.left.read("ada")):
        world.left.update(id, {"job_title": f"number {number}"})
        world.clock.advance(500)
        world.sync()

    assert world.same("ada")
    assert world.sync().writes == 0
