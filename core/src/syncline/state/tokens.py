"""What connectors keep between runs, sealed, and changed by one process at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, select

from syncline.errors import Busy, Retry
from syncline.state import leases, tables
from syncline.state.bulk import upsert
from syncline.state.database import Database, table
from syncline.state.holder import Holder

TOKEN: Final = table(tables.Token)
_LEASE_SECONDS: Final = 60.0
_PAUSE: Final = 0.5
_TRIES: Final = int(1.25 * _LEASE_SECONDS / _PAUSE)
"""For longer than the lease of somebody who has died elsewhere."""


class StoredTokens:
    """The `TokenStore` of one connection. A lease, not a transaction, keeps other processes out
    while a token is asked for, since that is a network call.

    That somebody else has the lease, or keeps the database locked, is no `Busy` here, which would
    say that the run has lost its own leases: it is a `Retry`, as if the service were busy.
    """

    def __init__(
        self,
        database: Database,
        connection: str,
        holder: str,
        now: Callable[[], float],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._connection = connection
        self._name = f"{holder}-{connection}"
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()

    def load(self, name: str) -> str | None:
        """The text kept under this name, or None.

        Raises:
            Retry: another process kept the database locked for half a minute.

        """
        with self._later(), self._database.transaction() as tx:
            return self._opened(self._sealed(tx, name))

    def update(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        """Replace the text by `change(old)` while no other process does the same; returns what is
        kept then.

        Whoever sleeps for longer than the lease lasts waits for whoever asks for a token by then,
        and puts nothing in place of what that one has kept, which is newer.

        Raises:
            Retry: another process had the lease for longer than it lasts, or kept the database
                locked. Nothing was changed.

        """
        with self._lock, self._later():
            holder = Holder(self._database, self._name)
            try:
                with self._leased(holder) as tx:
                    before = self._sealed(tx, name)
                text = change(self._opened(before))
                with self._leased(holder) as tx:
                    return self._replaced(tx, name, before, text)
            finally:
                holder.release()

    def _replaced(
        self, tx: Connection, name: str, before: bytes | None, text: str | None
    ) -> str | None:
        """What is kept now: the text, unless it is not the one from `before` that it replaces."""
        found = self._sealed(tx, name)
        if found != before:
            return self._opened(found)
        if text is None:
            tx.execute(delete(TOKEN).where(*self._where(name)))
        else:
            row = {"connection": self._connection, "name": name}
            sealed = self._database.vault.seal(text)
            upsert(tx, TOKEN, [{**row, "sealed": sealed}], ("sealed",))
        return text

    @contextmanager
    def _leased(self, holder: Holder) -> Iterator[Connection]:
        """A transaction in which the lease is held, from now on for as long as it lasts."""
        key = leases.LeaseKey(0, self._connection, "token")
        for _try in range(_TRIES):
            with self._database.transaction() as tx:
                if holder.acquire(tx, [key], self._now(), _LEASE_SECONDS):
                    yield tx
                    return
            self._sleep(_PAUSE)
        raise Retry(
            "another process keeps the tokens of this connection",
            reached=False,
            connection=self._connection,
        )

    @contextmanager
    def _later(self) -> Iterator[None]:
        try:
            yield
        except Busy as busy:
            raise Retry(
                busy.message, hint=busy.hint, reached=False, connection=self._connection
            ) from busy

    def _sealed(self, tx: Connection, name: str) -> bytes | None:
        """As it is kept: no two are alike, even of one text."""
        found = tx.scalar(select(TOKEN.c.sealed).where(*self._where(name)))
        return None if found is None else bytes(found)

    def _opened(self, sealed: bytes | None) -> str | None:
        return None if sealed is None else str(self._database.vault.unseal(sealed))

    def _where(self, name: str) -> tuple[ColumnElement[bool], ...]:
        return (TOKEN.c.connection == self._connection, TOKEN.c.name == name)
