"""`PluginManager`: what the installed plugins bring, and the engine hooks as typed methods.

Nothing outside `syncline.plugin` calls pluggy, which returns `Any`.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from syncline.errors import ConfigurationError
from syncline.model.contact import CONTACT
from syncline.model.matching import BUILT_IN, Matcher
from syncline.model.objects import ObjectType
from syncline.model.reports import PlannedOperation, RunReport
from syncline.plugin.connector import Connector, ConnectorContext
from syncline.plugin.discovery import (
    ALL,
    Candidate,
    Choice,
    Found,
    PluginInfo,
    installed,
    look_at,
)
from syncline.plugin.events import ConflictSeen, Resolution, RunStarted, Veto
from syncline.plugin.hook_answers import (
    cautious,
    require_nothing,
    require_resolution,
    require_veto,
    told,
)
from syncline.plugin.hookspecs import EngineSpecs, manager_for
from syncline.plugin.missing import missing_connector
from syncline.plugin.requests import Outcome
from syncline.policy.rules import OPEN, RuleSet
from syncline.policy.settings import ConnectionSettings

if TYPE_CHECKING:
    import click

    from syncline.plugin.connection import ConnectionHandle

T = TypeVar("T")

_log = logging.getLogger("syncline.plugin")


class PluginManager:
    """The plugins of one process. `plugins` lists all of them, in whatever state they are."""

    def __init__(self, found: Iterable[Found] = ()) -> None:
        self._found = tuple(found)
        self._loaded = tuple(each for each in self._found if each.info.state == "loaded")
        self._manager = manager_for(EngineSpecs)
        for each in self._loaded:
            self._manager.register(each.plugin, each.info.name)

    @classmethod
    def discover(cls, choice: Choice = ALL) -> PluginManager:
        """All installed plugins, as far as they may take part. Never raises, however broken they
        are.
        """
        return cls(look_at(installed(), choice))

    @classmethod
    def of(cls, plugins: Mapping[str, Any]) -> PluginManager:
        """These plugin objects by name, held against the same rules: for tests and embedding."""
        return cls(look_at(Candidate(name, partial(_same, each)) for name, each in plugins.items()))

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """Every plugin with its state, in the order it was found."""
        return tuple(each.info for each in self._found)

    # --- what plugins bring -----------------------------------------------------------------

    @cached_property
    def connector_types(self) -> Mapping[str, type[Connector]]:
        """The connectors that can be used, by kind."""
        return {
            type_.name: type_ for each in self._loaded for type_ in each.offers["connector_types"]
        }

    @cached_property
    def object_types(self) -> Mapping[str, ObjectType]:
        """The kinds of things, by name; core's included."""
        return self._named("object type", {"contact": CONTACT}, "object_types", by_name=True)

    @cached_property
    def rule_sets(self) -> Mapping[str, RuleSet]:
        """The rule sets, by name; `open` included."""
        return self._named("rule set", {"open": OPEN}, "policy_rules", by_name=True)

    @cached_property
    def matchers(self) -> Mapping[str, Matcher]:
        """The matchers, by name; core's included. One that fails, or answers with no keys, stops
        what it was asked for: no record is made that it might have found.
        """
        named = self._named("matcher", BUILT_IN, "register_matchers")
        return {n: each if n in BUILT_IN else cautious(n, each) for n, each in named.items()}

    def _named(
        self, what: str, built_in: Mapping[str, T], hook: str, *, by_name: bool = False
    ) -> Mapping[str, T]:
        """All that the plugins registered, by name.

        Raises:
            ConfigurationError: two plugins took the same name; says which, and how to go on.

        """
        merged: dict[str, T] = dict(built_in)
        origin = dict.fromkeys(built_in, "syncline")
        for each in self._loaded:
            offered = each.offers[hook]
            pairs = ((o.name, o) for o in offered) if by_name else offered.items()
            for name, value in pairs:
                if name in origin:
                    raise _taken_twice(what, name, origin[name], each.info.name)
                merged[name], origin[name] = value, each.info.name
        return merged

    # --- connections ------------------------------------------------------------------------

    def require_connector(self, kind: str) -> type[Connector]:
        """The connector of this kind.

        Raises:
            ConfigurationError: there is none, or its plugin cannot be used; says why, and what
                to install or mend.

        """
        if kind in self.connector_types:
            return self.connector_types[kind]
        raise missing_connector(kind, self.plugins, tuple(self.connector_types))

    def connect(
        self,
        settings: ConnectionSettings,
        context: ConnectorContext,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> ConnectionHandle:
        """Open a configured connection, with all wrappers. No call is made to the system yet.

        `now` is any clock in seconds: it bounds the retries and times the audit.
        """
        # Late: only here are structlog and the wrappers needed, which the start would feel.
        from syncline.plugin.connection import open_connection
        from syncline.plugin.wrappers.retry import Patience

        wrappers: list[object] = []
        asked = self._each("connection_plugins", require_nothing, connection=settings)
        for _name, plugins in asked:
            wrappers.extend(plugins or ())
        return open_connection(
            settings.name,
            self.require_connector(settings.connector),
            settings.config,
            context,
            plugins=wrappers,
            patience=Patience(sleep=sleep, now=now, jitter=jitter),
            types=self.object_types,
        )

    # --- engine hooks -----------------------------------------------------------------------

    def resolve_conflict(self, conflict: ConflictSeen) -> Resolution | None:
        """The first plugin's answer, with its name; None if the declared rule shall decide, as it
        does for one that fails, or answers with something else.
        """
        asked = self._each(
            "resolve_conflict", require_resolution, on_error=_log_failure, conflict=conflict
        )
        for name, answer in asked:
            if answer is not None:
                return Resolution(winner=answer.winner, reason=answer.reason, plugin=name)
        return None

    def before_apply(self, change: PlannedOperation) -> Veto | None:
        """The first veto, with the name of its plugin; None if nobody objects.

        A plugin that fails here, or answers with something else, vetoes: a business rule that
        cannot be asked is not a consent.
        """
        asked = self._each("before_apply", require_veto, on_error=_veto_of_failure, change=change)
        for name, veto in asked:
            if veto is not None:
                return Veto(reason=veto.reason, plugin=name)
        return None

    def observe_run_started(self, run: RunStarted) -> None:
        """Tell every observer."""
        self._observe("run_started", run=run)

    def observe_after_apply(self, change: PlannedOperation, outcome: Outcome) -> None:
        """Tell every observer."""
        self._observe("after_apply", change=change, outcome=outcome)

    def observe_run_finished(self, report: RunReport) -> None:
        """Tell every observer."""
        self._observe("run_finished", report=report)

    def register_commands(self, group: click.Group) -> None:
        """Let every plugin add its commands; one that fails adds none, and is logged."""
        self._observe("register_commands", group=group)

    def _observe(self, hook: str, **arguments: object) -> None:
        for _answer in self._each(hook, require_nothing, on_error=_log_failure, **arguments):
            continue

    def _each(
        self,
        hook: str,
        require: Callable[[Any], None],
        *,
        on_error: Callable[[str, str, Exception], Any] | None = None,
        **arguments: Any,
    ) -> Iterator[tuple[str, Any]]:
        """Plugin name and answer, in order of names. One by one, because a pluggy call stops at
        the first error and does not say whose answer is whose. What `require` refuses counts as an
        error of the plugin's.
        """
        caller = getattr(self._manager.hook, hook)
        for each in sorted(caller.get_hookimpls(), key=lambda found: found.plugin_name):
            try:
                answer = each.function(*(arguments[name] for name in each.argnames))
                require(answer)
            except Exception as error:
                if on_error is None:
                    raise
                answer = on_error(each.plugin_name, hook, error)
            yield each.plugin_name, answer


def _same(plugin: T) -> T:
    return plugin


def _taken_twice(what: str, name: str, first: str, second: str) -> ConfigurationError:
    return ConfigurationError(
        f"the {what} {name!r} is brought by two plugins: {first!r} and {second!r}",
        hint="Switch one of them off, or uninstall it.",
    )


def _log_failure(plugin: str, hook: str, error: Exception) -> None:
    _log.error("plugin %r failed in %s: %s", plugin, hook, told(error))


def _veto_of_failure(plugin: str, hook: str, error: Exception) -> Veto:
    _log_failure(plugin, hook, error)
    return Veto(reason=f"the plugin failed in {hook}: {told(error)}")
