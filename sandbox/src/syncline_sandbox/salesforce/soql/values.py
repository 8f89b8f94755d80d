"""Expressions as values in SQL: a field, or a function of one.

SOQL and SOSL Reference, "SOQL SELECT Functions" and "Support for Field Types in Aggregate
Functions".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.schema.fields import NUMBER_TYPES, TEXT_TYPES, Field, FieldType
from syncline_sandbox.salesforce.soql.columns import Column, Tables
from syncline_sandbox.salesforce.soql.failures import malformed
from syncline_sandbox.salesforce.soql.functions import DATE_FUNCTIONS
from syncline_sandbox.salesforce.soql.syntax import Call, Expression, Path

AGGREGATES = {
    "COUNT": "count({})",
    "COUNT_DISTINCT": "count(DISTINCT {})",
    "MIN": "min({})",
    "MAX": "max({})",
    "SUM": "sum({})",
    "AVG": "avg({})",
}
_INSTANTS_ONLY = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})


@dataclass(frozen=True)
class Value:
    """An expression in SQL. `type` is that of its result, `column` the field it is made of, which
    it `is` unless it is a function; `name` is what messages call it, at `at` in the text.
    """

    sql: str
    type: FieldType
    name: str
    at: int
    column: Column | None = None
    is_column: bool = False


Valued = Callable[[Expression], Value]
"""What the expressions of a clause stand for."""


def row_value(tables: Tables) -> Valued:
    """The values of single rows: in WHERE, and in a query that groups nothing."""

    def valued(expression: Expression) -> Value:
        if isinstance(expression, Path):
            return field_value(tables, expression)
        if expression.function in AGGREGATES:
            message = f"aggregate function not allowed here: {expression}"
            raise malformed(tables.text, expression.at, message)
        return function_value(tables, expression, valued)

    return valued


def field_value(tables: Tables, path: Path) -> Value:
    """A field itself."""
    column = tables.column(path)
    return Value(column.sql, column.field.type, column.field.name, path.at, column, is_column=True)


def aggregate_value(tables: Tables, call: Call) -> Value:
    """A function of a field of many rows."""
    if not isinstance(call.argument, Path):
        raise unknown_function(tables, call)
    value = field_value(tables, call.argument)
    if not _aggregatable(value, call.function):
        message = f"field {value.name} does not support aggregate operator {call.function}"
        raise malformed(tables.text, call.argument.at, message)
    types: dict[str, FieldType] = {
        "COUNT": "int", "COUNT_DISTINCT": "int", "AVG": "double",
    }  # fmt: skip
    result = types.get(call.function, value.type)
    sql = AGGREGATES[call.function].format(value.sql)
    collated = f"{sql} COLLATE SALESFORCE" if result in TEXT_TYPES else sql
    return Value(collated, result, str(call), call.at, value.column)


def function_value(tables: Tables, call: Call, valued: Valued) -> Value:
    """A function of one value; `valued` tells what its argument stands for."""
    if call.argument is None:
        raise unknown_function(tables, call)
    match call.function:
        case "TOLABEL":
            return _label(tables, call, valued(call.argument))
        case "FORMAT":
            return _formatted(tables, call, valued(call.argument))
        case name if name in DATE_FUNCTIONS:
            return _date_part(tables, call, valued)
    raise unknown_function(tables, call)


def unknown_function(tables: Tables, call: Call) -> ApiError:
    """There is no such function, or not with this argument."""
    return malformed(tables.text, call.at, f"unexpected token: '{call.function}'")


def is_date_function(expression: Expression) -> bool:
    """Whether an expression is a part of a date, which only groups are made of."""
    return isinstance(expression, Call) and expression.function in DATE_FUNCTIONS


def quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _aggregatable(value: Value, function: str) -> bool:
    field = value.column.field if value.column else None
    if field is None or not field.stored or not field.filterable or field.type == "boolean":
        return False
    return field.type in NUMBER_TYPES or function not in ("SUM", "AVG")


def _date_part(tables: Tables, call: Call, valued: Valued) -> Value:
    argument, zone = call.argument, "UTC"
    if isinstance(argument, Call) and argument.function == "CONVERTTIMEZONE":
        argument, zone = argument.argument, tables.catalogue.viewer.zone
    if not isinstance(argument, Path):
        raise unknown_function(tables, call)
    value = valued(argument)
    instants = call.function in _INSTANTS_ONLY or zone != "UTC"
    if value.type != "datetime" and (instants or value.type != "date"):
        message = f"field {value.name} does not support function {call.function}"
        raise malformed(tables.text, call.at, message)
    calendar = tables.catalogue.calendar
    sql = (
        f"soql_date_part({quoted(call.function)}, {value.sql}, {quoted(zone)}, "
        f"{calendar.fiscal_start}, {int(calendar.named_by_start)})"
    )
    result: FieldType = "date" if call.function == "DAY_ONLY" else "int"
    return Value(sql, result, str(call), call.at, value.column)


def _label(tables: Tables, call: Call, value: Value) -> Value:
    field: Field | None = value.column.field if value.column else None
    if field is None or field.type != "picklist":
        message = f"field {value.name} does not support function toLabel"
        raise malformed(tables.text, call.at, message)
    labels = json.dumps(dict(field.labels))
    sql = f"soql_label({value.sql}, {quoted(labels)}) COLLATE SALESFORCE"
    return replace(value, sql=sql, at=call.at, is_column=False)


def _formatted(tables: Tables, call: Call, value: Value) -> Value:
    viewer = tables.catalogue.viewer
    sql = (
        f"soql_format({value.sql}, {quoted(value.type)}, "
        f"{quoted(viewer.locale)}, {quoted(viewer.zone)})"
    )
    return Value(sql, "string", str(call), call.at, value.column)
