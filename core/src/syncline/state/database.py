"""The database of an installation: opening it, its transactions, a copy to plan on.

No transaction spans a network call.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self

from sqlalchemy import Connection, Engine, Table, insert, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from syncline.errors import StateError
from syncline.state import tables
from syncline.state.bulk import insert_rows
from syncline.state.engines import unopened
from syncline.state.failures import not_opened, translated
from syncline.state.snapshots import dispose_snapshots, in_memory, only_reading, snapshots
from syncline.state.vault import Vault, require_not_guessable

IN_CHUNK: Final = 5000
"""Values asked for at once (`syncline.state.among`): what comes back has to fit into memory."""


class CommitHook(Protocol):
    """Asked around every commit, so that a rehearsal can stop a run there; either may raise."""

    def before(self, tx: Connection) -> None:
        """Everything was executed, nothing is committed: raising rolls back."""
        ...

    def after(self) -> None:
        """It is committed."""
        ...


class Database:
    """One database of one installation. Threads share it: one writer at a time in a process.

    `commits` is asked around every commit (a proof of crashes dies there).
    """

    def __init__(self, engine: Engine, vault: Vault, commits: CommitHook | None = None) -> None:
        self.engine = engine
        self.vault = vault
        self._commits = commits
        self._writer = threading.RLock()
        self._kept: Connection | None = None

    @classmethod
    def open(
        cls,
        url: str,
        vault: Vault,
        commits: CommitHook | None = None,
        *,
        backed_up: bool = False,
    ) -> Self:
        """Open, move to the newest version, check that the key fits.

        A SQLite database of an older version is copied first; one on a server is moved only if
        somebody says that it is `backed_up`.

        Raises:
            Busy: another process kept the database locked for half a minute.
            StateError: not reachable, made by a newer Syncline, sealed with another key, or new
                and about to be sealed with one that could be guessed.

        """
        from syncline.state.migrate import upgrade

        engine = unopened(url)
        try:
            upgrade(engine, backed_up=backed_up)
        except DBAPIError as error:
            raise not_opened(error) from error
        database = cls(engine, vault, commits)
        database._check_key()
        return database

    @classmethod
    def open_to_read(cls, url: str, vault: Vault) -> Self:
        """Open for `reading`: one that is there, of the newest version and with this key, without
        the writer's lock, so that a run is not waited for. Any other is opened as `open` does.

        Raises:
            Busy: another process kept the database locked for half a minute.
            StateError: not reachable, made by a newer Syncline, or sealed with another key.

        """
        from syncline.state.migrate import is_newest

        database = cls(unopened(url), vault)
        try:
            with database._snapshot() as snapshot:
                if is_newest(snapshot) and snapshot.scalar(_KEY_ID) is not None:
                    database.require_key(snapshot)
                    return database
        except DBAPIError as error:
            raise not_opened(error) from error
        database.close()
        return cls.open(url, vault)

    @classmethod
    def key_fits(cls, url: str, vault: Vault) -> bool:
        """Whether there is a database that was made with this key. Changes nothing."""
        engine = unopened(url)
        try:
            with engine.connect() as connection:
                there = inspect(connection).has_table(META.name)
                return there and connection.scalar(_KEY_ID) == vault.key_id
        except DBAPIError as error:
            raise not_opened(error) from error
        finally:
            engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction: all of it or nothing.

        Raises:
            Busy: another process kept the database locked for half a minute.

        """
        with self._writer:
            try:
                with self._begun() as connection:
                    yield connection
                    if self._commits is not None:
                        self._commits.before(connection)
            except DBAPIError as error:
                self._let_go()  # what failed may have failed with its connection
                raise translated(error) from error
            if self._commits is not None:
                self._commits.after()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: what others commit meanwhile does not show. It takes no writer's lock, so
        nobody waits for it, and it waits for nobody.

        Raises:
            StateError: something was written in it, or the database cannot be read.

        """
        try:
            with self._snapshot() as connection:
                yield connection
        except DBAPIError as error:
            raise translated(error) from error

    def close(self) -> None:
        """Give back all connections."""
        with self._writer:
            self._let_go()
        self.engine.dispose()
        dispose_snapshots(self.engine)

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        if in_memory(self.engine):
            with self._writer, self._begun() as connection, only_reading(connection):
                yield connection
            return
        with snapshots(self.engine).begin() as connection:
            yield connection

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """To a file over one connection that is kept: to take one from the pool and give it back
        costs more than most of our transactions do. One to a server may end at any time, and is
        tried by the pool each time.
        """
        if self.engine.dialect.name != "sqlite":
            with self.engine.begin() as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self.engine.connect()
        with self._kept.begin():
            yield self._kept

    def _let_go(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _check_key(self) -> None:
        with self.transaction() as tx:
            if tx.scalar(_KEY_ID) is None:
                require_not_guessable(self.vault)
                tx.execute(insert(META).values(name="key_id", value=self.vault.key_id))
            self.require_key(tx)

    def require_key(self, tx: Connection) -> None:
        """The key this was opened with still is the database's.

        Raises:
            StateError: it is another's, or was changed since (`syncline state rekey`).

        """
        if tx.scalar(_KEY_ID) != self.vault.key_id:
            raise StateError(
                "the state database was made with another key",
                hint="Let [state] key name the key it was made with, or was given by `syncline "
                "state rekey`. A lost key cannot be replaced: start with a new database, nothing "
                "in the systems is deleted.",
            )


def table(model: type[SQLModel]) -> Table:
    """The Core table of a SQLModel class."""
    found: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it
    return found


META: Final = table(tables.Meta)
_KEY_ID: Final = select(META.c.value).where(META.c.name == "key_id")


def scratch_copy(source: Database) -> Database:
    """A private copy in memory, for planning: whatever is written there is thrown away."""
    engine = unopened("sqlite://")
    copy = Database(engine, source.vault)
    if source.engine.dialect.name == "sqlite":
        with source.engine.connect() as read, engine.connect() as write:
            _driver(read).backup(_driver(write))
        return copy
    SQLModel.metadata.create_all(engine)
    with source.reading() as snapshot, copy.transaction() as tx:
        for each in SQLModel.metadata.sorted_tables:
            for rows in snapshot.execute(select(each)).mappings().partitions(5000):
                insert_rows(tx, each, [dict(row) for row in rows])
    return copy


def _driver(connection: Connection) -> Any:
    """The driver's own connection: it copies a whole file page by page, as it lies there."""
    return connection.connection.driver_connection


def chunks(values: Iterable[Any], size: int = IN_CHUNK) -> Iterator[list[Any]]:
    """Lists of at most `size`."""
    found = list(values)
    for start in range(0, len(found), size):
        yield found[start : start + size]
