"""The command line over both stand-ins, killed with SIGKILL again and again while people work:
nothing is lost, nothing is doubled, and no run waits for a dead one.

`make test` kills a few, with a seed from the commit's tree; `SYNCLINE_PROVE=200` kills 200 in all.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.office import Office
from tests.proxy import Drop, Proxy, between

KINDS = 4
KILLS = int(os.environ.get("SYNCLINE_PROVE", "0") or 0) // KINDS or 3
SEED = int(os.environ.get("SYNCLINE_PROVE_SEED", "0"))
LONGEST = 0.1
"""Seconds a run may go on after an answer: enough to commit, and to be about the next call."""


@pytest.mark.parametrize("key_field", [True, False], ids=["with a key field", "without"])
@pytest.mark.parametrize("state", ["sqlite", "postgresql"])
def test_killed_again_and_again_nothing_is_lost_and_nothing_is_there_twice(
    state: str, key_field: bool, tmp_path: Path, request: pytest.FixtureRequest,
    proxied: Callable[[str], Proxy], record_property: Callable[[str, Any], None],
) -> None:  # fmt: skip
    url = request.getfixturevalue("postgres_url") if state == "postgresql" else None
    with Office.open(tmp_path, seed=SEED, url=url, key_field=key_field) as office:
        killer = Killer(office, between(office, proxied))
        while killer.kills < KILLS:
            killer.run()
            office.work()
        office.until_quiet()
        office.judge()
        record_property("kills", killer.kills)
        record_property("runs", office.runs)


class Killer:
    """Kills runs at a random call: before it, while it is on its way, after its effect, or a
    moment after its answer, wherever the run then is.
    """

    def __init__(self, office: Office, proxies: list[Proxy]) -> None:
        self.office = office
        self.proxies = proxies
        self.chance = office.chance
        self.kills = 0

    def run(self) -> None:
        """A run, which dies on the way unless it is shorter than that."""
        number = self.chance.randrange(1, 40)
        way = self.chance.choice(("before", "on its way", "after", "later"))
        alive, reached = threading.Event(), threading.Event()
        calls = iter(range(number - 1, -1, -1))

        def at_last() -> bool:
            if next(calls, -1) != 0:
                return False
            alive.wait()
            if way != "later":
                run.kill()
            reached.set()
            return True

        def before(_method: str, _path: str) -> None:
            if way in ("before", "on its way") and at_last() and way == "before":
                raise Drop

        def after(answer: Any) -> Any:
            if way in ("after", "later"):
                at_last()
            return answer

        for proxy in self.proxies:
            proxy.before, proxy.after = before, after
        run = self.office.start("run")
        alive.set()
        while run.lives_for(0.01) and not reached.is_set():
            """Its calls go through the proxies meanwhile."""
        if way == "later" and run.lives_for(self.chance.random() * LONGEST):
            run.kill()
        ended = run.end()
        for proxy in self.proxies:
            proxy.calm()
        assert ended.killed or ended.code in (0, 5), ended
        self.kills += ended.killed
