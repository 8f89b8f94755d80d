"""What a round depends on: everything outside of pure decisions, in one value.

A test hands in its own clock, ids and connections, and can stop a round at any call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from syncline.model.progress import Progress
from syncline.plugin.manager import PluginManager
from syncline.plugin.service import Service
from syncline.state.database import Database
from syncline.state.holder import Holder

T = TypeVar("T")
U = TypeVar("U")


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
            Busy: they have run out, or passed to another run; nothing is committed.

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

    def at_once(self, do: Callable[[T], U], each: Sequence[T]) -> list[U]:
        """What is to be done for each of them, for several at once, since each has calls to wait
        for; the results in the order of what was given.
        """
        if self.workers <= 1 or len(each) <= 1:
            return [do(one) for one in each]
        with ThreadPoolExecutor(min(self.workers, len(each))) as pool:
            return list(pool.map(do, each))

    def writing_at_once(self, do: Callable[[T], object], each: Sequence[T]) -> None:
        """The same where something is written: a plan has no call to wait for, and does it in the
        same order each time.
        """
        if self.dry:
            for one in each:
                do(one)
        else:
            self.at_once(do, each)

    @property
    def seconds(self) -> float:
        """Now, in UTC seconds since 1970."""
        return self.now().timestamp()
