"""P22 where people went on after a run had deleted something: they entered it anew, or took its
counterpart out of the bin and edited it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from proof.meanwhile import called, held
from syncline.connectors.memory import MemoryOptions
from syncline.model.reports import UndoReport
from syncline.policy.schema import Direction
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
GRACE = person("Grace", "Hopper", job_title="Admiral")


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    world = worlds()
    world.people = ("ada",)
    return world


def in_step(world: EngineWorld) -> None:
    world.left.create("ada", GRACE)
    world.settle()


def deleted(world: EngineWorld) -> str:
    """Somebody deletes Grace at the left, and a run carries that to the right."""
    world.left.delete(called(world, "Grace"))
    return world.sync().run_id


def undo(world: EngineWorld, run: str) -> UndoReport:
    """Undone; a plan of it had said the same."""
    plan, report = world.undo(run, dry=True), world.undo(run)
    assert plan.kept == report.kept
    assert [o.reason for o in plan.run.operations] == [o.reason for o in report.run.operations]
    return report


# --- entered anew -----------------------------------------------------------------------------


def test_who_was_entered_anew_and_copied_since_is_not_doubled(world: EngineWorld) -> None:
    in_step(world)
    run = deleted(world)
    world.left.create("ada", {**GRACE, "job_title": "Commodore"})
    world.settle()

    report = undo(world, run)

    [kept] = report.kept
    assert kept.reason == "somebody has entered it anew: a record with the same email is there"
    world.settle()
    assert [f["job_title"] for f in world.shown(world.right)] == ["Commodore"]


def test_who_was_entered_anew_where_the_run_had_deleted_it_is_not_doubled(
    world: EngineWorld,
) -> None:
    in_step(world)
    run = deleted(world)
    world.right.create("ada", GRACE)

    assert undo(world, run).run.writes == 0

    world.settle()
    assert len(world.left.read()) == len(world.right.read()) == 1


def test_who_had_the_same_key_beside_it_all_along_is_somebody_else(world: EngineWorld) -> None:
    """Two people with one address."""
    couple = {"emails": ("both@example.test",)}
    for given in ("Grace", "Vincent"):
        for store in (world.left, world.right):
            store.create("ada", person(given, "Hopper", **couple))
    world.settle()
    world.clock.advance(7200)
    run = deleted(world)

    assert undo(world, run).kept == ()

    assert {f["given_name"] for f in world.shown(world.right)} == {"Grace", "Vincent"}


def test_what_the_same_run_made_is_taken_back_and_takes_nobodys_place(world: EngineWorld) -> None:
    """It has the address of the one who is back."""
    world.set(match=("name",))
    in_step(world)
    world.left.create("ada", person("Vincent", "Foster", emails=GRACE["emails"]))
    run = deleted(world)
    assert [f["given_name"] for f in world.shown(world.right)] == ["Vincent"]
    world.set(match=("email",))

    assert undo(world, run).kept == ()

    assert [f["given_name"] for f in world.shown(world.right)] == ["Grace"]


# --- its counterpart is back ------------------------------------------------------------------


@pytest.mark.parametrize("read", [False, True], ids=["not read yet", "read"])
def test_an_edit_of_a_counterpart_that_is_back_travels_and_is_said(
    world: EngineWorld, read: bool
) -> None:
    in_step(world)
    source = called(world, "Grace")
    run = deleted(world)
    world.left.restore(source)
    world.left.update(source, {"job_title": "Captain", "notes": "typed since"})
    if read:
        world.set(create=replace(world.policy.create, right=False))
        world.sync()

    report = undo(world, run)

    assert "left was edited since: job_title, notes" in report.run.operations[0].reason
    world.settle()
    assert held(world, "Grace", None)["job_title"] == "Captain"
    assert held(world, "Grace", None)["notes"] == "typed since"
    assert world.same()
    assert len(world.right.read()) == 1


def test_what_both_held_on_purpose_before_the_deletion_is_no_edit(world: EngineWorld) -> None:
    """An undo had left the two different: neither is carried over after the next one."""
    in_step(world)
    world.left.update(called(world, "Grace"), {"job_title": "Captain"})
    world.undo(world.sync().run_id)
    source = called(world, "Grace")
    run = deleted(world)
    world.left.restore(source)

    report = undo(world, run)

    assert "left keeps its own: job_title" in report.run.operations[0].reason
    assert [world.sync(full=full).writes for full in (False, True)] == [0, 0]
    assert held(world, "Grace")["job_title"] == "Captain"
    assert held(world, "Grace", None)["job_title"] == "Admiral"


def test_an_edit_that_may_not_travel_stays_where_it_is_and_is_said(world: EngineWorld) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    in_step(world)
    source = called(world, "Grace")
    run = deleted(world)
    world.set(direction=Direction.RIGHT_TO_LEFT)
    world.left.restore(source)
    world.left.update(source, {"job_title": "Captain"})

    report = undo(world, run)

    assert "left was edited since: job_title" in report.run.operations[0].reason
    world.settle()
    assert held(world, "Grace")["job_title"] == "Captain"


def test_where_the_history_does_not_know_what_was_agreed_a_difference_is_an_edit(
    worlds: Worlds,
) -> None:
    """The digests it holds are those of an older way to read the left side."""
    world = worlds(left=MemoryOptions(mapping_version=1))
    world.people = ("ada",)
    in_step(world)
    source = called(world, "Grace")
    run = deleted(world)
    world.left.restore(source)
    world.left.update(source, {"job_title": "Captain"})
    world.left.options = replace(world.left.options, mapping_version=2)
    world.left.spec = world.left.options.spec()

    report = undo(world, run)

    assert "left was edited since: job_title" in report.run.operations[0].reason
    world.settle()
    assert held(world, "Grace", None)["job_title"] == "Captain"
