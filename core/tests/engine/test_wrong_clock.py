"""One run with a clock far ahead destroys nothing, and what it noted holds nothing up for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.testing.rehearsal import EngineWorld, person

DAY = 24 * 3600.0
REFUSED = "unwanted"
Worlds = Callable[..., EngineWorld]


@contextmanager
def two_years_ahead(world: EngineWorld) -> Iterator[None]:
    right = world.clock.moment
    world.clock.advance(730 * DAY)
    yield
    world.clock.moment = right
    world.clock.advance(300)


def changes(world: EngineWorld) -> list[object]:
    """What the history tells of the only record, newest first."""
    with world.session() as session:
        return [entry.action.value for entry in session.record_history("Hopper")]


def edited(world: EngineWorld, title: str) -> None:
    world.left.update(world.only(world.left), {"job_title": title})
    assert world.sync().writes == 1


def test_a_run_with_a_clock_far_ahead_does_not_erase_the_history(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    run = world.sync()
    edited(world, "Commodore")

    with two_years_ahead(world):
        edited(world, "Admiral")
    world.sync()

    assert changes(world) == ["update", "update", "create"]
    with world.session() as session:
        assert session.undo(run.run_id, dry=True)


@pytest.mark.parametrize(("runs", "told"), [(0, 1), (2, 2), (100, 4)])
def test_of_what_is_old_enough_the_last_runs_that_wrote_something_are_kept(
    world: EngineWorld, runs: int, told: int
) -> None:
    world.state = replace(world.state, history_runs=runs)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    edited(world, "Commodore")
    edited(world, "Admiral")
    for _quiet in range(3):
        world.sync()

    world.clock.advance(31 * DAY)
    edited(world, "Rear Admiral")

    assert len(changes(world)) == told


def test_a_record_that_was_put_off_by_a_clock_far_ahead_is_looked_at_again(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(refuses=frozenset({REFUSED})))
    world.left.create("ada", person("Grace", "Hopper", job_title=REFUSED))
    with two_years_ahead(world):
        assert world.sync().exit_code == 5
    world.right.options = MemoryOptions()

    world.sync()

    assert world.same()


def test_an_approval_given_by_a_clock_far_ahead_does_not_last_for_ever(world: EngineWorld) -> None:
    ids = [world.left.create("ada", person(f"N{n}", f"F{n}")) for n in range(30)]
    world.settle()
    for each in ids[:15]:
        world.left.delete(each)
    world.sync()
    with two_years_ahead(world), world.session() as session:
        session.approve(tuple(each.handle for each in session.held()))

    report = world.sync()

    assert (report.writes, report.exit_code) == (0, 7)
