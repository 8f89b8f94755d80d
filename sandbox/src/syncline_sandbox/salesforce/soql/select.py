"""From what a query selects to columns, and from rows to Salesforce's nested records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.soql.columns import Column, Tables
from syncline_sandbox.salesforce.soql.failures import malformed
from syncline_sandbox.salesforce.soql.syntax import Aggregate, ChildQuery, FieldSet, Item, Path

Record = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """The columns to read and how a record is put together from them."""

    kind: ObjectType
    columns: tuple[Column, ...]
    parents: Mapping[tuple[str, ...], tuple[str, ObjectType]]
    base: str

    def sql(self) -> str:
        """The list of columns: ids of the row and of every parent first, then the fields."""
        ids = [f't.Id AS "{_key("t", "Id")}"']
        ids += [f'{alias}.Id AS "{_key(alias, "Id")}"' for alias, _ in self.parents.values()]
        names = {
            (column.alias, name) for column in self.columns for name in stored_names(column.field)
        }
        fields = [f'{a}."{n}" AS "{_key(a, n)}"' for a, n in sorted(names) if n != "Id"]
        return ", ".join([*ids, *fields])

    def record(self, row: Mapping[str, Any]) -> Record:
        """One row as a record, with nested records for parents."""
        result: Record = {"attributes": attributes(self.base, self.kind, row[_key("t", "Id")])}
        for column in self.columns:
            target: Record | None = result
            for depth in range(1, len(column.names)):
                target = self._parent(target, column.names[:depth], row)
            if target is not None:
                target[column.names[-1]] = shown(column.field, _Cells(row, column.alias))
        return result

    def _parent(
        self, holder: Record | None, route: tuple[str, ...], row: Mapping[str, Any]
    ) -> Record | None:
        if holder is None:
            return None
        alias, kind = self.parents[tuple(name.lower() for name in route)]
        record_id = row[_key(alias, "Id")]
        if route[-1] not in holder:
            found = {"attributes": attributes(self.base, kind, record_id)} if record_id else None
            holder[route[-1]] = found
        nested: Record | None = holder[route[-1]]
        return nested


def select(tables: Tables, items: Iterable[Item], base: str) -> Selection:
    """The selection of a query's fields; children and aggregates are not part of it."""
    columns: list[Column] = []
    for path in _paths(tables, items):
        column = tables.column(path)
        if any(column.names == other.names for other in columns):
            message = f"duplicate field selected: {'.'.join(column.names)}"
            raise malformed(tables.text, path.at, message)
        columns.append(column)
    return Selection(tables.kind, tuple(columns), tables.parents(), base)


def _paths(tables: Tables, items: Iterable[Item]) -> Iterator[Path]:
    for item in items:
        match item:
            case Path():
                yield item
            case FieldSet(name, at):
                if name not in ("ALL", "STANDARD", "CUSTOM"):
                    raise malformed(tables.text, at, f"unexpected token: '{name}'")
                for field in tables.kind.fields:
                    if name == "ALL" or field.custom == (name == "CUSTOM"):
                        yield Path((field.name,), at)
            case Aggregate() | ChildQuery():
                continue


def attributes(base: str, kind: ObjectType, record_id: str) -> Record:
    """What every record begins with."""
    return {"type": kind.name, "url": f"{base}/sobjects/{kind.name}/{record_id}"}


def stored_names(field: Field) -> tuple[str, ...]:
    """The columns that a field's value comes from."""
    return (field.name,) if field.stored else field.parts


def shown(field: Field, row: Mapping[str, Any]) -> Any:
    """A field's value in JSON."""
    if not field.stored:
        return _compound(field, row)
    value = row[field.name]
    return bool(value) if field.type == "boolean" and value is not None else value


def _compound(field: Field, row: Mapping[str, Any]) -> Record | None:
    prefix = field.name.removesuffix("Address")
    parts = {_lower_first(name.removeprefix(prefix)): row[name] for name in field.parts}
    if not any(value is not None for value in parts.values()):
        return None
    return dict(sorted(parts.items()))


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]


def _key(alias: str, name: str) -> str:
    return f"{alias}.{name}"


class _Cells(Mapping[str, Any]):
    """The columns of one table within a joined row."""

    def __init__(self, row: Mapping[str, Any], alias: str) -> None:
        self._row, self._alias = row, alias

    def __getitem__(self, name: str) -> Any:
        return self._row[_key(self._alias, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
