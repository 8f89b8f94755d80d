"""From what a query selects to columns, and from rows to Salesforce's nested records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.soql.columns import Column, Place, Tables
from syncline_sandbox.salesforce.soql.failures import malformed
from syncline_sandbox.salesforce.soql.records import Record, attributes, plain, shown, stored_names
from syncline_sandbox.salesforce.soql.syntax import (
    Call,
    ChildQuery,
    FieldSet,
    Item,
    Path,
    Selected,
    TypeOf,
)
from syncline_sandbox.salesforce.soql.typeof import Branches, branches
from syncline_sandbox.salesforce.soql.values import Value, is_date_function, row_value


@dataclass(frozen=True)
class Output:
    """One member of a record: the names that lead to it, and where its value comes from."""

    names: tuple[str, ...]
    column: Column
    value: Value


@dataclass(frozen=True)
class Selection:
    """The columns to read and how a record is put together from them."""

    root: Place
    outputs: tuple[Output | Branches, ...]
    base: str

    def sql(self) -> str:
        """The list of columns: ids of the row and of every parent first, then the values."""
        return ", ".join(dict.fromkeys(self._columns()))

    def record(self, row: Mapping[str, Any]) -> Record:
        """One row as a record, with nested records for parents."""
        result: Record = _head(self.base, self.root, row) or {}
        for number, output in enumerate(self.outputs):
            if isinstance(output, Branches):
                result[output.relationship] = output.record(row)
                continue
            target: Record | None = result
            for depth, place in enumerate(output.column.parents):
                target = self._parent(target, output.names[depth], place, row)
            if target is not None:
                target[output.names[-1]] = _cell(output, number, row)
        return result

    def _columns(self) -> Iterator[str]:
        yield from _identity(self.root)
        for number, output in enumerate(self.outputs):
            if isinstance(output, Branches):
                for selection in output.selections():
                    yield from selection._columns()
                continue
            for place in output.column.parents:
                yield from _identity(place)
            if output.value.is_column:
                for name in stored_names(output.column.field):
                    yield _named(output.column.alias, name)
            else:
                yield f'{output.value.sql} AS "{number}"'

    def _parent(
        self, holder: Record | None, name: str, place: Place, row: Mapping[str, Any]
    ) -> Record | None:
        if holder is None:
            return None
        if name not in holder:
            holder[name] = _head(self.base, place, row)
        nested: Record | None = holder[name]
        return nested


def select(tables: Tables, items: Iterable[Item], base: str) -> Selection:
    """The selection of a query that groups nothing; children are not part of it."""
    outputs: list[Output | Branches] = []
    for item in items:
        match item:
            case Selected():
                _add(tables, outputs, _output(tables, item), item.expression.at)
            case FieldSet():
                for path in field_set(tables, item):
                    _add(tables, outputs, _output(tables, Selected(path)), item.at, expanded=True)
            case TypeOf():
                outputs.append(branches(tables, item, partial(_selection, base=base)))
            case ChildQuery():
                continue
    _check_functions(tables, outputs, items)
    return Selection(tables.root, tuple(outputs), base)


def field_set(tables: Tables, item: FieldSet) -> list[Path]:
    """The fields that `FIELDS()` stands for."""
    if item.name not in ("ALL", "STANDARD", "CUSTOM"):
        raise malformed(tables.text, item.at, f"unexpected token: '{item.name}'")
    return [
        Path((field.name,), item.at)
        for field in tables.kind.fields
        if item.name == "ALL" or field.custom == (item.name == "CUSTOM")
    ]


def _selection(tables: Tables, place: Place, paths: Iterable[Path], *, base: str) -> Selection:
    """What a branch of TYPEOF selects."""
    columns = [tables.column(path, place) for path in paths]
    outputs = (
        Output(c.names, c, Value(c.sql, c.field.type, c.field.name, 0, c, is_column=True))
        for c in columns
    )
    return Selection(place, tuple(outputs), base)


def _output(tables: Tables, item: Selected) -> Output:
    expression = item.expression
    if isinstance(expression, Path) and item.alias:
        message = "only aggregate expressions use field aliasing"
        raise malformed(tables.text, expression.at, message)
    value = row_value(tables)(expression)
    column = value.column
    if column is None or is_date_function(expression):
        raise malformed(tables.text, expression.at, f"unexpected token: '{expression}'")
    return Output((*column.names[:-1], item.alias or column.names[-1]), column, value)


def _add(
    tables: Tables,
    outputs: list[Output | Branches],
    new: Output,
    at: int,
    *,
    expanded: bool = False,
) -> None:
    wanted = tuple(name.lower() for name in new.names)
    for other in outputs:
        if isinstance(other, Output) and tuple(n.lower() for n in other.names) == wanted:
            message = f"duplicate field selected: {'.'.join(new.names)}"
            if expanded:  # the documentation's own example of FIELDS() has this code
                raise refuse("INVALID_FIELD", message)
            raise malformed(tables.text, at, message)
    outputs.append(new)


def _check_functions(
    tables: Tables, outputs: Iterable[Output | Branches], items: Iterable[Item]
) -> None:
    """Functions and TYPEOF do not stand in one field list, the reference says."""
    calls = [
        item.expression
        for item in items
        if isinstance(item, Selected) and isinstance(item.expression, Call)
    ]
    if calls and any(isinstance(output, Branches) for output in outputs):
        raise malformed(tables.text, calls[0].at, "TYPEOF cannot be used together with functions")


def _identity(place: Place) -> Iterator[str]:
    yield _named(place.alias, "Id")
    if place.polymorphic:
        yield _named(place.alias, "Type")


def _head(base: str, place: Place, row: Mapping[str, Any]) -> Record | None:
    """The beginning of a record, or None where the reference is empty."""
    record_id = row[f"{place.alias}.Id"]
    if record_id is None:
        return None
    found = attributes(base, place.kind, record_id)
    if place.polymorphic:
        found["url"] = f"{base}/sobjects/{row[f'{place.alias}.Type']}/{record_id}"
    return {"attributes": found}


def _named(alias: str, name: str) -> str:
    return f'{alias}."{name}" AS "{alias}.{name}"'


def _cell(output: Output, number: int, row: Mapping[str, Any]) -> Any:
    if output.value.is_column:
        cells = {
            name: row[f"{output.column.alias}.{name}"] for name in stored_names(output.column.field)
        }
        return shown(output.column.field, cells)
    return plain(output.value.type, row[str(number)])
