"""Every engine hook: when it is called, and what becomes of its answer and of its errors."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

import click
import pytest

from syncline.connectors import plugin as memory_plugin
from syncline.connectors.memory import MemoryConfig, MemoryConnector, MemoryStore
from syncline.errors import ConfigurationError, Stop
from syncline.model.objects import ObjectType
from syncline.model.reports import Action, LaneName, PlannedOperation, RunReport
from syncline.model.sides import PerSide, Side
from syncline.plugin import (
    Applied,
    CheckRequest,
    ConflictSeen,
    RecordId,
    Resolution,
    RuleSet,
    RunStarted,
    Veto,
    hookimpl,
)
from syncline.plugin.hookspecs import PROJECT, EngineSpecs
from syncline.plugin.manager import PluginManager
from syncline.policy.settings import ConnectionSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LANE = LaneName("sales", "contact", "ada", "ada")
CHANGE = PlannedOperation(
    lane=LANE, action=Action.UPDATE, side=Side.LEFT, connection="crm", id=RecordId("1"),
    label="Ada Lovelace", reason="edited",
)  # fmt: skip
REPORT = RunReport(run_id="r", dry=False, started=NOW, finished=NOW)
CONFLICT = ConflictSeen(
    lane=LANE, kind="edit", fields=("notes",), values=PerSide({"notes": "a"}, {"notes": "b"})
)


def test_every_hook_has_a_test() -> None:
    hooks = {
        name for name in vars(EngineSpecs) if hasattr(vars(EngineSpecs)[name], f"{PROJECT}_spec")
    }

    assert {
        hook for hook in hooks if not any(t.startswith(f"test_{hook}_") for t in globals())
    } == set()


def test_connector_types_are_found_by_kind() -> None:
    manager = PluginManager.of({"memory": memory_plugin})

    assert manager.connector_types == {"memory": MemoryConnector}


def test_object_types_join_those_of_core(scripted) -> None:
    badge = ObjectType("badge", ())

    manager = PluginManager.of({"a": scripted(object_types=lambda: [badge])})

    assert set(manager.object_types) == {"contact", "badge"}


def test_policy_rules_join_the_open_ones(scripted) -> None:
    manager = PluginManager.of({"a": scripted(policy_rules=lambda: [RuleSet("strict")])})

    assert set(manager.rule_sets) == {"open", "strict"}


def test_register_matchers_adds_names_to_match_by(scripted) -> None:
    def by_phone(fields):
        return (fields["mobile_phone"],)

    manager = PluginManager.of({"a": scripted(register_matchers=lambda: {"phone": by_phone})})

    assert manager.matchers["phone"]({"mobile_phone": "1"}) == ("1",)
    assert "email" in manager.matchers


def test_a_matcher_that_fails_stops_what_it_was_asked_for_and_shows_no_value(scripted) -> None:
    """What it might have found must not be made a second time."""

    def failing(fields):
        raise KeyError(fields["mobile_phone"])

    manager = PluginManager.of({"a": scripted(register_matchers=lambda: {"phone": failing})})

    with pytest.raises(Stop, match="matcher 'phone' failed: KeyError") as stop:
        manager.matchers["phone"]({"mobile_phone": "secret"})
    assert "secret" not in f"{stop.value!r}{stop.value.hint}{stop.value.context}"


@pytest.mark.parametrize("answer", [None, "0660 1", ("0660 1", 5), 7])
def test_a_matcher_that_answers_with_no_keys_fails(scripted, answer) -> None:
    manager = PluginManager.of(
        {"a": scripted(register_matchers=lambda: {"phone": lambda fields: answer})}
    )

    with pytest.raises(Stop, match="matcher 'phone' failed: it answered"):
        manager.matchers["phone"]({})


@pytest.mark.parametrize(
    ("hook", "attribute", "answer"),
    [
        ("register_matchers", "matchers", lambda: {"x": len}),
        ("policy_rules", "rule_sets", lambda: [RuleSet("x")]),
        ("object_types", "object_types", lambda: [ObjectType("x", ())]),
    ],
)
def test_a_name_taken_twice_names_both_plugins(scripted, hook, attribute, answer) -> None:
    manager = PluginManager.of(
        {"alpha": scripted(**{hook: answer}), "beta": scripted(**{hook: answer})}
    )

    with pytest.raises(ConfigurationError, match=r"alpha.*beta"):
        getattr(manager, attribute)


def test_a_name_of_core_cannot_be_taken(scripted) -> None:
    manager = PluginManager.of({"alpha": scripted(register_matchers=lambda: {"email": len})})

    with pytest.raises(ConfigurationError, match=r"syncline.*alpha"):
        manager.matchers  # noqa: B018 - reading it is what fails


def test_register_commands_adds_to_the_command_line(scripted) -> None:
    def register_commands(group):
        group.add_command(click.Command("hello"))

    root = click.Group("syncline")
    PluginManager.of({"a": scripted(register_commands=register_commands)}).register_commands(root)

    assert list(root.commands) == ["hello"]


def test_connection_plugins_wrap_one_connection(scripted, context) -> None:
    seen: list[str] = []

    class Wrapper:
        @hookimpl(wrapper=True)
        def check(self, request):
            seen.append("before")
            report = yield
            seen.append(report.store)
            return report

    def connection_plugins(connection):
        return [Wrapper()] if connection.name == "wrapped" else []

    manager = PluginManager.of(
        {"memory": memory_plugin, "w": scripted(connection_plugins=connection_plugins)}
    )
    for name in ("wrapped", "plain"):
        MemoryStore.open(name)
        settings = ConnectionSettings(name, "memory", MemoryConfig(store=name))
        manager.connect(settings, context).check(CheckRequest())

    assert seen == ["before", "memory:wrapped"]


def test_resolve_conflict_takes_the_first_answer(scripted) -> None:
    decided = Resolution(winner=Side.RIGHT, reason="the CRM knows")
    manager = PluginManager.of(
        {
            "a": scripted(resolve_conflict=lambda conflict: None),
            "b": scripted(
                resolve_conflict=lambda conflict: decided if conflict.fields == ("notes",) else None
            ),
        }
    )

    assert manager.resolve_conflict(CONFLICT) == replace(decided, plugin="b")


def test_a_plugin_that_fails_to_resolve_a_conflict_leaves_it_to_the_next_one(scripted) -> None:
    decided = Resolution(winner=Side.RIGHT, reason="the CRM knows")

    def failing(conflict):
        raise ValueError

    plugins = {"a": scripted(resolve_conflict=failing)}
    assert PluginManager.of(plugins).resolve_conflict(CONFLICT) is None
    plugins["b"] = scripted(resolve_conflict=lambda conflict: decided)
    assert PluginManager.of(plugins).resolve_conflict(CONFLICT) == replace(decided, plugin="b")


@pytest.mark.parametrize(
    "answer",
    [
        "left",
        Veto(reason="no"),
        Resolution(winner="left"),  # type: ignore[arg-type]
        Resolution(winner=Side.LEFT, reason=None),  # type: ignore[arg-type]
        Resolution(winner=Side.LEFT, reason="a\0b"),
    ],
)
def test_an_answer_to_a_conflict_that_is_none_leaves_it_to_the_next_plugin(
    scripted, caplog, answer
) -> None:
    decided = Resolution(winner=Side.RIGHT, reason="the CRM knows")
    plugins = {"a": scripted(resolve_conflict=lambda conflict: answer)}

    assert PluginManager.of(plugins).resolve_conflict(CONFLICT) is None
    assert "plugin 'a' failed in resolve_conflict: it answered" in caplog.text
    plugins["b"] = scripted(resolve_conflict=lambda conflict: decided)
    assert PluginManager.of(plugins).resolve_conflict(CONFLICT) == replace(decided, plugin="b")


def test_resolve_conflict_leaves_it_to_the_declared_rule() -> None:
    assert PluginManager.of({}).resolve_conflict(CONFLICT) is None


def test_before_apply_vetoes_for_all(scripted) -> None:
    manager = PluginManager.of(
        {
            "agrees": scripted(before_apply=lambda change: None),
            "objects": scripted(before_apply=lambda change: Veto(reason="not on Sundays")),
        }
    )

    assert manager.before_apply(CHANGE) == Veto(reason="not on Sundays", plugin="objects")


def test_before_apply_that_fails_is_no_consent(scripted) -> None:
    def before_apply(change):
        raise KeyError(change.label)

    veto = PluginManager.of({"bad": scripted(before_apply=before_apply)}).before_apply(CHANGE)

    assert veto is not None
    assert veto.plugin == "bad"
    assert "Lovelace" not in veto.reason


@pytest.mark.parametrize("answer", [False, "no", Veto(reason=None), Veto(reason="a\0b")])  # type: ignore[arg-type]
def test_an_answer_to_a_change_that_is_no_veto_is_no_consent(scripted, answer) -> None:
    manager = PluginManager.of({"bad": scripted(before_apply=lambda change: answer)})

    veto = manager.before_apply(CHANGE)

    assert veto is not None
    assert veto.plugin == "bad"
    assert veto.reason.startswith("the plugin failed in before_apply: it answered")


def _observed(scripted, hook: str, caplog, tell) -> list[str]:
    """Three observers, of which the middle one fails with personal data in its error."""
    seen: list[str] = []

    def fails(**_arguments):
        raise RuntimeError("Ada Lovelace")

    functions = {
        "run_started": (lambda run: seen.append(run.run_id), lambda run: fails(run=run)),
        "after_apply": (
            lambda change, outcome: seen.append(outcome.id),
            lambda change, outcome: fails(change=change, outcome=outcome),
        ),
        "run_finished": (lambda report: seen.append(report.run_id), lambda report: fails(r=report)),
    }
    good, bad = functions[hook]
    plugins = {
        "a": scripted(**{hook: good}),
        "b": scripted(**{hook: bad}),
        "c": scripted(**{hook: good}),
    }
    with caplog.at_level(logging.DEBUG):
        tell(PluginManager.of(plugins))
    assert "'b'" in caplog.text
    assert hook in caplog.text
    assert "Lovelace" not in caplog.text
    return seen


def test_run_started_reaches_every_observer(scripted, caplog) -> None:
    run = RunStarted(run_id="r", dry=True, started=NOW)

    seen = _observed(scripted, "run_started", caplog, lambda m: m.observe_run_started(run))

    assert seen == ["r", "r"]


def test_after_apply_reaches_every_observer(scripted, caplog) -> None:
    outcome = Applied(id=RecordId("1"))

    seen = _observed(
        scripted, "after_apply", caplog, lambda m: m.observe_after_apply(CHANGE, outcome)
    )

    assert seen == ["1", "1"]


def test_run_finished_reaches_every_observer(scripted, caplog) -> None:
    seen = _observed(scripted, "run_finished", caplog, lambda m: m.observe_run_finished(REPORT))

    assert seen == ["r", "r"]
