"""The one error for a connector that cannot be used, and the way out of it."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, metadata

from syncline.errors import ConfigurationError
from syncline.plugin.discovery import PluginInfo


def missing_connector(
    kind: str, plugins: tuple[PluginInfo, ...], available: tuple[str, ...]
) -> ConfigurationError:
    """Unknown, switched off, broken, incompatible or taken twice: with the reason and a hint."""
    claimed = [each for each in plugins if kind in (each.name, *each.connectors)]
    if unusable := [each for each in claimed if each.state != "loaded"]:
        return _unusable(kind, unusable)
    offered = ", ".join(sorted(available)) or "none"
    return ConfigurationError(
        f"unknown connector {kind!r}; installed are: {offered}",
        hint=_installation(kind, available),
        connector=kind,
    )


def _unusable(kind: str, claimed: Sequence[PluginInfo]) -> ConfigurationError:
    info = claimed[0]
    return ConfigurationError(
        f"connector {kind!r} cannot be used: its plugin is {info.state} ({info.reason})",
        hint=_rid_of_one(claimed) if info.state == "duplicate" else _way_out(info),
        connector=kind,
        distribution=info.distribution,
    )


def _way_out(info: PluginInfo) -> str:
    source = info.distribution or info.name
    if info.state == "disabled":
        return f"Let {info.name!r} take part: see [plugins] in the configuration."
    if info.state == "incompatible":
        return f"Install a version of {source} that fits: pip install --upgrade {source} syncline"
    return f"Install it again: pip install --force-reinstall {source}"


def _rid_of_one(rivals: Sequence[PluginInfo]) -> str:
    named = [info for info in rivals if info.state == "duplicate"]
    sources = " or ".join(dict.fromkeys(info.distribution or info.name for info in named))
    uninstall = f"Uninstall the one that does not belong here: {sources}"
    if len({info.name for info in named}) == 1:
        return f"{uninstall}."
    return f"{uninstall}; or switch its plugin off: [plugins] disabled."


def _installation(kind: str, available: tuple[str, ...]) -> str:
    if close := get_close_matches(kind, available, n=1):
        return f"Did you mean {close[0]!r}?"
    if kind in _extras():
        return f"Install the distribution syncline-{kind}, from where syncline itself came."
    return "Install the distribution that brings it, then look at: syncline plugins list"


def _extras() -> list[str]:
    try:
        return metadata("syncline").get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return []
