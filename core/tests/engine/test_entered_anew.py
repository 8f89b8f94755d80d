"""P24: a record that its user deleted and entered anew is the same one to the other side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.engine.work.unlinked import PAGE
from syncline.model.contact import CONTACT
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.plugin.requests import IdsRequest
from syncline.policy.schema import Conflict, GuardLimits
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
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


# --- where the other side cannot be searched for the key ------------------------------------------

MORE = ("categories", "nickname")
"""What only the right holds."""
BY_NAME = {"given_name": "Grace", "family_name": "Hopper", "company": "Navy"}


def by_mail_only(worlds: Worlds) -> EngineWorld:
    """Who has no e-mail address cannot be looked for at the right."""
    fields = tuple(name for name in CONTACT.fields if name not in MORE)
    return worlds(MemoryOptions(fields=fields), MemoryOptions(match=frozenset({"email"})))


def in_step(world: EngineWorld, days: int) -> RecordId:
    """Grace, linked for so many days; her record at the right."""
    world.left.create("ada", BY_NAME)
    world.settle()
    there = world.only(world.right)
    world.right.update(there, {"nickname": "Amazing Grace", "categories": ("VIP",)})
    world.settle()
    world.clock.advance(days * 24 * 3600)
    world.settle()
    return there


@pytest.mark.parametrize("days", [0, 5])
def test_it_is_linked_also_where_nobody_can_search_for_the_counterpart(
    worlds: Worlds, days: int
) -> None:
    """The counterpart was deleted, with what only it holds."""
    world = by_mail_only(worlds)
    there = in_step(world, days)
    world.left.delete(world.only(world.left))
    world.left.create("ada", {**BY_NAME, "job_title": "Admiral"})
    assert [each.action for each in world.plan().operations] == [Action.UPDATE]

    report = world.sync()

    assert report.problems == ()
    assert world.only(world.right) == there
    [shown] = world.shown(world.right)
    assert (shown["nickname"], shown["job_title"]) == ("Amazing Grace", "Admiral")
    assert world.settle().writes == 0


def test_it_is_linked_to_the_survivor_also_where_nobody_can_search_for_it(worlds: Worlds) -> None:
    world = by_mail_only(worlds)
    world.set(delete=PerSide(True, False))
    there = in_step(world, 5)
    world.left.delete(world.only(world.left))
    world.settle()
    world.left.create("ada", BY_NAME)

    world.settle()

    assert list(world.right.read("ada")) == [there]
    assert len(world.left.read("ada")) == 1
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.settle()
    assert world.shown(world.right)[0]["job_title"] == "Admiral"


def test_the_survivors_are_read_once_however_many_pages_of_new_records_there_are(
    worlds: Worlds,
) -> None:
    world = by_mail_only(worlds)
    world.set(delete=PerSide(True, False), max_records=2 * PAGE + 1)
    there = in_step(world, 5)
    world.left.delete(world.only(world.left))
    world.settle()
    for number in range(PAGE + 1):
        world.left.create("ada", {**BY_NAME, "family_name": f"Hopper {number}"})

    world.right.fault = asked = Asked()
    world.sync()

    assert asked.ids[there] == 1


@dataclass
class Asked:
    """How often each record was asked for by its id."""

    ids: Counter[str] = field(default_factory=Counter)

    def before(self, call: Call) -> None:
        if isinstance(call.request, IdsRequest):
            self.ids.update(call.request.ids)

    def after(self, call: Call) -> None:
        return


def test_somebody_else_takes_no_deleted_records_place(worlds: Worlds) -> None:
    world = by_mail_only(worlds)
    there = in_step(world, 5)
    world.left.delete(world.only(world.left))
    world.left.create("ada", {**BY_NAME, "given_name": "Alan"})

    report = world.sync()

    assert sorted(each.action for each in report.operations) == [Action.CREATE, Action.DELETE]
    assert there not in world.right.read("ada")


def test_nor_the_place_of_one_that_is_there(worlds: Worlds) -> None:
    world = by_mail_only(worlds)
    in_step(world, 0)
    world.left.create("ada", BY_NAME)

    report = world.sync()

    assert report.writes == 0
    assert [each.message for each in report.problems] == [
        "another record of the same person is linked to it already"
    ]
