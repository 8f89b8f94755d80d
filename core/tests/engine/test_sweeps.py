"""The sweep's cadence: what a feed does not tell is found within a day, and not by every run."""

from __future__ import annotations

from dataclasses import replace

from syncline.testing.rehearsal import EngineWorld, person

DAY = 24 * 3600.0


def test_a_deletion_that_no_change_tells_of_is_found_within_a_day(world: EngineWorld) -> None:
    """It was made and deleted between two tokens."""
    world.people = ("ada",)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.right.delete(world.only(world.right))
    world.right.log[-1] = replace(world.right.log[-1], left=None)

    world.sync()
    assert len(world.left.read("ada")) == 1
    world.clock.advance(DAY)
    world.settle()

    assert world.left.read("ada") == {}


def test_every_feed_is_listed_once_a_day_and_no_more(world: EngineWorld) -> None:
    world.people = ("ada",)
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    before = world.left.calls["keys"]

    for _hour in range(23):
        world.clock.advance(3600)
        world.sync()
    assert world.left.calls["keys"] == before
    for _hour in range(24):
        world.clock.advance(3600)
        world.sync()

    assert world.left.calls["keys"] == before + 1


def test_a_clock_that_was_ahead_once_does_not_put_the_listing_off(world: EngineWorld) -> None:
    world.people = ("ada",)
    world.left.create("ada", person("Grace", "Hopper"))
    world.clock.advance(1000 * DAY)
    world.settle()
    world.clock.advance(-1000 * DAY)
    before = world.left.calls["keys"]

    world.sync()

    assert world.left.calls["keys"] == before + 1
