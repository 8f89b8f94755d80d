"""Records that hold the same on both sides are one; what only may be the same waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.capacity import Capacity
from syncline.testing.rehearsal import EngineWorld

Worlds = Callable[..., EngineWorld]
NOBODY = MemoryOptions(idempotency="none")
"""A service that keeps no key of ours."""


def lose_state(world: EngineWorld) -> None:
    for each in Path(world.folder).glob("state.sqlite*"):
        each.unlink()


@pytest.fixture
def unmarked(worlds: Worlds) -> EngineWorld:
    return worlds(left=NOBODY, right=NOBODY)


def test_without_key_and_address_nothing_is_doubled_after_a_loss(unmarked: EngineWorld) -> None:
    for name in ("Grace", "Alan"):
        unmarked.left.create("ada", {"given_name": name, "notes": f"of {name}"})
    unmarked.right.create("ada", {"given_name": "Edsger", "categories": ("b", "a")})
    unmarked.settle()
    lose_state(unmarked)

    assert unmarked.settle().writes == 0
    assert len(unmarked.left.read("ada")) == len(unmarked.right.read("ada")) == 3


def test_what_one_side_stores_in_its_own_way_is_recognised(worlds: Worlds) -> None:
    world = worlds(left=NOBODY, right=replace(NOBODY, capacities={"notes": Capacity(max_length=8)}))
    world.left.create("ada", {"given_name": "Grace", "notes": "a note that is too long"})
    world.settle()
    lose_state(world)

    world.settle()

    assert len(world.left.read("ada")) == len(world.right.read("ada")) == 1
    [kept] = world.left.read("ada").values()
    assert kept["notes"] == "a note that is too long"


def test_records_nobody_can_tell_apart_are_paired_one_to_one(unmarked: EngineWorld) -> None:
    for _copy in range(3):
        unmarked.left.create("ada", {"given_name": "Grace"})
    unmarked.settle()
    lose_state(unmarked)

    assert unmarked.settle().writes == 0
    assert len(unmarked.left.read("ada")) == len(unmarked.right.read("ada")) == 3


def test_of_records_nobody_can_tell_apart_only_the_surplus_is_new(unmarked: EngineWorld) -> None:
    for _copy in range(2):
        unmarked.left.create("ada", {"given_name": "Grace"})
    unmarked.right.create("ada", {"given_name": "Grace"})

    unmarked.settle()

    assert len(unmarked.left.read("ada")) == len(unmarked.right.read("ada")) == 2


def test_entered_on_both_sides_alike_they_are_one_also_later(unmarked: EngineWorld) -> None:
    unmarked.settle()
    unmarked.left.create("ada", {"given_name": "Grace", "job_title": "Admiral"})
    unmarked.right.create("ada", {"given_name": "Grace", "job_title": "Admiral"})

    assert unmarked.settle().writes == 0
    unmarked.left.update(unmarked.only(unmarked.left), {"job_title": "Rear Admiral"})
    unmarked.settle()
    assert unmarked.same()
    assert unmarked.only(unmarked.right)


def test_namesakes_that_differ_are_two_where_nothing_was_lost(unmarked: EngineWorld) -> None:
    unmarked.left.create("ada", {"given_name": "Grace", "job_title": "Admiral"})
    unmarked.right.create("ada", {"given_name": "Grace", "job_title": "Singer"})

    unmarked.settle()

    assert len(unmarked.left.read("ada")) == len(unmarked.right.read("ada")) == 2


def test_without_matchers_equal_ones_pair_all_the_same(unmarked: EngineWorld) -> None:
    unmarked.set(match=())
    unmarked.left.create("ada", {"given_name": "Grace", "emails": ("g@example.test",)})
    unmarked.right.create("ada", {"given_name": "Grace", "emails": ("g@example.test",)})

    assert unmarked.settle().writes == 0


def test_records_that_hold_nothing_are_not_taken_for_one(unmarked: EngineWorld) -> None:
    unmarked.left.create("ada", {})
    unmarked.right.create("ada", {})

    report = unmarked.sync()

    assert report.lanes[0].counts.get("link", 0) == 0
