"""Which rows a (sub)query finds, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.conditions import Sql, visible, where
from syncline_sandbox.salesforce.soql.failures import invalid_field, malformed
from syncline_sandbox.salesforce.soql.syntax import Condition, Path, Sort


def visible_where(tables: Tables, wanted: Condition | None, *, include_deleted: bool) -> Sql:
    """The rows that the caller may see and that meet a condition."""
    limits = visible(
        tables.alias, include_deleted=include_deleted, undeletable=tables.kind.undeletable
    )
    if wanted is None:
        return limits, []
    sql, values = where(tables, wanted)
    return f"{limits} AND ({sql})", values


def order_of(tables: Tables, sorts: Sequence[Sort]) -> str:
    """ORDER BY; by Id where nothing is said, so that every run is the same."""
    pieces = list(_terms(tables, sorts)) or [f"{tables.alias}.Id"]
    return f" ORDER BY {', '.join(pieces)}"


def limits_of(limit: int | None, offset: int) -> str:
    """LIMIT and OFFSET."""
    if offset:
        return f" LIMIT {-1 if limit is None else limit} OFFSET {offset}"
    return "" if limit is None else f" LIMIT {limit}"


def _terms(tables: Tables, sorts: Sequence[Sort]) -> Iterator[str]:
    for sort in sorts:
        if not isinstance(sort.expression, Path):
            message = f"unexpected token: '{sort.expression.function}'"
            raise malformed(tables.text, sort.expression.at, message)
        column = tables.column(sort.expression)
        if not column.field.filterable or not column.field.stored:
            message = f"field '{column.field.name}' can not be sorted in a query call"
            raise invalid_field(tables.text, sort.expression.at, message)
        direction = " DESC" if sort.descending else ""
        if sort.nulls_last == sort.descending:
            nulls = ""
        else:
            nulls = " NULLS LAST" if sort.nulls_last else " NULLS FIRST"
        yield f"{column.sql}{direction}{nulls}"
