"""P22 where a record that a run created holds what the run left in it, and somebody has changed it
all the same: merged another one into it, or edited what is not synchronized.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proof.meanwhile import called
from syncline.connectors.memory import MemoryOptions
from syncline.model.records import RecordId
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
EXACT = MemoryOptions()
SILENT = MemoryOptions(answers_version=False)
STAMPS = MemoryOptions(
    conditional="second",
    conditional_delete="none",
    detection="timestamp",
    granularity=1.0,
    overlap=60.0,
    answers_version=False,
)
SOMETIME = 600.0
SERVICES = pytest.mark.parametrize(
    "right", [pytest.param(EXACT, id="exact"), pytest.param(SILENT, id="says no version"),
              pytest.param(STAMPS, id="stamps")],
)  # fmt: skip


def one_run_creates_bea(world: EngineWorld) -> str:
    """Cy was typed at the right, and both sides have him."""
    world.people = ("ada",)
    world.right.create("ada", person("Cy", "Young"))
    world.settle()
    world.left.create("ada", person("Bea", "Smith"))
    return world.sync().run_id


def names(world: EngineWorld) -> tuple[set[object], set[object]]:
    left, right = (
        {fields["given_name"] for fields in store.read().values()}
        for store in (world.left, world.right)
    )
    return left, right


def somebody_merges(world: EngineWorld, loser: RecordId, into: RecordId) -> None:
    world.clock.advance(SOMETIME)
    world.right.merge(loser, into)


@SERVICES
def test_a_record_that_another_was_merged_into_stays_and_so_does_what_was_merged(
    worlds: Worlds, right: MemoryOptions
) -> None:
    """The merge was not read yet: the next run would take the other record's for deleted."""
    world = worlds(right=right)
    run = one_run_creates_bea(world)
    somebody_merges(world, called(world, "Cy", None), called(world, "Bea", None))

    report = world.undo(run)

    [kept] = report.kept
    assert "merged into it" in kept.reason
    world.settle()
    assert names(world) == ({"Bea", "Cy"}, {"Bea"})


@SERVICES
def test_what_nobody_had_read_is_not_deleted_with_the_record_it_was_merged_into(
    worlds: Worlds, right: MemoryOptions
) -> None:
    world = worlds(right=right)
    run = one_run_creates_bea(world)
    dora = world.right.create("ada", person("Dora", "Typed"))
    somebody_merges(world, dora, called(world, "Bea", None))

    assert world.undo(run).run.writes == 0

    assert "Bea" in names(world)[1]


@SERVICES
def test_it_stays_though_a_run_has_read_the_merge_since(
    worlds: Worlds, right: MemoryOptions
) -> None:
    world = worlds(right=right)
    run = one_run_creates_bea(world)
    somebody_merges(world, called(world, "Cy", None), called(world, "Bea", None))
    world.settle()

    assert world.undo(run).run.writes == 0


@SERVICES
@pytest.mark.parametrize("runs", [0, 3])
def test_what_nobody_touched_is_deleted_whether_or_not_a_run_has_read_it_since(
    worlds: Worlds, right: MemoryOptions, runs: int
) -> None:
    world = worlds(right=right)
    run = one_run_creates_bea(world)
    world.clock.advance(SOMETIME)
    for _run in range(runs):
        world.sync(full=True)

    assert world.undo(run).kept == ()

    assert names(world) == ({"Bea", "Cy"}, {"Cy"})


@SERVICES
def test_what_we_wrote_ourselves_since_and_took_back_is_nobodys_touch(
    worlds: Worlds, right: MemoryOptions
) -> None:
    world = worlds(right=right)
    first = one_run_creates_bea(world)
    world.clock.advance(SOMETIME)
    world.left.update(called(world, "Bea"), {"job_title": "Captain"})
    second = world.sync().run_id
    assert world.undo(second).kept == ()

    assert world.undo(first).kept == ()

    assert names(world)[1] == {"Cy"}


@SERVICES
def test_a_touch_between_our_last_write_and_the_undo_counts_though_we_wrote_it_twice(
    worlds: Worlds, right: MemoryOptions
) -> None:
    world = worlds(right=right)
    first = one_run_creates_bea(world)
    world.left.update(called(world, "Bea"), {"job_title": "Captain"})
    world.undo(world.sync().run_id)
    world.settle()
    somebody_merges(world, called(world, "Cy", None), called(world, "Bea", None))

    assert world.undo(first).run.writes == 0


def test_a_version_that_a_service_moves_by_itself_is_nobodys_touch(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(bumps_after_write=True))
    run = one_run_creates_bea(world)
    world.clock.advance(SOMETIME)

    assert world.undo(run).kept == ()

    assert names(world)[1] == {"Cy"}
