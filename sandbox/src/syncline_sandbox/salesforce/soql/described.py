"""The columns of a query instead of its rows: `query?q=…&columns=true`.

Not in Salesforce's guides; the sf CLI asks so after every query, and the form is that of its own
recordings (salesforcecli/plugin-data, test-files/queryFields.exemplars.ts).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from syncline_sandbox.salesforce.schema.fields import NUMBER_TYPES, TEXT_TYPES, Field, FieldType
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.soql.children import related
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.grouping import groups, is_grouped
from syncline_sandbox.salesforce.soql.groups import Groups
from syncline_sandbox.salesforce.soql.run import Prepared, is_count
from syncline_sandbox.salesforce.soql.select import Output, Selection, select
from syncline_sandbox.salesforce.soql.syntax import Call, ChildQuery, Expression, Item, Path

ColumnFacts = dict[str, Any]

_APEX_TYPES = {
    "id": "Id",
    "reference": "Id",
    "boolean": "Boolean",
    "date": "Date",
    "datetime": "Datetime",
    "double": "Double",
    "currency": "Decimal",
    "int": "Integer",
    "address": "Address",
}


def described(prepared: Prepared) -> dict[str, Any]:
    """What a query would answer, column by column."""
    tables, query = prepared.tables(), prepared.query
    if is_count(query):
        columns = []
    elif is_grouped(query):
        columns = _of_groups(groups(tables, query))
    else:
        columns = _of_items(tables, query.items)
    selected = any(column["columnName"] == "Id" for column in columns)
    return {
        "columnMetadata": columns,
        "entityName": prepared.kind.name,
        "groupBy": query.grouping is not None,
        "idSelected": selected,
        "keyPrefix": prepared.kind.prefix,
    }


def _of_groups(found: Groups) -> list[ColumnFacts]:
    columns = []
    for entry in found.entries:
        if isinstance(entry.expression, Path):
            field = found.tables.column(entry.expression).field
            columns.append(_of_field(field) | {"columnName": entry.name})
        else:
            kind = found.type_of(entry.expression)
            facts = {"displayName": _spelled(entry.expression), "aggregate": True}
            columns.append(_facts(entry.name) | _type_flags(kind) | facts)
    return columns


def _of_items(tables: Tables, items: Iterable[Item]) -> list[ColumnFacts]:
    columns: list[ColumnFacts] = []
    for item in items:
        if isinstance(item, ChildQuery):
            child, kind = related(tables, item)
            inner = _of_items(Tables(tables.catalogue, tables.text, kind), item.items)
            joined = {"aggregate": True, "joinColumns": inner}
            columns.append(_facts(child.relationship) | joined)
        else:
            _add(columns, tables.kind, select(tables, [item], ""))
    return columns


def _add(columns: list[ColumnFacts], kind: ObjectType, selection: Selection) -> None:
    for output in selection.outputs:
        if isinstance(output, Output):
            _place(columns, kind, output)
            continue
        joined = _join(columns, kind, output.relationship)
        for branch in output.selections():
            _add(joined, branch.root.kind, branch)


def _place(columns: list[ColumnFacts], kind: ObjectType, output: Output) -> None:
    for name, place in zip(output.names, output.column.parents, strict=False):
        columns, kind = _join(columns, kind, name), place.kind
    columns.append(_of_field(output.column.field) | {"columnName": output.names[-1]})


def _join(columns: list[ColumnFacts], kind: ObjectType, name: str) -> list[ColumnFacts]:
    """The columns below a relationship, which stands where its first one does."""
    found = next((each for each in columns if each["columnName"] == name), None)
    if found is None:
        lookup = kind.lookup(name)
        found = _facts(name) | {"foreignKeyName": lookup.name if lookup else None}
        columns.append(found)
    below: list[ColumnFacts] = found["joinColumns"]
    return below


def _of_field(field: Field) -> ColumnFacts:
    return (
        _facts(field.name)
        | _type_flags(field.type)
        | {
            "apexType": _APEX_TYPES.get(field.type, "String"),
            "custom": field.custom,
            "insertable": field.createable,
            "updatable": field.updateable,
        }
    )


def _type_flags(kind: FieldType) -> ColumnFacts:
    return {
        "booleanType": kind == "boolean",
        "numberType": kind in NUMBER_TYPES,
        "textType": kind in TEXT_TYPES,
    }


def _facts(name: str) -> ColumnFacts:
    return {
        "aggregate": False,
        "apexType": None,
        "booleanType": False,
        "columnName": name,
        "custom": False,
        "displayName": name,
        "foreignKeyName": None,
        "insertable": False,
        "joinColumns": [],
        "numberType": False,
        "textType": False,
        "updatable": False,
    }


def _spelled(expression: Expression) -> str:
    if isinstance(expression, Call) and expression.argument is not None:
        return f"{expression.function.lower()}({_spelled(expression.argument)})"
    return str(expression)
