"""pytest in a process of its own, over a planted copy or over the source as it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutants.planted import ROOT, Mutant

SURVIVED: Final = "SURVIVED"
_SOURCES: Final = tuple(
    ROOT / folder
    for folder in ("core/src", "plugins/outlook/src", "plugins/salesforce/src", "sandbox/src")
)
"""Named, since what is installed may be another checkout."""
_FAILED: Final = re.compile(r"^FAILED \S*/([\w.]+\.py)::(.*?)(?: - (.*))?$", re.MULTILINE)
_TESTS_FAILED: Final = 1


@dataclass(frozen=True)
class Trial:
    """`caught`: a test failed, `by` names it, `said` quotes it. Otherwise `by` says why not.
    `output`: all that was printed.
    """

    caught: bool
    by: str
    said: str = ""
    output: str = ""


@contextmanager
def copy_with(mutant: Mutant) -> Iterator[Path]:
    """A copy of the source with the fault in it.

    Raises:
        LookupError: it cannot be planted any more.

    """
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "src"
        shutil.copytree(mutant.package.folder, copy)
        target = copy / mutant.path
        target.write_text(mutant.planted_in(target.read_text("utf-8")), "utf-8")
        yield copy


def run_tests(
    copies: Sequence[Path], arguments: Sequence[str], told: Mapping[str, str], seconds: float
) -> Trial:
    """Run them, for so long at most. `told`: the `SYNCLINE_PROVE…` of their environment."""
    command = [
        sys.executable, "-m", "pytest", "-q", "-rf", "--tb=short", "-p", "no:cacheprovider",
        *arguments,
    ]  # fmt: skip
    ours = {name: value for name, value in os.environ.items() if "SYNCLINE_PROVE" not in name}
    path = os.pathsep.join(map(str, (*copies, *_SOURCES)))
    with suppress(subprocess.TimeoutExpired):
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=ROOT, env={**ours, "PYTHONPATH": path, "COLUMNS": "400", **told},
            capture_output=True, check=False, encoding="utf-8", timeout=seconds,
        )  # fmt: skip
        return judged(done.returncode, done.stdout, done.stderr)
    return Trial(False, f"BROKEN: no end within {seconds:.0f} s")


def judged(code: int, output: str, errors: str = "") -> Trial:
    """Only a failing test catches: an engine that cannot even be imported is no fault planted."""
    failed = _FAILED.search(output)
    if code == _TESTS_FAILED and failed is not None:
        return Trial(True, f"{failed[1]}::{failed[2]}", failed[3] or "", output)
    if code == 0:
        return Trial(False, SURVIVED, output=output)
    return Trial(False, f"BROKEN: {(output + errors)[-2000:]}", output=output)
