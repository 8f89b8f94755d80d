"""The whole configuration as values: what `syncline.config.load` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncline.model.sides import PerSide
from syncline.policy.declare import says, setting
from syncline.policy.schema import ObjectPolicy


@dataclass(frozen=True)
class Member:
    """One person: the account at each connection, under the connection's name.

    `containers` overrides a policy's container, per object type.
    """

    accounts: PerSide[str]
    containers: Mapping[str, PerSide[str | None]] = field(
        default_factory=dict,
        metadata=says("Containers of this person alone: object type, then connection.", written={}),
    )


@dataclass(frozen=True)
class ConnectionSettings:
    """One system. Every key besides `connector` belongs to the connector itself.

    `config` is the connector's own pydantic model, validated.
    """

    name: str
    connector: str = field(
        metadata=says("The kind of system, as `syncline plugins list` names it.")
    )
    config: Any = field(repr=False)


@dataclass(frozen=True)
class SyncSettings:
    """An agreement between two connections."""

    name: str
    between: PerSide[str] = field(metadata=says("The two connections, left and right."))
    rules: str = field(
        metadata=says(
            "The rule set every object must keep. Default: the one made for this pair of "
            'connectors, else "open".',
            written=None,
        )
    )
    members: tuple[Member, ...] = field(
        metadata=says(
            "The people: a CSV file beside this one (a column per connection), or tables."
        )
    )
    objects: Mapping[str, ObjectPolicy] = field(
        metadata=says(
            "The policy of each object type. A type that is not named is not synced.", written={}
        )
    )
    enabled: bool = setting(True, "false: the whole sync rests; its state stays.")


@dataclass(frozen=True)
class StateSettings:
    """Where Syncline keeps what it knows."""

    url: str = field(
        metadata=says(
            "The database: SQLite (a path is relative to this file) or PostgreSQL "
            "(postgresql+psycopg://user@host/name; the password comes from PGPASSWORD or "
            "~/.pgpass).",
            written="sqlite:///syncline.sqlite",
        )
    )
    key: Any = field(
        repr=False,
        metadata=says(
            "The installation's key. Everything personal in the database is encrypted or digested "
            "with it; without it the database cannot be used."
        ),
    )
    """A `syncline.plugin.secrets.Secret`."""
    history_days: int = setting(
        30, "How many days the history of changes is kept (for looking back).", ge=0
    )
    history_runs: int = setting(
        100,
        "Of how many runs that wrote something it is kept at least, however old they are: a run "
        "whose clock is far ahead then does not erase it.",
        ge=0,
    )


@dataclass(frozen=True)
class PluginSettings:
    """Which installed plugins take part."""

    disabled: tuple[str, ...] = setting((), "Names of installed plugins that are not loaded.")
    only: tuple[str, ...] = setting(
        (),
        "Names of the installed plugins that are loaded: no code of any other one runs. Without "
        "names, all are.",
    )


@dataclass(frozen=True)
class Configuration:
    """The whole file.

    Every default is filled in, every name resolved. `installation` must never change: it goes into
    markers.
    """

    path: Path
    installation: str = field(
        metadata=says(
            "Names this installation in the markers it leaves on records (4 to 23 characters, so "
            "that a marker fits a key field of 64). Never change it.",
            pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{3,22}$",
        )
    )
    state: StateSettings = field(metadata=says(StateSettings.__doc__))
    plugins: PluginSettings = field(
        default=PluginSettings(), kw_only=True, metadata=says(PluginSettings.__doc__, written={})
    )
    connections: Mapping[str, ConnectionSettings] = field(
        metadata=says("The systems, by name.", written={})
    )
    syncs: Mapping[str, SyncSettings] = field(metadata=says("The agreements, by name.", written={}))
