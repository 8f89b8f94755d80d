"""Subqueries in the field list: for each record the rows that refer to it, nested in it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import Children, ObjectType
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.failures import invalid_type, malformed
from syncline_sandbox.salesforce.soql.grouping import is_grouped
from syncline_sandbox.salesforce.soql.records import Record
from syncline_sandbox.salesforce.soql.rows import order_of, visible_where
from syncline_sandbox.salesforce.soql.select import select
from syncline_sandbox.salesforce.soql.syntax import ChildQuery, Query


def add_children(
    org: Org,
    parent: Tables,
    item: ChildQuery,
    records: Mapping[str, Record],
    base: str,
    *,
    include_deleted: bool,
) -> None:
    """Nests in each of the records, given by their ids, what a subquery finds of it: null, or a
    result of its own.
    """
    child, kind = related(parent, item)
    if is_grouped(Query(item.items, item.relationship)):
        message = "only root queries support aggregate expressions"
        raise malformed(parent.text, item.relationship.at, message)
    tables = Tables(parent.catalogue, parent.text, kind)
    found = _rows(org, tables, item, child.field, list(records), base, include_deleted)
    for inner in item.items:
        if isinstance(inner, ChildQuery):
            own = dict(pair for rows in found.values() for pair in rows)
            add_children(org, tables, inner, own, base, include_deleted=include_deleted)
    for record_id, record in records.items():
        record[child.relationship] = _result([row for _, row in found.get(record_id, [])])


def _rows(
    org: Org,
    tables: Tables,
    item: ChildQuery,
    field: str,
    parents: list[str],
    base: str,
    include_deleted: bool,
) -> dict[str, list[tuple[str, Record]]]:
    """For each parent the ids and records of its rows, as many as it may show."""
    selection = select(tables, item.items, base)
    where, values = visible_where(tables, item.where, include_deleted=include_deleted)
    order, columns = order_of(tables, item.order_by), selection.sql()
    sql = (
        f'SELECT t."{field}" AS parent, {columns} '  # noqa: S608 - compiled
        f"FROM {tables.sql()} "
        f'WHERE t."{field}" IN (SELECT value FROM json_each(?)) AND {where}{order}'
    )
    found: dict[str, list[tuple[str, Record]]] = {}
    for row in org.storage.rows(sql, json.dumps(parents), *values):
        found.setdefault(row["parent"], []).append((row["t.Id"], selection.record(dict(row))))
    end = None if item.limit is None else item.offset + item.limit
    return {key: rows[item.offset : end] for key, rows in found.items()}


def _result(rows: list[Record]) -> Record | None:
    return {"totalSize": len(rows), "done": True, "records": rows} if rows else None


def related(parent: Tables, item: ChildQuery) -> tuple[Children, ObjectType]:
    """The relationship that a subquery names, and the object of its rows."""
    name = item.relationship.text
    found = next((c for c in parent.kind.children if c.relationship.lower() == name.lower()), None)
    kind = parent.catalogue.schema.object(found.object) if found else None
    if found is None or kind is None:
        message = f"Didn't understand relationship '{name}' in FROM part of query call."
        raise invalid_type(parent.text, item.relationship.at, message)
    return found, kind
