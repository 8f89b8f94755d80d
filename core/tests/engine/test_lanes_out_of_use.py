"""Lanes the configuration has no more: they hold nothing, keep nothing, and may come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Records
from syncline.policy.settings import Member
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True)
ADA = Member(PerSide("ada", "ada"))


@pytest.fixture
def shared(worlds: Worlds) -> EngineWorld:
    """Ada and Bob both hold the one record of a CRM that they see whole."""
    world = worlds(right=CRM)
    world.set(records=PerSide(Records.OWN, Records.VISIBLE))
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    return world


def test_a_member_who_was_taken_out_keeps_no_record_from_being_deleted(
    shared: EngineWorld,
) -> None:
    shared.people = ("ada",)
    shared.settle()
    shared.left.delete(shared.only(shared.left, "ada"))

    shared.settle()

    assert shared.right.read() == {}
    assert len(shared.left.read("bob")) == 1  # nobody syncs it any more


def test_a_run_for_some_takes_nobody_out(shared: EngineWorld) -> None:
    """Who is renamed in the configuration is only known when all have run."""
    shared.people = ("ada",)
    shared.sync(members=("ada",))
    shared.left.delete(shared.only(shared.left, "ada"))

    shared.sync(members=("ada",))

    assert len(shared.right.read()) == 1


def test_a_second_crm_that_was_taken_out_keeps_no_record_from_being_deleted(
    worlds: Worlds,
) -> None:
    world = worlds(right=CRM)
    world.people = ("ada",)
    world.add_store("second", CRM)
    world.more_syncs = (world.agreement("t", (ADA,), world.policy, PerSide("left", "second")),)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.more_syncs = ()
    world.settle()
    world.right.delete(world.only(world.right))

    world.settle()

    assert world.left.read() == {}
    assert len(world.more_stores["second"].read()) == 1


def test_what_a_sync_linked_that_is_switched_off_is_still_held(worlds: Worlds) -> None:
    world = worlds(right=CRM)
    world.people = ("ada",)
    world.add_store("second", CRM)
    second = world.agreement("t", (ADA,), world.policy, PerSide("left", "second"))
    world.more_syncs = (second,)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    world.more_syncs = (replace(second, enabled=False),)
    world.settle()
    world.right.delete(world.only(world.right))

    world.settle()

    assert len(world.left.read()) == 1


def test_a_sync_that_is_turned_round_leaves_no_holder_behind(worlds: Worlds) -> None:
    world = worlds(right=CRM)
    world.people = ("ada",)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    between = PerSide("right", "left")
    world.more_syncs = (world.agreement(world.sync_name, (ADA,), world.policy, between),)
    world.settle()
    world.left.delete(world.only(world.left))

    world.settle()

    assert world.right.read() == {}


def test_a_member_who_comes_back_gets_all_that_happened_meanwhile(shared: EngineWorld) -> None:
    shared.people = ("ada",)
    shared.settle()
    grace = shared.only(shared.right)
    shared.right.create("ada", person("Alan", "Turing"))
    shared.right.update(grace, {"job_title": "Admiral"})
    shared.left.create("bob", person("Edsger", "Dijkstra"))
    shared.settle()

    shared.people = ("ada", "bob")
    shared.settle()

    names = [
        sorted(each["given_name"] for each in shared.shown(shared.left, who))
        for who in shared.people
    ]
    assert names == [["Alan", "Edsger", "Grace"]] * 2
    assert len(shared.right.read()) == 3
    assert {each.get("job_title") for each in shared.shown(shared.left, "bob")} == {None, "Admiral"}


def test_a_member_who_comes_back_after_an_edit_of_the_data_set_was_settled_before(
    worlds: Worlds,
) -> None:
    """The feed that only his links referred to was dropped with its records, so that his bases
    meant nothing any more, and an old value of his went over a newer one.
    """
    world = worlds(right=CRM)
    world.set(conflict=Conflict.LEFT_WINS)
    grace = world.right.create("bob", person("Grace", "Hopper", job_title="old", department="in"))
    world.settle()
    world.people = ("ada",)
    world.settle()
    world.set(where=PerSide(None, "department=in"))
    world.settle()

    world.right.update(grace, {"job_title": "new"})
    world.settle()
    world.people = ("ada", "bob")
    world.settle()

    assert [each["job_title"] for each in world.left.read("bob").values()] == ["new"]
    assert world.right.read()[grace]["job_title"] == "new"


def test_a_run_that_began_before_a_member_came_retires_him_not(world: EngineWorld) -> None:
    """It does not know him; the run that does has begun since."""
    world.people = ("ada",)
    world.left.create("bob", person("Grace", "Hopper"))
    world.settle()

    def bob_comes() -> None:
        world.left.fault = None
        world.people = ("ada", "bob")
        with world.another_session() as newer:
            newer.run(Selection())

    with world.session() as older:
        world.left.fault = AtItsFirstCall(bob_comes)
        older.run(Selection())

    with world.session() as session:
        assert [lane.lane.left for lane in session.status().lanes] == ["ada", "bob"]


@dataclass
class AtItsFirstCall:
    """Something happens while a run begins."""

    act: Callable[[], object]

    def before(self, _call: Call) -> None:
        self.act()

    def after(self, call: Call) -> None:
        return


def test_status_tells_of_lanes_in_use_only(shared: EngineWorld) -> None:
    shared.people = ("ada",)
    shared.settle()

    with shared.session() as session:
        assert [each.lane.left for each in session.status().lanes] == ["ada"]
