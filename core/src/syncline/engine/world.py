"""What a round depends on: everything outside of pure decisions, in one value.

A test hands in its own clock, ids and connections, and can stop a round at any call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syncline.model.progress import Progress
from syncline.plugin.manager import PluginManager
from syncline.plugin.service import Service
from syncline.state.database import Database
from syncline.state.holder import Holder


def itself(service: Service) -> Service:
    """A run reaches each service as it is."""
    return service


@dataclass(frozen=True, kw_only=True)
class World:
    """`dry`: plan only; the database is then a scratch copy, and `reach` puts something in the
    place of each service that sends nothing (`as_planned.py`). `stop` is asked between batches
    (Ctrl-C). `workers` is the number of threads for calls to the systems. `holder` has the round's
    leases, and is asked in every transaction whether it has them still; nobody has any of a plan's.
    `epoch`: the state's, in which the run began; None where it has none.
    """

    database: Database
    plugins: PluginManager
    now: Callable[[], datetime]
    run_id: str
    installation: str
    progress: Progress
    dry: bool = False
    reach: Callable[[Service], Service] = itself
    stop: Callable[[], bool] = lambda: False
    workers: int = 8
    lease_seconds: float = 600.0
    epoch: int | None = None
    holder: Holder | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction of the state, for as long as the leases are held.

        Raises:
            Busy: they have passed to another run; nothing is committed.

        """
        with self.database.transaction() as tx:
            self._fence(tx)
            yield tx

    def _fence(self, tx: Connection) -> None:
        if self.holder is not None:
            self.holder.keep(tx, self.seconds, self.lease_seconds)

    def assert_leased(self, tx: Connection) -> None:
        """Before an answer is taken in.

        Raises:
            Busy: the leases ran out, or passed to another run.

        """
        if self.holder is not None:
            self.holder.assert_held(tx, self.seconds)

    def renew_leases(self, tx: Connection) -> None:
        """With what is about to be sent.

        Raises:
            Busy: as above.

        """
        if self.holder is not None:
            self.holder.renew(tx, self.seconds, self.lease_seconds)

    def ensure_leases(self, tx: Connection) -> None:
        """Before a call that is repeated: they outlast it.

        Raises:
            Busy: as above.

        """
        if self.holder is not None:
            outlasting = self.lease_seconds / 2  # than which no call takes longer
            self.holder.ensure(tx, self.seconds, self.lease_seconds, outlasting=outlasting)

    @property
    def seconds(self) -> float:
        """Now, in UTC seconds since 1970."""
        return self.now().timestamp()
