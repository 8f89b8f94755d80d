"""P24: a record that its user deleted and entered anew is the same one to the other side."""

from __future__ import annotations

import pytest

from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, GuardLimits
from syncline.testing.rehearsal import EngineWorld, person

GRACE = person("Grace", "Hopper", company="Navy")


def enter_anew(world: EngineWorld, **fields: str) -> None:
    world.left.delete(world.only(world.left))
    world.left.create("ada", {**GRACE, **fields})


def test_it_is_linked_to_the_counterpart_which_is_not_deleted(world: EngineWorld) -> None:
    """It waited a day beside the deleted counterpart: for one link there cannot be two."""
    world.left.create("ada", GRACE)
    world.settle()
    there = world.only(world.right)
    enter_anew(world, job_title="Admiral")

    report = world.sync()

    assert world.only(world.right) == there
    assert world.same()
    assert report.problems == ()
    assert [each.action for each in report.operations] == [Action.UPDATE]
    world.left.update(world.only(world.left), {"company": "Army"})
    world.settle()
    assert world.right.read("ada")[there]["company"] == "Army"


def test_what_it_lacks_was_not_cleared_by_anybody(world: EngineWorld) -> None:
    world.left.create("ada", {**GRACE, "notes": "kept"})
    world.settle()
    enter_anew(world)

    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["notes"] == "kept"


@pytest.mark.parametrize("rule", [Conflict.LEFT_WINS, Conflict.RIGHT_WINS])
def test_an_edit_of_the_counterpart_does_not_bring_the_deleted_one_back_beside_it(
    world: EngineWorld, rule: Conflict
) -> None:
    world.set(conflict=rule)
    world.left.create("ada", GRACE)
    world.settle()
    enter_anew(world)
    world.right.update(world.only(world.right), {"notes": "new"})

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1
    assert world.same()
    assert world.shown(world.left)[0]["notes"] == "new"


def test_a_whole_address_book_imported_anew_deletes_nothing(world: EngineWorld) -> None:
    world.set(guards=GuardLimits(deletions=2, deletion_share=0.2, minimum_links=5))
    people = [person(f"P{n}", "X") for n in range(6)]
    for each in people:
        world.left.create("ada", each)
    world.settle()
    before = set(world.right.read("ada"))
    for record in world.left.read("ada"):
        world.left.delete(record)
    for each in people:
        world.left.create("ada", each)

    report = world.sync()

    assert report.writes == 0
    assert report.guards == ()
    assert set(world.right.read("ada")) == before
    assert world.same()


def test_where_deleting_is_off_it_is_linked_to_the_survivor(world: EngineWorld) -> None:
    world.set(delete=PerSide(True, False))
    world.left.create("ada", GRACE)
    world.settle()
    world.left.delete(world.only(world.left))
    world.settle()
    world.left.create("ada", {**GRACE, "job_title": "Admiral"})

    world.settle()

    assert len(world.right.read("ada")) == 1
    assert world.same()


def test_another_record_of_the_same_person_does_not_take_the_place_of_one_that_is_there(
    world: EngineWorld,
) -> None:
    world.left.create("ada", GRACE)
    world.settle()
    world.left.create("ada", GRACE)

    report = world.sync()

    assert report.writes == 0
    assert [problem.kind for problem in report.problems] == ["ambiguous"]
