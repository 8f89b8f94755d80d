"""From a WHERE clause to SQL.

SOQL knows two truth values: a comparison with an empty field is simply false, and its negation
true. SQL's third value counts as false at the top and is made false explicitly under NOT.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from syncline_sandbox.salesforce.errors import ApiError, refuse
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.schema.fields import NUMBER_TYPES, TEXT_TYPES, Field
from syncline_sandbox.salesforce.soql.columns import Column, Tables
from syncline_sandbox.salesforce.soql.failures import (
    invalid_field,
    invalid_type,
    malformed,
    pointed,
)
from syncline_sandbox.salesforce.soql.syntax import (
    Compare,
    Condition,
    Like,
    Literalish,
    Logic,
    Membership,
    Not,
    Path,
    RelativeDay,
    SemiJoin,
)
from syncline_sandbox.salesforce.stamps import stamp
from syncline_sandbox.salesforce.store.tables import HIDDEN

Sql = tuple[str, list[Any]]
"""A fragment and the values of its placeholders."""


def condition(tables: Tables, where: Condition) -> Sql:
    """The SQL of a condition over these tables."""
    match where:
        case Logic(operator, parts):
            pieces = [condition(tables, part) for part in parts]
            text = _balanced([f"({sql})" for sql, _ in pieces], operator)
            return text, [value for _, values in pieces for value in values]
        case Not(part):
            sql, values = condition(tables, part)
            return f"NOT COALESCE(({sql}), 0)", values
        case Compare():
            return _compare(tables, where)
        case Like(path, pattern):
            column = _filterable(tables, path)
            if column.field.type not in TEXT_TYPES:
                raise _bad_operator(tables, path, f"invalid operator on {column.field.type} field")
            return f"soql_like({column.sql}, ?)", [pattern]
        case Membership():
            return _membership(tables, where)


def _balanced(pieces: list[str], operator: str) -> str:
    """Joined as a tree of little depth: SQLite limits the depth of expressions."""
    if len(pieces) <= 2:
        return f" {operator} ".join(pieces)
    middle = len(pieces) // 2
    halves = (_balanced(part, operator) for part in (pieces[:middle], pieces[middle:]))
    return f" {operator} ".join(f"({half})" for half in halves)


def visible(alias: str, *, include_deleted: bool, undeletable: bool) -> str:
    """The rows a caller may see at all."""
    sql = f"{alias}.{HIDDEN} = 0"
    return sql if include_deleted or not undeletable else f"{sql} AND {alias}.IsDeleted = 0"


def _filterable(tables: Tables, path: Path) -> Column:
    column = tables.column(path)
    if not column.field.filterable or not column.field.stored:
        message = f"field '{column.field.name}' can not be filtered in a query call"
        raise invalid_field(tables.text, path.at, message)
    return column


def _compare(tables: Tables, where: Compare) -> Sql:
    column = _filterable(tables, where.path)
    if isinstance(where.value, RelativeDay):
        return _compare_day(tables, where, column, where.value)
    value = bound(tables, where.path, column.field, where.value)
    if value is None:
        return _compare_empty(tables, where, column)
    if where.operator == "!=":
        return f"{column.sql} IS NOT ?", [value]
    if column.field.type == "boolean" and where.operator != "=":
        raise _bad_operator(tables, where.path, "invalid operator on boolean field")
    return f"{column.sql} {where.operator} ?", [value]


def _compare_empty(tables: Tables, where: Compare, column: Column) -> Sql:
    if where.operator == "=":
        return f"{column.sql} IS NULL", []
    if where.operator == "!=":
        return f"{column.sql} IS NOT NULL", []
    raise _bad_operator(tables, where.path, f"invalid operator on {column.field.type} field")


def _compare_day(tables: Tables, where: Compare, column: Column, days: RelativeDay) -> Sql:
    if column.field.type not in ("date", "datetime"):
        raise _wrong_type(tables, where.path, column.field)
    first = date.fromisoformat(tables.catalogue.today) + timedelta(days=days.first)
    start, end = (_edge(column.field, d) for d in (first, first + timedelta(days=days.days)))
    match where.operator:
        case "=":
            return f"({column.sql} >= ? AND {column.sql} < ?)", [start, end]
        case "!=":
            return f"NOT COALESCE(({column.sql} >= ? AND {column.sql} < ?), 0)", [start, end]
        case "<" | ">=":
            return f"{column.sql} {where.operator} ?", [start]
        case "<=":
            return f"{column.sql} < ?", [end]
        case _:
            return f"{column.sql} >= ?", [end]


def _edge(field: Field, day: date) -> str:
    midnight = datetime.combine(day, time(), UTC)
    return day.isoformat() if field.type == "date" else stamp(midnight)


def _membership(tables: Tables, where: Membership) -> Sql:
    column = _filterable(tables, where.path)
    if isinstance(where.members, SemiJoin):
        sql, values = _semi_join(tables, where, column, where.members)
        empty = False
    else:
        members = [bound(tables, where.path, column.field, m) for m in where.members]
        empty = None in members
        values = [json.dumps([m for m in members if m is not None])]
        sql = "SELECT value FROM json_each(?)"
    if where.negated:
        joined = "AND" if empty else "OR"
        null = "IS NOT NULL" if empty else "IS NULL"
        return f"({column.sql} NOT IN ({sql}) {joined} {column.sql} {null})", values
    if empty:
        return f"({column.sql} IN ({sql}) OR {column.sql} IS NULL)", values
    return f"{column.sql} IN ({sql})", values


def _semi_join(tables: Tables, where: Membership, column: Column, join: SemiJoin) -> Sql:
    if column.field.type not in ("id", "reference"):
        message = "semi join sub-selects can only filter on ID or reference fields"
        raise malformed(tables.text, where.path.at, message)
    kind = tables.catalogue.schema.object(join.object.text)
    if kind is None:
        raise invalid_type(tables.text, join.object.at, join.object.text)
    inner = Tables(tables.catalogue, tables.text, kind, alias=f"{tables.alias}s")
    selected = inner.column(join.path)
    if selected.field.type not in ("id", "reference"):
        message = "semi join sub-selects can only select an ID or reference field"
        raise malformed(tables.text, join.path.at, message)
    sql, values = condition(inner, join.where) if join.where else ("1", [])
    limits = visible(inner.alias, include_deleted=False, undeletable=kind.undeletable)
    return (
        f"SELECT {selected.sql} FROM {inner.sql()} "  # noqa: S608 - names come from the schema
        f"WHERE {limits} AND {selected.sql} IS NOT NULL AND ({sql})"
    ), values


def bound(tables: Tables, path: Path, field: Field, value: Literalish) -> Any:
    """A literal as it is stored in this field's column; refuses one of another type."""
    if value is None or value == "":
        return None
    if field.type in ("id", "reference") and isinstance(value, str):
        found = normal_id(value)
        if found is None:
            raise _bad_operator(tables, path, f"invalid ID field: {value}")
        return found
    stored = _stored(field, value)
    if stored is None:
        raise _wrong_type(tables, path, field)
    return stored


def _stored(field: Field, value: Literalish) -> Any:
    if field.type in TEXT_TYPES and isinstance(value, str):
        return value
    if field.type == "boolean" and isinstance(value, bool):
        return int(value)
    if field.type == "datetime" and isinstance(value, datetime):
        return stamp(value)
    if field.type == "date" and isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if field.type in NUMBER_TYPES and isinstance(value, Decimal):
        return float(value)
    return None


def _wrong_type(tables: Tables, path: Path, field: Field) -> ApiError:
    text = field.type in TEXT_TYPES or field.type in ("id", "reference")
    kind = {"datetime": "dateTime", "id": "ID", "reference": "ID"}.get(
        field.type, "string" if text else field.type
    )
    quotes = "should be enclosed in quotes" if text else "should not be enclosed in quotes"
    message = (
        f"value of filter criterion for field '{field.name}' must be of type {kind} and {quotes}"
    )
    return invalid_field(tables.text, path.at, message)


def _bad_operator(tables: Tables, path: Path, message: str) -> ApiError:
    return refuse("INVALID_QUERY_FILTER_OPERATOR", pointed(tables.text, path.at, message))
