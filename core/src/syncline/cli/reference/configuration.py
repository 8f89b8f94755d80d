"""The page about every key of the configuration file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from syncline.cli.reference.markdown import cell, table
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

_INTRODUCTION = """
One TOML file, `syncline.toml` unless `--config` or `SYNCLINE_CONFIG` names another. `syncline
init` writes one in which every choice is visible, `syncline config show` prints yours with every
default filled in, `syncline config schema` prints its JSON Schema for an editor. Unknown keys are
errors. Everything that is wrong is reported at once, each problem with the key's path, the rule
and what is allowed; nothing has been read or written then. What the settings of an object *do* is
on its own page: [the policy](../explanation/policy.md).
"""

_SECRETS = """
A secret is never in the file, only where to find it: `{ env = "NAME" }` (an environment
variable), `{ file = "path" }` (relative to the configuration file) or
`{ keyring = "service/name" }` (needs `pip install "syncline[keyring]"`). It is looked up when it
is needed.
"""

_WORDS = """
Values that name a side are built from the connections' names. With
`between = ["outlook", "salesforce"]` a direction is `outlook_to_salesforce` or
`salesforce_to_outlook`, a winner `outlook_wins` or `salesforce_wins`. A setting of type *per side*
is one value for both sides, or a table such as `{ outlook = true, salesforce = false }`; a side
left out keeps the default.
"""

_NAMES = """
A connection's name begins with a letter and has letters, digits, `-` and `_`, at most 40; it does
not contain `_to_` and is not `newest`, `direction` or `containers`, which would make other words
ambiguous. The keys of each connector are on its page: [Outlook](../connectors/outlook.md),
[Salesforce](../connectors/salesforce.md).
"""

_MEMBERS = """
A CSV file has a column for each of the two connections, in any order, and optionally columns
`containers.TYPE.CONNECTION` (such as `containers.contact.outlook`) for containers of single
people. It is UTF-8 with commas; problems are reported with line and column. Instead of the file,
the same can stand in tables. An account may be in a sync once; the same two accounts may be in
two enabled syncs only for different object types.
"""

_FIELDS = """
In `[syncs.NAME.objects.TYPE.fields]` a field that is not named travels as its object does.

| written | meaning |
| --- | --- |
| `notes = "off"` | the field is neither read nor written |
| `job_title = "salesforce_to_outlook"` | the field travels one way; it cannot run against a one-way object |
| `company = "both"` | as the object |
| `tier = { salesforce = "Tier__c", outlook = "extension:Tier" }` | a custom field, a short text: its name at each side; `direction = "…"` beside them, if it is not the object's, and `type = "…"`, if it is none: `long text`, `number`, `flag`, `date`, `instant` |
"""  # noqa: E501 - the rows of a Markdown table

_SECTIONS: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("Top level", Document, _SECRETS),
    ("[state]", StateTable, ""),
    ("[plugins]", PluginsTable, ""),
    ("[connections.NAME]", ConnectionTable, _NAMES),
    ("[syncs.NAME]", SyncTable, _WORDS),
    ("Members", MemberTable, _MEMBERS),
    ("[syncs.NAME.objects.TYPE]", ObjectTable, ""),
    ("[syncs.NAME.objects.TYPE.guards]", GuardsTable, ""),
    ("[syncs.NAME.objects.TYPE.fields]", ObjectTable, _FIELDS),
)


def configuration_page() -> str:
    """The whole page as Markdown, from the models that check the file."""
    parts = ["# Configuration", _INTRODUCTION.strip()]
    for title, model, text in _SECTIONS:
        shown = f"`{title}`" if title.startswith("[") else title
        parts.append(f"## {shown}")
        if text is not _FIELDS:
            parts += [(model.__doc__ or "").strip(), table(_COLUMNS, list(rows(model)))]
        parts += [text.strip()] if text else []
    return "\n\n".join(parts) + "\n"


_COLUMNS = ["key", "type", "default", "meaning"]


def rows(model: type[BaseModel]) -> Iterator[list[str]]:
    """A row for each key: its name, type, default and meaning."""
    schema = model.model_json_schema()
    required = schema.get("required", [])
    for name, node in schema["properties"].items():
        default = "required" if name in required else _default(model.model_fields[name].default)
        meaning = model.model_fields[name].description or ""
        yield [f"`{name}`", cell(_type(node, schema)), default, cell(meaning)]


def _default(value: Any) -> str:
    simple = value is not None and isinstance(value, str | int | float | bool)
    return f"`{json.dumps(value)}`" if simple else ""


_SIMPLE = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "`true`, `false`",
    "object": "table",
    "array": "list",
}


def _type(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A type in words, from its JSON Schema."""
    if "enum" in node:
        return ", ".join(f'`"{each}"`' for each in node["enum"])
    if "const" in node:
        return f'`"{node["const"]}"`'
    if reference := node.get("$ref", "").rpartition("/")[2]:
        return "secret" if reference == "Secret" else "table"
    if options := node.get("anyOf"):
        kinds = [_type(each, schema) for each in options if each.get("type") != "null"]
        if len(options) == 2 and options[1].get("additionalProperties") == options[0]:
            return f"{kinds[0]}, per side"
        return " or ".join(dict.fromkeys(kinds))
    return _SIMPLE.get(node.get("type", ""), "table")
