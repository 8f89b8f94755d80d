"""The tables of the configuration file.

Only what can be said without knowing the connectors is checked by them; everything that depends on
connectors, rule sets or the connections' names is checked in `objects` and `syncs`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from syncline.config.tables import OpenTable, WrittenAs, table_of
from syncline.plugin.secrets import Secret
from syncline.policy.schema import GuardLimits, ObjectPolicy
from syncline.policy.settings import (
    Configuration,
    ConnectionSettings,
    Member,
    PluginSettings,
    StateSettings,
    SyncSettings,
)

GuardsTable = table_of(GuardLimits)
ObjectTable = table_of(ObjectPolicy, fields=dict[str, str | dict[str, str]])
SyncTable = table_of(
    SyncSettings,
    between=Annotated[list[str], Field(min_length=2, max_length=2)],
    members=str | list[dict[str, Any]],
    objects=dict[str, dict[str, Any]],
)
MemberTable = table_of(Member, OpenTable, containers=dict[str, dict[str, str]])
StateTable = table_of(StateSettings, key=Secret)
PluginsTable = table_of(PluginSettings)
ConnectionTable = table_of(ConnectionSettings, OpenTable)
Document = table_of(
    Configuration,
    state=Annotated[StateSettings, WrittenAs(StateTable)],
    connections=dict[str, Annotated[dict[str, Any], WrittenAs(ConnectionTable)]],
    syncs=dict[str, Annotated[dict[str, Any], WrittenAs(SyncTable)]],
)
"""The whole file."""
