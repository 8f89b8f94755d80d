"""Runs a query: first the ids in their order, then page by page the rows as they are by then.

Like the service, a walk over pages is no snapshot: the set of rows is fixed by the first page,
their values are read when their page is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.soql.columns import Catalogue, Tables
from syncline_sandbox.salesforce.soql.conditions import condition, visible
from syncline_sandbox.salesforce.soql.failures import invalid_field, invalid_type, malformed
from syncline_sandbox.salesforce.soql.parse import parse
from syncline_sandbox.salesforce.soql.select import Record, select
from syncline_sandbox.salesforce.soql.syntax import (
    Aggregate,
    ChildQuery,
    Condition,
    FieldSet,
    Query,
    Sort,
)
from syncline_sandbox.salesforce.store.visibility import source

MAX_OFFSET = 2000
FIELDS_LIMIT = 200
FUNCTIONS = {
    "COUNT": "count({})",
    "COUNT_DISTINCT": "count(DISTINCT {})",
    "MIN": "min({})",
    "MAX": "max({})",
    "SUM": "sum({})",
    "AVG": "avg({})",
}


@dataclass(frozen=True)
class Prepared:
    """A query whose names are known to exist."""

    org: Org
    text: str
    query: Query
    kind: ObjectType
    include_deleted: bool
    base: str

    def tables(self) -> Tables:
        """A fresh FROM clause."""
        return Tables(catalogue(self.org), self.text, self.kind)


def catalogue(org: Org) -> Catalogue:
    """What the compiler needs to know of an org."""
    today = org.now().date().isoformat()
    return Catalogue(org.visible, lambda kind: source(org, kind), today)


def prepare(org: Org, text: str, *, include_deleted: bool, base: str) -> Prepared:
    """Parses a query and checks what does not need its rows."""
    query = parse(text)
    kind = org.visible.object(query.object.text)
    if kind is None:
        raise invalid_type(text, query.object.at, query.object.text)
    _check_form(text, query)
    deleted = include_deleted or query.all_rows
    prepared = Prepared(org, text, query, kind, deleted, base)
    if not is_count(query) and not aggregates(query):
        select(prepared.tables(), query.items, base)
    return prepared


def _check_form(text: str, query: Query) -> None:
    """Refuses what the grammar allows and the service does not."""
    if query.offset > MAX_OFFSET:
        message = f"Maximum SOQL offset allowed is {MAX_OFFSET}"
        raise refuse("NUMBER_OUTSIDE_VALID_RANGE", message)
    unbounded = any(isinstance(i, FieldSet) and i.name != "STANDARD" for i in query.items)
    if unbounded and (query.limit is None or query.limit > FIELDS_LIMIT):
        message = "The SOQL FIELDS function must have a LIMIT of at most 200"
        raise malformed(text, 0, message)
    plain = [item for item in query.items if not isinstance(item, Aggregate)]
    if plain and aggregates(query):
        message = "Every field must be grouped or aggregated; GROUP BY is not understood here"
        raise malformed(text, 0, message)


def is_count(query: Query) -> bool:
    """Whether it is `SELECT COUNT()`."""
    return not query.items


def aggregates(query: Query) -> list[Aggregate]:
    """The aggregate functions it selects."""
    return [item for item in query.items if isinstance(item, Aggregate)]


def matching_ids(prepared: Prepared) -> list[str]:
    """The ids of all rows that a query finds, in its order."""
    query = prepared.query
    tables = prepared.tables()
    where, values = _where(tables, query.where, include_deleted=prepared.include_deleted)
    order = _order(tables, query.order_by)
    limit = "" if query.limit is None else f" LIMIT {query.limit}"
    if query.offset:
        limit = f" LIMIT {-1 if query.limit is None else query.limit} OFFSET {query.offset}"
    sql = f"SELECT t.Id FROM {tables.sql()} WHERE {where}{order}{limit}"  # noqa: S608 - compiled
    return [row[0] for row in prepared.org.storage.rows(sql, *values)]


def aggregate_row(prepared: Prepared) -> Record:
    """The one row of a query that selects aggregate functions only."""
    tables, ids = prepared.tables(), matching_ids(prepared)
    record: Record = {"attributes": {"type": "AggregateResult"}}
    for number, item in enumerate(aggregates(prepared.query)):
        column = tables.column(item.path)
        function = FUNCTIONS.get(item.function)
        if function is None or not column.field.stored:
            raise malformed(prepared.text, item.path.at, f"unexpected token: '{item.function}'")
        sql = (
            f"SELECT {function.format(column.sql)} FROM {tables.sql()} "  # noqa: S608 - compiled
            "WHERE t.Id IN (SELECT value FROM json_each(?))"
        )
        row = prepared.org.storage.row(sql, json.dumps(ids))
        record[item.alias or f"expr{number}"] = row[0] if row else None
    return record


def read_rows(prepared: Prepared, ids: Sequence[str]) -> list[Record]:
    """The rows with these ids, in this order; those that are gone by now are left out."""
    tables = prepared.tables()
    selection = select(tables, prepared.query.items, prepared.base)
    limits = visible("t", include_deleted=True, undeletable=prepared.kind.undeletable)
    sql = (
        f"SELECT {selection.sql()} FROM {tables.sql()} "  # noqa: S608 - compiled
        f"WHERE t.Id IN (SELECT value FROM json_each(?)) AND {limits}"
    )
    rows = prepared.org.storage.rows(sql, json.dumps(list(ids)))
    records = {row["t.Id"]: selection.record(dict(row)) for row in rows}
    for item in prepared.query.items:
        if isinstance(item, ChildQuery):
            _add_children(prepared, item, records)
    return [records[i] for i in ids if i in records]


def _where(
    tables: Tables, where: Condition | None, *, include_deleted: bool
) -> tuple[str, list[Any]]:
    limits = visible(
        tables.alias, include_deleted=include_deleted, undeletable=tables.kind.undeletable
    )
    if where is None:
        return limits, []
    sql, values = condition(tables, where)
    return f"{limits} AND ({sql})", values


def _order(tables: Tables, sorts: Sequence[Sort]) -> str:
    pieces = list(_sort_terms(tables, sorts)) or [f"{tables.alias}.Id"]
    return f" ORDER BY {', '.join(pieces)}"


def _sort_terms(tables: Tables, sorts: Sequence[Sort]) -> Iterator[str]:
    for sort in sorts:
        column = tables.column(sort.path)
        if not column.field.filterable or not column.field.stored:
            message = f"field '{column.field.name}' can not be sorted in a query call"
            raise invalid_field(tables.text, sort.path.at, message)
        direction = " DESC" if sort.descending else ""
        if sort.nulls_last == sort.descending:
            nulls = ""
        else:
            nulls = " NULLS LAST" if sort.nulls_last else " NULLS FIRST"
        yield f"{column.sql}{direction}{nulls}"


def _add_children(prepared: Prepared, item: ChildQuery, parents: dict[str, Record]) -> None:
    name = item.relationship.text
    found = (c for c in prepared.kind.children if c.relationship.lower() == name.lower())
    child = next(found, None)
    kind = prepared.org.visible.object(child.object) if child else None
    if child is None or kind is None:
        message = f"Didn't understand relationship '{name}' in FROM part of query call."
        raise invalid_type(prepared.text, item.relationship.at, message)
    tables = Tables(catalogue(prepared.org), prepared.text, kind)
    selection = select(tables, item.items, prepared.base)
    where, values = _where(tables, item.where, include_deleted=prepared.include_deleted)
    order = _order(tables, item.order_by)
    sql = (
        f'SELECT t."{child.field}" AS parent, {selection.sql()} '  # noqa: S608 - compiled
        f"FROM {tables.sql()} "
        f'WHERE t."{child.field}" IN (SELECT value FROM json_each(?)) AND {where}{order}'
    )
    rows = prepared.org.storage.rows(sql, json.dumps(list(parents)), *values)
    for parent_id, parent in parents.items():
        own = [selection.record(dict(row)) for row in rows if row["parent"] == parent_id]
        own = own if item.limit is None else own[: item.limit]
        parent[child.relationship] = (
            {"totalSize": len(own), "done": True, "records": own} if own else None
        )
