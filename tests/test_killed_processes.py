"""Real processes over real sockets, killed with SIGKILL: nothing is lost, nothing is doubled.

A run of the command line is killed as soon as the stand-ins have seen so many calls; the lease
it leaves behind is taken for expired (ten minutes nobody wants to wait for), and the next run
goes on. `make test` kills a handful, `SYNCLINE_PROVE=200` as many as it says.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.world import World, raised

KILLS = int(os.environ.get("SYNCLINE_PROVE", "0") or 0) or 3
PEOPLE = ("ada", "bob")
EACH = 10


@pytest.mark.parametrize("key_field", [True, False], ids=["with a key field", "without"])
def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path, key_field: bool) -> None:
    chance = random.Random(20261121)
    with raised(tmp_path / "world") as world:
        for name in PEOPLE:
            world.add_member(name)
        world.configure(key_field=key_field)
        for number in range(EACH):
            _enter(world, number)
        killed = 0
        for number in range(KILLS):
            killed += _run_and_kill(world, after=chance.randint(5, 20))
            _enter(world, EACH + number)
            _the_lease_expires(world)
            world.later(60)
        for _run in range(3):
            world.later(120)
            last = _run_to_the_end(world)
        expected = {f"{w}{name}{n}" for w in "OS" for name in PEOPLE for n in range(EACH + KILLS)}
        in_outlook = Counter(c["surname"] for box in world.mailboxes for c in box.contacts())
        in_salesforce = Counter(row["LastName"] for row in world.salesforce.rows("Contact"))

    assert killed, "not a single run was killed while it worked"
    assert last["writes"] == 0
    assert in_outlook == in_salesforce == Counter(expected)


def _enter(world: World, number: int) -> None:
    """Everybody enters one contact on each side; only every other one has an e-mail."""
    for name, mailbox, user in zip(PEOPLE, world.mailboxes, world.users, strict=True):
        family = f"O{name}{number}"
        more = {"emailAddresses": [{"address": f"{family}@example.test"}]} if number % 2 else {}
        mailbox.create_contact({"givenName": "A", "surname": family, **more})
        fields = {"FirstName": "A", "LastName": f"S{name}{number}"}
        world.salesforce.create("Contact", fields, as_user=user)


def _run_and_kill(world: World, *, after: int) -> bool:
    """Start a run and kill it once the stand-ins have seen so many calls of it; whether it was
    still running then.
    """
    for sandbox in (world.graph, world.salesforce):
        sandbox.reset_calls()
    process = subprocess.Popen(_command(world), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None and _calls(world) < after:
        """Asking the stand-ins takes the time that passes between two looks."""
    process.kill()
    process.communicate()
    return process.returncode < 0


def _run_to_the_end(world: World) -> dict[str, Any]:
    done = subprocess.run(_command(world), capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _command(world: World) -> list[str]:
    config = str(world.folder / "syncline.toml")
    return [sys.executable, "-m", "syncline.cli", "--json", "-c", config, "run", "--full"]


def _calls(world: World) -> int:
    return sum(sum(each.call_counts().values()) for each in (world.graph, world.salesforce))


def _the_lease_expires(world: World) -> None:
    """As if ten minutes had passed. A killed process may not even have made the database."""
    for found in world.folder.glob("*.sqlite"):
        with closing(sqlite3.connect(found, timeout=30)) as database, database:
            made = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'lease'").fetchone()
            if made:
                database.execute("UPDATE lease SET until_at = 0")
