"""What looking at a large state costs, while a run writes into it.

Processor time, not the clock: who reads shares the machine with the run. Each measurement has a
process of its own: `python -m bench.looking read FOLDER` answers `status` and prints the seconds,
`write FOLDER` commits until there is a file `stop`, and prints what its slowest commit took.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from bench.large_state import KEY, Size, make
from bench.rows import Row
from syncline.cli.json_form import to_json
from syncline.config.load import load
from syncline.look.reader import Reader
from syncline.plugin.manager import PluginManager
from syncline.run.garbage import collect_rarely
from syncline.state.among import among
from syncline.state.database import Database
from syncline.state.links import LINK
from syncline.state.vault import Vault

LARGE = Size()
SMALL = Size(lanes=1, links=1, waiting=1, held=1, conflicts=1, busy=1)
STATES = f"{LARGE.lanes:,} lanes, {LARGE.links:,} links"
TIMES = 3
"""The best of so many: other processes make each slower, and none faster."""
BATCH = 20
"""Links that a commit of a run settles."""


def rows() -> Iterator[Row]:
    """The table of looking."""
    with tempfile.TemporaryDirectory() as made:
        large, small = Path(made, "large"), Path(made, "small")
        for folder, size in ((large, LARGE), (small, SMALL)):
            folder.mkdir()
            make(folder, size, LARGE.lanes)
        with _run(large) as unseen:
            one_lane = min(_command(small) for _time in range(TIMES))
        with _run(large) as seen:
            answer = min(float(_measure("read", large)) for _time in range(TIMES))
            whole = min(_command(large) for _time in range(TIMES))
    yield Row(f"status: {STATES}, while a run writes", round(answer, 2), 0.5, "0.5 s", "s")
    yield _printed("status: the whole command, mostly loading", whole, "s")
    yield _printed("status: the whole command at one lane", one_lane, "s")
    yield _printed("a run's slowest commit while it is looked at", seen.slowest * 1000, "ms")
    yield _printed("a run's slowest commit otherwise", unseen.slowest * 1000, "ms")


def _printed(work: str, measured: float, unit: str) -> Row:
    return Row(work, float(f"{measured:.3g}"), None, "(only printed)", unit)


def _measure(work: str, folder: Path) -> str:
    words = [sys.executable, "-m", "bench.looking", work, str(folder)]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def _command(folder: Path) -> float:
    """The processor time of `syncline status --json`, with all that Python and plugins load."""
    before = _children()
    words = ["--config", str(folder / "syncline.toml"), "status", "--json"]
    subprocess.run([sys.executable, "-m", "syncline.cli", *words], check=True, capture_output=True)
    return _children() - before


def _children() -> float:
    """The processor time of the processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@dataclass
class _Run:
    """A process that writes; `slowest`: what its slowest commit took, in seconds."""

    slowest: float = 0.0


@contextmanager
def _run(folder: Path) -> Iterator[_Run]:
    """Somebody writes meanwhile."""
    run = _Run()
    words = [sys.executable, "-m", "bench.looking", "write", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield run
        finally:
            (folder / "stop").touch()
        run.slowest = float(process.stdout.readline())
    (folder / "stop").unlink()


def read(folder: Path) -> float:
    """The processor time of what `status --json` prints, from the opened state to the text."""
    plugins = PluginManager.discover()
    configuration = load(folder / "syncline.toml", plugins)
    with Reader.open(configuration, plugins) as reader:
        began = time.process_time()
        text = json.dumps(to_json(reader.status()), indent=2)
        seconds = time.process_time() - began
    assert text.count('"busy_until"') == LARGE.lanes
    return seconds


def write(folder: Path) -> float:
    """Commit until somebody says stop; the seconds of the slowest commit."""
    database = Database.open(f"sqlite:///{folder / 'syncline.sqlite'}", Vault.from_key(KEY))
    print("writing", flush=True)
    slowest, commits = 0.0, 0
    while not (folder / "stop").exists():
        commits += 1
        first = commits * BATCH % LARGE.links
        settled = update(LINK).where(among(LINK.c.id, range(first, first + BATCH)))
        began = time.perf_counter()
        with database.transaction() as tx:
            tx.execute(settled.values(left_version=str(commits)))
        slowest = max(slowest, time.perf_counter() - began)
    database.close()
    return slowest


if __name__ == "__main__":
    collect_rarely()  # as the command line does
    print({"read": read, "write": write}[sys.argv[1]](Path(sys.argv[2])))
