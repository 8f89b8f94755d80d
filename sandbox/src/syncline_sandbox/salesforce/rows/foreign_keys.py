"""Lookups by an external ID of their target: `{"Account": {"ErpId__c": "4711"}}`.

REST guide, "Insert or Update (Upsert) a Record Using an External ID", "Relate a record by external
ID"; the words of the refusals as recorded in public clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.salesforce.errors import RowError, RowRefused
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.values import Rewriting, accept
from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.store.records import find_by


def with_ids(org: Org, kind: ObjectType, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a caller sent, with the id of its target for each relationship; raises `RowRefused`."""
    return dict(_resolved(org, kind, name, value) for name, value in given.items())


def _resolved(org: Org, kind: ObjectType, name: str, value: Any) -> tuple[str, Any]:
    lookup = kind.lookup(name)
    if lookup is None or not isinstance(value, dict) or kind.field(name):
        return name, value
    target, keys = _target(org, lookup, value)
    if len(keys) != 1:
        message = f"{name}: exactly one external ID is needed to find the record"
        raise RowRefused(RowError("INVALID_FIELD", message))
    ((key, wanted),) = keys.items()
    return lookup.name, _found(org, target, key, wanted)


def _target(org: Org, lookup: Field, value: dict[str, Any]) -> tuple[ObjectType, dict[str, Any]]:
    """The object that is meant, which `attributes` names where there are several, and the key."""
    attributes = value.get("attributes")
    named = attributes.get("type") if isinstance(attributes, dict) else None
    name = named if isinstance(named, str) else lookup.refers_to[0]
    kind = org.visible.object(name)
    if kind is None or kind.name not in lookup.refers_to:
        raise RowRefused(RowError("INVALID_TYPE", f"sObject type '{name}' is not supported."))
    return kind, {n: v for n, v in value.items() if n != "attributes"}


def _found(org: Org, kind: ObjectType, name: str, value: Any) -> str:
    field = kind.field(name)
    if field is None:
        message = f"No such column '{name}' on sobject of type {kind.name}"
        raise RowRefused(RowError("INVALID_FIELD", message))
    if field.type == "id" or not (field.external_id or field.id_lookup):
        message = (
            f"Field name provided, {field.name} is not an External ID or indexed field for "
            f"{kind.name}"
        )
        raise RowRefused(RowError("INVALID_FIELD", message))
    stored, error = accept(field, value, Rewriting(org.setting("line_ends")))
    if error:
        raise RowRefused(error)
    matches = find_by(org, kind, field.name, stored) if stored is not None else []
    if len(matches) > 1:
        message = f"{field.name}: more than one record found for external id field: {matches}"
        raise RowRefused(RowError("DUPLICATE_EXTERNAL_ID", message))
    if not matches:
        message = (
            f"Foreign key external ID: {value} not found for field {field.name} in entity "
            f"{kind.name}"
        )
        raise RowRefused(RowError("INVALID_FIELD", message))
    return matches[0]
