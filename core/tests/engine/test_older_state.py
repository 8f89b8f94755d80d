"""An older state put back, a lost one, a copy on another machine: recognised, and no doubles."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.errors import StateError
from syncline.model.reports import Action, RunReport
from syncline.run.upkeep import adopt
from syncline.testing.rehearsal import EngineWorld

Worlds = Callable[..., EngineWorld]
NOBODY = MemoryOptions(idempotency="none")
"""A service that keeps no key of ours."""


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    """Neither service keeps a key of ours: only what the records hold says what they are."""
    return worlds(left=NOBODY, right=NOBODY)


def state(world: EngineWorld) -> Path:
    return world.folder / "state.sqlite"


def back_up(world: EngineWorld) -> None:
    shutil.copyfile(state(world), world.folder / "backup")


def lose_database(world: EngineWorld) -> None:
    """Only the database: what lies beside it stays."""
    for suffix in ("", "-wal", "-shm"):
        state(world).with_name(state(world).name + suffix).unlink(missing_ok=True)


def restore(world: EngineWorld) -> None:
    lose_database(world)
    shutil.copyfile(world.folder / "backup", state(world))


def move(world: EngineWorld) -> None:
    """The database comes to a place that has never seen it."""
    (world.folder / "state.sqlite-epoch").unlink()


def kinds(report: RunReport) -> list[str]:
    return [problem.kind for problem in report.problems]


def numbers(world: EngineWorld) -> tuple[int, int]:
    return len(world.left.read("ada")), len(world.right.read("ada"))


def after_a_backup(world: EngineWorld) -> None:
    """Grace is in the backup; Alan was synced since."""
    world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    back_up(world)
    world.left.create("ada", {"given_name": "Alan"})
    world.settle()


def test_what_was_made_since_the_backup_is_linked_and_not_doubled(world: EngineWorld) -> None:
    after_a_backup(world)
    restore(world)

    report = world.sync()

    assert report.writes == 0
    assert kinds(report) == ["state"]
    assert numbers(world) == (2, 2)
    assert kinds(world.sync()) == []


def edited_since(world: EngineWorld) -> None:
    after_a_backup(world)
    restore(world)
    [alan] = [id for id, held in world.right.read("ada").items() if held["given_name"] == "Alan"]
    world.right.update(alan, {"job_title": "Logician"})


def test_what_was_edited_since_waits_for_a_person_and_goes_on_waiting(world: EngineWorld) -> None:
    edited_since(world)

    report = world.sync()

    assert sorted(kinds(report)) == ["similar", "similar", "state"]
    for _day in range(3):
        world.clock.advance(25 * 3600)
        assert world.sync().writes == 0
    assert numbers(world) == (2, 2)


def test_what_a_clock_far_ahead_let_wait_for_a_person_goes_on_waiting(world: EngineWorld) -> None:
    edited_since(world)
    right = world.clock.moment
    world.clock.advance(730 * 24 * 3600)
    world.sync()
    world.clock.moment = right

    for _run in range(3):
        world.clock.advance(300)
        assert world.sync().writes == 0

    assert numbers(world) == (2, 2)


def test_made_equal_by_a_person_it_is_linked(world: EngineWorld) -> None:
    edited_since(world)
    world.sync()
    [alan] = [id for id, held in world.left.read("ada").items() if held["given_name"] == "Alan"]
    world.left.update(alan, {"job_title": "Logician"})

    assert kinds(world.sync()) == []
    world.left.update(alan, {"notes": "n"})
    world.settle()
    assert world.same()
    assert numbers(world) == (2, 2)


def test_called_otherwise_by_a_person_both_are_new(world: EngineWorld) -> None:
    edited_since(world)
    world.sync()
    [alan] = [id for id, held in world.left.read("ada").items() if held["given_name"] == "Alan"]
    world.left.update(alan, {"given_name": "Alan the second"})
    world.sync()
    world.clock.advance(25 * 3600)

    world.settle()

    assert numbers(world) == (3, 3)
    assert world.same()


def test_deletions_are_left_to_the_run_after(world: EngineWorld) -> None:
    world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    back_up(world)
    world.sync()
    restore(world)
    world.left.delete(world.only(world.left))

    report = world.sync()

    assert report.writes == 0
    [held] = [each for each in report.operations if each.action is Action.DELETE]
    assert "state was lost or put back" in held.held
    world.settle()
    assert numbers(world) == (0, 0)


def test_a_run_that_fails_leaves_the_care_to_the_next(world: EngineWorld) -> None:
    edited_since(world)
    world.sync(members=("bob",))

    report = world.sync()

    assert "similar" in kinds(report)
    assert report.writes == 0


def test_a_database_that_begins_again_knows_that_there_was_one(world: EngineWorld) -> None:
    world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    lose_database(world)

    report = world.sync()

    assert sorted(kinds(report)) == ["similar", "similar", "state"]
    assert numbers(world) == (1, 1)


def test_a_plan_says_so_and_changes_nothing(world: EngineWorld) -> None:
    after_a_backup(world)
    restore(world)

    for _plan in range(2):
        assert "state" in kinds(world.plan())
    assert kinds(world.sync()) == ["state"]


def test_a_copy_in_another_place_refuses_to_work_until_it_is_adopted(world: EngineWorld) -> None:
    after_a_backup(world)
    move(world)

    with pytest.raises(StateError) as refused:
        world.sync()
    assert refused.value.exit_code == 3
    assert "state adopt" in refused.value.hint
    assert "state" in kinds(world.plan())

    surroundings = replace(world.surroundings, new_id=lambda: "another place")
    assert adopt(world.state, surroundings)
    assert not adopt(world.state, surroundings)
    assert world.sync().writes == 0
    assert numbers(world) == (2, 2)


def test_a_copy_that_was_adopted_is_refused_where_it_came_from(world: EngineWorld) -> None:
    after_a_backup(world)
    ours = (world.folder / "state.sqlite-epoch").read_bytes()
    move(world)
    adopt(world.state, replace(world.surroundings, new_id=lambda: "another place"))
    world.sync()
    (world.folder / "state.sqlite-epoch").write_bytes(ours)

    with pytest.raises(StateError):
        world.sync()


def test_a_run_that_was_killed_is_no_older_state(world: EngineWorld) -> None:
    """It had raised the epoch in the database, and not beside it."""
    world.sync()
    file = world.folder / "state.sqlite-epoch"
    before = file.read_bytes()
    world.sync()
    file.write_bytes(before)

    assert kinds(world.sync()) == []
