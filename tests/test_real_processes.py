"""What happens to processes: killed exactly before or after a call took effect, connections that
die around a write, a full disk, a database that somebody keeps locked, a second one at once.

Here a few kills; `SYNCLINE_PROVE=200` does as many, `SYNCLINE_PROVE_SEED` begins elsewhere.
(`test_killed_processes.py` kills by the number of calls, wherever the process then is.)
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.world import World, raised

PER_LIFE = 3
"""Kills before runs may finish and are judged."""
LIVES = max(1, int(os.environ.get("SYNCLINE_PROVE", "0") or 0) // PER_LIFE)
SEED = int(os.environ.get("SYNCLINE_PROVE_SEED", "1"))
PEOPLE = 8
WRITES = ("POST", "PATCH", "DELETE")


class Office:
    """A world with people on both sides, and its command line."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.box, self.user = world.add_member("ada")
        self.box.create_contacts([_native(number) for number in range(PEOPLE)])
        rows = [{**_row(number), "OwnerId": self.user.id} for number in range(PEOPLE, 2 * PEOPLE)]
        world.salesforce.create_many("Contact", rows)
        world.configure(key_field=bool(seed % 2))
        world.later()

    def start(self, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "syncline.cli", *words],
            cwd=self.world.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    def run(self, *words: str, **options: Any) -> tuple[int, dict[str, Any], str]:
        """Exit code, document, stderr."""
        process = self.start("run", "--json", *words, **options)
        out, err = process.communicate(timeout=300)
        return process.returncode, json.loads(out) if out else {}, err.decode()

    def leases_over(self) -> None:
        """The dead give nothing back; their leases run out by the clock, which a test has no
        time for.
        """
        with closing(sqlite3.connect(self.world.folder / "syncline.sqlite")) as state, state:
            if state.execute("SELECT 1 FROM sqlite_master WHERE name = 'lease'").fetchone():
                state.execute("UPDATE lease SET until_at = 0")

    def until_quiet(self) -> int:
        """Runs until one writes nothing; how many it took."""
        for number in range(1, 8):
            self.world.later()
            self.leases_over()
            code, report, err = self.run("--full")
            assert code in (0, 5), (code, report, err)
            if code == 0 and report["writes"] == 0:
                return number
        raise AssertionError(f"still writing: {report}")

    def edit(self) -> None:
        """Somebody works meanwhile."""
        number = self.random.randrange(10_000)
        for contact in self.random.sample(self.box.contacts(), 2):
            self.box.update_contact(contact["id"], {"jobTitle": f"Title {number}"})
        self.box.create_contact(_native(1000 + number))

    def people(self) -> tuple[Counter[str], Counter[str]]:
        """Who is where, and how often."""
        here = Counter(str(each["surname"]) for each in self.box.contacts())
        there = Counter(str(each["LastName"]) for each in self.world.salesforce.rows("Contact"))
        return here, there


def _native(number: int) -> dict[str, Any]:
    mail = [{"address": f"person{number}@example.test"}] if number % 3 else []
    return {"givenName": "Person", "surname": f"Number{number}", "emailAddresses": mail}


def _row(number: int) -> dict[str, Any]:
    return {"FirstName": "Person", "LastName": f"Number{number}"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with raised(tmp_path) as world:
        yield Office(world, SEED)


def _judge(office: Office) -> None:
    """Nobody is lost and nobody is there twice."""
    here, there = office.people()
    assert here == there
    assert set(here.values()) == {1}
    assert {f"Number{number}" for number in range(2 * PEOPLE)} <= set(here)


@pytest.mark.parametrize("life", range(SEED, SEED + LIVES))
def test_killed_at_any_moment_and_run_again_everything_is_there_once(
    life: int, tmp_path: Path, proxied: Callable[[str], Any]
) -> None:
    """The process dies at a random call, before or after the service has done it."""
    with raised(tmp_path) as world:
        office = Office(world, life)
        proxies = _between(world, proxied)
        for _kill in range(PER_LIFE):
            _kill_at(office, proxies, office.random.randrange(1, 30), office.random.random() < 0.5)
            office.leases_over()
            office.edit()
            world.later()
        office.until_quiet()
        _judge(office)


def _between(world: World, proxied: Callable[[str], Any]) -> list[Any]:
    path = world.folder / "syncline.toml"
    found = []
    for sandbox in (world.graph, world.salesforce):
        found.append(proxied(sandbox.url))
        path.write_text(path.read_text().replace(sandbox.url, found[-1].url))
    return found


def _kill_at(office: Office, proxies: list[Any], call: int, before: bool) -> None:
    process = office.start("run", "--json")
    left = [call]

    def reached() -> None:
        left[0] -= 1
        if left[0] == 0:
            process.send_signal(signal.SIGKILL)

    for proxy in proxies:
        if before:
            proxy.before = lambda _method, _path: reached()
        else:
            proxy.after = lambda answer: (reached(), answer)[1]
    process.communicate(timeout=300)
    for proxy in proxies:
        proxy.calm()


@pytest.mark.parametrize("effect", ["before", "after"])
def test_connections_that_die_around_a_write_make_nothing_twice(
    effect: str, tmp_path: Path, proxied: Callable[[str], Any]
) -> None:
    with raised(tmp_path) as world:
        office = Office(world, 4)
        proxies, left = _between(world, proxied), [6]

        def drop(method: str, path: str) -> None:
            if method in WRITES and "token" not in path and office.random.random() < left[0] / 10:
                left[0] -= 1  # each is waited for, longer every time
                proxies[0].drop()

        def drop_answer(answer: Any) -> Any:
            drop(answer.method, answer.path)
            return answer

        for proxy in proxies:
            if effect == "before":
                proxy.before = drop
            else:
                proxy.after = drop_answer
        for _again in range(2):
            code, _report, err = office.run()
            assert code in (0, 4, 5), err
            world.later()
        for proxy in proxies:
            proxy.calm()
        office.until_quiet()
        _judge(office)


def test_a_full_disk_is_said_so_and_the_next_run_goes_on(office: Office) -> None:
    """No file may grow beyond what the database has at the beginning, and a little."""
    office.run("--limit", "1")
    limit = sum(each.stat().st_size for each in office.world.folder.glob("syncline.sqlite")) + 8192
    office.world.later()

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    code, report, err = office.run(preexec_fn=small_disk)

    assert code == 3, (code, report, err)
    assert "disk" in err
    assert "Traceback" not in err
    office.until_quiet()
    _judge(office)


def test_a_database_another_process_keeps_locked_is_busy_and_nothing_is_written(
    office: Office,
) -> None:
    """Waiting for half a minute is the point; here the database is told to give up at once."""
    office.run("--limit", "1")
    before = office.people()
    path = office.world.folder / "syncline.toml"
    path.write_text(
        path.read_text().replace("[state]", '[state]\nurl = "sqlite:///syncline.sqlite?timeout=0"')
    )
    with closing(sqlite3.connect(office.world.folder / "syncline.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        code, report, err = office.run()

    assert code == 8, (code, report, err)
    assert "locked" in err
    assert office.people() == before


def test_two_processes_at_once_make_nothing_twice(office: Office) -> None:
    both = [office.start("run", "--json") for _each in range(2)]
    codes = sorted(each.wait(timeout=300) for each in both)
    for each in both:
        each.communicate()

    assert set(codes) <= {0, 5, 8}
    office.until_quiet()
    _judge(office)
