"""Trying a fault: a copy of the engine's source, the edit, the tests in a process of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutants.planted import ROOT, Mutant

SECONDS_AT_MOST: Final = 180
SURVIVED: Final = "SURVIVED"
_FAILED: Final = re.compile(r"^FAILED \S*/([\w.]+\.py)::(.*?)(?: - (.*))?$", re.MULTILINE)
_TESTS_FAILED: Final = 1


@dataclass(frozen=True)
class Trial:
    """`caught`: a test failed, `by` names it, `said` quotes it. Otherwise `by` says why not."""

    caught: bool
    by: str
    said: str = ""


def try_out(mutant: Mutant) -> Trial:
    """Plant one fault and run its tests."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "src"
        shutil.copytree(mutant.package.folder, copy)
        target = copy / mutant.path
        try:
            target.write_text(mutant.planted_in(target.read_text("utf-8")), "utf-8")
        except LookupError as error:
            return Trial(False, f"ROTTEN: {error}")
        done = _pytest((copy,), mutant.paths_of_tests, "-x", thorough=mutant.thorough)
        return _judged(done)


def passes_unplanted(mutants: Iterable[Mutant]) -> Trial:
    """The tests of these mutants over the engine as it is; `caught` says that one fails there."""
    return _judged(_pytest((), sorted({test for each in mutants for test in each.paths_of_tests})))


def _pytest(
    sources: Sequence[Path], tests: Sequence[str], *options: str, thorough: bool = False
) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable, "-m", "pytest", "-q", "-rf", "--tb=short", "-p", "no:cacheprovider",
        *options, *tests,
    ]  # fmt: skip
    path = os.pathsep.join(map(str, sources))
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "400"}
    environment.pop("SYNCLINE_PROVE", None)
    environment["SYNCLINE_PROVE_SEED"] = "0"  # what is caught does not depend on the commit
    if thorough:
        environment["SYNCLINE_PROVE"] = "1"
    with suppress(subprocess.TimeoutExpired):
        return subprocess.run(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, capture_output=True, check=False,
            encoding="utf-8", timeout=SECONDS_AT_MOST,
        )  # fmt: skip
    return subprocess.CompletedProcess(command, -1, f"no end within {SECONDS_AT_MOST} s", "")


def _judged(done: subprocess.CompletedProcess[str]) -> Trial:
    """Only a failing test catches: an engine that cannot even be imported is no fault planted."""
    found = _FAILED.search(done.stdout)
    if done.returncode == _TESTS_FAILED and found is not None:
        return Trial(True, f"{found[1]}::{found[2]}", found[3] or "")
    if done.returncode == 0:
        return Trial(False, SURVIVED)
    return Trial(False, f"BROKEN: {(done.stdout + done.stderr)[-2000:]}")
