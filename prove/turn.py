"""One turn of a profile in a process of its own: what it counted, and what it found."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from prove.profiles import Profile

ROOT: Final = Path(__file__).parent.parent
FINDINGS: Final = ROOT / "prove-findings"


@dataclass(frozen=True)
class Turn:
    """`counted` are the tests, what the profile played, and the numbers that tests report by
    `record_property`.

    `violated`: a promise was broken (or a test could not run at all); `cut`: time was up first.
    `seconds`: how long it took.
    """

    counted: Counter[str]
    output: str
    violated: bool = False
    cut: bool = False
    seconds: float = 0.0


def play(profile: Profile, seed: int, seconds: float) -> Turn:
    """Play it, for so long at most."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="prove-") as folder:
        report = Path(folder) / "report.xml"
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*_command(profile, seed), f"--junitxml={report}"],
            cwd=ROOT,
            env={**os.environ, **profile.environment(seed)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        try:
            output, _nothing = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Turn(Counter(), "", cut=True, seconds=time.monotonic() - began)
        counted, violated = _counted(report), process.returncode != 0
        if profile.played and not violated:
            counted[profile.played] += profile.size
        return Turn(counted, output, violated, seconds=time.monotonic() - began)


def keep(profile: Profile, seed: int, turn: Turn) -> Path:
    """Write down what was found: how to see it again, and what the test printed."""
    FINDINGS.mkdir(exist_ok=True)
    found = FINDINGS / f"{profile.name.replace(' ', '-')}-{seed}.txt"
    told = " ".join(f"{name}={value}" for name, value in profile.environment(seed).items())
    found.write_text(f"{told} {shlex.join(_command(profile, seed))}\n\n{turn.output}", "utf-8")
    return found


def listed(began: datetime) -> Path:
    """The file of all turns of one proof: a JSON object a line."""
    return FINDINGS / f"turns-{began:%Y%m%dT%H%M%SZ}.jsonl"


def note(began: datetime, profile: Profile, seed: int, turn: Turn) -> None:
    """Add a turn to it."""
    FINDINGS.mkdir(exist_ok=True)
    line = {
        "profile": profile.name,
        "seed": seed,
        "seconds": round(turn.seconds, 1),
        "ending": "cut" if turn.cut else "violated" if turn.violated else "holds",
        "counted": turn.counted,
    }
    with listed(began).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _command(profile: Profile, seed: int) -> list[str]:
    return [sys.executable, "-m", "pytest", "-x", "-q", *profile.arguments(seed)]


def _counted(report: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    if report.exists():
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest has just written it
            found["tests"] += case.find("skipped") is None
            for each in case.iter("property"):
                with suppress(ValueError):
                    found[each.get("name", "")] += int(each.get("value", ""))
    return found
