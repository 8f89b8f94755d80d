"""Ways to a database: SQLite by default, PostgreSQL by URL.

Every transaction begins IMMEDIATE: deferred transactions that read first and write later fail
under concurrency instead of waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from syncline.errors import StateError
from syncline.state.backup import make_private

BUSY_SECONDS: Final = 30
ADVISORY: Final = 0x53796E63
"""The name of our lock in a PostgreSQL database."""
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32768",
    "wal_autocheckpoint=8000",
)
"""Durable at every commit. 32 MiB of pages in memory, and the log is moved into the file each
32 MiB: pages of indexes change in every batch, and are then written once for many of them.
"""
_FILE: Final = "sqlite:///"


def parsed(url: str) -> URL:
    """The parts of a database URL. A file's name is read here, since versions of SQLAlchemy differ
    in whether `%3F` in it is a question mark, as it is in any URL.

    Raises:
        StateError: it is none.

    """
    with _readable():
        if not url.startswith(_FILE):
            return make_url(url)
        name, _, query = url.removeprefix(_FILE).partition("?")
        return URL.create("sqlite", database=unquote(name), query=dict(parse_qsl(query)))


def unopened(url: str) -> Engine:
    """A way to the database at a URL, before anybody has looked at its version or key.

    Raises:
        StateError: the URL is none, its driver is missing, or the file cannot be created.

    """
    parts = parsed(url)
    if parts.get_backend_name() == "sqlite":
        with _readable():
            return _sqlite(parts)
    try:
        with _readable():
            engine = create_engine(parts, pool_pre_ping=True)
    except ImportError as error:
        raise StateError(
            "PostgreSQL needs the driver psycopg", hint='pip install "syncline[postgres]"'
        ) from error
    event.listen(engine, "begin", _one_at_a_time)
    return engine


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (ArgumentError, ValueError) as error:  # ValueError: of a number that is none
        raise StateError(
            "[state] url is not a database URL",
            hint="For example sqlite:///syncline.sqlite or postgresql+psycopg://host/name",
        ) from error


def _one_at_a_time(connection: Connection) -> None:
    """What IMMEDIATE is to SQLite: two runs that read and then write must not interleave. A
    `lock_timeout` that the URL, the role or the server sets is respected.
    """
    set_already = "nullif(current_setting('lock_timeout'), '0')"
    connection.exec_driver_sql(
        f"SELECT set_config('lock_timeout', coalesce({set_already}, '{BUSY_SECONDS}s'), true), "
        f"pg_advisory_xact_lock({ADVISORY})"
    )


def _sqlite(url: URL) -> Engine:
    path = url.database
    memory = path in (None, "", ":memory:")
    wait = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    options: dict[str, Any] = {"connect_args": wait}
    if memory:
        from sqlalchemy.pool import StaticPool

        options["poolclass"] = StaticPool
        options["connect_args"]["check_same_thread"] = False
    else:
        _create_private(Path(str(path)))
    engine = create_engine(url.set(drivername="sqlite+immediate"), **options)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, IMMEDIATE
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine


class Immediate(SQLiteDialect_pysqlite):
    """SQLite as SQLAlchemy knows it, but that transactions begin IMMEDIATE. An engine that listens
    to `begin` for it asks around every statement whether somebody listens, and that costs as much
    as many of our statements do.
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """As `BEGIN`; the driver's own transactions are off (`isolation_level`)."""
        dbapi_connection.execute("BEGIN IMMEDIATE")


registry.register("sqlite.immediate", __name__, Immediate.__name__)


def _create_private(path: Path) -> None:
    """The file is its owner's alone; SQLite gives its journals the same mode."""
    try:
        make_private(path)
    except OSError as error:
        raise StateError(
            f"the state database cannot be created: {path}",
            hint="Check that its folder exists and may be written; a folder cannot be one.",
        ) from error
