"""What a session takes from the machine it runs on: time, waiting, chance, ids, commits.

Together with the connections this is all the engine depends on. A rehearsal gives its own, so that
it can stop a run at any commit, and one seed replays a whole history. (The nonces of encryption
stay the machine's: they decide nothing.)
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from syncline.state.database import CommitHook
from syncline.state.epochs import own_folder


def _new_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """`now`: the instant, in UTC. `elapsed`: any clock in seconds, for how long things take.
    `sleep` waits before a call is repeated, `jitter` (0 to 1) varies for how long. `new_id` names
    runs: unique among all runs of an installation. `commits` is asked around every commit.
    `own_folder` is where this user's programs keep what must not lie in the database.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    elapsed: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    new_id: Callable[[], str] = _new_id
    commits: CommitHook | None = None
    own_folder: Callable[[], Path] = own_folder


MACHINE = Surroundings()
"""Those of a real session."""
