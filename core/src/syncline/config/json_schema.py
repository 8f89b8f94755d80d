"""JSON Schema of the configuration file, for editors, with the installed connectors' settings.

Values built from connection names (directions, conflict rules) are texts there: which ones are
allowed depends on the names, and `load` checks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from syncline.config.document import ConnectionTable, Document, MemberTable, ObjectTable, SyncTable
from syncline.plugin.connector import Connector

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(connectors: Mapping[str, type[Connector]]) -> dict[str, Any]:
    """The schema of the whole file, with one variant of `[connections.NAME]` per connector."""
    schema = Document.model_json_schema()
    definitions: dict[str, Any] = schema["$defs"]
    for model in (ObjectTable, MemberTable):
        definitions |= _definitions(model.__name__, model.model_json_schema(), shared=True)
    sync = definitions[SyncTable.__name__]["properties"]
    sync["objects"]["additionalProperties"] = _reference(ObjectTable)
    sync["members"]["anyOf"] = [
        {"type": "string"},
        {"type": "array", "items": _reference(MemberTable)},
    ]
    variants = [_connection(kind, each, definitions) for kind, each in sorted(connectors.items())]
    definitions[ConnectionTable.__name__] = {"anyOf": [*variants, _other(connectors)]}
    return {"$schema": DIALECT, **schema, "title": "Syncline configuration"}


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _definitions(name: str, schema: dict[str, Any], *, shared: bool) -> dict[str, Any]:
    """A model's schema and those it refers to, as entries of `$defs`."""
    inner = schema.pop("$defs", {})
    prefix = "" if shared else f"{name}."
    return {name: schema} | {f"{prefix}{key}": each for key, each in inner.items()}


def _connection(
    kind: str, connector: type[Connector], definitions: dict[str, Any]
) -> dict[str, Any]:
    template = f"#/$defs/{kind}.{{model}}"
    schema = connector.Config.model_json_schema(ref_template=template)
    definitions |= _definitions(kind, schema, shared=False)
    common = ConnectionTable.model_json_schema()
    properties = common["properties"] | {"connector": {"const": kind}}
    definitions[kind] = {
        **schema,
        "properties": properties | schema.get("properties", {}),
        "required": [*common["required"], *schema.get("required", [])],
    }
    return {"$ref": f"#/$defs/{kind}"}


def _other(connectors: Mapping[str, type[Connector]]) -> dict[str, Any]:
    """A connector that is not installed here: its keys are not known."""
    schema = ConnectionTable.model_json_schema()
    schema["properties"]["connector"]["not"] = {"enum": sorted(connectors)}
    return schema
