"""Discovery: every plugin ends in one of five states, and never stops another one."""

from __future__ import annotations

import pytest

from syncline.errors import ConfigurationError
from syncline.plugin.discovery import Choice, PluginInfo, fits
from syncline.plugin.manager import PluginManager

CONNECTOR = """
from syncline.plugin import hookimpl
from syncline.connectors.memory import MemoryConnector

class Acme(MemoryConnector):
    name = {name!r}
    api_version = {version!r}

@hookimpl
def connector_types():
    return [Acme]
"""
NOTHING = "from syncline.plugin import hookimpl\n"
HALF = """
from syncline.plugin import Connector, ConnectorConfig

class Half(Connector):
    name, Config, types = "half", ConnectorConfig, ()

@hookimpl
def connector_types():
    return [Half]
"""
OLD = """
from syncline.plugin import Connector

class Old(Connector):
    name, api_version = "acme", (0, 1)

@hookimpl
def connector_types():
    return [Old]
"""


def _connector(name: str = "acme", version: tuple[int, int] = (1, 0)) -> str:
    return CONNECTOR.format(name=name, version=version)


def _info(name: str, manager: PluginManager | None = None) -> list[PluginInfo]:
    return [each for each in (manager or PluginManager.discover()).plugins if each.name == name]


def test_an_installed_plugin_is_loaded(install) -> None:
    install("acme-good", "acme", _connector())

    manager = PluginManager.discover()

    (info,) = _info("acme", manager)
    assert (info.state, info.distribution, info.version) == ("loaded", "acme-good", "1.2.3")
    assert info.hooks == ("connector_types",)
    assert info.connectors == ("acme",)
    assert manager.require_connector("acme").name == "acme"


def test_a_plugin_can_be_switched_off(install) -> None:
    install("acme-off", "acme", "raise RuntimeError('must not even be imported')")

    manager = PluginManager.discover(Choice(disabled=frozenset({"acme"})))

    (info,) = _info("acme", manager)
    assert info.state == "disabled"
    with pytest.raises(ConfigurationError, match="disabled") as refused:
        manager.require_connector("acme")
    assert "acme" in refused.value.hint


def test_of_a_plugin_that_the_configuration_does_not_name_no_code_runs(install) -> None:
    install("acme-good", "acme", _connector())
    install("other", "other", "raise RuntimeError('must not even be imported')")

    manager = PluginManager.discover(Choice(only=frozenset({"acme"})))

    (info,) = _info("other", manager)
    assert (info.state, "[plugins] only" in info.reason) == ("disabled", True)
    assert manager.require_connector("acme")
    assert set(manager.connector_types) == {"acme"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import acme_is_missing_this", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("def broken(:", "SyntaxError"),
        (NOTHING + "@hookimpl\ndef conector_types(): return []", "unknown hook 'conector_types'"),
        (NOTHING + "@hookimpl\ndef after_apply(change, color): pass", "color"),
        (NOTHING + "@hookimpl\ndef connector_types(): return [object]", "subclasses of Connector"),
        (NOTHING + HALF, "Half lacks accounts, apply, check, delete"),
        (NOTHING + "@hookimpl\ndef register_matchers(): return 7", "TypeError"),
        (NOTHING + "@hookimpl\ndef policy_rules(): return 1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_broken_plugin_is_listed_with_its_reason(install, code: str, reason: str) -> None:
    install("acme-bad", "acme", code)
    install("acme-good", "zeta", _connector("zeta"))

    manager = PluginManager.discover()

    (info,) = _info("acme", manager)
    assert info.state == "broken"
    assert reason in info.reason
    assert _info("zeta", manager)[0].state == "loaded"
    with pytest.raises(ConfigurationError, match="broken"):
        manager.require_connector("acme")


@pytest.mark.parametrize("version", [(0, 9), (2, 0), (1, 1)])
def test_a_connector_for_another_api_is_incompatible(install, version: tuple[int, int]) -> None:
    install("acme-old", "acme", _connector(version=version))

    manager = PluginManager.discover()

    (info,) = _info("acme", manager)
    assert info.state == "incompatible"
    assert ".".join(map(str, version)) in info.reason
    with pytest.raises(ConfigurationError, match="incompatible") as refused:
        manager.require_connector("acme")
    assert "pip install" in refused.value.hint


def test_a_connector_for_another_api_need_not_have_what_this_one_asks_for(install) -> None:
    install("acme-old", "acme", NOTHING + OLD)

    (info,) = _info("acme")

    assert (info.state, info.connectors) == ("incompatible", ("acme",))


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ((1, 4), True),
        ((1, 3), True),
        ((1, 2), True),
        ((1, 1), False),
        ((1, 5), False),
        ((2, 4), False),
    ],
)
def test_same_major_and_two_minors_back_fit(version: tuple[int, int], expected: bool) -> None:
    assert fits(version, current=(1, 4)) is expected


def test_two_plugins_with_one_name_are_both_refused_and_neither_is_imported(install) -> None:
    install("aaa-evil", "acme", "raise SystemExit('imported')")
    install("acme-one", "acme", "raise SystemExit('imported')")

    manager = PluginManager.discover()
    first, second = _info("acme", manager)

    assert (first.state, first.distribution) == ("duplicate", "aaa-evil")
    assert (second.state, second.distribution) == ("duplicate", "acme-one")
    assert "acme-one" in first.reason
    assert "aaa-evil" in second.reason
    with pytest.raises(ConfigurationError, match="acme-one") as refused:
        manager.require_connector("acme")
    assert "aaa-evil or acme-one" in refused.value.hint
    assert "disabled" not in refused.value.hint  # by their name, both would be


def test_two_plugins_with_one_connector_are_both_refused(install) -> None:
    install("acme-one", "alpha", _connector("acme"))
    install("acme-two", "beta", _connector("acme"))

    manager = PluginManager.discover()

    for name, rival in (("alpha", "beta"), ("beta", "alpha")):
        (info,) = _info(name, manager)
        assert info.state == "duplicate"
        assert repr(rival) in info.reason
    with pytest.raises(ConfigurationError, match="cannot be used") as refused:
        manager.require_connector("acme")
    assert "[plugins] disabled" in refused.value.hint


def test_of_two_plugins_with_one_connector_the_other_is_used_if_one_is_switched_off(
    install,
) -> None:
    install("acme-one", "alpha", _connector("acme"))
    install("acme-two", "beta", _connector("acme"))

    manager = PluginManager.discover(Choice(disabled=frozenset({"alpha"})))

    assert _info("beta", manager)[0].state == "loaded"
    assert manager.require_connector("acme")


def test_the_memory_connector_comes_with_core() -> None:
    (info,) = _info("memory")

    assert (info.state, info.distribution) == ("loaded", "syncline")


def test_an_unknown_connector_names_what_is_there() -> None:
    with pytest.raises(ConfigurationError, match="memory") as unknown:
        PluginManager.discover().require_connector("memmory")

    assert "'memory'" in unknown.value.hint


def test_a_connector_that_is_not_installed_names_the_extra() -> None:
    with pytest.raises(ConfigurationError, match="unknown connector") as unknown:
        PluginManager.of({}).require_connector("salesforce")

    assert "syncline-salesforce" in unknown.value.hint
