"""Single rows: found, written, and taken out for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.salesforce.ids import make_id
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.store.tables import DELETED_AT, HIDDEN, table
from syncline_sandbox.salesforce.store.visibility import hold_back

Values = dict[str, Any]


def next_id(org: Org, kind: ObjectType) -> str:
    """A new id; never given twice."""
    return make_id(kind.prefix, org.storage.next(f"id:{kind.name}"))


def find(org: Org, kind: ObjectType, record_id: str, *, hidden: bool = False) -> Values | None:
    """The row with an id, deleted ones too; rows that sharing hides only if asked for."""
    row = org.storage.row(
        f"SELECT * FROM {table(kind.name)} WHERE Id = ?",  # noqa: S608 - names from the schema
        record_id,
    )
    if row is None or (row[HIDDEN] and not hidden):
        return None
    return dict(row)


def find_by(org: Org, kind: ObjectType, field: str, value: Any) -> list[str]:
    """Ids of the living rows with a value in a field, those that sharing hides left out."""
    alive = "AND IsDeleted = 0" if kind.undeletable else ""
    rows = org.storage.rows(
        f'SELECT Id FROM {table(kind.name)} WHERE "{field}" = ? '  # noqa: S608 - as above
        f"AND {HIDDEN} = 0 {alive} ORDER BY Id",
        value,
    )
    return [row["Id"] for row in rows]


def insert(org: Org, kind: ObjectType, values: Mapping[str, Any]) -> None:
    """Writes a new row with the columns given."""
    hold_back(org, kind, values["Id"])
    columns = ", ".join(f'"{name}"' for name in values)
    places = ", ".join("?" * len(values))
    org.storage.run(
        f"INSERT INTO {table(kind.name)} ({columns}) VALUES ({places})",  # noqa: S608 - as above
        *values.values(),
    )


def change(org: Org, kind: ObjectType, record_id: str, values: Mapping[str, Any]) -> None:
    """Writes some columns of a row."""
    hold_back(org, kind, record_id)
    columns = ", ".join(f'"{name}" = ?' for name in values)
    org.storage.run(
        f"UPDATE {table(kind.name)} SET {columns} WHERE Id = ?",  # noqa: S608 - as above
        *values.values(),
        record_id,
    )


def erase(org: Org, kind: ObjectType, record_ids: list[str] | None = None) -> int:
    """Takes deleted rows out of the Recycle Bin: these, or all of them."""
    sql = f"DELETE FROM {table(kind.name)} WHERE IsDeleted = 1"  # noqa: S608 - as above
    if record_ids is None:
        return org.storage.run(sql)
    return sum(org.storage.run(f"{sql} AND Id = ?", record_id) for record_id in record_ids)


def expire_bin(org: Org) -> None:
    """Rows that were deleted fifteen days ago are gone."""
    for kind in org.everything.objects.values():
        if kind.undeletable:
            org.storage.run(
                f"DELETE FROM {table(kind.name)} "  # noqa: S608 - as above
                f"WHERE IsDeleted = 1 AND {DELETED_AT} < ?",
                org.bin_floor(),
            )
