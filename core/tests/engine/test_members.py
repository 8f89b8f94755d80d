"""Members come, go, pause and move; what a round reads for some is kept for the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.errors import UsageError
from syncline.model.sides import PerSide
from syncline.policy.schema import Records
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True)


@pytest.fixture
def crm(worlds: Worlds) -> EngineWorld:
    """Right is one feed for all members."""
    return worlds(right=CRM)


def test_a_member_that_is_added_later_gets_what_the_shared_feed_brought_before(
    crm: EngineWorld,
) -> None:
    crm.people = ("ada",)
    crm.right.create("ada", person("Grace", "Hopper"))
    crm.right.create("bob", person("Alan", "Turing"))
    crm.settle()
    assert crm.left.read("bob") == {}

    crm.people = ("ada", "bob")
    crm.settle()

    assert crm.same("bob")


def test_a_member_that_is_added_later_gets_all_visible_records(crm: EngineWorld) -> None:
    crm.set(records=PerSide(Records.OWN, Records.VISIBLE))
    crm.people = ("ada",)
    crm.right.create("ada", person("Grace", "Hopper"))
    crm.settle()

    crm.people = ("ada", "bob")
    crm.settle()

    assert len(crm.left.read("bob")) == 1
    assert len(crm.right.read()) == 1


@pytest.mark.parametrize("records", [Records.OWN, Records.VISIBLE])
def test_a_run_for_one_member_loses_nothing_of_the_others(
    crm: EngineWorld, records: Records
) -> None:
    crm.set(records=PerSide(Records.OWN, records))
    crm.settle()
    crm.right.create("bob", person("Alan", "Turing"))

    crm.sync(members=("ada",))
    crm.settle()

    assert crm.same("bob")


def test_an_edit_read_in_a_run_for_one_member_reaches_the_other(crm: EngineWorld) -> None:
    record = crm.right.create("bob", person("Alan", "Turing"))
    crm.settle()
    crm.right.update(record, {"job_title": "Professor"})

    crm.sync(members=("ada",))
    crm.settle()

    assert crm.same("bob")


def test_a_deletion_read_in_a_run_for_one_member_reaches_the_other(crm: EngineWorld) -> None:
    record = crm.right.create("bob", person("Alan", "Turing"))
    crm.settle()
    crm.right.delete(record)

    crm.sync(members=("ada",))
    crm.settle()

    assert crm.left.read("bob") == {}


def test_a_member_that_is_missing_from_the_list_is_paused_nothing_more(crm: EngineWorld) -> None:
    crm.left.create("bob", person("Alan", "Turing"))
    crm.settle()
    crm.people = ("ada",)
    crm.left.delete(crm.only(crm.left, "bob"))
    crm.right.update(crm.only(crm.right, "bob"), {"job_title": "Professor"})
    crm.settle()
    assert crm.left.read("bob") == {}
    assert len(crm.right.read("bob")) == 1

    crm.people = ("ada", "bob")
    crm.sync()
    assert len(crm.right.read("bob")) == 1  # who is back is looked at before anything is deleted
    crm.settle()

    # Deleted on one side and edited on the other: the rule says that left wins.
    assert crm.right.read("bob") == {}


def test_a_member_that_moves_from_a_pilot_to_the_real_sync_keeps_its_links(
    world: EngineWorld,
) -> None:
    world.sync_name = "pilot"
    world.left.create("ada", person("Grace", "Hopper", emails=()))
    world.settle()

    world.sync_name = "everybody"
    assert world.sync().writes == 0
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


def test_a_move_to_a_sync_with_another_policy_keeps_links_too(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper", emails=()))
    world.settle()
    real = replace(world.policy, match=("name+company",), max_records=100)
    world.members = (Member(PerSide("bob", "bob")),)
    world.more_syncs = (world.agreement("real", (Member(PerSide("ada", "ada")),), real),)

    world.settle()
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    world.settle()

    assert world.same()
    assert len(world.left.read("ada")) == 1


def test_an_account_that_does_not_exist_stops_only_its_member(world: EngineWorld) -> None:
    world.people = ("ada", "nobody")
    world.left.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert world.same()
    assert [problem.kind for problem in report.problems] == ["member"]
    assert "nobody" in report.problems[0].message
    assert report.exit_code == 5


def test_a_folder_that_does_not_exist_stops_only_its_member(worlds: Worlds) -> None:
    world = worlds(left=MemoryOptions(containers=True))
    world.members = (
        Member(PerSide("ada", "ada")),
        Member(PerSide("bob", "bob"), {"contact": PerSide("Nowhere", None)}),
    )
    world.left.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    assert world.same()
    assert "Nowhere" in report.problems[0].message


def test_accounts_need_not_have_the_same_name_on_both_sides(world: EngineWorld) -> None:
    world.members = (Member(PerSide("ada", "bob")),)
    world.left.create("ada", person("Grace", "Hopper"))

    world.settle()

    assert [c["given_name"] for c in world.shown(world.right, "bob")] == ["Grace"]


def test_a_selection_of_an_unknown_member_is_a_usage_error(world: EngineWorld) -> None:
    with pytest.raises(UsageError):
        world.sync(members=("carol",))


def test_a_selection_of_one_member_leaves_the_others_alone(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("bob", person("Alan", "Turing"))

    world.sync(members=("bob",))

    assert world.right.read("ada") == {}
    assert world.same("bob")
