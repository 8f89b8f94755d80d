"""Plugins that decide conflicts, veto writes, and watch a run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from functools import cache

import pytest

from proof.one_contact import both_edit, linked, titles
from syncline.connectors import plugin as memory
from syncline.model.fields import Value
from syncline.model.matching import Matcher
from syncline.model.reports import Action, PlannedOperation, RunReport
from syncline.model.sides import Side
from syncline.plugin import hookimpl
from syncline.plugin.events import ConflictSeen, Resolution, RunStarted, Veto
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import Applied, ApplyRequest, Outcome
from syncline.policy.schema import Conflict
from syncline.policy.settings import ConnectionSettings
from syncline.testing.rehearsal import EngineWorld, person


@dataclass
class Watching:
    """A plugin that decides conflicts, forbids deletions, and writes down what it sees."""

    winner: Side | None = None
    forbidden: frozenset[Action] = frozenset()
    seen: list[object] = field(default_factory=list)

    @hookimpl
    def resolve_conflict(self, conflict: ConflictSeen) -> Resolution | None:
        self.seen.append(conflict)
        return None if self.winner is None else Resolution(winner=self.winner, reason="I know")

    @hookimpl
    def before_apply(self, change: PlannedOperation) -> Veto | None:
        return Veto(reason="not on my watch") if change.action in self.forbidden else None

    @hookimpl
    def run_started(self, run: RunStarted) -> None:
        self.seen.append(run)

    @hookimpl
    def after_apply(self, change: PlannedOperation, outcome: Outcome) -> None:
        self.seen.append((change.action, outcome))

    @hookimpl
    def run_finished(self, report: RunReport) -> None:
        self.seen.append(report)


def watch(world: EngineWorld, watching: Watching) -> None:
    world.plugins = PluginManager.of({"memory": memory, "watching": watching})


def test_a_plugin_decides_before_the_rule_does(world: EngineWorld) -> None:
    linked(world)
    watch(world, Watching(winner=Side.RIGHT))
    both_edit(world)

    report = world.sync()

    [operation] = report.operations
    assert operation.reason.endswith("(decided by watching: I know)")
    world.settle()
    assert titles(world) == ("right", "right")


def test_a_plugin_decides_what_would_wait_for_a_person(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    watching = Watching(winner=Side.RIGHT)
    watch(world, watching)
    both_edit(world)

    report = world.sync()

    assert report.conflicts == 0
    assert titles(world) == ("right", "right")
    [conflict, *_] = [each for each in watching.seen if isinstance(each, ConflictSeen)]
    assert conflict.values.left["job_title"] == "left"
    assert conflict.values.right["job_title"] == "right"


def test_a_plugin_that_has_no_answer_leaves_it_to_the_rule(world: EngineWorld) -> None:
    linked(world)
    watch(world, Watching())
    both_edit(world)

    world.settle()

    assert titles(world) == ("left", "left")


def test_a_plugins_veto_holds_an_operation_and_names_the_plugin(world: EngineWorld) -> None:
    linked(world)
    watch(world, Watching(forbidden=frozenset({Action.DELETE})))
    world.left.delete(world.only(world.left))

    plan, report = world.plan(), world.sync()

    assert report.writes == plan.writes == 0
    [operation] = report.operations
    assert operation.held == "vetoed by watching: not on my watch"
    assert len(world.right.read("ada")) == 1


def test_observers_see_a_run_from_start_to_end(world: EngineWorld) -> None:
    watching = Watching()
    watch(world, watching)
    world.left.create("ada", person("Grace", "Hopper"))

    report = world.sync()

    started, (action, outcome), finished = watching.seen
    assert isinstance(started, RunStarted)
    assert started.run_id == report.run_id
    assert action is Action.CREATE
    assert isinstance(outcome, Applied)
    assert finished == report


# --- plugins that fail --------------------------------------------------------------------------


@cache
def _mailbox(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(address.partition("@")[0] for address in addresses)


@dataclass
class ByMailbox:
    """A plugin with a matcher, which may fail for one person from a call on."""

    fails_from: int | None = None
    calls: int = 0

    @hookimpl
    def register_matchers(self) -> Mapping[str, Matcher]:
        return {"mailbox": self.keys}

    def keys(self, fields: Mapping[str, Value]) -> tuple[str, ...]:
        if fields.get("given_name") == "Grace":
            self.calls += 1
            if self.fails_from is not None and self.calls >= self.fails_from:
                raise RuntimeError("Grace Hopper")
        return _mailbox(fields.get("emails") or ())


def by_mailbox(world: EngineWorld, plugin: ByMailbox) -> None:
    world.plugins = PluginManager.of({"memory": memory, "mailbox": plugin})
    world.set(match=("email", "mailbox"))
    world.left.create("ada", person("Grace", "Hopper"))
    world.left.create("bob", person("Alan", "Turing"))


def test_a_matcher_is_given_the_same_values_while_records_are_made_as_when_they_were_read(
    world: EngineWorld,
) -> None:
    """One that keeps its answers takes tuples, and would fail on lists."""
    by_mailbox(world, ByMailbox())

    report = world.settle()

    assert report.exit_code == 0
    assert world.same("ada")
    assert world.same("bob")


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_matcher_that_fails_costs_its_own_member_and_is_named(
    worlds: Callable[..., EngineWorld], call: int
) -> None:
    """Whenever it fails: when a record is read, looked for, or claimed."""
    world = worlds()
    plugin = ByMailbox(fails_from=call)
    by_mailbox(world, plugin)

    report = world.sync()

    failed = {lane.lane.left: lane.error for lane in report.lanes}
    assert failed == {"ada": "the matcher 'mailbox' failed: RuntimeError", "bob": ""}
    assert (world.right.read("ada"), len(world.right.read("bob"))) == ({}, 1)
    plugin.fails_from = None
    world.settle()
    assert world.same("ada")


class Strange:
    """Answers with something else than was asked."""

    @hookimpl
    def resolve_conflict(self, conflict: ConflictSeen) -> Resolution:
        return conflict.deleted or "left"  # type: ignore[return-value]


def test_a_plugins_strange_answer_leaves_a_conflict_to_the_rule(world: EngineWorld) -> None:
    linked(world)
    world.plugins = PluginManager.of({"memory": memory, "strange": Strange()})
    both_edit(world)

    world.settle()

    assert titles(world) == ("left", "left")


class Breaks:
    """A wrapper that fails once a write is over."""

    @hookimpl(wrapper=True)
    def apply(self, request: ApplyRequest) -> Generator[None, list[Outcome], list[Outcome]]:
        yield
        raise RuntimeError(request.operations)


class BreaksRight:
    """A plugin with that wrapper, around one connection."""

    @hookimpl
    def connection_plugins(self, connection: ConnectionSettings) -> tuple[object, ...]:
        return (Breaks(),) if connection.name == "right" else ()


def test_a_wrapper_that_fails_costs_what_was_written_through_it(world: EngineWorld) -> None:
    world.plugins = PluginManager.of({"memory": memory, "breaking": BreaksRight()})
    world.left.create("ada", person("Grace", "Hopper"))
    world.right.create("bob", person("Alan", "Turing"))

    report = world.sync()

    errors = {lane.lane.left: lane.error for lane in report.lanes}
    assert errors["ada"].startswith("a plugin around connection 'right' failed in apply: Runtime")
    assert (errors["bob"], len(world.left.read("bob"))) == ("", 1)
    world.plugins = PluginManager.of({"memory": memory})
    world.settle()
    assert world.same("ada")
    assert len(world.right.read("ada")) == 1
