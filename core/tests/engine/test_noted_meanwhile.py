"""Whoever settles a link has decided on what is noted of both records now: what another run, or
another lane of the same run, notes between the decision and its end is decided about as well.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proof.meanwhile import Once, called, held, run_of
from syncline.connectors.memory import MemoryOptions, MemoryStore
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Records
from syncline.testing.rehearsal import EngineWorld, person

CRM = MemoryOptions(feed="connection", spans_accounts=True)
EVERYBODYS = PerSide(Records.OWN, Records.VISIBLE)
THEIR_OWN = PerSide(Records.OWN, Records.OWN)


@pytest.fixture
def world(worlds: Callable[..., EngineWorld]) -> EngineWorld:
    """Everybody has Grace and Alan of the one CRM."""
    world = worlds(right=CRM)
    world.set(records=EVERYBODYS)
    return with_two_people(world)


def with_two_people(world: EngineWorld) -> EngineWorld:
    for given, family in (("Grace", "Hopper"), ("Alan", "Turing")):
        world.right.create("ada", person(given, family))
    world.settle()
    return world


def run_of_ada(world: EngineWorld, meanwhile: Callable[[], object]) -> None:
    """She has an edit of Alan's to write; before she reads the target, something happens."""
    world.left.update(called(world, "Alan"), {"job_title": "Dr"})
    world.right.fault = Once("ids", meanwhile)
    world.sync(members=("ada",))
    world.right.fault = None


@pytest.mark.parametrize("whose", [EVERYBODYS, THEIR_OWN], ids=["everybody's", "their own"])
def test_an_edit_another_run_notes_while_we_agree_reaches_us_as_well(
    worlds: Callable[..., EngineWorld], whose: PerSide[Records]
) -> None:
    world = worlds(right=CRM)
    world.set(records=whose)
    with_two_people(world)
    grace = called(world, "Grace", None)
    world.left.update(called(world, "Grace"), {"job_title": "Admiral"})
    world.right.update(grace, {"job_title": "Admiral"})

    def edited() -> None:
        world.right.update(grace, {"company": "Navy"})
        run_of(world, "bob")

    run_of_ada(world, edited)
    world.settle()

    assert held(world, "Grace")["company"] == "Navy"
    assert held(world, "Alan", None)["job_title"] == "Dr"


def test_an_edit_the_same_run_reads_for_another_member_reaches_who_had_agreed_before(
    world: EngineWorld,
) -> None:
    world.set(conflict=Conflict.RIGHT_WINS)
    grace = called(world, "Grace", None)
    world.left.update(called(world, "Grace"), {"job_title": "Admiral"})
    world.right.update(grace, {"job_title": "Admiral"})
    world.left.update(called(world, "Grace", "bob"), {"notes": "Bob's"})

    world.right.fault = Once("ids", lambda: world.right.update(grace, {"notes": "the CRM's"}))
    world.sync()
    world.right.fault = None
    world.settle()

    for account in ("ada", "bob", None):
        assert held(world, "Grace", account)["notes"] == "the CRM's"


def test_a_record_that_is_restored_and_edited_while_its_deletion_ends_the_pair_travels_on(
    world: EngineWorld,
) -> None:
    world.set(delete=PerSide(False, False))
    grace = called(world, "Grace", None)
    world.right.delete(grace)

    def restored() -> None:
        world.right.restore(grace)
        world.right.update(grace, {"company": "Navy"})
        run_of(world, "bob")

    run_of_ada(world, restored)
    world.settle()

    for account in ("ada", "bob"):
        assert held(world, "Grace", account)["company"] == "Navy"


def test_a_record_that_is_back_in_the_data_set_while_its_pair_is_put_to_rest_travels_on(
    world: EngineWorld,
) -> None:
    world.set(records=THEIR_OWN)
    world.settle()
    grace = called(world, "Grace", None)
    world.right.give(grace, "bob")

    def given_back() -> None:
        world.right.give(grace, "ada")
        world.right.update(grace, {"company": "Navy"})
        run_of(world, "bob")

    run_of_ada(world, given_back)
    world.settle()

    assert held(world, "Grace")["company"] == "Navy"


# --- between the effect of a write and its settlement -------------------------------------------


def run_of_ada_until(world: EngineWorld, after: Once, store: MemoryStore) -> None:
    """Her run; after the effect of one of its writes, and before that is settled, something
    happens, and a run of Bob's reads it.
    """

    def happens() -> None:
        act()
        run_of(world, "bob")

    act, after.act, after.afterwards = after.act, happens, True
    store.fault = after
    world.sync(members=("ada",))
    store.fault = None
    assert after.over


KINDS = {
    "exact": CRM,
    "nothing answered": MemoryOptions(
        feed="connection", spans_accounts=True, answers_version=False
    ),
    "stamps": MemoryOptions(
        feed="connection", spans_accounts=True, conditional="second", granularity=1.0
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_of_what_was_just_written_is_carried_though_another_run_has_noted_it(
    worlds: Callable[..., EngineWorld], kind: str
) -> None:
    world = worlds(right=KINDS[kind])
    world.set(records=EVERYBODYS)
    with_two_people(world)
    grace = called(world, "Grace", None)
    world.left.update(called(world, "Grace"), {"job_title": "Admiral"})

    edit = Once("apply", lambda: world.right.update(grace, {"job_title": "Commodore"}))
    run_of_ada_until(world, edit, world.right)
    world.settle()

    for account in ("ada", "bob", None):
        assert held(world, "Grace", account)["job_title"] == "Commodore"


def test_a_deletion_of_what_was_just_written_passes_though_another_run_has_noted_it(
    world: EngineWorld,
) -> None:
    grace = called(world, "Grace", None)
    world.left.update(called(world, "Grace"), {"job_title": "Admiral"})

    run_of_ada_until(world, Once("apply", lambda: world.right.delete(grace)), world.right)
    world.settle()

    assert [each["given_name"] for each in world.shown(world.left)] == ["Alan"]


def test_a_merge_of_what_was_just_written_is_followed_though_another_run_has_noted_it(
    world: EngineWorld,
) -> None:
    grace = called(world, "Grace", None)
    world.left.update(called(world, "Grace"), {"job_title": "Admiral"})

    def merged() -> None:
        fields = person("Grace", "Hopper", company="Navy", job_title="Admiral")
        world.right.merge(grace, world.right.create("ada", fields))

    run_of_ada_until(world, Once("apply", merged), world.right)
    world.settle()

    for account in ("ada", "bob", None):
        assert held(world, "Grace", account)["company"] == "Navy"


def test_a_merge_of_what_was_just_carried_over_is_followed_though_another_run_has_noted_it(
    world: EngineWorld,
) -> None:
    grace = called(world, "Grace", None)
    world.right.update(grace, {"job_title": "Admiral"})

    def merged() -> None:
        fields = person("Grace", "Hopper", company="Navy", job_title="Admiral")
        world.right.merge(grace, world.right.create("ada", fields))

    run_of_ada_until(world, Once("apply", merged), world.left)
    world.settle()

    for account in ("ada", "bob", None):
        assert held(world, "Grace", account)["company"] == "Navy"


def test_an_edit_of_what_was_just_made_is_carried_though_another_run_has_noted_it(
    world: EngineWorld,
) -> None:
    world.left.create("ada", person("Edsger", "Dijkstra", job_title="Dr"))

    def edited() -> None:
        world.right.update(called(world, "Edsger", None), {"job_title": "Professor"})

    run_of_ada_until(world, Once("apply", edited), world.right)
    world.settle()

    for account in ("ada", "bob", None):
        assert held(world, "Edsger", account)["job_title"] == "Professor"


def test_what_is_restored_while_its_copy_is_being_deleted_is_copied_again(
    world: EngineWorld,
) -> None:
    grace = called(world, "Grace", None)
    world.right.delete(grace)

    run_of_ada_until(world, Once("delete", lambda: world.right.restore(grace)), world.left)
    world.settle()

    for account in ("ada", "bob"):
        assert [f["given_name"] for f in world.shown(world.left, account)] == ["Grace", "Alan"]
