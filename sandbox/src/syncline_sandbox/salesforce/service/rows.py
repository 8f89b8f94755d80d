"""sObject rows: one record by its id or by a field that identifies it."""

from __future__ import annotations

from typing import Any

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.errors import (
    UNKNOWN_ID,
    ApiError,
    RowError,
    RowRefused,
    not_found,
    refuse,
    refuse_row,
)
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.rows import writes
from syncline_sandbox.salesforce.rows.values import Rewriting, accept
from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service.preconditions import check_read, check_write, row_headers
from syncline_sandbox.salesforce.service.requests import CREATED_SINCE, Context, answer, flag
from syncline_sandbox.salesforce.soql.failures import missing_column
from syncline_sandbox.salesforce.soql.records import Record, attributes, shown
from syncline_sandbox.salesforce.store.records import Values, find, find_by


def create(context: Context, kind: str) -> Answer:
    """POST of a new row."""
    try:
        record_id = writes.create(context.org, context.kind(kind), context.body(), context.actor)
    except RowRefused as refused:
        raise refuse_row(refused.errors) from None
    return _created(context, kind, record_id, {})


def retrieve(context: Context, kind: str, record_id: str) -> Answer:
    """GET of a row, all fields or those in `fields`."""
    found = context.kind(kind)
    row = addressed(context, found, record_id)
    return check_read(context.call, found, row) or _shown(context, found, row)


def update(context: Context, kind: str, record_id: str) -> Answer:
    """PATCH of a row."""
    found = context.kind(kind)
    given = context.body()
    if any(name.lower() == "id" for name in given):
        raise refuse_row([_not_in_body("Id")])
    row = addressed(context, found, record_id)
    check_write(context.call, found, row)
    _write(context, found, row["Id"], given)
    return Answer(204)


def delete(context: Context, kind: str, record_id: str) -> Answer:
    """DELETE of a row. Whether conditions count here is not documented: the org has a switch."""
    found = context.kind(kind)
    row = addressed(context, found, record_id)
    if context.org.setting("conditional_delete"):
        check_write(context.call, found, row)
    try:
        writes.delete(context.org, found, row["Id"], context.actor)
    except RowRefused as refused:
        raise refuse_row(refused.errors) from None
    return Answer(204)


def retrieve_by(context: Context, kind: str, field: str, value: str) -> Answer:
    """GET by a field that identifies rows; 300 with their addresses if it is several."""
    found = context.kind(kind)
    key = identifying_field(found, field)
    matches = matching(context, found, key, value)
    if len(matches) > 1:
        raise _several(context, found, matches)
    if not matches:
        raise not_found()
    return retrieve(context, kind, matches[0])


def upsert(context: Context, kind: str, field: str, value: str) -> Answer:
    """PATCH by a field that identifies rows: creates or updates."""
    found = context.kind(kind)
    key = identifying_field(found, field)
    given = context.body()
    if any(name.lower() == key.name.lower() for name in given):
        raise refuse_row([_not_in_body(key.name)])
    matches = matching(context, found, key, value)
    if len(matches) > 1:
        raise _several(context, found, matches)
    if matches:
        return _upsert_existing(context, found, matches[0], given)
    if key.type == "id" or flag(context.call.query.get("updateOnly")):
        raise not_found()
    try:
        created = writes.create(context.org, found, given | {key.name: value}, context.actor)
    except RowRefused as refused:
        raise refuse_row(refused.errors) from None
    return _created(context, found.name, created, _created_flag(context, created=True))


def delete_by(context: Context, kind: str, field: str, value: str) -> Answer:
    """DELETE by a field that identifies rows."""
    found = context.kind(kind)
    matches = matching(context, found, identifying_field(found, field), value)
    if len(matches) > 1:
        raise _several(context, found, matches)
    if not matches:
        raise not_found()
    return delete(context, kind, matches[0])


# ---- shared with the collections --------------------------------------------------------------


def addressed(context: Context, kind: ObjectType, record_id: str) -> Values:
    """The living row that a path names; else the refusal.

    What is no id is taken for a value of an external ID (transcripts of GET, PATCH and DELETE in
    public clients agree). For an id that no row has, they differ: a PATCH is recorded with
    INVALID_CROSS_REFERENCE_KEY, others with NOT_FOUND, and the org has a switch, `unknown_id`.
    """
    reading = context.call.method in ("GET", "HEAD")
    found = normal_id(record_id)
    if found is None:
        raise not_found(no_external_id(record_id))
    if found[:3] != kind.prefix and not reading:
        message = f"{kind.name} ID: id value of incorrect type: {record_id}"
        raise refuse_row([RowError("MALFORMED_ID", message, ("Id",))])
    row = find(context.org, kind, found) if found[:3] == kind.prefix else None
    if row is None and (reading or context.org.setting("unknown_id") == "not_found"):
        raise not_found()
    if row is None:
        raise refuse_row([UNKNOWN_ID], status=404)
    if row.get("IsDeleted"):
        raise refuse_row([RowError("ENTITY_IS_DELETED", "entity is deleted")])
    return row


def no_external_id(name: str) -> str:
    """Salesforce's sentence for what identifies no row of an object."""
    return f"Provided external ID field does not exist or is not accessible: {name}"


def identifying_field(kind: ObjectType, name: str) -> Field:
    """An external-ID or idLookup field; 404 for any other."""
    field = kind.field(name)
    if field is None or not (field.id_lookup or field.external_id):
        raise not_found(no_external_id(name))
    return field


def matching(context: Context, kind: ObjectType, key: Field, value: Any) -> list[str]:
    """Ids of the rows that a value identifies."""
    stored, error = accept(key, value, Rewriting(context.org.setting("line_ends")))
    if error:
        raise refuse_row([error])
    return find_by(context.org, kind, key.name, stored) if stored is not None else []


def record(context: Context, kind: ObjectType, row: Values, fields: list[Field]) -> Record:
    """A row as JSON."""
    result: Record = {"attributes": attributes(context.base, kind, row["Id"])}
    return result | {field.name: shown(field, row) for field in fields}


def chosen_fields(kind: ObjectType, names: list[str]) -> list[Field]:
    """Fields by name; INVALID_FIELD for one that is not there."""
    result = []
    for name in names:
        field = kind.field(name)
        if field is None:
            raise refuse("INVALID_FIELD", missing_column(name, kind.name))
        result.append(field)
    return result


def _shown(context: Context, kind: ObjectType, row: Values) -> Answer:
    names = [n.strip() for n in context.call.query.get("fields", "").split(",") if n.strip()]
    fields = chosen_fields(kind, names) if names else list(kind.fields)
    if not any(field.name == "Id" for field in fields):
        fields = [*fields, *chosen_fields(kind, ["Id"])]
    return answer(record(context, kind, row, fields), headers=row_headers(kind, row))


def _upsert_existing(
    context: Context, kind: ObjectType, record_id: str, given: dict[str, Any]
) -> Answer:
    check_write(context.call, kind, addressed(context, kind, record_id))
    _write(context, kind, record_id, given)
    if context.number < CREATED_SINCE:
        return Answer(204)
    return answer(_success(record_id) | {"created": False})


def _write(context: Context, kind: ObjectType, record_id: str, given: dict[str, Any]) -> None:
    try:
        writes.update(context.org, kind, record_id, given, context.actor)
    except RowRefused as refused:
        raise refuse_row(refused.errors) from None


def _created(context: Context, kind: str, record_id: str, more: dict[str, Any]) -> Answer:
    location = {"Location": f"{context.base}/sobjects/{kind}/{record_id}"}
    return answer(_success(record_id) | more, 201, location)


def _created_flag(context: Context, *, created: bool) -> dict[str, Any]:
    return {"created": created} if context.number >= CREATED_SINCE else {}


def _success(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def _several(context: Context, kind: ObjectType, matches: list[str]) -> ApiError:
    return ApiError(300, [f"{context.base}/sobjects/{kind.name}/{match}" for match in matches])


def _not_in_body(name: str) -> RowError:
    message = f"The {name} field should not be specified in the sobject data."
    return RowError("INVALID_FIELD", message, (name,))
