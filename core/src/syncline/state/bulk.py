"""Writing many rows with one statement.

SQLAlchemy composes the statement, once for a table and its columns; the rows go straight to the
driver. Prepared row by row in Python, as SQLAlchemy does for rows of any shape, they cost more
than the database itself takes for them (measured: a fifth of everything a create costs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

Rows = Sequence[Mapping[str, Any]]
"""Rows of one shape: each has the columns of the first one."""


def insert_rows(tx: Connection, target: Table, rows: Rows) -> None:
    """New rows."""
    if rows:
        _send(tx, _insertion(tx.dialect, target, tuple(rows[0])), rows)


def insert_many(
    tx: Connection, target: Table, rows: Rows, known_by: Sequence[str]
) -> dict[tuple[Any, ...], int]:
    """New rows; their ids by the values of the columns that tell them apart.

    Nobody else inserts meanwhile: transactions that write are alone.
    """
    newest = tx.scalar(_newest(target)) or 0
    insert_rows(tx, target, rows)
    made = tx.execute(_after(target, tuple(known_by)), {"newest": newest}).all()
    return {tuple(key): new for new, *key in made}


def upsert(tx: Connection, target: Table, rows: Rows, changes: Iterable[str]) -> None:
    """Insert rows; where the primary key is taken, update only the columns named in `changes`."""
    if rows:
        _send(tx, _upsertion(tx.dialect, target, tuple(rows[0]), tuple(changes)), rows)


def update_rows(tx: Connection, target: Table, rows: Rows) -> None:
    """Different changes for many rows: each holds `id`, and the columns that change."""
    if rows:
        _send(tx, _change(tx.dialect, target, tuple(rows[0])), rows)


def _send(tx: Connection, compiled: SQLCompiler, rows: Rows) -> None:
    if compiled.positiontup is None:
        names = {name: _column(name) for name in compiled.params}
        named = [{name: row[column] for name, column in names.items()} for row in rows]
        tx.exec_driver_sql(str(compiled), named)
    else:
        order = [_column(name) for name in compiled.positiontup]
        values = itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],)
        tx.exec_driver_sql(str(compiled), [values(row) for row in rows])


_NEW = "new_"
"""SQLAlchemy keeps the plain names of columns to itself in an update."""


def _column(parameter: str) -> str:
    return parameter.removeprefix(_NEW)


@lru_cache(maxsize=64)
def _newest(target: Table) -> Select[Any]:
    return select(func.max(target.c.id))


@lru_cache(maxsize=64)
def _after(target: Table, names: tuple[str, ...]) -> Select[Any]:
    columns = [target.c[name] for name in names]
    return select(target.c.id, *columns).where(target.c.id > bindparam("newest"))


@lru_cache(maxsize=64)
def _insertion(dialect: Dialect, target: Table, names: tuple[str, ...]) -> SQLCompiler:
    return _compiled(insert(target), dialect, names)


@lru_cache(maxsize=64)
def _upsertion(
    dialect: Dialect, target: Table, names: tuple[str, ...], changes: tuple[str, ...]
) -> SQLCompiler:
    kind = postgresql if dialect.name == "postgresql" else sqlite
    statement = kind.insert(target)
    keys = [column.name for column in target.primary_key]
    if changes:
        taken = {name: statement.excluded[name] for name in changes}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=taken)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    return _compiled(statement, dialect, names)


@lru_cache(maxsize=64)
def _change(dialect: Dialect, target: Table, names: tuple[str, ...]) -> SQLCompiler:
    new: dict[str, Any] = {name: bindparam(f"{_NEW}{name}") for name in names if name != "id"}
    statement = update(target).where(target.c.id == bindparam(f"{_NEW}id")).values(new)
    return _compiled(statement, dialect, tuple(new))


def _compiled(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> SQLCompiler:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(names))
    return compiled
