"""What many lanes cost together: their leases, and calls to several mailboxes."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.rows import Row
from syncline.connectors.memory import Call, MemoryOptions
from syncline.state import leases
from syncline.state.database import Database
from syncline.state.leases import LeaseKey
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY, EngineWorld, person
from tests.postgres import private_server

LANES: Final = 20_000
MAILBOXES, WORKERS, CREATES = 16, 8, 10
CALL_SECONDS: Final = 0.05
TIMES: Final = 10


def rows() -> Iterator[Row]:
    """The table of many lanes."""
    milliseconds = round(_renewal() * 1000, 1)
    yield Row(f"leases of {LANES:,} lanes renewed, PostgreSQL", milliseconds, 5, "5 ms", "ms")
    bound = round(_mailboxes(), 2)
    work = f"{CREATES} creates in each of {MAILBOXES} mailboxes, against the bound by calls"
    yield Row(work, bound, None, "(1.5 x is wanted)", "x")


def _renewal() -> float:
    """Seconds of a transaction that renews them: the best of several."""
    keys = [LeaseKey(side, f"user{n}", "contact") for side in (1, 2) for n in range(LANES)]
    found = []
    with private_server() as server, server.database() as url:
        database = Database.open(url, Vault.from_key(KEY))
        with database.transaction() as tx:
            leases.acquire(tx, keys, "run", 0.0, 600.0)
        for number in range(TIMES):
            began = time.perf_counter()
            with database.transaction() as tx:
                leases.renew(tx, "run", 1.0 + number, 600.0)
            found.append(time.perf_counter() - began)
        database.close()
    return min(found)


class _Slow:
    """Each call takes a while, and is counted."""

    def __init__(self) -> None:
        self.calls = Counter[str]()

    def before(self, call: Call) -> None:
        self.calls[call.kind] += 1
        time.sleep(CALL_SECONDS)

    def after(self, call: Call) -> None:
        pass


def _mailboxes() -> float:
    """How much longer a run takes than its calls to the mailboxes would, were the workers never
    idle.
    """
    shared = MemoryOptions(feed="connection", spans_accounts=True, create_batch=200)
    with tempfile.TemporaryDirectory() as folder:
        world = EngineWorld(Path(folder), MemoryOptions(), shared)
        world.people, world.workers = tuple(f"user{n}" for n in range(MAILBOXES)), WORKERS
        for name in world.people:
            world.left.add_account(name)
            world.right.add_account(name)
        world.sync()  # makes the database
        for name in world.people:
            for number in range(CREATES):
                world.right.create(name, person(f"{name} {number}", "Hopper"))
        world.left.fault = slow = _Slow()
        began = time.perf_counter()
        report = world.sync()
        seconds = time.perf_counter() - began
    assert report.writes == MAILBOXES * CREATES
    return seconds / (slow.calls.total() * CALL_SECONDS / WORKERS)
