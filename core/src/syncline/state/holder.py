"""A holder of leases, who shows that it lives and takes over from those who certainly do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from syncline.state import leases
from syncline.state.database import Database
from syncline.state.leases import LeaseKey
from syncline.state.lives import Life


@dataclass
class Holder:
    """Holds leases from `acquire` to `release`. The name is its own."""

    database: Database
    name: str
    _life: Life = field(init=False)
    _buried: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._life = self._life_of(self.name)

    def acquire(
        self, tx: Connection, keys: Iterable[LeaseKey], now: float, seconds: float
    ) -> set[LeaseKey]:
        """Take the leases that are free, expired, or of somebody who is certainly dead; returns
        those now held. May be called again.
        """
        self._life.begin()
        self._buried += leases.bury(tx)
        return leases.acquire(tx, keys, self.name, now, seconds)

    def keep(self, tx: Connection, now: float, seconds: float) -> None:
        """Make sure that they are held still, and renew them when a third of their time is over. To
        be called in every transaction.

        Raises:
            Busy: they have run out, or passed to somebody else.

        """
        self.ensure(tx, now, seconds, outlasting=seconds * 2 / 3)

    def renew(self, tx: Connection, now: float, seconds: float) -> None:
        """Extend them.

        Raises:
            Busy: they have run out, or passed to somebody else.

        """
        leases.renew(tx, self.name, now, seconds)

    def assert_held(self, tx: Connection, now: float) -> None:
        """Make sure that they have not run out, either.

        Raises:
            Busy: they have, or passed to somebody else.

        """
        leases.assert_held(tx, self.name, now)

    def ensure(self, tx: Connection, now: float, seconds: float, *, outlasting: float) -> None:
        """Make sure that they last so many seconds more.

        Raises:
            Busy: they have run out, or passed to somebody else.

        """
        leases.ensure(tx, self.name, now, seconds, outlasting=outlasting)

    def release(self) -> None:
        """Give all of them back. If that fails, whoever comes next sees that nobody is here."""
        given_back = False
        try:
            with self.database.transaction() as tx:
                leases.release(tx, self.name)
            given_back = True
        finally:
            self._life.end(leave=not given_back)
        self.forget_the_dead()

    def forget_the_dead(self) -> None:
        """Once an `acquire` is committed, nobody needs their signs any more."""
        while self._buried:
            self._life_of(self._buried.pop()).forget()

    def _life_of(self, name: str) -> Life:
        return Life.of(self.database.engine.url, name)
