"""What becomes due while a run is at work is guarded as well: nobody had counted it before."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proof.meanwhile import Once, called, run_of
from syncline.connectors.memory import MemoryOptions
from syncline.model.records import RecordId
from syncline.model.reports import GuardTrip
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, GuardLimits, Records
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True)
SMALL = GuardLimits(deletions=2, deletion_share=0.2, cleared_share=0.05, minimum_links=5)


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    """Everybody has all twenty people of the one CRM, and Ada has an edit to write."""
    world = worlds(right=CRM)
    world.set(records=PerSide(Records.OWN, Records.VISIBLE), guards=SMALL)
    for number in range(20):
        world.right.create("ada", person(f"P{number}", "X", company="Navy"))
    world.settle()
    world.left.update(called(world, "P0"), {"job_title": "Dr"})
    return world


def everybody(world: EngineWorld) -> list[RecordId]:
    return list(world.right.read())


def run_of_ada(world: EngineWorld, meanwhile: Callable[[], object]) -> tuple[GuardTrip, ...]:
    """While it writes, something happens, and Bob's run notes it."""

    def happens() -> None:
        meanwhile()
        run_of(world, "bob")

    world.right.fault = Once("apply", happens)
    report = world.sync(members=("ada",))
    world.right.fault = None
    return report.guards


def test_deletions_that_another_run_notes_while_we_write_are_held(world: EngineWorld) -> None:
    """They were counted before anything was written, and never again: all of them passed."""

    def lost() -> None:
        for record in everybody(world)[1:]:
            world.right.delete(record)

    guards = run_of_ada(world, lost)

    assert [(trip.guard, trip.held) for trip in guards] == [("deletions", 19)]
    assert len(world.left.read("ada")) == len(world.left.read("bob")) == 20


def test_fields_that_are_emptied_while_we_write_are_held(world: EngineWorld) -> None:
    def lost() -> None:
        for record in everybody(world):
            world.right.update(record, {"company": None})

    [trip] = run_of_ada(world, lost)

    assert (trip.guard, trip.held) == ("cleared field", 19)
    kept = [fields for fields in world.left.read("ada").values() if fields.get("company")]
    assert len(kept) == 19  # one may be emptied without asking


def test_deletions_that_only_the_last_look_before_a_write_shows_are_held(
    world: EngineWorld,
) -> None:
    world.people = ("ada",)
    world.set(conflict=Conflict.RIGHT_WINS)
    world.settle()
    records = {fields["given_name"]: id for id, fields in world.right.read().items()}
    for number in range(15):
        world.left.update(called(world, f"P{number}"), {"job_title": "Admiral"})

    def lost() -> None:
        for number in range(15):
            world.right.delete(records[f"P{number}"])

    world.right.fault = Once("ids", lost)
    report = world.sync()

    assert [(trip.guard, trip.held) for trip in report.guards] == [("deletions", 15)]
    assert len(world.left.read("ada")) == 20
