"""A setting is declared once: what checks, describes, writes and shows it follows."""

from __future__ import annotations

import dataclasses

import pytest

from syncline.config.document import (
    ConnectionTable,
    Document,
    GuardsTable,
    MemberTable,
    ObjectTable,
    PluginsTable,
    StateTable,
    SyncTable,
)
from syncline.config.json_schema import json_schema
from syncline.config.view import view
from syncline.policy.schema import GuardLimits, ObjectPolicy
from syncline.policy.settings import (
    Configuration,
    ConnectionSettings,
    Member,
    PluginSettings,
    StateSettings,
    SyncSettings,
)

PLACES = {
    Document: (),
    StateTable: ("state",),
    PluginsTable: ("plugins",),
    ConnectionTable: ("connections", "crm"),
    SyncTable: ("syncs", "sales"),
    ObjectTable: ("syncs", "sales", "objects", "contact"),
    GuardsTable: ("syncs", "sales", "objects", "contact", "guards"),
}


@pytest.mark.parametrize(
    ("values", "table", "no_key"),
    [
        (Configuration, Document, {"path"}),
        (StateSettings, StateTable, set()),
        (PluginSettings, PluginsTable, set()),
        (ConnectionSettings, ConnectionTable, {"name", "config"}),
        (SyncSettings, SyncTable, {"name"}),
        (Member, MemberTable, {"accounts"}),
        (ObjectPolicy, ObjectTable, {"type"}),
        (GuardLimits, GuardsTable, set()),
    ],
)
def test_every_field_is_a_key_but_for_what_no_key_says(values, table, no_key):
    fields = {field.name for field in dataclasses.fields(values)}
    assert set(table.model_fields) == fields - no_key


@pytest.mark.parametrize("table", PLACES)
def test_every_setting_is_in_the_json_schema_with_its_meaning(table):
    schema = json_schema({})
    tables = schema["$defs"]
    definition = tables.get(table.__name__, schema)
    properties = definition.get("anyOf", [definition])[-1]["properties"]
    for key, info in table.model_fields.items():
        referred = tables.get(properties[key].get("$ref", "").rpartition("/")[2], {})
        assert info.description
        assert {**referred, **properties[key]}["description"] == info.description


@pytest.mark.parametrize("table", PLACES)
def test_every_setting_is_shown(load_text, contact, table):
    shown = view(load_text(contact('direction = "both"\nconflict = "manual"')))
    for key in PLACES[table]:
        shown = shown[key]
    assert list(shown)[: len(table.model_fields)] == list(table.model_fields)
