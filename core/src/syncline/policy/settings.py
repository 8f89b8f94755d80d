"""The whole configuration as values: what `syncline.config.load` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncline.model.sides import PerSide
from syncline.policy.schema import ObjectPolicy


@dataclass(frozen=True)
class Member:
    """A person in a sync: the name of the account on each side, as the file writes it.

    `containers` overrides a policy's container, per object type.
    """

    accounts: PerSide[str]
    containers: Mapping[str, PerSide[str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class ConnectionSettings:
    """One configured system. `config` is the connector's own pydantic model, validated."""

    name: str
    connector: str
    config: Any = field(repr=False)


@dataclass(frozen=True)
class SyncSettings:
    """One agreement between two connections."""

    name: str
    between: PerSide[str]
    rules: str
    members: tuple[Member, ...]
    objects: Mapping[str, ObjectPolicy]
    enabled: bool = True


@dataclass(frozen=True)
class StateSettings:
    """Where our database is (an SQLAlchemy URL), its key, and how long history is kept."""

    url: str
    key: Any = field(repr=False)
    """A `syncline.plugin.secrets.Secret` for the installation's key."""
    history_days: int = 30
    history_runs: int = 100


@dataclass(frozen=True)
class Configuration:
    """Everything one file says. `installation` goes into markers and must never change."""

    path: Path
    installation: str
    state: StateSettings
    connections: Mapping[str, ConnectionSettings]
    syncs: Mapping[str, SyncSettings]
    disabled_plugins: frozenset[str] = frozenset()
