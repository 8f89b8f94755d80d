"""What connectors keep between runs, sealed, and changed by one process at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import ColumnElement, delete, select

from syncline.errors import Busy
from syncline.state import leases, tables
from syncline.state.bulk import upsert
from syncline.state.database import Database, table
from syncline.state.holder import Holder

TOKEN: Final = table(tables.Token)
_LEASE_SECONDS: Final = 60.0
_TRIES: Final = 120


class StoredTokens:
    """The `TokenStore` of one connection. A lease, not a transaction, keeps other processes out
    while a token is asked for, since that is a network call.
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
        """The text kept under this name, or None."""
        with self._database.transaction() as tx:
            sealed = tx.scalar(select(TOKEN.c.sealed).where(*self._where(name)))
        if sealed is None:
            return None
        return str(self._database.vault.unseal(sealed))

    def update(self, name: str, change: Callable[[str | None], str | None]) -> str | None:
        """Replace the text by `change(old)` while no other process does the same."""
        with self._lock:
            holder = Holder(self._database, self._name)
            try:
                self._acquire(holder)
                text = change(self.load(name))
                self._save(name, text)
                return text
            finally:
                holder.release()

    def _save(self, name: str, text: str | None) -> None:
        with self._database.transaction() as tx:
            if text is None:
                tx.execute(delete(TOKEN).where(*self._where(name)))
                return
            row = {"connection": self._connection, "name": name}
            sealed = self._database.vault.seal(text)
            upsert(tx, TOKEN, [{**row, "sealed": sealed}], ("sealed",))

    def _acquire(self, holder: Holder) -> None:
        key = leases.LeaseKey(0, self._connection, "token")
        for _try in range(_TRIES):
            with self._database.transaction() as tx:
                if holder.acquire(tx, [key], self._now(), _LEASE_SECONDS):
                    return
            self._sleep(0.25)
        raise Busy("another process keeps the tokens of this connection")

    def _where(self, name: str) -> tuple[ColumnElement[bool], ...]:
        return (TOKEN.c.connection == self._connection, TOKEN.c.name == name)
