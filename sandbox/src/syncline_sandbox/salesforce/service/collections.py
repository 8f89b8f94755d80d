"""sObject collections: up to 200 rows in one call, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.errors import (
    UNKNOWN_ID,
    ApiError,
    RowError,
    RowRefused,
    refuse,
)
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.rows import writes
from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service.requests import Context, answer, flag
from syncline_sandbox.salesforce.service.rows import (
    chosen_fields,
    identifying_field,
    matching,
    record,
)
from syncline_sandbox.salesforce.store.records import find

MAX_ROWS = 200
MAX_READ = 2000
Outcome = dict[str, Any]
Item = dict[str, Any]

ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone "
    "header",
)


class _TakenBack(Exception):
    """Takes the transaction of an allOrNone call back."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def create(context: Context) -> Answer:
    """POST: creates rows of any types."""

    def one(item: Item) -> Outcome:
        kind = _kind_of(context, item)
        given = {name: v for name, v in item.items() if name != "attributes"}
        return success(writes.create(context.org, kind, given, context.actor))

    return _each(context, _records(context), one)


def update(context: Context) -> Answer:
    """PATCH: updates rows of any types by the id in each."""

    def one(item: Item) -> Outcome:
        kind = _kind_of(context, item)
        given = {n: v for n, v in item.items() if n.lower() not in ("id", "attributes")}
        record_id = next((v for n, v in item.items() if n.lower() == "id"), None)
        if not record_id:
            message = "Id not specified in an update call"
            raise RowRefused(RowError("MISSING_ARGUMENT", message))
        writes.update(context.org, kind, str(record_id), given, context.actor)
        return success(_long(record_id))

    return _each(context, _records(context), one)


def upsert(context: Context, kind: str, field: str) -> Answer:
    """PATCH by a field that identifies rows, all of one type."""
    found = context.kind(kind)
    key = identifying_field(found, field)

    def one(item: Item) -> Outcome:
        if _kind_of(context, item).name != found.name:
            message = f"The type of every record must be {found.name}"
            raise RowRefused(RowError("INVALID_TYPE", message))
        return _upsert_one(context, found, key, item)

    return _each(context, _records(context), one)


def delete(context: Context) -> Answer:
    """DELETE of the rows in `ids`."""
    ids = [i.strip() for i in context.call.query.get("ids", "").split(",") if i.strip()]
    if not ids:
        raise refuse("MISSING_ARGUMENT", "The ids parameter is required")

    def one(item: Item) -> Outcome:
        record_id = _long(item["id"])
        kind = context.org.visible.by_prefix(record_id)
        if normal_id(record_id) is None or kind is None:
            raise RowRefused(RowError("MALFORMED_ID", f"malformed id {record_id}"))
        writes.delete(context.org, kind, record_id, context.actor)
        return success(record_id)

    _check_count(len(ids))
    items = [{"id": record_id} for record_id in ids]
    return _run(context, items, one, all_or_none=flag(context.call.query.get("allOrNone")))


def retrieve(context: Context, kind: str) -> Answer:
    """GET by `ids` and `fields`: rows in the order asked for, null for one that is not there."""
    options = context.call.query
    split = (options.get(name, "").split(",") for name in ("ids", "fields"))
    ids, fields = ([part.strip() for part in parts if part.strip()] for parts in split)
    return _retrieve(context, kind, ids, fields)


def retrieve_by_body(context: Context, kind: str) -> Answer:
    """POST with `ids` and `fields` in the body."""
    body = context.body()
    ids, fields = body.get("ids"), body.get("fields")
    if not isinstance(ids, list) or not isinstance(fields, list):
        raise refuse("JSON_PARSER_ERROR", "ids and fields are required to be arrays")
    return _retrieve(context, kind, [str(i) for i in ids], [str(f) for f in fields])


def _retrieve(context: Context, kind: str, ids: list[str], names: list[str]) -> Answer:
    found = context.kind(kind)
    if not ids or not names:
        raise refuse("MISSING_ARGUMENT", "The ids and fields parameters are required")
    _check_count(len(ids), MAX_READ)
    fields = chosen_fields(found, names)
    if not any(field.name == "Id" for field in fields):
        fields = [*fields, *chosen_fields(found, ["Id"])]
    return answer([_read(context, found, record_id, fields) for record_id in ids])


def _read(
    context: Context, kind: ObjectType, record_id: str, fields: list[Field]
) -> dict[str, Any] | None:
    full_id = normal_id(record_id)
    if full_id is None:
        raise refuse("MALFORMED_ID", f"malformed id {record_id}")
    row = find(context.org, kind, full_id)
    if row is None or row.get("IsDeleted"):
        return None
    return record(context, kind, row, fields)


def success(record_id: str) -> Outcome:
    """The outcome of a row that was written."""
    return {"id": record_id, "success": True, "errors": []}


def _upsert_one(context: Context, kind: ObjectType, key: Field, item: Item) -> Outcome:
    """Creates or updates by `key`. A record without a value for it is refused, but created if the
    key is Id: the documentation wants record ids left alone here, clients send them all the same.
    """
    given = {name: v for name, v in item.items() if name != "attributes"}
    value = next((v for n, v in given.items() if n.lower() == key.name.lower()), None)
    without_id = {name: v for name, v in given.items() if name.lower() != "id"}
    if value is None and key.type != "id":
        message = f"{key.name} not specified"
        raise RowRefused(RowError("MISSING_ARGUMENT", message))
    match = None if value is None else _only_match(context, kind, key, value)
    rest = without_id if key.type == "id" else given
    if match is not None:
        writes.update(context.org, kind, match, rest, context.actor)
        return success(match) | {"created": False}
    if value is not None and key.type == "id":
        raise RowRefused(UNKNOWN_ID)
    created = writes.create(context.org, kind, rest, context.actor)
    return success(created) | {"created": True}


def _only_match(context: Context, kind: ObjectType, key: Field, value: Any) -> str | None:
    """The row that a value identifies, if any; refuses the record if it is several."""
    try:
        matches = matching(context, kind, key, value)
    except ApiError as error:
        entry = error.body[0]
        raise RowRefused(RowError(entry["errorCode"], entry["message"], (key.name,))) from None
    if len(matches) > 1:
        message = f"{key.name}: more than one record found for external id field: {matches}"
        raise RowRefused(RowError("DUPLICATE_EXTERNAL_ID", message, (key.name,)))
    return matches[0] if matches else None


def _records(context: Context) -> list[Item]:
    records = context.body().get("records")
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise refuse("JSON_PARSER_ERROR", "records is required to be an array of objects")
    _check_count(len(records))
    return records


def _check_count(count: int, most: int = MAX_ROWS) -> None:
    if count > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise refuse("EXCEEDED_ID_LIMIT", message)


def _kind_of(context: Context, item: Item) -> ObjectType:
    attributes = item.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise refuse("INVALID_INPUT", "Include the attribute 'type' in every record")
    kind = context.org.visible.object(name)
    if kind is None:
        message = f"sObject type '{name}' is not supported."
        raise RowRefused(RowError("INVALID_TYPE", message))
    return kind


def _long(record_id: Any) -> str:
    return normal_id(record_id) or str(record_id)


def _each(context: Context, items: list[Item], one: Callable[[Item], Outcome]) -> Answer:
    return _run(context, items, one, all_or_none=flag(context.body().get("allOrNone")))


def _run(
    context: Context, items: list[Item], one: Callable[[Item], Outcome], *, all_or_none: bool
) -> Answer:
    try:
        with context.org.storage.transaction():
            outcomes = [_attempt(context, item, one) for item in items]
            _take_back_if(outcomes, all_or_none=all_or_none)
    except _TakenBack as taken_back:
        outcomes = [
            _failure(None, (ROLLED_BACK,)) if outcome["success"] else outcome
            for outcome in taken_back.outcomes
        ]
    return answer(outcomes)


def _take_back_if(outcomes: list[Outcome], *, all_or_none: bool) -> None:
    if all_or_none and not all(outcome["success"] for outcome in outcomes):
        raise _TakenBack(outcomes)


def _attempt(context: Context, item: Item, one: Callable[[Item], Outcome]) -> Outcome:
    try:
        with context.org.storage.transaction():
            return one(item)
    except RowRefused as refused:
        named = next((v for name, v in item.items() if name.lower() == "id"), None)
        return _failure(_long(named) if named else None, refused.errors)


def _failure(record_id: str | None, errors: tuple[RowError, ...]) -> Outcome:
    outcome: Outcome = {"success": False, "errors": [error.item() for error in errors]}
    return {"id": record_id} | outcome if record_id else outcome
