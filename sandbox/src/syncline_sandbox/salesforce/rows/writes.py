"""Create, update, delete: through the API and, as the user, through the back door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.salesforce.errors import UNKNOWN_ID, RowError, RowRefused
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.rows.checks import checked
from syncline_sandbox.salesforce.rows.contacts.duplicates import DuplicateOptions, duplicate_error
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.store.records import Values, change, find, insert, next_id
from syncline_sandbox.salesforce.store.tables import DELETED_AT, table


@dataclass(frozen=True)
class Actor:
    """Who writes. Quirks, sharing and duplicate rules concern the API only."""

    user_id: str
    through_api: bool = True
    duplicates: DuplicateOptions = field(default_factory=DuplicateOptions)


def create(org: Org, kind: ObjectType, given: Mapping[str, Any], actor: Actor) -> str:
    """Stores a new row and returns its id; raises `RowRefused`."""
    if not kind.createable and actor.through_api:
        raise RowRefused(_no_right())
    if any(name.lower() == "id" for name in given):
        message = "cannot specify Id in an insert call"
        raise RowRefused(RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, ("Id",)))
    values = checked(org, kind, given, "insert", {})
    record_id = next_id(org, kind)
    _lock_quirk(org, actor, record_id)
    if kind.field("OwnerId") and "OwnerId" not in values:
        values["OwnerId"] = actor.user_id
    _refuse_duplicates(org, kind, record_id, values, actor)
    now = org.stamp()
    audit = {
        "CreatedDate": now,
        "CreatedById": actor.user_id,
        "LastModifiedDate": now,
        "LastModifiedById": actor.user_id,
        "SystemModstamp": now,
    }
    insert(org, kind, {"Id": record_id} | values | audit)
    return record_id


def update(
    org: Org, kind: ObjectType, record_id: str, given: Mapping[str, Any], actor: Actor
) -> None:
    """Changes some fields of a row; raises `RowRefused`. Stamps move even if nothing differs."""
    row = living(org, kind, record_id, actor)
    record_id = row["Id"]
    if actor.through_api and (not kind.updateable or row.get("IsPersonAccount") == 1):
        raise RowRefused(_no_right())
    _lock_quirk(org, actor, record_id)
    values = checked(org, kind, given, "update", row)
    _refuse_duplicates(org, kind, record_id, row | values, actor, changed=values)
    change(org, kind, record_id, values | modified(org, actor))


def delete(org: Org, kind: ObjectType, record_id: str, actor: Actor) -> None:
    """Moves a row to the Recycle Bin, an account together with its contacts."""
    record_id = living(org, kind, record_id, actor)["Id"]
    if actor.through_api and not kind.deletable:
        raise RowRefused(_no_right())
    _lock_quirk(org, actor, record_id)
    for child in kind.children:
        owned = org.everything.object(child.object) if child.owned else None
        if owned:
            for child_id in _children(org, child.object, child.field, record_id):
                to_bin(org, owned, child_id, actor)
    to_bin(org, kind, record_id, actor)


def to_bin(
    org: Org, kind: ObjectType, record_id: str, actor: Actor, *, into: str | None = None
) -> None:
    """Marks a row as deleted, `into` being the row it was merged into, and notes the deletion."""
    now = org.stamp()
    marks: Values = {"IsDeleted": 1, DELETED_AT: now}
    if into:
        marks["MasterRecordId"] = into
    change(org, kind, record_id, marks | modified(org, actor))
    org.storage.run("INSERT OR REPLACE INTO deletion VALUES (?, ?, ?)", kind.name, record_id, now)


def living(org: Org, kind: ObjectType, record_id: str, actor: Actor) -> Values:
    """The row, or the refusal for one that is deleted, unknown or not to be seen."""
    found = normal_id(record_id)
    if found is None or found[:3] != kind.prefix:
        message = f"{kind.name} ID: id value of incorrect type: {record_id}"
        raise RowRefused(RowError("MALFORMED_ID", message, ("Id",)))
    row = find(org, kind, found, hidden=not actor.through_api)
    if row is None:
        raise RowRefused(UNKNOWN_ID)
    if row.get("IsDeleted"):
        raise RowRefused(RowError("ENTITY_IS_DELETED", "entity is deleted"))
    return row


def modified(org: Org, actor: Actor) -> Values:
    """The audit stamps of a change."""
    now = org.stamp()
    return {
        "LastModifiedDate": now,
        "LastModifiedById": actor.user_id,
        "SystemModstamp": now,
    }


def _refuse_duplicates(
    org: Org,
    kind: ObjectType,
    record_id: str,
    values: Values,
    actor: Actor,
    *,
    changed: Values | None = None,
) -> None:
    for unique in (f for f in kind.fields if f.unique):
        value = (values if changed is None else changed).get(unique.name)
        if value is None:
            continue
        other = _other_with(org, kind, unique.name, value, record_id)
        if other:
            message = f"duplicate value found: {unique.name} duplicates value on record with id: "
            raise RowRefused(RowError("DUPLICATE_VALUE", message + other))
    if actor.through_api:
        error = duplicate_error(org, kind, record_id, values, actor.duplicates)
        if error:
            raise RowRefused(error)


def _other_with(org: Org, kind: ObjectType, name: str, value: Any, record_id: str) -> str | None:
    row = org.storage.row(
        f'SELECT Id FROM {table(kind.name)} WHERE "{name}" = ? '  # noqa: S608 - from the schema
        "AND Id <> ? AND IsDeleted = 0",
        value,
        record_id,
    )
    return str(row["Id"]) if row else None


def _children(org: Org, kind: str, name: str, parent_id: str) -> list[str]:
    rows = org.storage.rows(
        f'SELECT Id FROM {table(kind)} WHERE "{name}" = ? AND IsDeleted = 0',  # noqa: S608 - as above
        parent_id,
    )
    return [row["Id"] for row in rows]


def _lock_quirk(org: Org, actor: Actor, record_id: str) -> None:
    if actor.through_api and org.environment.quirks.fires("row-locked"):
        message = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
        raise RowRefused(RowError("UNABLE_TO_LOCK_ROW", message))


def _no_right() -> RowError:
    message = "insufficient access rights on object id"
    return RowError("INSUFFICIENT_ACCESS_OR_READONLY", message)
