"""The data set: what leaves it is frozen, what comes back goes on; unreadable is not leaving."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proof.meanwhile import Once
from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import LeftScope
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CUSTOMER = {"categories": ("Customer",)}


@pytest.fixture
def scoped(world: EngineWorld) -> EngineWorld:
    """Of the right store, only records of the category Customer belong to the sync."""
    world.set(where=PerSide(None, "categories=Customer"))
    return world


def test_only_records_of_the_data_set_come(scoped: EngineWorld) -> None:
    scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.right.create("ada", person("Alan", "Turing"))

    scoped.settle()

    assert [each["given_name"] for each in scoped.shown(scoped.left)] == ["Grace"]


def test_a_record_that_left_is_frozen_on_both_sides(scoped: EngineWorld) -> None:
    record = scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.sync()
    scoped.right.update(record, {"categories": (), "job_title": "moved on"})
    scoped.settle()
    assert "job_title" not in scoped.shown(scoped.left)[0]

    scoped.left.update(scoped.only(scoped.left), {"company": "Navy"})
    scoped.settle()

    assert "company" not in scoped.shown(scoped.right)[0]


def test_reentry_relinks_the_same_pair(scoped: EngineWorld) -> None:
    record = scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.sync()
    scoped.right.update(record, {"categories": ()})
    scoped.settle()
    scoped.left.update(scoped.only(scoped.left), {"company": "Navy"})
    scoped.settle()

    scoped.right.update(record, {"categories": ("Customer",), "job_title": "back"})
    scoped.settle()

    assert len(scoped.left.read("ada")) == len(scoped.right.read("ada")) == 1
    assert scoped.same()
    assert scoped.shown(scoped.left)[0]["company"] == "Navy"
    assert scoped.shown(scoped.left)[0]["job_title"] == "back"


def test_leaving_deletes_the_counterpart_where_the_policy_says_so(scoped: EngineWorld) -> None:
    scoped.set(left_scope=LeftScope.DELETE)
    record = scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.sync()
    scoped.right.update(record, {"categories": ()})

    scoped.settle()

    assert scoped.left.read("ada") == {}
    assert len(scoped.right.read("ada")) == 1


def test_a_record_created_outside_of_the_data_set_has_not_left_it(scoped: EngineWorld) -> None:
    scoped.set(left_scope=LeftScope.DELETE)
    record = scoped.left.create("ada", person("Grace", "Hopper"))
    scoped.settle()
    scoped.sync(full=True)

    scoped.left.update(record, {"job_title": "Admiral"})
    scoped.settle()

    assert scoped.same()
    assert len(scoped.left.read("ada")) == 1


def test_a_record_created_again_outside_of_the_data_set_has_not_left_it(
    scoped: EngineWorld,
) -> None:
    """The one before it was inside; what is known of it says nothing of its successor."""
    scoped.set(left_scope=LeftScope.DELETE)
    record = scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.settle()
    scoped.right.delete(record)
    scoped.left.update(scoped.only(scoped.left), {"categories": (), "company": "Navy"})

    scoped.settle()
    scoped.sync(full=True)

    assert [each["company"] for each in scoped.shown(scoped.left)] == ["Navy"]
    assert len(scoped.right.read("ada")) == 1


def test_an_edit_of_a_linked_record_outside_of_the_data_set_travels(scoped: EngineWorld) -> None:
    scoped.left.create("ada", person("Grace", "Hopper"))
    scoped.settle()
    scoped.right.update(scoped.only(scoped.right), {"job_title": "Admiral"})

    scoped.settle()

    assert scoped.same()


def test_a_record_that_entered_the_data_set_after_it_was_created_can_leave_it(
    scoped: EngineWorld,
) -> None:
    scoped.left.create("ada", person("Grace", "Hopper"))
    scoped.settle()
    there = scoped.only(scoped.right)
    scoped.right.update(there, dict(CUSTOMER))
    scoped.settle()
    scoped.right.update(there, {"categories": (), "job_title": "gone"})

    scoped.settle()

    assert "job_title" not in scoped.shown(scoped.left)[0]


@pytest.mark.parametrize("deletions", ["reported", "swept"])
def test_the_deletion_of_a_record_outside_of_the_data_set_is_seen(
    worlds: Worlds, deletions: str
) -> None:
    """No listing of the data set has it, so that where deletions are not reported it could not be
    missed there.
    """
    world = worlds(right=MemoryOptions(deletions=deletions))
    world.set(where=PerSide(None, "categories=Customer"))
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.right.delete(world.only(world.right))

    world.settle()

    assert world.left.read("ada") == {}


def test_a_twin_outside_of_the_data_set_is_found_before_a_second_is_made(
    scoped: EngineWorld,
) -> None:
    scoped.right.create("ada", person("Grace", "Hopper"))
    scoped.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))

    scoped.settle()

    assert len(scoped.right.read("ada")) == 1
    assert scoped.same()


def test_what_a_related_record_moved_out_is_found_by_the_sweep(scoped: EngineWorld) -> None:
    record = scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.sync()
    # Nobody told the feed: the condition is about something else, an account's type.
    scoped.right.entries[record].fields.pop("categories")
    scoped.left.update(scoped.only(scoped.left), {"company": "Navy"})

    scoped.sync(full=True)

    assert "company" not in scoped.shown(scoped.right)[0]


# --- folders and permissions --------------------------------------------------------------------


def test_moving_to_another_folder_is_leaving_and_moving_back_is_coming_back(
    worlds: Worlds,
) -> None:
    world = worlds(left=MemoryOptions(containers=True))
    world.left.add_container("ada", "Archive")
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.move(record, "Archive")
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    world.settle()
    assert "job_title" not in world.left.read("ada")[record]
    assert len(world.right.read("ada")) == 1

    world.left.move(record, "")
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


def test_unreadable_is_not_leaving_and_not_deletion(world: EngineWorld) -> None:
    world.set(left_scope=LeftScope.DELETE)
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.hide(record)
    world.right.update(world.only(world.right), {"job_title": "Admiral"})

    report = world.sync()
    assert report.writes == 0
    assert [problem.kind for problem in report.problems] == ["unreadable"]
    assert len(world.right.read("ada")) == 1

    world.left.hide(record, False)
    world.settle()
    assert world.same()
    with world.session() as session:
        assert session.status().waiting == ()


def test_a_field_we_may_no_longer_read_is_not_an_empty_one(world: EngineWorld) -> None:
    record = world.left.create("ada", person("Grace", "Hopper", mobile_phone="+1 555 0100"))
    world.sync()
    world.left.hidden_fields = frozenset({"mobile_phone"})
    world.left.update(record, {"job_title": "Admiral"})

    world.settle()

    [there] = world.shown(world.right)
    assert there["mobile_phone"] == "+1 555 0100"
    assert there["job_title"] == "Admiral"


CRM = MemoryOptions(feed="connection", spans_accounts=True, idempotency="marker")


def titles(world: EngineWorld) -> list[object]:
    return sorted(str(fields.get("job_title")) for fields in world.shown(world.right))


@pytest.mark.parametrize("left_scope", list(LeftScope))
@pytest.mark.parametrize("options", [MemoryOptions(), CRM])
def test_a_change_of_the_policy_makes_nothing_leave_that_never_was_in(
    worlds: Worlds, options: MemoryOptions, left_scope: LeftScope
) -> None:
    """A pass over all changes took every linked record for one of the data set."""
    world = worlds(right=options)
    world.people = ("ada",)
    world.set(where=PerSide(None, "company=Navy"), left_scope=left_scope)
    for number in range(3):
        world.left.create("ada", person(f"P{number}", "X"))
    world.settle()

    world.set(match=("email",))
    world.settle()
    world.clock.advance(25 * 3600)
    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 3
    for record in world.left.read("ada"):
        world.left.update(record, {"job_title": "still travels"})
    world.settle()
    assert titles(world) == ["still travels"] * 3


@pytest.mark.parametrize("left_scope", list(LeftScope))
@pytest.mark.parametrize("options", [MemoryOptions(), CRM])
def test_a_dead_cursor_makes_nothing_leave_that_never_was_in(
    worlds: Worlds, options: MemoryOptions, left_scope: LeftScope
) -> None:
    world = worlds(right=options)
    world.people = ("ada",)
    world.set(where=PerSide(None, "company=Navy"), left_scope=left_scope)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.right.expire_cursors()
    world.settle()
    world.left.update(world.only(world.left), {"job_title": "still travels"})
    world.settle()

    assert titles(world) == ["still travels"]


def test_what_left_before_a_change_of_the_policy_is_not_deleted_by_it(worlds: Worlds) -> None:
    """It was frozen; read from the beginning, it seemed to be back, and then to leave again."""
    world = worlds()
    world.people = ("ada",)
    world.set(where=PerSide(None, "company=Navy"))
    record = world.right.create("ada", person("Grace", "Hopper", company="Navy"))
    world.settle()
    world.right.update(record, {"company": "NPL"})
    world.settle()

    world.set(left_scope=LeftScope.DELETE, match=("email",))
    world.settle()
    world.clock.advance(25 * 3600)
    world.settle()

    assert len(world.left.read("ada")) == 1


@pytest.mark.parametrize("left_scope", list(LeftScope))
def test_what_a_narrower_data_set_leaves_outside_rests(
    worlds: Worlds, left_scope: LeftScope
) -> None:
    """Its border was moved: nobody took the record out."""
    world = worlds(right=CRM)
    world.people = ("ada",)
    world.set(left_scope=left_scope)
    world.right.create("ada", person("Grace", "Hopper", company="Navy"))
    world.right.create("ada", person("Alan", "Turing", company="NPL"))
    world.settle()

    world.set(where=PerSide(None, "company=Navy"))
    world.settle()
    world.clock.advance(25 * 3600)
    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 2
    for record in world.left.read("ada"):
        world.left.update(record, {"job_title": "new"})
    world.settle()
    assert titles(world) == ["None", "new"]


@pytest.mark.parametrize("left_scope", list(LeftScope))
def test_what_another_folder_leaves_outside_rests(worlds: Worlds, left_scope: LeftScope) -> None:
    world = worlds(left=MemoryOptions(containers=True))
    world.people = ("ada",)
    world.left.add_container("ada", "CRM")
    world.set(left_scope=left_scope)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.set(container=PerSide("CRM", None))
    world.settle()
    world.clock.advance(25 * 3600)
    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


@pytest.mark.parametrize("options", [MemoryOptions(), CRM])
def test_what_comes_into_the_data_set_while_everything_is_read_anew_can_leave_it(
    worlds: Worlds, options: MemoryOptions
) -> None:
    """The listing says what is inside, also of records that are as they were."""
    world = worlds(right=options)
    world.people = ("ada",)
    world.set(where=PerSide(None, "company=Navy"), left_scope=LeftScope.DELETE)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    record = world.only(world.right)
    world.right.update(record, {"company": "Navy"})
    world.right.expire_cursors()
    world.settle()

    world.right.update(record, {"company": "NPL"})
    world.settle()

    assert world.left.read("ada") == {}


def test_what_is_put_back_into_the_data_set_before_its_counterpart_goes_goes_on(
    scoped: EngineWorld,
) -> None:
    scoped.set(left_scope=LeftScope.DELETE)
    record = scoped.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    scoped.sync()
    copy = scoped.only(scoped.left)
    scoped.right.update(record, {"categories": ()})
    back = Once("ids", lambda: scoped.right.update(record, CUSTOMER), afterwards=True)
    scoped.right.fault = back

    scoped.settle()

    assert scoped.only(scoped.left) == copy
    assert scoped.same()
