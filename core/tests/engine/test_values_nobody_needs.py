"""The state keeps the values of a record only while somebody needs them; after that they are read
again when they are needed again.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, select

from proof.meanwhile import called
from proof.one_contact import linked
from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Conflict, Records
from syncline.state.records import RECORD
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
CUSTOMER = {"categories": ("Customer",)}


def kept(world: EngineWorld) -> list[str]:
    """The records whose values the state holds."""
    engine = create_engine(world.state.url)
    with engine.connect() as connection:
        found = connection.scalars(select(RECORD.c.id).where(RECORD.c.payload.is_not(None)))
        ids = sorted(found)
    engine.dispose()
    return ids


@pytest.fixture
def severed(world: EngineWorld) -> EngineWorld:
    """Deleted on the right and edited on the left, where deletions do not travel."""
    world.set(conflict=Conflict.RIGHT_WINS, delete=PerSide(False, False))
    linked(world)
    gone = world.only(world.right)
    world.left.update(world.only(world.left), {"notes": "private"})
    world.right.delete(gone)
    world.settle()
    return world


def test_of_a_pair_that_was_severed_no_values_are_kept(severed: EngineWorld) -> None:
    assert kept(severed) == []


def test_a_severed_pair_that_is_whole_again_agrees(severed: EngineWorld) -> None:
    [gone] = severed.right.entries
    severed.right.restore(gone)

    severed.settle()

    assert severed.same()
    assert severed.shown(severed.right)[0]["notes"] == "private"
    assert kept(severed) == []


@pytest.fixture
def resting(world: EngineWorld) -> EngineWorld:
    """The right record has left the data set, and both are edited."""
    world.set(where=PerSide(None, "categories=Customer"))
    world.right.create("ada", person("Grace", "Hopper", **CUSTOMER))
    world.settle()
    world.right.update(world.only(world.right), {"categories": (), "job_title": "Admiral"})
    world.left.update(world.only(world.left), {"notes": "private"})
    world.settle()
    return world


def test_of_a_pair_that_rests_no_values_are_kept(resting: EngineWorld) -> None:
    assert kept(resting) == []

    resting.left.update(resting.only(resting.left), {"company": "Navy"})
    resting.settle()

    assert kept(resting) == []


def test_a_pair_that_goes_on_agrees_about_all_that_was_edited_meanwhile(
    resting: EngineWorld,
) -> None:
    resting.left.update(resting.only(resting.left), {"company": "Navy"})
    resting.settle()
    resting.right.update(resting.only(resting.right), {**CUSTOMER})

    resting.settle()

    assert resting.same()
    [both] = resting.shown(resting.left)
    assert (both["notes"], both["company"], both["job_title"]) == ("private", "Navy", "Admiral")
    assert kept(resting) == []


def test_of_a_pair_whose_record_was_merged_away_no_values_are_kept(world: EngineWorld) -> None:
    for given in ("Grace", "Alan"):
        world.left.create("ada", person(given, "X"))
    world.settle()
    winner, loser = world.right.read("ada")
    world.left.update(called(world, world.right.read("ada")[loser]["given_name"]), {"notes": "own"})
    world.right.merge(loser, winner)

    world.settle()

    assert kept(world) == []


def test_values_that_another_pair_of_the_record_needs_stay(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(feed="connection", spans_accounts=True))
    world.set(records=PerSide(Records.OWN, Records.VISIBLE), conflict=Conflict.MANUAL)
    shared = world.right.create("ada", person("Grace", "Hopper"))
    world.settle()
    bobs = world.only(world.left, "bob")
    world.right.update(shared, {"job_title": "Admiral"})
    world.left.update(bobs, {"job_title": "Doctor"})
    world.left.delete(world.only(world.left, "ada"))

    world.settle()

    assert kept(world) == sorted([shared, bobs])
