"""One run with a clock far ahead destroys nothing, and what it noted holds nothing up for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from syncline.connectors.memory import Call, MemoryOptions
from syncline.errors import Retry
from syncline.model.sides import PerSide
from syncline.testing.rehearsal import EngineWorld, person

DAY = 24 * 3600.0
REFUSED = "unwanted"
Worlds = Callable[..., EngineWorld]


@contextmanager
def two_years_ahead(world: EngineWorld) -> Iterator[None]:
    """Our own clock; those of the services stand still meanwhile."""
    right = world.clock.moment
    clocks = {store: store.clock for store in (world.left, world.right)}
    for store in clocks:
        store.clock = lambda: right
    world.clock.advance(730 * DAY)
    yield
    world.clock.moment = right
    for store, clock in clocks.items():
        store.clock = clock
    world.clock.advance(300)


class Unheard:
    """Creates are carried out, or not, and nobody hears of it."""

    def __init__(self, *, carried_out: bool) -> None:
        self.carried_out = carried_out

    def before(self, call: Call) -> None:
        if not self.carried_out:
            self._lose(call)

    def after(self, call: Call) -> None:
        self._lose(call)

    def _lose(self, call: Call) -> None:
        if call.kind == "apply":
            raise Retry("connection lost")


def changes(world: EngineWorld) -> list[object]:
    """What the history tells of the only record, newest first."""
    with world.session() as session:
        return [entry.action.value for entry in session.record_history("Hopper")]


def edited(world: EngineWorld, title: str) -> None:
    world.left.update(world.only(world.left), {"job_title": title})
    assert world.sync().writes == 1


def test_a_run_with_a_clock_far_ahead_does_not_erase_the_history(world: EngineWorld) -> None:
    world.left.create("ada", person("Grace", "Hopper"))
    run = world.sync()
    edited(world, "Commodore")

    with two_years_ahead(world):
        edited(world, "Admiral")
    world.sync()

    assert changes(world) == ["update", "update", "create"]
    with world.session() as session:
        assert session.undo(run.run_id, dry=True)


@pytest.mark.parametrize(("runs", "told"), [(0, 1), (2, 2), (100, 4)])
def test_of_what_is_old_enough_the_last_runs_that_wrote_something_are_kept(
    world: EngineWorld, runs: int, told: int
) -> None:
    world.state = replace(world.state, history_runs=runs)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    edited(world, "Commodore")
    edited(world, "Admiral")
    for _quiet in range(3):
        world.sync()

    world.clock.advance(31 * DAY)
    edited(world, "Rear Admiral")

    assert len(changes(world)) == told


def test_a_record_that_was_put_off_by_a_clock_far_ahead_is_looked_at_again(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(refuses=frozenset({REFUSED})))
    world.left.create("ada", person("Grace", "Hopper", job_title=REFUSED))
    with two_years_ahead(world):
        assert world.sync().exit_code == 5
    world.right.options = MemoryOptions()

    world.sync()

    assert world.same()


@pytest.mark.parametrize("idempotency", ["key", "marker", "none"])
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_create_that_a_clock_far_ahead_sent_is_made_once_and_holds_nothing_up(
    worlds: Worlds, idempotency: str, carried_out: bool
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    world.sync()
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.fault = Unheard(carried_out=carried_out)
    with two_years_ahead(world):
        world.sync()
    world.right.fault = None
    world.right.create("ada", person("Alan", "Turing"))

    world.settle()

    names = [each["given_name"] for each in world.shown(world.right)]
    assert names == ["Grace", "Alan"]
    assert world.same()


def test_what_a_clock_far_ahead_has_just_sent_may_still_be_on_its_way(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(idempotency="none", visibility_lag=900.0))
    world.sync()
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.fault = Unheard(carried_out=True)
    with two_years_ahead(world):
        world.sync()
    world.right.fault = None

    for _run in range(5):
        world.sync()
        world.clock.advance(300)
    world.settle()

    assert len(world.right.read("ada")) == 1
    assert world.same()


def test_a_data_set_that_was_first_read_by_a_clock_far_ahead_is_listed_once_more(
    world: EngineWorld,
) -> None:
    world.set(where=PerSide("company=Navy", "company=Navy"))
    world.left.create("ada", person("Grace", "Hopper", company="Navy"))
    with two_years_ahead(world):
        world.settle()
    world.sync()
    before = world.left.calls["keys"]

    for _hour in range(3):
        world.clock.advance(3600)
        world.sync()

    assert world.left.calls["keys"] == before


def test_an_approval_given_by_a_clock_far_ahead_does_not_last_for_ever(world: EngineWorld) -> None:
    ids = [world.left.create("ada", person(f"N{n}", f"F{n}")) for n in range(30)]
    world.settle()
    for each in ids[:15]:
        world.left.delete(each)
    world.sync()
    with two_years_ahead(world), world.session() as session:
        session.approve(tuple(each.handle for each in session.held()))

    report = world.sync()

    assert (report.writes, report.exit_code) == (0, 7)
