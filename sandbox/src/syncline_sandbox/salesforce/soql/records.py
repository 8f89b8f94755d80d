"""Records as JSON: what a row shows, whatever led to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType

Record = dict[str, Any]


def attributes(base: str, kind: ObjectType, record_id: str) -> Record:
    """What every record begins with."""
    return {"type": kind.name, "url": f"{base}/sobjects/{kind.name}/{record_id}"}


def stored_names(field: Field) -> tuple[str, ...]:
    """The columns that a field's value comes from."""
    return (field.name,) if field.stored else field.parts


def shown(field: Field, row: Mapping[str, Any]) -> Any:
    """A field's value in JSON."""
    if not field.stored:
        return _compound(field, row)
    return plain(field.type, row[field.name])


def plain(kind: str, value: Any) -> Any:
    """A stored value of a type in JSON."""
    return bool(value) if kind == "boolean" and value is not None else value


def _compound(field: Field, row: Mapping[str, Any]) -> Record | None:
    prefix = field.name.removesuffix("Address")
    parts = {_lower_first(name.removeprefix(prefix)): row[name] for name in field.parts}
    if not any(value is not None for value in parts.values()):
        return None
    return dict(sorted(parts.items()))


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]
