"""Stopping between batches, and two engines over one state: leases, fences, no doubles."""

from __future__ import annotations

import copy
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from proof.crashes import LEASE_IS_OVER, Moment, Tripwire, points_of, run_until_death
from proof.histories.foreseen import foreseen
from syncline.connectors import plugin as memory
from syncline.connectors.memory import Call, MemoryOptions
from syncline.model.reports import PlannedOperation, RunReport
from syncline.plugin import hookimpl
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import Outcome
from syncline.run.selection import Selection
from syncline.run.session import Session
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
ONE_AT_A_TIME = MemoryOptions(create_batch=1, update_batch=1, conditional_batch=1, delete_batch=1)


@dataclass
class Once:
    """Around the `number`th call that writes, once, something happens."""

    act: Callable[[], None]
    moment: str = "after"
    number: int = 1
    done: bool = False
    seen: int = 0

    def before(self, call: Call) -> None:
        self.seen += call.writes
        self._act(call, "before")

    def after(self, call: Call) -> None:
        self._act(call, "after")

    def _act(self, call: Call, moment: str) -> None:
        if call.writes and moment == self.moment and self.seen == self.number and not self.done:
            self.done = True
            self.act()


def _people(number: int) -> list[dict[str, object]]:
    return [dict(person(f"Given{n}", f"Family{n}")) for n in range(number)]


# --- a plan after a death ------------------------------------------------------------------------


def test_a_plan_after_a_death_shows_what_the_next_run_does(world: EngineWorld) -> None:
    """What is without an outcome is looked for by a plan, too, and only a copy learns of it."""
    kept, edited, deleted = (world.left.create("ada", each) for each in _people(3))
    world.settle()
    world.left.update(edited, {"job_title": "Admiral"})
    world.left.delete(deleted)
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("ada", person("Alan", "Turing"))
    start = Moment.of(world, "start")
    points = points_of(world, EngineWorld.sync, effects_only=True)
    assert len(points) > 6

    for at, point in enumerate(points, 1):
        start.restore(world)
        assert run_until_death(world, Tripwire(at=at, effects_only=True))
        world.clock.advance(LEASE_IS_OVER)
        planned = foreseen(world.plan())
        assert foreseen(world.plan()) == planned, point
        assert foreseen(world.sync()) == planned, point
    assert kept in world.left.read()


# --- when a write was sent ------------------------------------------------------------------------


@dataclass
class Slow:
    """A plugin that takes its time over everything that was written."""

    think: Callable[[], None]

    @hookimpl
    def after_apply(self, change: PlannedOperation, outcome: Outcome) -> None:
        self.think()


def test_an_intent_says_when_its_write_was_sent_however_slow_observers_are(worlds: Worlds) -> None:
    """A recovery waits for a late record from that moment on: it must not be too early."""
    world = worlds(left=ONE_AT_A_TIME, right=ONE_AT_A_TIME)
    for each in _people(3):
        world.left.create("ada", each)
    slow = Slow(lambda: world.clock.advance(7))
    world.plugins = PluginManager.of({"memory": memory, "slow": slow})
    ages: list[float] = []

    class Look:
        def before(self, call: Call) -> None:
            if call.writes:
                with closing(sqlite3.connect(world.folder / "state.sqlite")) as state:
                    [[sent]] = state.execute("SELECT max(sent_at) FROM intent")
                ages.append(world.clock().timestamp() - sent)

        def after(self, call: Call) -> None:
            pass

    world.right.fault = Look()
    world.sync()

    assert ages == [0.0, 0.0, 0.0]


# --- asked to stop --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_stopped_run_finishes_its_batch_and_the_next_run_goes_on(
    worlds: Worlds, number: int
) -> None:
    world = worlds(left=ONE_AT_A_TIME, right=ONE_AT_A_TIME)
    for each in _people(3):
        world.left.create("ada", each)
        world.right.create("bob", each)
    with world.session() as session:
        world.left.fault = world.right.fault = Once(session.request_stop, number=number)
        report = session.run(Selection())
    world.left.fault = world.right.fault = None

    assert report.interrupted
    assert report.exit_code == 130
    assert report.writes < 6
    assert _writes(world) == report.writes, "what was sent is settled"

    world.settle()

    assert _writes(world) == 6, "nothing is done twice"
    assert world.same("ada")
    assert world.same("bob")


def test_a_stop_while_reading_deletes_and_creates_nothing(world: EngineWorld) -> None:
    for each in _people(3):
        world.left.create("ada", each)
    world.sync()
    world.left.create("ada", person("Grace", "Hopper"))
    with world.session() as session:
        world.left.fault = _AtRead(session.request_stop)
        report = session.run(Selection(full=True))
    world.left.fault = None

    assert report.interrupted
    assert report.writes == 0

    world.settle()
    assert world.same()


@dataclass
class _AtRead:
    """Before or after each question for changes, something happens."""

    act: Callable[[], None]
    moment: str = "before"

    def before(self, call: Call) -> None:
        self._act(call, "before")

    def after(self, call: Call) -> None:
        self._act(call, "after")

    def _act(self, call: Call, moment: str) -> None:
        if call.kind == "changes" and moment == self.moment:
            self.act()


# --- two engines over one state -------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_second_engine_that_comes_while_one_writes_is_told_that_it_is_busy(
    world: EngineWorld, moment: str
) -> None:
    for each in _people(3):
        world.left.create("ada", each)
    reports: list[RunReport] = []
    with world.session() as first, world.session() as second:
        world.right.fault = Once(lambda: reports.append(second.run(Selection())), moment)
        report = first.run(Selection())

    assert reports[0].exit_code == 8
    assert reports[0].writes == 0
    assert report.writes == 3
    assert world.same()
    assert world.sync().writes == 0


@pytest.mark.parametrize("idempotency", ["key", "marker", "none"])
def test_who_was_taken_for_dead_commits_nothing_any_more(worlds: Worlds, idempotency: str) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    for each in _people(3):
        world.left.create("ada", each)
    with world.session() as first, world.session() as second:

        def another_takes_over() -> None:
            world.clock.advance(700)
            assert second.run(Selection()).exit_code == 0
            world.left.update(next(iter(world.left.entries)), {"job_title": "Admiral"})
            assert second.run(Selection()).writes == 1

        world.right.fault = Once(another_takes_over)
        report = first.run(Selection())
    world.right.fault = None

    assert report.exit_code == 8, "the stale fence is refused"
    assert len(world.right.read("ada")) == 3
    assert world.settle().writes == 0
    assert world.same()


def test_who_died_on_this_machine_is_no_hindrance_to_the_next_run(world: EngineWorld) -> None:
    _die_while_writing(world)

    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1
    assert not list(world.folder.glob("state.sqlite-run-*")), "what the dead left behind is gone"


def test_a_plan_after_a_death_and_an_edit_of_the_policy_shows_what_the_run_does(
    world: EngineWorld,
) -> None:
    """The leases of the dead are in the plan's copy of the state, their signs of life are not."""
    _die_while_writing(world)
    world.set(match=("email",))

    plan = world.plan()

    assert plan.exit_code == 0
    assert [each.action for each in plan.operations] == [
        each.action for each in world.sync().operations
    ]


def test_of_several_that_died_one_after_the_other_no_file_stays(world: EngineWorld) -> None:
    _die_while_writing(world)
    world.left.create("ada", person("Alan", "Turing"))
    assert run_until_death(world, Tripwire(at=6, effects_only=True))

    assert len(list(world.folder.glob("state.sqlite-run-*"))) == 1
    world.settle()
    assert not list(world.folder.glob("state.sqlite-run-*"))


def test_who_may_be_alive_elsewhere_keeps_its_lease_until_it_runs_out(world: EngineWorld) -> None:
    _die_while_writing(world)
    for sign in world.folder.glob("state.sqlite-run-*"):
        sign.unlink()  # another machine's are not to be seen from here

    assert world.sync().exit_code == 8
    world.clock.advance(700)
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


@pytest.mark.parametrize("idempotency", ["marker", "none"])
def test_what_the_dead_have_sent_may_arrive_after_the_next_run_has_looked(
    worlds: Worlds, idempotency: str
) -> None:
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    nothing = Moment.of(world, "nothing")
    _die_while_writing(world)
    made = Moment.of(world, "made")
    vars(world.right).update(copy.deepcopy(nothing.right))  # what was sent is still on its way
    with world.session() as session:
        report = session.run(Selection())
    assert {problem.kind for problem in report.problems} == {"unknown"}

    vars(world.right).update(copy.deepcopy(made.right))
    world.settle()

    assert world.same()
    assert len(world.right.read("ada")) == 1


def _die_while_writing(world: EngineWorld) -> None:
    """One person is new on the left, and whoever has created her on the right dies of it."""
    world.left.create("ada", person("Grace", "Hopper"))
    moment = Moment.of(world)
    at = points_of(world, effects_only=True).index("right apply") + 1
    moment.restore(world)
    assert run_until_death(world, Tripwire(at=at, effects_only=True))


def test_two_engines_at_the_same_time_make_each_record_once(world: EngineWorld) -> None:
    for each in _people(12):
        world.left.create("ada", each)
        world.right.create("bob", each)
    barrier = threading.Barrier(2)
    reports: list[RunReport] = []

    def engine(session: Session) -> None:
        barrier.wait()
        for _run in range(3):
            reports.append(session.run(Selection()))

    with world.session() as first, world.session() as second:
        threads = [threading.Thread(target=engine, args=(each,)) for each in (first, second)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    world.settle()

    assert {report.exit_code for report in reports} <= {0, 8}
    assert _writes(world) == 24
    assert world.same("ada")
    assert world.same("bob")


def _writes(world: EngineWorld) -> int:
    return world.left.writes.total() + world.right.writes.total()


def test_an_answer_is_not_taken_in_when_the_lease_is_somebody_elses(world: EngineWorld) -> None:
    """However that came about, and however little time has passed: a clock that is ahead, say."""
    world.left.create("ada", person("Grace", "Hopper"))

    def another_machine_takes_over() -> None:
        with closing(sqlite3.connect(world.folder / "state.sqlite")) as state, state:
            state.execute("UPDATE holder SET name = 'elsewhere'")
            state.execute("UPDATE lease SET holder = 'elsewhere'")

    world.right.fault = Once(another_machine_takes_over)
    report = world.sync()
    world.right.fault = None

    assert report.exit_code == 8
    assert world.sync().writes == 0, "it is their turn"
    world.clock.advance(LEASE_IS_OVER)
    world.settle()
    assert world.same()
    assert len(world.right.read("ada")) == 1


@pytest.mark.parametrize("asleep", [True, False], ids=["asleep", "against a clock ahead"])
def test_a_run_that_slept_through_its_lease_commits_nothing_of_what_it_had_read(
    world: EngineWorld, asleep: bool
) -> None:
    """What it read is older than what its successor has settled meanwhile. Likewise where no time
    has passed but on the clock of the one that took over.
    """
    world.left.create("ada", person("Grace", "Hopper"))
    world.settle()
    kept: list[str] = []

    def sleep() -> None:
        world.left.fault = None
        world.clock.advance(LEASE_IS_OVER)
        world.left.update(world.only(world.left), {"job_title": "Admiral"})
        with world.another_session() as successor:
            assert successor.run(Selection()).exit_code == 0
        world.clock.advance(0 if asleep else 10 - LEASE_IS_OVER)
        kept.extend(_records(world))

    world.left.fault = _AtRead(sleep, "after")
    report = world.sync()

    assert report.exit_code == 8
    assert world.same()
    assert _records(world) == kept


def _records(world: EngineWorld) -> list[str]:
    with closing(sqlite3.connect(world.folder / "state.sqlite")) as state:
        return [str(row) for row in state.execute("SELECT * FROM record, feed ORDER BY 1, 2")]
