"""What the engine itself can do: records a second, memory, the cost of doing nothing.

Each measurement runs in a process of its own, so that peaks of memory are its own.
`python -m bench.engine WORK N` measures one and prints a line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.generated import GeneratedConfig, GeneratedPlugin, quiet
from bench.rows import Row
from syncline.model.contact import CONTACT
from syncline.model.sides import PerSide
from syncline.plugin.manager import PluginManager
from syncline.plugin.secrets import Secret
from syncline.policy.schema import Conflict, Direction, GuardLimits, Merge, ObjectPolicy
from syncline.policy.settings import (
    Configuration,
    ConnectionSettings,
    Member,
    StateSettings,
    SyncSettings,
)
from syncline.run.garbage import collect_rarely
from syncline.run.selection import Selection
from syncline.run.session import Session
from syncline.testing.rehearsal import KEY

LARGE = int(os.environ.get("BENCH_RECORDS", "10000"))
"""100,000 is the number the promises are made for; it takes some minutes."""
SMALL = LARGE // 10
LANES = LARGE // 50


def rows() -> Iterator[Row]:
    """The table of the engine. Speeds are printed as the inverse of what must be reached."""
    small, large = _measure("create", SMALL), _measure("create", LARGE)
    yield _rate(f"engine: {LARGE:,} contacts created on the other side", large, 2500)
    memory = large["peak"] / small["peak"]
    yield Row(
        f"engine: peak memory at {LARGE:,} against {SMALL:,}", round(memory, 2), 1.2, "1.2 x", "x"
    )
    twins = _measure("twins", LARGE)
    yield _rate(f"engine: {LARGE:,} x {LARGE:,} twins paired, both sides", twins, 5000)
    few, many = _measure("nothing", 1000), _measure("nothing", LARGE)
    quiet_run = many["seconds"] / few["seconds"]
    yield Row(
        f"engine: nothing changed, {LARGE:,} links against 1,000",
        round(quiet_run, 2),
        2,
        "2 x",
        "x",
    )
    changed = _measure("changed", LARGE)
    yield Row(
        f"engine: 1 % of {LARGE:,} changed",
        round(changed["seconds"], 2),
        None,
        "(only printed)",
        "s",
    )
    lanes = _measure("lanes", LANES)
    own = lanes["seconds"] / LANES * 1000
    yield Row(f"engine: {LANES:,} lanes with nothing to do", round(own, 2), 2, "2 ms a lane", "ms")


def _rate(work: str, found: dict[str, Any], wanted: float) -> Row:
    """A speed: the measured number must not be below what is wanted."""
    rate = found["records"] / found["seconds"]
    return Row(work, round(rate), wanted, f"at least {wanted:g}/s", "records/s", at_least=True)


def _measure(work: str, number: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.engine", work, str(number)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(work: str, number: int, folder: Path) -> dict[str, Any]:
    """One measurement, in this process."""
    accounts = number if work == "lanes" else 1
    left, right = number, number if work == "twins" else 0
    if work == "lanes":
        left = right = 1
    with quiet():
        if work in ("nothing", "changed", "lanes"):
            _run(folder, left, right, accounts)
            _run(folder, left, right, accounts)
        began = time.perf_counter()
        writes = _run(folder, left, right, accounts, number // 100 if work == "changed" else 0)
        seconds = time.perf_counter() - began
    records = 2 * number if work == "twins" else writes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "records": records, "writes": writes, "peak": peak}


def _run(folder: Path, left: int, right: int, accounts: int, changed: int = 0) -> int:
    configuration = _configuration(folder, left, right, accounts, changed)
    with Session.open(configuration, PluginManager.of({"g": GeneratedPlugin()})) as session:
        report = session.run(Selection())
    if report.exit_code:
        raise RuntimeError(f"the run failed: {report.problems[:3]} {report.guards[:3]}")
    return report.writes


def _configuration(
    folder: Path, left: int, right: int, accounts: int, changed: int
) -> Configuration:
    key = folder / "key"
    key.write_text(KEY)
    policy = ObjectPolicy(
        type=CONTACT,
        direction=Direction.BOTH,
        conflict=Conflict.LEFT_WINS,
        merge=Merge.FIELDS,
        match=("email", "name+company"),
        max_records=10_000_000,
        guards=GuardLimits(minimum_links=100_000_000),
    )
    names = [f"person{number}" for number in range(accounts)]
    members = tuple(Member(PerSide(name, name)) for name in names)
    sync = SyncSettings("s", PerSide("left", "right"), "open", members, {"contact": policy})
    connections = {
        "left": _connection("left", left, changed),
        "right": _connection("right", right, 0),
    }
    state = StateSettings(f"sqlite:///{folder / 'state.sqlite'}", Secret(file=key))
    return Configuration(Path("bench.toml"), "bench", state, connections, {"s": sync})


def _connection(name: str, count: int, changed: int) -> ConnectionSettings:
    return ConnectionSettings(name, "generated", GeneratedConfig(count=count, changed=changed))


if __name__ == "__main__":
    collect_rarely()  # as the command line does
    with tempfile.TemporaryDirectory() as made:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), Path(made))))
