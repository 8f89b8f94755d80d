"""Two connectors with nothing behind them: a mailbox and a CRM, and the rules made for the pair."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from syncline.config.load import load
from syncline.config.problems import ConfigurationProblem, InvalidConfigurationError
from syncline.model.fields import FieldType
from syncline.model.sides import PerSide
from syncline.plugin import (
    Between,
    Breach,
    ChangeDetection,
    Connector,
    ConnectorConfig,
    Field,
    RuleSet,
    Secret,
    TypeSpec,
    hookimpl,
)
from syncline.plugin.manager import PluginManager
from syncline.policy.schema import Direction, ObjectPolicy
from syncline.policy.settings import Configuration


class MailboxConfig(ConnectorConfig):
    tenant: str
    secret: Secret
    page_size: int = 100
    note: str | None = None


class CrmConfig(ConnectorConfig):
    host: str = "crm.example"


def _spec(*, containers: bool) -> TypeSpec:
    return TypeSpec(
        name="contact",
        feed="account",
        change_detection=ChangeDetection(kind="token"),
        fields=(Field(name="given_name", native=("first",)),),
        containers=containers,
    )


class _Unreached(Connector):
    """Loading a configuration never opens a connection, so none of this is ever called."""

    def check(self, request: Any) -> Any:
        raise NotImplementedError

    accounts = fetch_changes = fetch_ids = fetch_keys = apply = delete = check


class Mailbox(_Unreached):
    name = "mailbox"
    Config = MailboxConfig
    types = (_spec(containers=True),)

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        return Field(name=name, native=(native,))


class Crm(_Unreached):
    name = "crm"
    Config = CrmConfig
    types = (_spec(containers=False),)

    def custom_field(self, spec: TypeSpec, name: str, native: str, type: FieldType) -> Field:
        return Field(name=name, native=(native,))

    def scope(self, spec: TypeSpec, text: str) -> Any:
        raise NotImplementedError


class Ledger(_Unreached):
    """Neither data sets nor custom fields."""

    name = "ledger"
    Config = ConnectorConfig
    types = (_spec(containers=False),)


def expand(raw: Any, type: str, names: PerSide[str]) -> Any:
    """`two_way = true` and `import_TYPE = true` are this product's words for a direction."""
    raw = dict(raw)
    if raw.pop(f"import_{type}", False):
        raw["direction"] = f"{names.right}_to_{names.left}"
    if "two_way" in raw:
        raw["direction"] = "both" if raw.pop("two_way") else "none"
    return raw


def check(policy: ObjectPolicy, raw: Any, between: Between) -> tuple[Breach, ...]:
    crm_first = Direction.LEFT_TO_RIGHT if between.kinds.left == "crm" else Direction.RIGHT_TO_LEFT
    if policy.direction not in {Direction.BOTH, crm_first, Direction.NONE}:
        return (Breach("direction", "the mailbox is never the only source", "both, none"),)
    return ()


class Plugin:
    @hookimpl
    def connector_types(self) -> Any:
        return (Mailbox, Crm, Ledger)

    @hookimpl
    def policy_rules(self) -> Any:
        pair = frozenset({"mailbox", "crm"})
        return (
            RuleSet("house", pair, is_default=True, merge="record", expand=expand, check=check),
            RuleSet("ledgers", frozenset({"ledger"})),
        )


class SecondRuleSet:
    @hookimpl
    def policy_rules(self) -> Any:
        return (RuleSet("other-house", frozenset({"mailbox", "crm"}), is_default=True),)


@pytest.fixture
def offer() -> PluginManager:
    return PluginManager.of({"systems": Plugin()})


@pytest.fixture
def two_defaults() -> PluginManager:
    return PluginManager.of({"systems": Plugin(), "second": SecondRuleSet()})


HEAD = """
installation = "test-1234"
[state]
key = { env = "SYNCLINE_KEY" }
[connections.mail]
connector = "mailbox"
tenant = "contoso"
secret = { env = "MAIL_SECRET" }
[connections.crm]
connector = "crm"
"""

SYNC = """
[syncs.sales]
between = ["mail", "crm"]
rules = "open"
members = [{ mail = "ann@example.com", crm = "ann" }]
"""


@pytest.fixture
def head() -> str:
    """A file without syncs: the connections `mail` and `crm`."""
    return HEAD


@pytest.fixture
def contact() -> Callable[[str], str]:
    """A whole file whose contact table has this body."""
    return lambda body: f"{HEAD}{SYNC}\n[syncs.sales.objects.contact]\n{body}\n"


@pytest.fixture
def load_text(tmp_path: Path, offer: PluginManager) -> Callable[[str], Configuration]:
    def run(text: str) -> Configuration:
        path = tmp_path / "syncline.toml"
        path.write_text(text, "utf-8")
        return load(path, offer)

    return run


@pytest.fixture
def policy_of(
    load_text: Callable[[str], Configuration], contact: Callable[[str], str]
) -> Callable[[str], ObjectPolicy]:
    """The policy a contact table means."""
    return lambda body: load_text(contact(body)).syncs["sales"].objects["contact"]


@pytest.fixture
def problems_of(
    load_text: Callable[[str], Configuration],
) -> Callable[[str], tuple[ConfigurationProblem, ...]]:
    """Everything that is wrong with a whole file."""

    def run(text: str) -> tuple[ConfigurationProblem, ...]:
        with pytest.raises(InvalidConfigurationError) as caught:
            load_text(text)
        return caught.value.problems

    return run


@pytest.fixture
def problem_of(
    problems_of: Callable[[str], tuple[ConfigurationProblem, ...]], contact: Callable[[str], str]
) -> Callable[[str], ConfigurationProblem]:
    """The only problem of a contact table."""

    def run(body: str) -> ConfigurationProblem:
        (problem,) = problems_of(contact(body))
        return problem

    return run
