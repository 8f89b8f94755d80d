"""The whole engine with its state in PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, GuardLimits, Records
from syncline.testing.rehearsal import EngineWorld, person


@pytest.fixture
def world(tmp_path: Path, postgres_url: str) -> EngineWorld:
    """Right is one feed for all members; all records are everybody's."""
    crm = MemoryOptions(feed="connection", spans_accounts=True, create_batch=200)
    made = EngineWorld(tmp_path, MemoryOptions(), crm)
    made.state = replace(made.state, url=postgres_url)
    made.set(records=PerSide(Records.OWN, Records.VISIBLE))
    return made


def test_people_are_synced_edited_and_deleted(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("bob", person("Grace", "Hopper", company="Navy"))
    world.right.create("bob", person("Alan", "Turing"))
    world.settle()
    assert len(world.right.read()) == 2
    assert world.shown(world.left, "ada") == world.shown(world.left, "bob")

    world.left.update(next(iter(world.left.read("ada"))), {"job_title": "Admiral"})
    world.settle()
    for each in list(world.right.read()):
        world.right.delete(each)
    world.settle()

    assert world.left.read() == {}
    assert world.sync().writes == 0


def test_twins_are_paired_inside_the_database_and_ambiguous_ones_stop(world: EngineWorld) -> None:
    for number in range(30):
        world.left.create("ada", person(f"P{number}", "X", job_title="left"))
        world.right.create("ada", person(f"P{number}", "X", company="right"))
    world.people = ("ada",)
    world.right.create("ada", person("P0", "X"))

    plan, report = world.plan(), world.sync()

    assert plan.writes == report.writes == 58
    assert {problem.kind for problem in report.problems} == {"ambiguous"}
    assert world.sync().writes == 0


def test_guards_conflicts_and_approvals_are_kept(world: EngineWorld) -> None:
    world.people = ("ada",)
    world.set(conflict=Conflict.MANUAL, guards=GuardLimits(deletions=1, minimum_links=3))
    made = [world.left.create("ada", person(f"P{n}", "X")) for n in range(5)]
    world.settle()
    for each in made[:3]:
        world.left.delete(each)
    world.left.update(made[4], {"job_title": "left"})
    [there] = [id for id, fields in world.right.read().items() if fields["given_name"] == "P4"]
    world.right.update(there, {"job_title": "right"})

    report = world.sync()
    assert report.exit_code == 7
    assert report.conflicts == 1
    with world.session() as session:
        assert session.approve(tuple(each.handle for each in session.held())) == 3

    world.settle()
    assert len(world.right.read()) == 2


def test_a_policy_changes_and_the_state_follows(world: EngineWorld) -> None:
    record = world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    assert len(world.left.read()) == 2

    world.set(records=PerSide(Records.OWN, Records.OWN))
    world.settle()
    world.right.give(record, "bob")
    world.settle()
    world.right.update(record, {"job_title": "Admiral"})
    world.settle()

    assert world.shown(world.left, "bob")[0]["job_title"] == "Admiral"
    assert "job_title" not in world.shown(world.left, "ada")[0]


def test_what_each_owner_has_of_one_person_is_paired_and_a_crowd_of_them_is_not(
    world: EngineWorld,
) -> None:
    world.set(records=PerSide(Records.OWN, Records.OWN), match=("email",))
    mail = ("reception@x.test",)
    for number in range(21):
        world.right.create("ada", person(f"P{number}", "X", emails=mail))
    for name in ("ada", "bob"):
        world.left.create(name, person("Front", "Desk", emails=mail))
    world.right.create("bob", person("Bob", "Desk", emails=mail))

    report = world.settle()

    assert report.problems == ()
    assert len(world.left.read("bob")) == 1
    assert len(world.left.read("ada")) == 22
    assert len(world.right.read()) == 23
