"""Match keys that so many records of a side carry that they say nothing, and whose are counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Records
from syncline.state.database import Database
from syncline.state.records import KEY
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY as STATE_KEY
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
MAIL = ("reception@x.test",)


@pytest.fixture
def crm(worlds: Worlds) -> EngineWorld:
    """Right is one feed for all members; each has their own records of it."""
    return worlds(right=MemoryOptions(feed="connection", spans_accounts=True))


@pytest.fixture
def many(crm: EngineWorld) -> EngineWorld:
    """22 members: each has Grace in the mailbox, and owns a record of her in the CRM."""
    crm.people = tuple(f"member{number}" for number in range(22))
    for member in crm.people:
        crm.left.add_account(member)
        crm.right.add_account(member)
        crm.left.create(member, person("Grace", "Hopper", job_title=f"of {member}"))
        crm.right.create(member, person("Grace", "Hopper", notes=f"met by {member}"))
    return crm


def reception(number: int) -> dict[str, object]:
    return {"given_name": f"P{number}", "family_name": "X", "emails": MAIL}


def test_a_key_that_more_than_twenty_records_hold_says_nothing(world: EngineWorld) -> None:
    for number in range(21):
        world.left.create("ada", reception(number))
    world.right.create("ada", reception(3))
    world.set(match=("email", "name"))

    report = world.settle()

    assert report.problems == ()
    assert len(world.right.read("ada")) == 21
    assert world.same()


def test_such_a_key_says_nothing_although_some_of_them_are_paired_already(
    world: EngineWorld,
) -> None:
    """Paired records have no keys any more: what a limit had left over then waited as ambiguous."""
    for number in range(22):
        world.left.create("ada", reception(number))

    world.sync(limit=10)
    report = world.settle()

    assert report.problems == ()
    assert len(world.right.read("ada")) == 22


def test_a_key_that_many_members_have_one_record_of_each_pairs_every_one(
    many: EngineWorld,
) -> None:
    report = many.settle()

    assert report.problems == ()
    assert all(len(many.left.read(member)) == 1 for member in many.people)
    assert len(many.right.read()) == 22
    assert all("notes" in many.shown(many.left, member)[0] for member in many.people)


def test_the_keys_of_what_is_paired_are_not_kept_because_others_have_them_too(
    many: EngineWorld,
) -> None:
    many.settle()

    database = Database.open(many.state.url, Vault.from_key(STATE_KEY))
    with database.transaction() as tx:
        assert tx.scalar(select(func.count()).select_from(KEY)) == 0
    database.close()


def test_a_key_that_one_owner_has_too_often_says_nothing_to_them_and_pairs_others(
    crm: EngineWorld,
) -> None:
    for number in range(21):
        crm.right.create("ada", reception(number))
    crm.left.create("ada", reception(3))
    crm.right.create("bob", person("Front", "Desk", emails=MAIL))
    crm.left.create("bob", person("Bob", "Desk", emails=MAIL))
    crm.set(match=("email", "name"))

    report = crm.settle()

    assert report.problems == ()
    assert len(crm.left.read("ada")) == 21
    assert len(crm.left.read("bob")) == 1
    assert len(crm.right.read()) == 22


def test_an_owner_s_key_says_nothing_although_some_of_them_are_paired_already(
    crm: EngineWorld,
) -> None:
    for number in range(22):
        crm.right.create("ada", reception(number))

    crm.sync(limit=10)
    report = crm.settle()

    assert report.problems == ()
    assert len(crm.left.read("ada")) == 22


def test_where_all_visible_records_belong_to_a_lane_those_of_all_owners_count(
    crm: EngineWorld,
) -> None:
    crm.set(match=("email", "name"), records=PerSide(Records.OWN, Records.VISIBLE))
    crm.people = ("ada",)
    for number in range(21):
        crm.right.add_account(f"owner{number}")
        crm.right.create(f"owner{number}", reception(number))
    crm.left.create("ada", reception(3))

    report = crm.settle()

    assert report.problems == ()
    assert len(crm.left.read("ada")) == len(crm.right.read()) == 21
