"""How long the command line takes to start. Printed, not judged: machines differ."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.rows import Row


def rows() -> Iterator[Row]:
    """The best of five starts."""
    best = min(_seconds() for _ in range(5))
    yield Row("syncline --version", round(best, 3), None, "0.4 s (only printed)", "s")


def _seconds() -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "syncline.cli", "--version"], check=True, capture_output=True
    )
    return time.perf_counter() - began
