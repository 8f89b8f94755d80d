"""Finding plugins: our own loop over the entry points of the group `syncline.plugins`.

pluggy's own loader stops at the first plugin that fails to import and silently skips a second one
of the same name. Here every plugin ends in one of five states, with its distribution, its version
and a reason, and whatever a plugin does while it is looked at stays its own problem. Two that claim
one name are both refused: which of them is meant, nobody but the administrator can say, and one
that took the place of a connector would be handed its secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Literal, TypeVar

from syncline.plugin.connector import API_VERSION, Connector, ConnectorConfig
from syncline.plugin.hookspecs import EngineSpecs, hook_names, manager_for
from syncline.plugin.spec import TypeSpec

T = TypeVar("T")

GROUP: Final = "syncline.plugins"
MINORS_BACK: Final = 2

State = Literal["loaded", "disabled", "broken", "incompatible", "duplicate"]


@dataclass(frozen=True, kw_only=True)
class PluginInfo:
    """One plugin as `syncline plugins list` shows it. `connectors`: the kinds it offers, as far
    as that could be found out.
    """

    name: str
    state: State
    distribution: str = ""
    version: str = ""
    reason: str = ""
    hooks: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """Which plugins the configuration lets take part. `only`: no others do, if it names any."""

    disabled: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    def against(self, name: str) -> str:
        """Why this one takes no part; empty if it may."""
        if name in self.disabled:
            return "switched off by the configuration"
        if self.only and name not in self.only:
            return "the configuration does not let it take part ([plugins] only), or is unreadable"
        return ""


ALL: Final = Choice()
NONE: Final = Choice(only=frozenset({""}))
"""Nobody is called so."""


@dataclass(frozen=True)
class Found:
    """A plugin that was looked at. `plugin` and `offers` only when it is `loaded`."""

    info: PluginInfo
    plugin: Any = None
    offers: Mapping[str, Any] = field(default_factory=dict)
    """Registration hook → what the plugin answered."""


@dataclass(frozen=True)
class Candidate:
    """A plugin not yet looked at: where it comes from, and how to load it."""

    name: str
    load: Callable[[], Any]
    distribution: str = ""
    version: str = ""


def installed() -> list[Candidate]:
    """What is installed in this environment, by name; of equal names, by distribution."""
    return sorted(
        map(_candidate, entry_points(group=GROUP)), key=lambda each: (each.name, each.distribution)
    )


def _candidate(entry: EntryPoint) -> Candidate:
    if entry.dist is None:
        return Candidate(entry.name, entry.load)
    return Candidate(entry.name, entry.load, entry.dist.name, entry.dist.version)


def look_at(candidates: Iterable[Candidate], choice: Choice = ALL) -> list[Found]:
    """Bring every candidate into one of the five states, in the order given. Never raises."""
    candidates = tuple(candidates)
    named = _by(candidates, lambda each: (each.name,))
    found = [_look_at_one(each, choice, named[each.name]) for each in candidates]
    offering = _by(found, lambda each: each.info.connectors if each.plugin is not None else ())
    return [_unless_rivalled(each, offering) for each in found]


def _by(values: Iterable[T], names: Callable[[T], Iterable[str]]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = {}
    for value in values:
        for name in dict.fromkeys(names(value)):
            grouped.setdefault(name, []).append(value)
    return grouped


def _look_at_one(candidate: Candidate, choice: Choice, of_this_name: Sequence[Candidate]) -> Found:
    info = PluginInfo(
        name=candidate.name,
        state="loaded",
        distribution=candidate.distribution,
        version=candidate.version,
    )
    if reason := choice.against(candidate.name):
        return Found(replace(info, state="disabled", reason=reason))
    if rivals := [each.distribution for each in of_this_name if each is not candidate]:
        reason = f"distribution {', '.join(map(repr, rivals))} has a plugin of this name, too"
        return Found(replace(info, state="duplicate", reason=reason))
    try:
        plugin, hooks, offers = _load(candidate)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may fail in any way
        return Found(replace(info, state="broken", reason=f"{type(error).__name__}: {error}"))
    kinds = tuple(each.name for each in offers["connector_types"])
    info = replace(info, hooks=hooks, connectors=kinds)
    if reason := _incompatible(offers["connector_types"]):
        return Found(replace(info, state="incompatible", reason=reason))
    return Found(info, plugin, offers)


def _unless_rivalled(found: Found, offering: Mapping[str, Sequence[Found]]) -> Found:
    """As it was found, unless another plugin offers a connector of the same name."""
    for kind in found.info.connectors if found.plugin is not None else ():
        rivals = [each.info.name for each in offering[kind] if each is not found]
        if rivals:
            names = ", ".join(map(repr, rivals))
            reason = f"plugin {names} offers the connector {kind!r}, too"
            return Found(replace(found.info, state="duplicate", reason=reason))
    return found


_REGISTRATION: Final = {
    "connector_types": tuple,
    "object_types": tuple,
    "policy_rules": tuple,
    "register_matchers": dict,
}


def _load(candidate: Candidate) -> tuple[Any, tuple[str, ...], dict[str, Any]]:
    """Import it, hold it against the specs in a manager of its own, and ask what it offers."""
    plugin = candidate.load()
    trial = manager_for(EngineSpecs)
    trial.register(plugin, candidate.name)
    trial.check_pending()
    offers: dict[str, Any] = {}
    for hook, collect in _REGISTRATION.items():
        answers = getattr(trial.hook, hook)()
        offers[hook] = collect(answers[0]) if answers else collect()
    _require_connectors(offers["connector_types"])
    return plugin, hook_names(trial, plugin), offers


def _require_connectors(types: Iterable[Any]) -> None:
    for each in types:
        if not (isinstance(each, type) and issubclass(each, Connector)):
            raise TypeError("connector_types() must hold subclasses of Connector")
        _require_declaration(each)


def _require_declaration(type_: type[Connector]) -> None:
    _require_attribute(type_, "name", str)
    _require_attribute(type_, "api_version", tuple)
    if not fits(type_.api_version):
        return  # what another version of the API asks for, it need not have
    _require_attribute(type_, "types", tuple)
    if missing := sorted(type_.__abstractmethods__):
        raise TypeError(f"{type_.__name__} lacks {', '.join(missing)}")
    config = getattr(type_, "Config", None)
    if not (isinstance(config, type) and issubclass(config, ConnectorConfig)):
        raise TypeError(f"{type_.__name__}.Config must be a subclass of ConnectorConfig")
    if not all(isinstance(each, TypeSpec) for each in type_.types):
        raise TypeError(f"{type_.__name__}.types must hold TypeSpecs")


def _require_attribute(type_: type[Connector], name: str, kind: type) -> None:
    if not isinstance(getattr(type_, name, None), kind):
        raise TypeError(f"{type_.__name__}.{name} must be a {kind.__name__}")


def _incompatible(types: Iterable[type[Connector]]) -> str:
    for each in types:
        if not fits(each.api_version):
            asked = ".".join(map(str, each.api_version))
            here = ".".join(map(str, API_VERSION))
            return f"connector {each.name!r} was written for plugin API {asked}; this is {here}"
    return ""


def fits(version: tuple[int, ...], current: tuple[int, int] = API_VERSION) -> bool:
    """Whether a plugin for API `version` works here: same major, at most two minors back."""
    major, minor = (*version, 0)[:2]
    return major == current[0] and 0 <= current[1] - minor <= MINORS_BACK
