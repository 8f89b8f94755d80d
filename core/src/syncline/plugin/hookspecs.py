"""The hooks, in two sets: those of the engine (one manager per process) and those of a connection
(one manager per configured connection). `docs/reference/hooks.md` documents each of them; a test
compares the two.

A plugin is a module (or any object with identity) whose functions carry `@hookimpl` and the name
of a hook. It takes the arguments it needs, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import pluggy

if TYPE_CHECKING:
    import click

    from syncline.model.matching import Matcher
    from syncline.model.objects import ObjectType
    from syncline.model.reports import PlannedOperation, RunReport
    from syncline.plugin.connector import Connector
    from syncline.plugin.events import ConflictSeen, Resolution, RunStarted, Veto
    from syncline.plugin.requests import (
        AccountListRequest,
        AccountPage,
        AccountsRequest,
        ApplyRequest,
        CheckReport,
        CheckRequest,
        Containers,
        ContainersRequest,
        DeleteRequest,
        FetchRequest,
        Outcome,
        Page,
    )
    from syncline.policy.rules import RuleSet
    from syncline.policy.settings import ConnectionSettings

PROJECT: Final = "syncline"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class EngineSpecs(Protocol):
    """Hooks of a plugin as a whole. Registration hooks run once, while plugins are discovered."""

    # --- registration -----------------------------------------------------------------------

    @hookspec
    def connector_types(self) -> Iterable[type[Connector]]:
        """The kinds of systems this plugin can talk to."""

    @hookspec
    def object_types(self) -> Iterable[ObjectType]:
        """Further kinds of things to keep the same, besides those of core."""

    @hookspec
    def policy_rules(self) -> Iterable[RuleSet]:
        """Rule sets the configuration may name with `rules`."""

    @hookspec
    def register_matchers(self) -> Mapping[str, Matcher]:
        """Matchers the configuration may name with `match`. A name taken twice is an error. One
        that fails ends the lanes of the feed it was asked for, and no others.
        """

    @hookspec
    def register_commands(self, group: click.Group) -> None:
        """Add own commands to the command line's root `group`."""

    # --- while connections are opened -------------------------------------------------------

    @hookspec
    def connection_plugins(self, connection: ConnectionSettings) -> Iterable[object]:
        """Objects with connection hooks (wrappers) to put around this one `connection`."""

    # --- while planning ---------------------------------------------------------------------

    @hookspec(firstresult=True)
    def resolve_conflict(self, conflict: ConflictSeen) -> Resolution | None:
        """Decide a `conflict` before the declared rule does. None leaves it to the next one, and so
        does a plugin that fails, or answers with something else. Pure.
        """

    @hookspec
    def before_apply(self, change: PlannedOperation) -> Veto | None:
        """Forbid a `change` that was planned. Any veto wins, and a plugin that fails, or answers
        with something else, vetoes. Pure: runs in plans, too.
        """

    # --- observers: called one by one, an error is logged and never fatal --------------------

    @hookspec
    def run_started(self, run: RunStarted) -> None:
        """A `run` (or plan) begins."""

    @hookspec
    def after_apply(self, change: PlannedOperation, outcome: Outcome) -> None:
        """A `change` was sent, and the `outcome` is what became of it."""

    @hookspec
    def run_finished(self, report: RunReport) -> None:
        """A run (or plan) ended with this `report`, also when it was interrupted."""


class ConnectionSpecs(Protocol):
    """Hooks of one connection. The connector answers; other plugins wrap.

    All are `firstresult`, take one frozen `request` and return a finished value: a wrapper around
    a generator would end before its first item.
    """

    @hookspec(firstresult=True)
    def check(self, request: CheckRequest) -> CheckReport:
        """Credentials, permissions, identity of the store, what this very tenant can do."""

    @hookspec(firstresult=True)
    def containers(self, request: ContainersRequest | AccountsRequest) -> Containers:
        """Folders of an account; or accounts by name."""

    @hookspec(firstresult=True)
    def list_accounts(self, request: AccountListRequest) -> AccountPage:
        """A page of all accounts that could be synced."""

    @hookspec(firstresult=True)
    def fetch(self, request: FetchRequest) -> Page:
        """A page of changes, of keys, or of records: by id, by match key, out of the bin."""

    @hookspec(firstresult=True)
    def apply(self, request: ApplyRequest) -> list[Outcome]:
        """Write a batch of creates or updates; one outcome for each, in order."""

    @hookspec(firstresult=True)
    def delete(self, request: DeleteRequest) -> list[Outcome]:
        """Delete a batch; one outcome for each, in order."""


def manager_for(specs: type[EngineSpecs] | type[ConnectionSpecs]) -> pluggy.PluginManager:
    """A pluggy manager that knows exactly these hooks."""
    manager = _Manager(PROJECT)
    manager.add_hookspecs(specs)
    return manager


class _Manager(pluggy.PluginManager):
    """Passes over what every object has: most of what opening a connection cost was to see that
    `__init__`, `__eq__` and thirty more are no hooks.
    """

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)


def hook_names(manager: pluggy.PluginManager, plugin: Any) -> tuple[str, ...]:
    """The hooks a registered plugin implements, sorted."""
    return tuple(sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()))
