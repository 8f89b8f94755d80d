"""What a row must keep to: known and writable fields, required ones, living lookup targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from syncline_sandbox.salesforce.errors import RowError, RowRefused
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.behaviours import behaviour_of
from syncline_sandbox.salesforce.rows.foreign_keys import with_ids
from syncline_sandbox.salesforce.rows.values import Rewriting, accept
from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.store.records import Values
from syncline_sandbox.salesforce.store.tables import HIDDEN, table

Mode = Literal["insert", "update"]


def checked(
    org: Org, kind: ObjectType, given: Mapping[str, Any], mode: Mode, stored: Values
) -> Values:
    """The columns to write for what a caller sent; raises `RowRefused` with every fault found.

    `kind` is the object as the caller sees it; `stored` is the row before, empty for an insert.
    """
    fields = _known(kind, with_ids(org, kind, given))
    _writable(fields, mode)
    values, errors = _accepted(org, fields)
    behaviour = behaviour_of(kind.name)
    values, more = behaviour.settle(org, values, stored)
    errors += more
    refused = {name for error in errors for name in error.fields}
    errors += _missing(kind, values, refused, mode)
    errors += _bad_references(org, kind, values, stored)
    if errors:
        raise RowRefused(*errors)
    if mode == "insert":
        whole = org.everything.object(kind.name) or kind
        values = _defaults(whole) | {name: v for name, v in values.items() if v is not None}
    return behaviour.complete(values, stored)


def _known(kind: ObjectType, given: Mapping[str, Any]) -> list[tuple[Field, Any]]:
    found = []
    for name, value in given.items():
        if name == "attributes":
            continue
        field = kind.field(name)
        if field is None:
            message = f"No such column '{name}' on sobject of type {kind.name}"
            raise RowRefused(RowError("INVALID_FIELD", message))
        found.append((field, value))
    return found


def _writable(fields: list[tuple[Field, Any]], mode: Mode) -> None:
    barred = [
        field.name
        for field, _ in fields
        if not (field.createable if mode == "insert" else field.updateable)
    ]
    if barred:
        message = (
            f"Unable to create/update fields: {', '.join(barred)}. Please check the security "
            "settings of this field and verify that it is read/write for your profile or "
            "permission set."
        )
        raise RowRefused(RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, tuple(barred)))


def _accepted(org: Org, fields: list[tuple[Field, Any]]) -> tuple[Values, list[RowError]]:
    rewriting = Rewriting(org.setting("line_ends"))
    values, errors = Values(), list[RowError]()
    for field, value in fields:
        stored, error = accept(field, value, rewriting)
        if error:
            errors.append(error)
        values[field.name] = _never_empty(field) if stored is None else stored
    return values, errors


def _never_empty(field: Field) -> Any:
    return int(bool(field.default)) if field.type == "boolean" else None


def _missing(kind: ObjectType, values: Values, refused: set[str], mode: Mode) -> list[RowError]:
    """The required fields without a value; one whose value was `refused` has one, a bad one."""
    names = tuple(
        field.name
        for field in kind.fields
        if (field.required or (field.name == "OwnerId" and field.name in values))
        and values.get(field.name) is None
        and field.name not in refused
        and (mode == "insert" or field.name in values)
    )
    if not names:
        return []
    message = f"Required fields are missing: [{', '.join(names)}]"
    return [RowError("REQUIRED_FIELD_MISSING", message, names)]


def _bad_references(org: Org, kind: ObjectType, values: Values, stored: Values) -> list[RowError]:
    errors = []
    for field in kind.fields:
        target = values.get(field.name) if field.type == "reference" else None
        if target is not None and target != stored.get(field.name):
            error = _bad_reference(org, field, target)
            if error:
                errors.append(error)
    return errors


def _bad_reference(org: Org, field: Field, target: str) -> RowError | None:
    kinds = (org.everything.object(name) for name in field.refers_to)
    kind = next((kind for kind in kinds if kind and kind.prefix == target[:3]), None)
    if kind is None:
        message = f"{field.shown_label} ID: id value of incorrect type: {target}"
        return RowError("MALFORMED_ID", message, (field.name,))
    row = org.storage.row(
        f"SELECT * FROM {table(kind.name)} WHERE Id = ?",  # noqa: S608 - names from the schema
        target,
    )
    if row is None or row[HIDDEN]:
        return RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", (field.name,))
    if kind.undeletable and row["IsDeleted"]:
        return RowError("ENTITY_IS_DELETED", "entity is deleted")
    if field.name == "OwnerId" and kind.name == "User" and not row["IsActive"]:
        message = "operation performed with inactive user [" + target[:15] + "] as owner of record"
        return RowError("INACTIVE_OWNER_OR_USER", message, ("OwnerId",))
    return None


def _defaults(kind: ObjectType) -> Values:
    found = ((f, f.default) for f in kind.fields if f.default is not None and f.stored)
    return {f.name: int(value) if f.type == "boolean" else value for f, value in found}
