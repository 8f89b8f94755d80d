"""One SQLite database for whatever a stand-in keeps, in a file or in memory."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = sqlite3.Row


class Storage:
    """A connection behind one lock: any thread may use it, one at a time.

    Transactions nest: an inner one is a savepoint, so a refused inner request of a batch takes
    back only its own writes.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            str(path or ":memory:"), isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self.script(
            "CREATE TABLE IF NOT EXISTS sequence "
            "(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"
        )

    def script(self, sql: str) -> None:
        """Runs several statements, for `CREATE TABLE IF NOT EXISTS …`."""
        with self._lock:
            self._connection.executescript(sql)

    def collation(self, name: str, compare: Callable[[str, str], int]) -> None:
        """Makes an order of text known to SQL; must come before any table that uses it."""
        with self._lock:
            self._connection.create_collation(name, compare)

    def function(self, name: str, arity: int, body: Callable[..., Any]) -> None:
        """Makes a pure function known to SQL."""
        with self._lock:
            self._connection.create_function(name, arity, body, deterministic=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; everything is taken back if the block raises."""
        with self._lock:
            name = f"level_{self._depth}"
            self._connection.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {name}")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._finish("ROLLBACK", f"ROLLBACK TO {name}; RELEASE {name}")
                raise
            self._depth -= 1
            self._finish("COMMIT", f"RELEASE {name}")

    def _finish(self, outermost: str, nested: str) -> None:
        for statement in (outermost if self._depth == 0 else nested).split(";"):
            self._connection.execute(statement)

    def run(self, sql: str, *values: Any) -> int:
        """Runs one statement and returns the number of rows it touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs one statement for many rows."""
        with self._lock:
            self._connection.executemany(sql, rows)

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def rows_named(self, sql: str, values: Mapping[str, Any]) -> list[Row]:
        """All rows of a query whose values have names (`:name`)."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Row | None:
        """The first row of a query."""
        with self._lock:
            row: Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def next(self, name: str, count: int = 1) -> int:
        """Draws `count` numbers of a sequence that never goes back; returns the first of them."""
        row = self.row(
            "INSERT INTO sequence VALUES (?, ?) "
            "ON CONFLICT DO UPDATE SET value = value + ? RETURNING value",
            name, count, count,
        )  # fmt: skip
        assert row is not None  # noqa: S101 - RETURNING always gives the row
        return int(row["value"]) - count + 1

    def current(self, name: str) -> int:
        """The last number drawn of a sequence, 0 if none."""
        row = self.row("SELECT value FROM sequence WHERE name = ?", name)
        return int(row["value"]) if row else 0

    def tables(self) -> list[str]:
        """Names of all tables."""
        found = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [row["name"] for row in found if not row["name"].startswith("sqlite_")]

    def clear(self) -> None:
        """Empties every table, sequences too."""
        with self.transaction():
            for table in self.tables():
                self.run(f'DELETE FROM "{table}"')  # noqa: S608 - names come from the schema

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()
