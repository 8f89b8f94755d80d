"""One mailbox that is kept the same as two CRMs: several lanes read one feed of one account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryOptions, MemoryStore
from syncline.model.records import RecordId
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, Records
from syncline.policy.settings import Member
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True, idempotency="marker")
ADA = (Member(PerSide("ada", "ada")),)


def with_second_crm(
    world: EngineWorld, *, mailbox_first: bool = True, **policy: object
) -> MemoryStore:
    """From now on the mailbox (left) is in a second sync, with another CRM."""
    second = world.more_stores.get("second") or world.add_store("second", CRM)
    between = PerSide("left", "second") if mailbox_first else PerSide("second", "left")
    winner = Conflict.LEFT_WINS if mailbox_first else Conflict.RIGHT_WINS
    rules = replace(world.policy, **{"conflict": winner, **policy})
    world.more_syncs = (world.agreement("t", ADA, rules, between),)
    return second


def grace(world: EngineWorld, store: MemoryStore) -> RecordId:
    return next(id for id, f in store.read("ada").items() if f["given_name"] == "Grace")


def title(world: EngineWorld, store: MemoryStore) -> object:
    return store.read("ada")[grace(world, store)].get("job_title")


@pytest.fixture
def mailbox(worlds: Worlds) -> EngineWorld:
    """Left is Ada's mailbox, right her first CRM."""
    world = worlds(right=CRM)
    world.people = ("ada",)
    return world


@pytest.mark.parametrize("mailbox_first", [True, False])
def test_an_edit_in_one_crm_reaches_the_other_one(
    mailbox: EngineWorld, mailbox_first: bool
) -> None:
    world, second = mailbox, with_second_crm(mailbox, mailbox_first=mailbox_first)
    world.right.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.right.update(grace(world, world.right), {"job_title": "Admiral"})
    world.settle()
    assert title(world, world.left) == title(world, second) == "Admiral"

    second.update(grace(world, second), {"job_title": "Commodore"})
    world.settle()
    assert title(world, world.left) == title(world, world.right) == "Commodore"


def test_a_lane_that_is_added_sees_what_the_mailbox_held(mailbox: EngineWorld) -> None:
    world = mailbox
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("ada", person("Alan", "Turing"))
    world.settle()

    second = with_second_crm(world)
    world.settle()

    assert len(second.read("ada")) == 2


def test_what_is_new_in_one_crm_reaches_the_other_one(mailbox: EngineWorld) -> None:
    world, second = mailbox, with_second_crm(mailbox)
    world.settle()

    second.create("ada", person("Grace", "Hopper"))
    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1


def test_a_person_both_crms_know_is_one_person_in_the_mailbox(mailbox: EngineWorld) -> None:
    world, second = mailbox, with_second_crm(mailbox)
    world.right.create("ada", person("Grace", "Hopper"))
    second.create("ada", person("Grace", "Hopper"))

    world.settle()

    stores = (world.left, world.right, second)
    assert [len(store.read("ada")) for store in stores] == [1, 1, 1]


def test_a_record_that_another_syncs_run_noted_is_paired_by_its_own_keys(
    worlds: Worlds,
) -> None:
    """The first sync pairs by address, the second by name, and its CRM cannot be searched."""
    world = worlds(right=CRM)
    world.people = ("ada",)
    world.set(match=("email",))
    second = world.add_store("second", replace(CRM, match=frozenset()))
    with_second_crm(world, match=("name",))
    world.settle()
    world.left.create("ada", person("Grace", "Hopper"))
    second.create("ada", {"given_name": "Grace", "family_name": "Hopper", "notes": "old friend"})

    world.settle()

    assert len(world.left.read("ada")) == len(second.read("ada")) == 1


def test_what_one_lane_has_no_use_for_is_kept_for_the_other_one(mailbox: EngineWorld) -> None:
    """The first sync only fills the mailbox: what is in it already belongs to the second one."""
    world = mailbox
    world.set(direction=Direction.RIGHT_TO_LEFT, conflict=None)
    second = with_second_crm(world, direction=Direction.BOTH)
    world.left.create("ada", person("Grace", "Hopper"))

    world.settle()

    assert world.right.read("ada") == {}
    assert len(second.read("ada")) == 1


@pytest.mark.parametrize("whose", [Records.OWN, Records.VISIBLE])
@pytest.mark.parametrize("first", ["ada", "bob"])
def test_what_a_lane_that_sees_everything_has_no_use_for_reaches_its_owner(
    worlds: Worlds, first: str, whose: Records
) -> None:
    """Ada only fills the CRM, from her mailbox; what is new there is Bob's."""
    world = worlds(right=CRM)
    fills = replace(
        world.policy,
        direction=Direction.LEFT_TO_RIGHT,
        conflict=None,
        records=PerSide(Records.OWN, whose),
    )
    lanes = {"ada": (ADA, fills), "bob": ((Member(PerSide("bob", "bob")),), world.policy)}
    world.members, world.policy = lanes.pop(first)
    world.more_syncs = tuple(world.agreement("t", *each) for each in lanes.values())
    world.sync()
    world.right.create("bob", person("Alan", "Turing"))

    world.settle()

    assert [each["given_name"] for each in world.shown(world.left, "bob")] == ["Alan"]
    assert world.left.read("ada") == {}


@pytest.mark.parametrize("mailbox_first", [True, False])
def test_who_is_deleted_in_one_crm_stays_where_the_other_one_has_them(
    mailbox: EngineWorld, mailbox_first: bool
) -> None:
    """`shared_delete = "sever"`: another lane links the mailbox's record, too."""
    world, second = mailbox, with_second_crm(mailbox, mailbox_first=mailbox_first)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.right.delete(grace(world, world.right))
    world.settle()

    assert len(world.left.read("ada")) == len(second.read("ada")) == 1
    assert world.right.read("ada") == {}


def test_who_is_deleted_in_the_mailbox_is_deleted_in_both_crms(mailbox: EngineWorld) -> None:
    world, second = mailbox, with_second_crm(mailbox)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()

    world.left.delete(grace(world, world.left))
    world.settle()

    assert world.right.read("ada") == second.read("ada") == {}
