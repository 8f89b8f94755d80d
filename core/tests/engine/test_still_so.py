"""What another run notes between a decision and its write may make it wrong: it is not sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from proof.meanwhile import Once, called, run_of
from syncline.connectors.memory import MemoryOptions
from syncline.connectors.memory.faults import CallKind
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Direction, Records, SharedDelete
from syncline.policy.settings import Member
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CRM = MemoryOptions(feed="connection", spans_accounts=True, delete_batch=1)


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    made = worlds(right=CRM)
    made.sync()
    made.clock.advance(90)
    return made


def in_crm(world: EngineWorld) -> list[object]:
    return sorted(str(fields["family_name"]) for fields in world.right.read().values())


def in_mailbox(world: EngineWorld, account: str = "ada") -> list[object]:
    return sorted(str(fields["family_name"]) for fields in world.left.read(account).values())


def settled(world: EngineWorld) -> EngineWorld:
    for _run in range(3):
        world.clock.advance(90)
        world.sync()
    return world


@pytest.mark.parametrize("call", ["match", "apply"])
def test_nothing_is_made_of_what_was_deleted_while_we_looked_for_it(
    world: EngineWorld, call: CallKind
) -> None:
    """Another member's run reads the deletion, and forgets the record: no link holds it yet."""
    grace = world.right.create("ada", person("Grace", "Hopper"))

    def deleted() -> None:
        world.right.delete(grace)
        run_of(world, "bob")

    world.left.fault = Once(call, deleted)
    world.sync(members=("ada",))

    assert in_mailbox(settled(world)) == []


def test_nothing_is_made_of_what_became_part_of_another_record_while_we_looked_for_it(
    world: EngineWorld,
) -> None:
    murray = world.right.create("ada", person("Grace", "Murray"))
    settled(world)
    hopper = world.right.create("ada", person("Grace", "Hopper"))

    def merged() -> None:
        world.right.merge(hopper, murray)
        run_of(world, "bob")

    world.left.fault = Once("match", merged)
    world.sync(members=("ada",))

    assert in_mailbox(settled(world)) == in_crm(world) == ["Murray"]


def test_nothing_is_made_for_the_former_owner_of_what_was_given_away_while_we_looked_for_it(
    world: EngineWorld,
) -> None:
    world.set(records=PerSide(Records.OWN, Records.OWN))
    world.sync()
    grace = world.right.create("ada", person("Grace", "Hopper"))

    def given() -> None:
        world.right.give(grace, "bob")
        run_of(world, "bob")

    world.left.fault = Once("match", given)
    world.sync(members=("ada",))

    assert world.left.read("ada") == {}
    assert in_mailbox(settled(world), "bob") == ["Hopper"]


def entered_by_bob(world: EngineWorld) -> None:
    world.left.create("bob", person("Grace", "Hopper"))
    run_of(world, "bob")


def test_what_another_member_links_before_its_deletion_is_sent_stays_with_both(
    world: EngineWorld,
) -> None:
    """It is the second deletion, and was decided on together with the first one."""
    world.left.create("ada", person("Aaron", "First"))
    world.left.create("ada", person("Grace", "Hopper"))
    settled(world)
    for given in ("Aaron", "Grace"):
        world.left.delete(called(world, given))
    world.right.fault = Once("delete", lambda: entered_by_bob(world))
    world.sync(members=("ada",))

    assert in_mailbox(settled(world), "bob") == in_crm(world) == ["Hopper"]
    assert world.left.read("ada") == {}


def test_what_another_member_links_while_its_deletion_is_on_its_way_is_made_again_for_them(
    world: EngineWorld,
) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    settled(world)
    world.left.delete(called(world, "Grace"))
    world.right.fault = Once("delete", lambda: entered_by_bob(world))
    world.sync(members=("ada",))

    assert in_mailbox(settled(world), "bob") == in_crm(world) == ["Hopper"]
    assert world.left.read("ada") == {}


def test_a_deletion_passes_whoever_links_the_record_where_the_policy_says_so(
    world: EngineWorld,
) -> None:
    world.set(shared_delete=SharedDelete.PROPAGATE)
    world.left.create("ada", person("Grace", "Hopper"))
    settled(world)
    world.left.delete(called(world, "Grace"))
    world.right.fault = Once("delete", lambda: entered_by_bob(world))
    world.sync(members=("ada",))

    assert in_mailbox(settled(world), "bob") == in_crm(world) == []


def test_an_undo_keeps_what_another_member_links_while_it_is_at_work(world: EngineWorld) -> None:
    for given, family in (("Aaron", "First"), ("Grace", "Hopper")):
        world.left.create("ada", person(given, family))
    made = world.sync().run_id
    settled(world)
    world.right.fault = Once("delete", lambda: entered_by_bob(world))
    with world.session() as session:
        report = session.undo(made)

    assert [kept.reason for kept in report.kept] == [
        "it was edited, or linked by others, while it was being undone"
    ]
    assert in_mailbox(settled(world), "bob") == in_crm(world) == ["Hopper"]


def test_what_was_made_and_is_deleted_before_its_answer_is_here_is_deleted(
    world: EngineWorld,
) -> None:
    """Another member's run has read that it is gone, and forgot it: nobody knew of it yet."""
    world.left.create("ada", person("Grace", "Hopper"))

    def deleted() -> None:
        [made] = world.right.read()
        world.right.delete(made)
        run_of(world, "bob")

    world.right.fault = Once("apply", deleted, afterwards=True)
    world.sync(members=("ada",))

    assert in_mailbox(settled(world)) == []


def test_an_update_that_the_service_refuses_as_a_duplicate_waits_and_holds_nobody_up(
    worlds: Worlds,
) -> None:
    """Ada typed the address of a person whom another member's record has already."""
    crm = MemoryOptions(feed="connection", spans_accounts=True, unique=frozenset({"emails"}))
    world = worlds(right=crm)
    grace = world.left.create("ada", person("Grace", "Hopper"))
    alan = world.left.create("bob", person("Alan", "Turing"))
    world.settle()
    world.left.update(grace, {"emails": ("alan.turing@example.test",)})
    world.left.update(alan, {"job_title": "Fellow"})
    world.clock.advance(90)
    report = world.sync()

    assert [problem.kind for problem in report.problems] == ["ambiguous"]
    assert [fields.get("job_title") for fields in world.right.read("bob").values()] == ["Fellow"]
    world.left.update(grace, {"emails": ("grace@example.test",)})
    world.settle()
    assert [fields["emails"] for fields in world.right.read("ada").values()] == [
        ("grace@example.test",)
    ]


@pytest.mark.parametrize("idempotency", ["key", "none"])
def test_what_gets_the_id_of_a_deleted_record_is_not_taken_for_it(
    worlds: Worlds, idempotency: str
) -> None:
    """The pair of the deleted one had ended, and its survivor stays as it is."""
    world = worlds(right=MemoryOptions(reuses_ids=True, idempotency=idempotency))
    world.set(delete=PerSide(False, True))
    world.left.create("ada", person("Grace", "Hopper", job_title="admiral"))
    world.settle()
    world.right.delete(world.only(world.right))
    world.settle()
    world.clock.advance(90)
    world.left.create("ada", person("Alan", "Turing", notes="enigma"))
    settled(world)
    world.clock.advance(90_000)
    world.sync(full=True)

    left, [right] = world.left.read("ada").values(), world.right.read("ada").values()
    assert sorted(str(fields.get("notes")) for fields in left) == ["None", "enigma"]
    assert (right["family_name"], right["notes"]) == ("Turing", "enigma")


@pytest.mark.parametrize("rule", [Conflict.LEFT_WINS, Conflict.NEWEST_WINS, Conflict.MANUAL])
def test_who_links_what_is_being_deleted_loses_their_own_only_where_their_rule_says_so(
    world: EngineWorld, rule: Conflict
) -> None:
    world.set(conflict=rule)
    world.left.create("ada", person("Grace", "Hopper"))
    settled(world)
    world.left.delete(called(world, "Grace"))
    world.right.fault = Once("delete", lambda: entered_by_bob(world))
    world.sync(members=("ada",))

    assert in_mailbox(settled(world), "bob") == ["Hopper"]


def test_a_copy_made_in_one_direction_while_its_original_is_being_deleted_goes_with_it(
    worlds: Worlds,
) -> None:
    """Nobody would have looked at it again."""
    world = worlds(right=CRM)
    world.set(records=PerSide(Records.VISIBLE, Records.VISIBLE))
    world.people = ("ada",)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    to_bob = replace(world.policy, direction=Direction.RIGHT_TO_LEFT)
    world.more_syncs = (world.agreement("bobs", (Member(PerSide("bob", "bob")),), to_bob),)

    def copied_for_bob() -> None:
        with world.another_session() as session:
            session.run(Selection(syncs=("bobs",)))

    world.left.delete(called(world, "Grace"))
    world.right.fault = Once("delete", copied_for_bob)
    world.clock.advance(90)
    world.sync(syncs=(world.sync_name,))

    assert in_mailbox(settled(world), "bob") == in_crm(world) == []
