"""From a WHERE or a HAVING clause to SQL.

SOQL knows two truth values: a comparison with an empty field is simply false, and its negation
true. SQL's third value counts as false at the top and is made false explicitly under NOT.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES
from syncline_sandbox.salesforce.soql.bounds import bad_operator, bound, day_edges, wrong_type
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.dates import DateLiteral
from syncline_sandbox.salesforce.soql.failures import invalid_field, invalid_type, malformed
from syncline_sandbox.salesforce.soql.syntax import (
    Compare,
    Condition,
    Expression,
    Like,
    Logic,
    Membership,
    Not,
    SemiJoin,
)
from syncline_sandbox.salesforce.soql.values import Value, Valued, row_value
from syncline_sandbox.salesforce.store.tables import HIDDEN

Sql = tuple[str, list[Any]]
"""A fragment and the values of its placeholders."""


def where(tables: Tables, wanted: Condition) -> Sql:
    """The SQL of a condition that single rows must meet."""
    return Conditions(tables, row_value(tables)).sql(wanted)


def visible(alias: str, *, include_deleted: bool, undeletable: bool) -> str:
    """The rows a caller may see at all."""
    sql = f"{alias}.{HIDDEN} = 0"
    return sql if include_deleted or not undeletable else f"{sql} AND {alias}.IsDeleted = 0"


@dataclass(frozen=True)
class Conditions:
    """Conditions over what expressions stand for: single rows, or groups of them."""

    tables: Tables
    valued: Valued

    def sql(self, wanted: Condition) -> Sql:
        """The SQL of a condition."""
        match wanted:
            case Logic(operator, parts):
                pieces = [self.sql(part) for part in parts]
                text = _balanced([f"({sql})" for sql, _ in pieces], operator)
                return text, [value for _, values in pieces for value in values]
            case Not(part):
                sql, values = self.sql(part)
                return f"NOT COALESCE(({sql}), 0)", values
            case Compare():
                return self._compare(wanted)
            case Like(expression, pattern):
                value = self._filterable(expression)
                if value.type not in TEXT_TYPES:
                    message = f"invalid operator on {value.type} field"
                    raise bad_operator(self.tables, value, message)
                return f"soql_like({value.sql}, ?)", [pattern]
            case Membership():
                return self._membership(wanted)

    def _filterable(self, expression: Expression) -> Value:
        value = self.valued(expression)
        field = value.column.field if value.column else None
        if field is not None and not (field.filterable and field.stored):
            message = f"field '{field.name}' can not be filtered in a query call"
            raise invalid_field(self.tables.text, value.at, message)
        return value

    def _compare(self, wanted: Compare) -> Sql:
        value = self._filterable(wanted.expression)
        if isinstance(wanted.value, DateLiteral):
            return self._compare_day(wanted, value, wanted.value)
        found = bound(self.tables, value, wanted.value)
        if found is None:
            return self._compare_empty(wanted, value)
        if wanted.operator == "!=":
            return f"{value.sql} IS NOT ?", [found]
        if value.type == "boolean" and wanted.operator != "=":
            raise bad_operator(self.tables, value, "invalid operator on boolean field")
        return f"{value.sql} {wanted.operator} ?", [found]

    def _compare_empty(self, wanted: Compare, value: Value) -> Sql:
        if wanted.operator == "=":
            return f"{value.sql} IS NULL", []
        if wanted.operator == "!=":
            return f"{value.sql} IS NOT NULL", []
        raise bad_operator(self.tables, value, f"invalid operator on {value.type} field")

    def _compare_day(self, wanted: Compare, value: Value, literal: DateLiteral) -> Sql:
        if not value.is_column or value.type not in ("date", "datetime"):
            raise wrong_type(self.tables, value)
        start, end = day_edges(self.tables, value, literal)
        match wanted.operator:
            case "=":
                return f"({value.sql} >= ? AND {value.sql} < ?)", [start, end]
            case "!=":
                within = f"({value.sql} >= ? AND {value.sql} < ?)"
                return f"NOT COALESCE({within}, 0)", [start, end]
            case "<" | ">=":
                return f"{value.sql} {wanted.operator} ?", [start]
            case "<=":
                return f"{value.sql} < ?", [end]
            case _:
                return f"{value.sql} >= ?", [end]

    def _membership(self, wanted: Membership) -> Sql:
        value, empty = self._filterable(wanted.expression), False
        if isinstance(wanted.members, SemiJoin):
            sql, values = self._semi_join(value, wanted.members)
        else:
            members = [bound(self.tables, value, member) for member in wanted.members]
            empty = None in members
            values = [json.dumps([member for member in members if member is not None])]
            sql = "SELECT value FROM json_each(?)"
        if wanted.negated:
            joined = "AND" if empty else "OR"
            null = "IS NOT NULL" if empty else "IS NULL"
            return f"({value.sql} NOT IN ({sql}) {joined} {value.sql} {null})", values
        if empty:
            return f"({value.sql} IN ({sql}) OR {value.sql} IS NULL)", values
        return f"{value.sql} IN ({sql})", values

    def _semi_join(self, value: Value, join: SemiJoin) -> Sql:
        tables, text = self.tables, self.tables.text
        if value.type not in ("id", "reference"):
            message = "semi join sub-selects can only filter on ID or reference fields"
            raise malformed(text, value.at, message)
        kind = tables.catalogue.schema.object(join.object.text)
        if kind is None:
            raise invalid_type(text, join.object.at, join.object.text)
        inner = Tables(tables.catalogue, text, kind, alias=f"{tables.alias}s")
        selected = inner.column(join.path)
        if selected.field.type not in ("id", "reference"):
            message = "semi join sub-selects can only select an ID or reference field"
            raise malformed(text, join.path.at, message)
        sql, values = where(inner, join.where) if join.where else ("1", [])
        limits = visible(inner.alias, include_deleted=False, undeletable=kind.undeletable)
        return (
            f"SELECT {selected.sql} FROM {inner.sql()} "  # noqa: S608 - names come from the schema
            f"WHERE {limits} AND {selected.sql} IS NOT NULL AND ({sql})"
        ), values


def _balanced(pieces: list[str], operator: str) -> str:
    """Joined as a tree of little depth: SQLite limits the depth of expressions."""
    if len(pieces) <= 2:
        return f" {operator} ".join(pieces)
    middle = len(pieces) // 2
    halves = (_balanced(part, operator) for part in (pieces[:middle], pieces[middle:]))
    return f" {operator} ".join(f"({half})" for half in halves)
