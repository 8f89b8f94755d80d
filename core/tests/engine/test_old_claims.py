"""A claim stands for what was made with it, as long as that is the same person.

It outlives its run, since no search may show yet what was made. Meanwhile that may be renamed, or
deleted, and somebody else may get the key.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Records
from syncline.testing.rehearsal import EngineWorld

Worlds = Callable[..., EngineWorld]
SLIP = "alan@example.test"


def contact(given: str, family: str, email: str) -> dict[str, object]:
    return {"given_name": given, "family_name": family, "emails": (email,)}


def crm(worlds: Worlds, records: Records, **options: object) -> EngineWorld:
    world = worlds(
        right=MemoryOptions(feed="connection", spans_accounts=True, **options)  # type: ignore[arg-type]
    )
    world.set(records=PerSide(Records.OWN, records))
    return world


def ada_corrects_a_slip(world: EngineWorld) -> None:
    """Her Grace was made with Alan's address."""
    grace = world.left.create("ada", contact("Grace", "Hopper", SLIP))
    world.settle()
    world.left.update(grace, {"emails": ("grace@example.test",)})
    world.settle()
    world.clock.advance(3600)


def people(world: EngineWorld) -> list[tuple[object, object, object]]:
    """Whom the CRM has."""
    shown = world.right.read().values()
    return sorted((str(f["given_name"]), f["family_name"], f["emails"]) for f in shown)


BOTH = [
    ("Alan", "Turing", (SLIP,)),
    ("Grace", "Hopper", ("grace@example.test",)),
]


@pytest.mark.parametrize("records", [Records.OWN, Records.VISIBLE])
def test_who_gets_an_address_that_somebody_else_gave_up_today_is_not_taken_for_them(
    worlds: Worlds, records: Records
) -> None:
    world = crm(worlds, records)
    ada_corrects_a_slip(world)
    world.left.create("bob", contact("Alan", "Turing", SLIP))

    report = world.settle()

    assert people(world) == BOTH
    assert report.problems == ()
    assert ("Grace", "Hopper") in {
        (f["given_name"], f["family_name"]) for f in world.shown(world.left, "ada")
    }


def test_in_one_address_book_the_key_that_was_given_up_today_holds_nobody_up(
    worlds: Worlds,
) -> None:
    world = crm(worlds, Records.OWN)
    ada_corrects_a_slip(world)
    world.left.create("ada", contact("Alan", "Turing", SLIP))

    report = world.sync()

    assert people(world) == BOTH
    assert report.problems == ()


def test_nor_where_the_target_cannot_be_searched(worlds: Worlds) -> None:
    world = crm(worlds, Records.OWN, match=frozenset())
    ada_corrects_a_slip(world)
    world.left.create("ada", contact("Alan", "Turing", SLIP))

    report = world.sync()

    assert people(world) == BOTH
    assert report.problems == ()


def test_what_was_renamed_in_the_crm_says_who_it_is_and_not_whom_it_was_made_for(
    worlds: Worlds,
) -> None:
    """Ada's mailbox does not know of it yet."""
    world = crm(worlds, Records.OWN)
    world.left.create("ada", contact("Grace", "Hopper", SLIP))
    world.settle()
    world.right.update(world.only(world.right), {"emails": ("grace@example.test",)})
    world.left.create("bob", contact("Alan", "Turing", SLIP))

    world.sync(members=("bob",))

    assert people(world) == BOTH


def test_what_no_search_shows_yet_is_found_by_the_claim(worlds: Worlds) -> None:
    late = {"detection": "timestamp", "overlap": 7200.0, "visibility_lag": 3600.0}
    world = crm(worlds, Records.OWN, **late)
    world.left.create("ada", contact("Grace", "Hopper", "grace@example.test"))
    world.sync()
    world.left.create("bob", contact("Grace", "Hopper", "grace@example.test"))

    world.sync()

    assert len(world.right.read()) == 1
    world.clock.advance(7200)
    world.settle()
    assert len(world.right.read()) == 1


def test_two_of_one_address_book_with_the_same_key_are_not_made_one_after_the_other(
    worlds: Worlds,
) -> None:
    """Where nobody can search for the first one, either."""
    world = crm(worlds, Records.OWN, match=frozenset())
    world.left.create("ada", contact("Grace", "Hopper", "grace@example.test"))
    world.settle()
    world.left.create("ada", contact("Grace", "Hopper", "grace@example.test"))

    report = world.sync()

    assert len(world.right.read()) == 1
    assert [each.message for each in report.problems] == [
        "another record of the same person is linked to it already"
    ]


def test_what_was_made_and_cannot_be_read_is_not_made_beside_it(worlds: Worlds) -> None:
    world = crm(worlds, Records.OWN, match=frozenset())
    world.left.create("ada", contact("Grace", "Hopper", "grace@example.test"))
    world.settle()
    made = world.only(world.right)
    world.right.hide(made)
    world.left.create("bob", contact("Grace", "Hopper", "grace@example.test"))

    report = world.sync(members=("bob",))

    assert [each.message for each in report.problems] == [
        "what was created for another record with the same match key cannot be read at the moment"
    ]
    world.right.hide(made, False)
    world.clock.advance(3600)
    world.settle()
    assert list(world.right.read()) == [made]


# --- given up and taken between two runs ----------------------------------------------------------


@pytest.mark.parametrize("days", [0, 5])
@pytest.mark.parametrize("match", [None, frozenset[str]()])
@pytest.mark.parametrize("whose", ["ada", "bob"])
def test_an_address_that_passes_on_between_two_runs_makes_nobody_the_other_one(
    worlds: Worlds, whose: str, match: frozenset[str] | None, days: int
) -> None:
    """What the first one became had yet to reach the CRM when the second one was looked for."""
    world = crm(worlds, Records.OWN, **({} if match is None else {"match": match}))
    grace = world.left.create("ada", contact("Grace", "Hopper", SLIP))
    world.settle()
    world.clock.advance(days * 24 * 3600)
    world.settle()
    world.left.update(grace, {"emails": ("grace@example.test",)})
    world.left.create(whose, contact("Alan", "Turing", SLIP))

    report = world.sync()

    assert people(world) == BOTH
    assert report.problems == ()
    assert len(world.left.read("ada")) + len(world.left.read("bob")) == 2
