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


def itself(service: Service) -> Service:
    """A run reaches each service as it is."""
    return service


@dataclass(frozen=True, kw_only=True)
class World:
    """`dry`: plan only; the database is then a scratch copy, and `reach` puts something in the
    place of each service that sends nothing (`as_planned.py`). `stop` is asked between batches
    (Ctrl-C). `workers` is the number of threads for calls to the systems. `fence` is asked in every
    transaction whether the round's leases are still held. `epoch`: the state's, in which the run
    began; None where it has none.
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
    fence: Callable[[Connection], None] = lambda _tx: None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction of the state, for as long as the leases are held.

        Raises:
            Busy: they have passed to another run; nothing is committed.

        """
        with self.database.transaction() as tx:
            self.fence(tx)
            yield tx

    @property
    def seconds(self) -> float:
        """Now, in UTC seconds since 1970."""
        return self.now().timestamp()
