"""What a round depends on: everything outside of pure decisions, in one value.

A test hands in its own clock, ids and connections, and can stop a round at any call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from syncline.model.progress import Progress
from syncline.plugin.manager import PluginManager
from syncline.state.database import Database


@dataclass(frozen=True, kw_only=True)
class World:
    """`dry`: plan only; the database is then a scratch copy, and nothing is sent. `stop` is asked
    between batches (Ctrl-C). `workers` is the number of threads for calls to the systems.
    """

    database: Database
    plugins: PluginManager
    now: Callable[[], datetime]
    run_id: str
    installation: str
    progress: Progress
    dry: bool = False
    stop: Callable[[], bool] = lambda: False
    workers: int = 8
    lease_seconds: float = 600.0

    @property
    def seconds(self) -> float:
        """Now, in UTC seconds since 1970."""
        return self.now().timestamp()
