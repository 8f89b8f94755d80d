"""What no test noticed until faults were planted in the engine (`make mutants`)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from proof.crashes import Moment, every_death, points_of
from syncline.connectors.memory import Call, MemoryConnector, MemoryOptions
from syncline.engine.decide.deltas import Change
from syncline.engine.decide.link import Presence, SideView, Verdict, decide_link
from syncline.errors import Retry
from syncline.model.contact import CONTACT
from syncline.model.sides import PerSide
from syncline.plugin import hookimpl
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import ApplyRequest, Deferred, IdsRequest, Outcome, Page, Update
from syncline.policy.schema import Conflict, Direction, Merge, ObjectPolicy
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
GRACE, ALAN = person("Grace", "Hopper"), person("Alan", "Turing")


@dataclass
class Around:
    """Before or after the first call of a kind, something happens. `kinds` are all calls so far."""

    kind: str
    act: Callable[[], None]
    moment: str = "before"
    every: bool = False
    kinds: list[str] = field(default_factory=list)

    def before(self, call: Call) -> None:
        self.kinds.append(call.kind)
        self._act(call, "before")

    def after(self, call: Call) -> None:
        self._act(call, "after")

    def _act(self, call: Call, moment: str) -> None:
        first = self.every or self.kinds.count(self.kind) == 1
        if call.kind == self.kind and moment == self.moment and first:
            self.act()


def _answer_is_lost() -> None:
    raise Retry("the answer is lost")


# --- reading --------------------------------------------------------------------------------------


def test_what_waits_is_not_woken_by_an_overlap_that_repeats_it(worlds: Worlds) -> None:
    world = worlds(
        left=MemoryOptions(detection="timestamp", overlap=300.0),
        right=MemoryOptions(required=frozenset({"company"})),
    )
    world.left.create("ada", GRACE)
    world.sync()
    calls = world.right.calls["apply"]

    world.sync()

    assert world.right.calls["apply"] == calls


def test_a_quiet_run_over_a_data_set_does_not_list_it(world: EngineWorld) -> None:
    world.people = ("ada",)
    world.set(where=PerSide("company=Navy", "company=Navy"))
    world.left.create("ada", {**GRACE, "company": "Navy"})
    world.settle()
    with world.session() as session:
        world.clock.advance(30)
        session.run(Selection())
        before = dict(world.left.calls)
        world.clock.advance(30)
        session.run(Selection())

    new = {kind: n - before.get(kind, 0) for kind, n in world.left.calls.items()}
    assert {kind for kind, n in new.items() if n} == {"check", "scope", "changes"}


def test_of_several_with_the_same_key_none_is_picked(world: EngineWorld) -> None:
    world.left.create("ada", GRACE)
    for title in ("one", "two"):
        world.right.create("ada", {**GRACE, "job_title": title})

    for _day in range(3):
        report = world.sync()
        assert report.writes == 0
        assert "ambiguous" in {problem.kind for problem in report.problems}
        world.clock.advance(90_000)
    assert "job_title" not in world.shown(world.left)[0]


# --- deciding -------------------------------------------------------------------------------------


def test_without_a_base_a_record_counts_as_edited() -> None:
    policy = ObjectPolicy(
        type=CONTACT,
        direction=Direction.BOTH,
        conflict=Conflict.RIGHT_WINS,
        merge=Merge.FIELDS,
        match=("email",),
    )
    unknown = SideView(Presence.PRESENT, {"job_title": Change.UNKNOWN})

    decision = decide_link(SideView(Presence.DELETED), unknown, policy)

    assert decision.verdict is Verdict.RECREATE


def test_an_edit_of_a_survivor_does_not_bring_its_link_back(world: EngineWorld) -> None:
    world.set(delete=PerSide(True, False))
    world.left.create("ada", GRACE)
    world.sync()
    world.left.delete(world.only(world.left))
    world.sync()
    world.set(delete=PerSide(True, True))
    world.sync()
    world.right.update(world.only(world.right), {"job_title": "new"})

    world.settle()

    assert len(world.right.read("ada")) == 1


def test_a_restored_record_is_not_compared_with_the_deleted_one(world: EngineWorld) -> None:
    """It comes from an old backup: what it lacks was not cleared by anybody."""
    world.set(delete=PerSide(True, False))
    record = world.left.create("ada", {**GRACE, "company": "Navy"})
    world.sync()
    world.left.delete(record)
    world.sync()
    world.left.restore(record)
    world.left.update(record, {"company": None})

    world.settle()

    assert world.same()
    assert world.shown(world.right)[0]["company"] == "Navy"


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("idempotency", ["key", "none"])
def test_wherever_a_run_dies_each_record_comes_once(worlds: Worlds, idempotency: Any) -> None:
    """The runs that follow are ordinary ones: a full run would list everything, and heal."""
    world = worlds(right=MemoryOptions(idempotency=idempotency))
    world.people = ("ada",)
    world.settle()
    world.left.create("ada", {"given_name": "Grace", "family_name": "Hopper"})  # no match key
    start = Moment.of(world)
    points = points_of(world, effects_only=True)
    start.restore(world)
    for where in every_death(world, len(points), effects_only=True):
        world.clock.advance(700)
        world.settle()
        assert world.shown(world.left) == world.shown(world.right), where
        assert len(world.right.read("ada")) == 1, where


def test_an_edit_between_our_read_and_our_update_is_not_written_over(world: EngineWorld) -> None:
    world.set(conflict=Conflict.RIGHT_WINS)
    world.left.create("ada", GRACE)
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "ours"})

    there = world.only(world.right)
    world.right.fault = Around("apply", lambda: world.right.update(there, {"job_title": "theirs"}))
    world.sync()
    world.right.fault = None
    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["job_title"] == "theirs"


def test_an_edit_between_our_read_and_our_deletion_is_not_deleted(world: EngineWorld) -> None:
    world.set(conflict=Conflict.RIGHT_WINS)
    world.left.create("ada", GRACE)
    world.sync()
    world.left.delete(world.only(world.left))

    there = world.only(world.right)
    world.right.fault = Around("delete", lambda: world.right.update(there, {"job_title": "new"}))
    world.sync()
    world.right.fault = None
    world.settle()

    assert world.same()
    assert [each["job_title"] for each in world.shown(world.left)] == ["new"]


def test_deletions_come_after_everything_else(world: EngineWorld) -> None:
    """A move by hand is a deletion and a creation: cut in between, it leaves two and not none."""
    world.left.create("ada", GRACE)
    world.left.create("ada", ALAN)
    world.sync()
    deleted, edited = sorted(world.left.read("ada"))
    world.left.delete(deleted)
    world.left.update(edited, {"job_title": "new"})
    world.left.create("ada", person("Edsger", "Dijkstra"))

    calls = Around("apply", lambda: None)
    world.right.fault = calls
    world.sync()

    writes = [kind for kind in calls.kinds if kind in ("apply", "delete")]
    assert writes == ["apply", "apply", "delete"]


def test_a_create_whose_answer_was_lost_is_not_repeated_before_it_can_be_seen(
    worlds: Worlds,
) -> None:
    world = worlds(
        right=MemoryOptions(idempotency="none", detection="timestamp", visibility_lag=200.0)
    )
    world.left.create("ada", GRACE)
    world.right.fault = Around("apply", _answer_is_lost, "after", every=True)
    world.sync()
    world.right.fault = None
    for _run in range(3):
        world.sync()
    assert len(world.right.read("ada")) == 1

    world.clock.advance(300)
    world.settle()

    assert len(world.right.read("ada")) == 1
    assert world.same()


def test_an_edit_of_the_field_whose_writes_answer_was_lost_is_a_later_edit(
    world: EngineWorld,
) -> None:
    world.left.create("ada", GRACE)
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "ours"})
    world.right.fault = Around("apply", _answer_is_lost, "after", every=True)
    world.sync()
    world.right.fault = None
    world.right.update(world.only(world.right), {"job_title": "theirs"})

    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["job_title"] == "theirs"


def test_a_long_run_keeps_its_lease(worlds: Worlds) -> None:
    world = worlds(right=MemoryOptions(create_batch=1))
    for number in range(4):
        world.left.create("ada", person(f"Given{number}", f"Family{number}"))
    world.right.fault = Around("apply", lambda: world.clock.advance(400), every=True)

    report = world.sync()

    assert report.exit_code == 0
    assert report.writes == 4


def test_a_record_created_again_has_a_marker_of_its_own(world: EngineWorld) -> None:
    """The bin of the right side still holds the first one, with the marker it had."""
    world.left.create("ada", GRACE)
    world.sync()
    first = world.only(world.right)
    world.right.delete(first)
    world.left.update(world.only(world.left), {"job_title": "new"})
    world.settle()
    second = world.only(world.right)

    markers = {world.right.entries[each].marker for each in (first, second)}
    assert len(markers) == 2


def test_after_a_quiet_run_nothing_is_due(world: EngineWorld) -> None:
    world.left.create("ada", GRACE)
    world.right.create("ada", GRACE)
    world.settle()
    world.sync()

    with closing(sqlite3.connect(world.folder / "state.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM link WHERE dirty").fetchone() == (0,)


# --- services that answer oddly -------------------------------------------------------------------


class Silent(MemoryConnector):
    """Says nothing about a record that is asked for by id and cannot be shown."""

    def fetch_ids(self, request: IdsRequest) -> Page:
        return replace(super().fetch_ids(request), absent=())


BUSY_UNTIL = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class Busy(MemoryConnector):
    """Puts off every update until two hours after the world began."""

    def apply(self, request: ApplyRequest) -> list[Outcome]:
        updates = isinstance(request.operations[0], Update)
        if updates and self._store.now() < BUSY_UNTIL:
            return [Deferred(message="busy") for _each in request.operations]
        return super().apply(request)


class Plugin:
    """Brings one connector."""

    def __init__(self, connector: type[MemoryConnector]) -> None:
        self.connector = connector

    @hookimpl
    def connector_types(self) -> tuple[type[MemoryConnector], ...]:
        return (self.connector,)


def test_a_record_nothing_is_said_about_is_not_deleted(worlds: Worlds) -> None:
    swept = MemoryOptions(deletions="swept")
    world = worlds(left=swept, right=swept)
    world.plugins = PluginManager.of({"memory": Plugin(Silent)})
    world.left.create("ada", GRACE)
    world.sync()
    world.right.hide(world.only(world.right))

    world.sync(full=True)
    world.clock.advance(90_000)
    world.sync(full=True)

    assert len(world.left.read("ada")) == 1


def test_a_write_the_service_puts_off_is_not_done(world: EngineWorld) -> None:
    world.plugins = PluginManager.of({"memory": Plugin(Busy)})
    world.left.create("ada", GRACE)
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "new"})

    report = world.sync()
    assert report.writes == 0

    world.clock.advance(3 * 3600)
    world.settle()

    assert world.same()
    assert world.shown(world.right)[0]["job_title"] == "new"
