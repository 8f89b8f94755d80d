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
from syncline_sandbox.salesforce.soql.catalogue import Catalogue, catalogue
from syncline_sandbox.salesforce.soql.children import add_children
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.conditions import Sql, visible
from syncline_sandbox.salesforce.soql.failures import invalid_type
from syncline_sandbox.salesforce.soql.forms import check_form
from syncline_sandbox.salesforce.soql.grouping import groups, is_grouped
from syncline_sandbox.salesforce.soql.groups import Groups
from syncline_sandbox.salesforce.soql.parse import parse
from syncline_sandbox.salesforce.soql.records import Record
from syncline_sandbox.salesforce.soql.rows import limits_of, order_of, visible_where
from syncline_sandbox.salesforce.soql.scopes import in_scope
from syncline_sandbox.salesforce.soql.select import select
from syncline_sandbox.salesforce.soql.syntax import Call, ChildQuery, Query, Selected

MOST_GROUPS = 2000
"""Records of a query that groups: there is no second page of them."""


@dataclass(frozen=True)
class Prepared:
    """A query whose names are known to exist."""

    org: Org
    text: str
    query: Query
    kind: ObjectType
    include_deleted: bool
    base: str
    catalogue: Catalogue

    def tables(self) -> Tables:
        """A fresh FROM clause."""
        return Tables(self.catalogue, self.text, self.kind, aliases=dict(self.query.aliases))


def prepare(org: Org, text: str, user_id: str, *, include_deleted: bool, base: str) -> Prepared:
    """Parses a query and checks what does not need its rows; `user_id` is who asks."""
    query = parse(text)
    known = catalogue(org, user_id)
    kind = known.schema.object(query.object.text)
    if kind is None:
        raise invalid_type(text, query.object.at, query.object.text)
    check_form(text, query)
    deleted = include_deleted or query.all_rows
    prepared = Prepared(org, text, query, kind, deleted, base, known)
    if not is_count(query) and not is_grouped(query):
        select(prepared.tables(), query.items, base)
    return prepared


def is_count(query: Query) -> bool:
    """Whether it is `SELECT COUNT()`."""
    return query.items == (Selected(Call("COUNT")),)


def matching_ids(prepared: Prepared) -> list[str]:
    """The ids of all rows that a query finds, in its order."""
    query, tables = prepared.query, prepared.tables()
    condition, values = _where(prepared, tables)
    order = order_of(tables, query.order_by)
    limit = limits_of(query.limit, query.offset)
    sql = f"SELECT t.Id FROM {tables.sql()} WHERE {condition}{order}{limit}"  # noqa: S608 - compiled
    return [row[0] for row in prepared.org.storage.rows(sql, *values)]


def group_records(prepared: Prepared) -> list[Record]:
    """The records of a query that groups."""
    query, tables = prepared.query, prepared.tables()
    found: Groups = groups(tables, query)
    sql, values = found.sql(_where(prepared, tables), limits_of(query.limit, query.offset))
    rows = prepared.org.storage.rows(sql, *values)
    if len(rows) > MOST_GROUPS:
        message = (
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a "
            "single batch"
        )
        raise refuse("EXCEEDED_ID_LIMIT", message)
    return [found.record(dict(row)) for row in rows]


def read_rows(prepared: Prepared, ids: Sequence[str]) -> list[Record]:
    """The rows with these ids, in this order; those that are gone by now are left out."""
    tables = prepared.tables()
    selection = select(tables, prepared.query.items, prepared.base)
    limits = visible("t", include_deleted=True, undeletable=prepared.kind.undeletable)
    columns = selection.sql()
    sql = (
        f"SELECT {columns} FROM {tables.sql()} "  # noqa: S608 - compiled
        f"WHERE t.Id IN (SELECT value FROM json_each(?)) AND {limits}"
    )
    rows = prepared.org.storage.rows(sql, json.dumps(list(ids)))
    records = {row["t.Id"]: selection.record(dict(row)) for row in rows}
    for item in _children(prepared.query):
        add_children(
            prepared.org, tables, item, records, prepared.base,
            include_deleted=prepared.include_deleted,
        )  # fmt: skip
    return [records[i] for i in ids if i in records]


def _children(query: Query) -> Iterator[ChildQuery]:
    return (item for item in query.items if isinstance(item, ChildQuery))


def _where(prepared: Prepared, tables: Tables) -> Sql:
    condition, values = visible_where(
        tables, prepared.query.where, include_deleted=prepared.include_deleted
    )
    scope, scope_values = in_scope(tables, prepared.query.scope)
    joined: list[Any] = [*values, *scope_values]
    return (f"{condition} AND {scope}" if scope else condition), joined
