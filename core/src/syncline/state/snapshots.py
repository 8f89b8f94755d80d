"""Snapshots: transactions that only read, and wait for nobody.

All others begin with the writer's lock, because they may write. Who only reads needs none: SQLite
in WAL mode and PostgreSQL both keep the state as it was for whoever began before a commit. So a
snapshot has an engine of its own, on which nothing can be written, and writers' engines stay as
they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from syncline.state.backup import database_file
from syncline.state.engines import BUSY_SECONDS

_ONE_VIEW: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
_PRAGMAS: Final = ("journal_mode=WAL", "cache_size=-32768", "query_only=ON")
"""A copy that was put back is in one file, without a log: it gets it before anybody reads."""
_MADE: Final = WeakKeyDictionary[Engine, Engine]()


def snapshots(engine: Engine) -> Engine:
    """A way to the same database on which each transaction sees one moment, takes no writer's lock,
    and fails if it writes. The same each time, since statements are compiled for each engine anew.
    Not of a database in memory: that is one connection's.
    """
    if engine not in _MADE:
        _MADE[engine] = _sqlite(engine.url) if engine.dialect.name == "sqlite" else _server(engine)
    return _MADE[engine]


def dispose_snapshots(engine: Engine) -> None:
    """Give back the connections of this database's snapshots, if there were any."""
    if (made := _MADE.get(engine)) is not None:
        made.dispose()


def in_memory(engine: Engine) -> bool:
    """Whether the database is only in memory, where the writer's connection is the only one."""
    return engine.dialect.name == "sqlite" and database_file(engine.url) is None


@contextmanager
def only_reading(connection: Connection) -> Iterator[Connection]:
    """Nothing can be written over this connection to SQLite while the block runs."""
    connection.exec_driver_sql("PRAGMA query_only=ON")
    try:
        yield connection
    finally:
        connection.exec_driver_sql("PRAGMA query_only=OFF")


def _server(engine: Engine) -> Engine:
    return create_engine(engine.url, pool_pre_ping=True, execution_options=_ONE_VIEW)


def _sqlite(url: URL) -> Engine:
    """No connection is kept from one look to the next: it would outlive the file, if another took
    its place.
    """
    wait = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    as_snapshots = url.set(drivername="sqlite+snapshot")
    engine = create_engine(as_snapshots, connect_args=wait, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Snapshot(SQLiteDialect_pysqlite):
    """SQLite as SQLAlchemy knows it, but that a transaction is one even if it only reads: to the
    driver each question would be one by itself.
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Deferred: the first question settles which moment is seen, and nothing is locked."""
        dbapi_connection.execute("BEGIN DEFERRED")


registry.register("sqlite.snapshot", __name__, Snapshot.__name__)
