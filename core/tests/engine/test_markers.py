"""Marks on what we make: they pair again after a loss, and give away a second installation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Records
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]


def lose_state(world: EngineWorld) -> None:
    for each in Path(world.folder).glob("state.sqlite*"):
        each.unlink()


def test_with_the_state_lost_nothing_is_deleted_and_nothing_doubled(world: EngineWorld) -> None:
    for name in ("Grace", "Alan"):
        world.left.create("ada", {"given_name": name})
        world.right.create("ada", {"given_name": f"{name} there"})
    world.settle()
    before = world.shown(world.left), world.shown(world.right)
    lose_state(world)

    report = world.sync()

    assert report.writes == 0
    assert (world.shown(world.left), world.shown(world.right)) == before


def test_what_we_made_is_recognised_though_it_was_edited_since(world: EngineWorld) -> None:
    record = world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    world.left.update(record, {"given_name": "Amazing Grace"})
    lose_state(world)

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


def test_with_the_state_lost_shared_records_pair_again(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    for member in ("ada", "bob"):
        world.left.create(member, {"given_name": member})
        world.right.create(member, {"given_name": f"{member} there"})
    world.settle()
    lose_state(world)

    assert world.settle().writes == 0
    assert len(world.left.read()) == len(world.right.read()) == 4


def test_with_the_state_lost_a_deletion_is_not_derived_it_is_a_new_record(
    world: EngineWorld,
) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    lose_state(world)
    world.left.delete(world.only(world.left))

    world.settle()

    assert len(world.right.read("ada")) == 1


def test_a_record_made_again_pairs_again_after_a_loss(world: EngineWorld) -> None:
    record = world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    world.right.delete(world.only(world.right))
    world.left.update(record, {"job_title": "Admiral"})
    world.settle()
    lose_state(world)

    assert world.settle().writes == 0
    assert len(world.right.read("ada")) == 1


def second_installation(world: EngineWorld) -> None:
    """Somebody else's Syncline made a record on the right."""
    account = world.right.accounts["ada"]
    made = world.right.create("ada", {"given_name": "Grace"})
    world.right.entries[made].marker = "other-installation:0123456789"
    assert account


def test_a_foreign_marker_stops_the_lane_and_says_so_every_time(world: EngineWorld) -> None:
    second_installation(world)
    world.left.create("bob", person("Alan", "Turing"))

    first, second = world.sync(), world.sync()

    for report in (first, second):
        [problem] = [each for each in report.problems if each.kind == "stop"]
        assert "another Syncline installation" in problem.message
        assert "--adopt" in problem.hint
        assert report.exit_code == 4
    assert world.left.read("ada") == {}
    assert world.same("bob")


def test_in_a_shared_feed_a_foreign_marker_stops_only_its_owners_lane(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    second_installation(world)
    world.left.create("bob", person("Alan", "Turing"))

    world.sync()

    assert world.left.read("ada") == {}
    assert world.same("bob")


def test_a_foreign_marker_that_another_members_run_has_read_stops_its_owners_next_run(
    worlds: Worlds,
) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.settle()
    second_installation(world)
    world.sync(members=("bob",))

    assert world.sync(members=("ada",)).exit_code == 4
    assert world.left.read("ada") == {}


def test_told_to_adopt_once_the_lane_goes_on_for_good(world: EngineWorld) -> None:
    second_installation(world)
    world.sync()

    world.sync(adopt=True)
    assert world.same()

    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    assert world.sync().exit_code == 0
    assert world.same()


def test_a_foreign_marker_stops_a_plan_as_well(world: EngineWorld) -> None:
    second_installation(world)

    assert world.plan().exit_code == 4
    assert world.sync().exit_code == 4


def test_installations_whose_names_begin_alike_are_two(world: EngineWorld) -> None:
    made = world.right.create("ada", {"given_name": "Grace"})
    world.right.entries[made].marker = f"{world.installation}2:0123456789"

    assert world.sync().exit_code == 4


def test_a_copy_of_a_record_we_made_is_not_new_while_the_original_lives(
    world: EngineWorld,
) -> None:
    world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    original = world.right.entries[world.only(world.right)]
    copy = world.right.create("ada", dict(original.fields))
    world.right.entries[copy].marker = original.marker

    report = world.sync()

    assert report.writes == 0
    assert len(world.left.read("ada")) == 1
    assert [problem.kind for problem in report.problems] == ["copy"]


@pytest.mark.parametrize("match", [("email",), ()])
def test_what_was_made_for_a_record_that_cannot_be_read_waits_until_it_can(
    world: EngineWorld, match: tuple[str, ...]
) -> None:
    """With the state lost, only the mark tells that they belong together."""
    world.set(match=match)
    record = world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    world.left.write(world.left.entries[record], {"birthday": "0000-00-00"})
    lose_state(world)

    report = world.sync()

    assert report.writes == 0
    assert {problem.kind for problem in report.problems} == {"hidden", "unreadable"}
    world.left.write(world.left.entries[record], {"birthday": None, "notes": "mended"})
    world.settle()
    assert world.shown(world.right) == world.shown(world.left)


def test_what_was_made_for_a_record_outside_waits_until_that_is_back(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(match=(), where=PerSide(None, "department=in"))
    record = world.right.create("ada", {"given_name": "Grace", "department": "in"})
    world.settle()
    world.right.update(record, {"department": "out"})
    world.settle()
    lose_state(world)

    report = world.sync()

    assert report.writes == 0
    assert [problem.message for problem in report.problems if problem.kind == "outside"] == [
        "the record that it was made for, by its mark, is outside of the data set"
    ]
    world.right.update(record, {"department": "in", "notes": "back"})
    world.settle()
    assert [fields["notes"] for fields in world.left.read("ada").values()] == ["back"]
    assert list(world.right.read()) == [record]


def test_with_the_state_lost_the_copy_of_what_was_given_to_somebody_else_is_no_new_record(
    worlds: Worlds,
) -> None:
    """Nothing but its mark says whose copy it is."""
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(records=PerSide(Records.OWN, Records.OWN), match=())
    grace = world.right.create("ada", {"given_name": "Grace"})
    world.right.create("ada", {"given_name": "Alan"})
    world.settle()
    lose_state(world)
    world.right.give(grace, "bob")
    report = world.sync()

    assert [problem.kind for problem in report.problems] == ["outside"]
    world.settle()
    assert len(world.right.read()) == 2


def test_what_was_made_for_a_record_that_could_not_be_read_is_new_once_that_is_gone(
    world: EngineWorld,
) -> None:
    record = world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    world.left.write(world.left.entries[record], {"birthday": "0000-00-00"})
    lose_state(world)
    world.sync()
    world.left.delete(record)

    world.sync(full=True)

    assert world.shown(world.right) == world.shown(world.left) != []


def made_again(world: EngineWorld, times: int) -> None:
    """A person deletes the record on the right so many times, and an edit brings it back."""
    record = world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    for number in range(times):
        world.right.delete(world.only(world.right))
        world.left.update(record, {"job_title": f"Title {number}"})
        world.settle()


@pytest.mark.parametrize("times", [3, 4, 11])
def test_however_often_a_record_was_made_again_it_pairs_after_a_loss(
    world: EngineWorld, times: int
) -> None:
    made_again(world, times)
    world.left.update(world.only(world.left), {"job_title": "Not seen yet"})
    lose_state(world)

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


def test_after_a_loss_the_next_one_gets_a_mark_that_none_before_it_had(world: EngineWorld) -> None:
    made_again(world, 3)
    lose_state(world)
    world.settle()

    world.right.delete(world.only(world.right))
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.settle()

    marks = [entry.marker for entry in world.right.entries.values()]
    assert len(marks) == len(set(marks)) == 5
    assert all(len(str(mark)) <= len(f"{world.installation}:") + 40 for mark in marks)


@pytest.mark.parametrize("number", [1, 2])
def test_a_mark_of_the_former_form_is_recognised(world: EngineWorld, number: int) -> None:
    made_again(world, number)
    there = world.right.entries[world.only(world.right)]
    there.marker = former_mark(world, world.only(world.left), number)
    world.left.update(world.only(world.left), {"job_title": "Not seen yet"})
    lose_state(world)

    world.settle()
    assert len(world.right.read("ada")) == 1

    world.right.delete(world.only(world.right))
    world.left.update(world.only(world.left), {"notes": "n"})
    world.settle()
    assert str(world.right.entries[world.only(world.right)].marker).endswith(f".{number + 1}")


def former_mark(world: EngineWorld, source: str, number: int) -> str:
    """As it was made when the number was a part of what was digested."""
    account = world.right.accounts["ada"]
    stores = (f"memory:{world.left.name}", f"memory:{world.right.name}\x1e{account}")
    parts = "\x1f".join((*stores, "contact", source, str(number)))
    return f"{world.installation}:{hashlib.sha256(parts.encode()).hexdigest()[:40]}"


def test_of_two_that_were_made_for_one_record_the_later_is_its_counterpart(
    world: EngineWorld,
) -> None:
    made_again(world, 3)
    first = next(id for id, entry in world.right.entries.items() if entry.deleted)
    lose_state(world)
    world.right.restore(first)

    report = world.sync()

    assert [problem.kind for problem in report.problems] == ["copy"]
    assert len(world.left.read("ada")) == 1
    world.left.update(world.only(world.left), {"notes": "for the later one"})
    world.settle()
    assert not world.right.read("ada")[first].get("notes")
