"""A record that several lanes held, that was deleted, and that is made again: once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, Drift, Records
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
MARKS = ("marker", "key", "none")


def crm(idempotency: str = "marker") -> MemoryOptions:
    """A CRM that all members see whole."""
    return MemoryOptions(feed="connection", spans_accounts=True, idempotency=idempotency)


def of_two_members(worlds: Worlds, idempotency: str = "marker") -> EngineWorld:
    """Ada and Bob both hold the one record of the CRM."""
    world = worlds(right=crm(idempotency))
    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    return world


def edited_by_both(world: EngineWorld) -> None:
    """In fields that have nothing in common."""
    world.left.update(world.only(world.left, "ada"), {"job_title": "Admiral"})
    world.left.update(world.only(world.left, "bob"), {"notes": "met in March"})


@pytest.mark.parametrize("idempotency", MARKS)
def test_what_two_members_edited_and_the_crm_deleted_is_one_record_again(
    worlds: Worlds, idempotency: str
) -> None:
    world = of_two_members(worlds, idempotency)
    edited_by_both(world)
    world.right.delete(world.only(world.right))

    world.settle()

    [record] = world.shown(world.right)
    assert (record["job_title"], record["notes"]) == ("Admiral", "met in March")
    assert world.shown(world.left, "ada") == world.shown(world.left, "bob")
    assert world.sync().writes == 0


def test_it_is_one_record_also_where_no_key_tells_that_both_are_the_same(worlds: Worlds) -> None:
    world = of_two_members(worlds)
    world.set(match=())
    world.settle()
    edited_by_both(world)
    world.left.update(world.only(world.left, "bob"), {"emails": ("gh@example.test",)})
    world.right.delete(world.only(world.right))

    world.settle()

    addresses = [
        {*each["emails"]} for who in ("ada", "bob") for each in world.shown(world.left, who)
    ]
    assert addresses == [{"grace.hopper@example.test", "gh@example.test"}] * 2
    assert len(world.shown(world.right)) == 1


@pytest.mark.parametrize("idempotency", MARKS)
def test_a_target_that_is_reverted_gets_one_record_for_all_members(
    worlds: Worlds, idempotency: str
) -> None:
    world = of_two_members(worlds, idempotency)
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None, drift=Drift.REVERT)
    world.settle()
    world.right.delete(world.only(world.right))

    report = world.sync()

    assert [each.action for each in report.operations] == [Action.CREATE]
    assert len(world.shown(world.right)) == 1
    assert world.sync().writes == 0


def test_a_member_who_enters_the_person_anew_shares_the_record_that_is_made_again(
    worlds: Worlds,
) -> None:
    world = worlds(right=crm())
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.left.update(world.only(world.left, "ada"), {"job_title": "Admiral"})
    world.right.delete(world.only(world.right))
    world.left.create("bob", person("Grace", "Hopper"))

    world.settle()

    assert len(world.right.read()) == 1
    assert world.shown(world.left, "ada") == world.shown(world.left, "bob")


def test_what_somebody_entered_again_in_the_crm_is_found_before_it_is_made_again(
    worlds: Worlds,
) -> None:
    world = worlds(right=crm())
    world.people = ("ada",)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.left.update(world.only(world.left, "ada"), {"job_title": "Admiral"})
    world.right.delete(world.only(world.right))
    world.right.create("bob", person("Grace", "Hopper"))  # no member: it is in nobody's lane

    world.settle()

    [record] = world.right.read().values()
    assert record["job_title"] == "Admiral"


def test_a_record_that_stays_away_makes_no_second_member_wait(worlds: Worlds) -> None:
    """What Ada's create made is gone for good: Bob, who enters the person now, follows nobody."""
    world = worlds(right=crm())
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.right.delete(world.only(world.right))
    world.settle()
    world.left.create("bob", person("Grace", "Hopper"))

    world.settle()

    assert len(world.shown(world.right, "bob")) == 1
    assert world.sync().writes == 0


@pytest.mark.parametrize("turned", [False, True])
def test_a_mailbox_between_two_crms_gets_a_deleted_record_back_once(
    worlds: Worlds, turned: bool
) -> None:
    """Both CRMs edited it; the second sync may name the mailbox on either side."""
    world = worlds(right=crm())
    world.people = ("ada",)
    world.set(conflict=Conflict.RIGHT_WINS)
    world.add_store("second", crm())
    between = PerSide("second", "left") if turned else PerSide("left", "second")
    wins = Conflict.LEFT_WINS if turned else Conflict.RIGHT_WINS
    policy = replace(world.policy, conflict=wins)
    members = (Member(PerSide("ada", "ada")),)
    world.more_syncs = (world.agreement("t", members, policy, between),)
    second = world.more_stores["second"]
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    second.update(world.only(second), {"notes": "met in March"})
    world.left.delete(world.only(world.left))

    world.settle()

    [record] = world.shown(world.left)
    assert (record["job_title"], record["notes"]) == ("Admiral", "met in March")
    assert len(world.right.read()) == len(second.read()) == 1


@pytest.mark.parametrize("hours", [0, 48])
def test_members_whose_runs_come_at_different_times_share_what_is_made_again(
    worlds: Worlds, hours: int
) -> None:
    """To whoever came second it was a new record, copied beside the one they had."""
    world = of_two_members(worlds)
    world.set(match=())
    world.settle()
    edited_by_both(world)
    world.right.delete(world.only(world.right))
    world.sync(members=("ada",))
    world.clock.advance(hours * 3600 + 90)
    world.sync(members=("bob",))
    world.settle()
    world.clock.advance(90_000)
    world.sync(full=True)

    [record] = world.shown(world.right)
    assert (record["job_title"], record["notes"]) == ("Admiral", "met in March")
    assert world.shown(world.left, "ada") == world.shown(world.left, "bob") == [record]


def test_who_had_edited_nothing_keeps_what_they_have_of_what_is_made_again(
    worlds: Worlds,
) -> None:
    """Theirs was deleted, and a copy made of the new one."""
    world = of_two_members(worlds)
    theirs = world.only(world.left, "bob")
    world.left.update(world.only(world.left, "ada"), {"job_title": "Admiral"})
    world.right.delete(world.only(world.right))
    world.sync(members=("ada",))
    world.clock.advance(90)
    world.settle()

    assert world.only(world.left, "bob") == theirs
    assert world.left.read("bob")[theirs]["job_title"] == "Admiral"


def test_who_is_not_to_have_what_is_made_again_is_not_given_it(worlds: Worlds) -> None:
    """It is Ada's now, and Bob has what he owns: his own edit makes a record of his own."""
    world = of_two_members(worlds)
    world.set(records=PerSide(Records.OWN, Records.OWN), match=())
    world.settle()
    edited_by_both(world)
    world.right.delete(world.only(world.right))
    world.sync(members=("ada",))
    world.clock.advance(90)
    world.settle()

    assert [fields.get("notes") for fields in world.right.read("ada").values()] == [None]


@pytest.mark.parametrize("edited", [True, False])
def test_a_nameless_mailbox_record_between_two_crms_is_made_again_once(
    worlds: Worlds, edited: bool
) -> None:
    """No key tells the second CRM's lane that it is the same person."""
    world = worlds(right=crm())
    world.people = ("ada",)
    world.set(conflict=Conflict.NEWEST_WINS)
    third = world.add_store("third", crm())
    ada = (Member(PerSide("ada", "ada")),)
    world.more_syncs = (world.agreement("t", ada, world.policy, PerSide("left", "third")),)
    world.left.create("ada", {"given_name": "Grace"})
    world.settle()
    [second] = third.read("ada")
    world.left.delete(world.only(world.left))
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    if edited:
        third.update(second, {"notes": "met in March"})
    world.settle()
    world.clock.advance(90_000)
    world.sync(full=True)

    [record] = world.left.read("ada").values()
    assert (record["job_title"], record.get("notes")) == (
        "Admiral",
        "met in March" if edited else None,
    )
    assert len(world.right.read("ada")) == 1
    assert list(third.read("ada")) == [second]
