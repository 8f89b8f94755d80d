"""The condition that a column holds one of many values, sent as one parameter.

`IN (?, ?, …)` is composed anew for every number of values, and each of them is prepared by itself:
that cost as much as the database took to find the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, String, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from syncline.state.compact import dumped


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The column holds one of these values: texts or whole numbers, of one kind."""
    return _Among(column, bindparam("among", list(values), _Many(column.type), unique=True))


def one_of(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """The column holds one of the values that come with the execution, as a list of this name. For
    statements that are composed once: of those that run with every batch, SQLAlchemy's part is as
    large as the database's.
    """
    return _Among(column, bindparam(parameter, type_=_Many(column.type)))


class _Many(TypeDecorator[Any]):
    """Many values of one type as one parameter: an array, where the database knows arrays."""

    impl = String
    cache_ok = True

    def __init__(self, element: TypeEngine[Any]) -> None:
        super().__init__()
        self.element = element

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        arrays = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(self.element) if arrays else String())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else dumped(value).decode()


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """As it is: a condition already. `… = 1` around it would keep SQLite from its index."""
        return self


@compiles(_Among, "sqlite")
def _from_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - our own parts


@compiles(_Among, "postgresql")
def _of_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY ({values})"
