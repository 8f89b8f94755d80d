"""The command line in processes of its own, which can be killed.

Reading the modules takes ten times as long as a run, so it is done once, in a process that then
forks one for each command. What such a process does from there on is what `syncline` does.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 - read once for all processes, like what follows

import syncline_salesforce.connector  # noqa: F401
from syncline.cli.main import run_command_line
from syncline.plugin.manager import PluginManager

PluginManager.discover()  # reads what is installed
_WARM = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload([__name__])
PATIENCE = 120
"""Seconds after which a process hangs."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (negative: the signal), its document, its stderr."""

    code: int
    report: dict[str, Any]
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -9


@dataclass(frozen=True)
class Running:
    """A command at work."""

    process: BaseProcess
    out: Path
    err: Path

    def kill(self) -> None:
        """SIGKILL: it gets no chance to tidy up."""
        self.process.kill()

    def lives_for(self, seconds: float) -> bool:
        """Whether it is still at work after so long."""
        self.process.join(seconds)
        return self.process.exitcode is None

    def end(self) -> Ended:
        """Wait for the end."""
        assert not self.lives_for(PATIENCE), "it hangs"
        assert self.process.exitcode is not None
        out = self.out.read_text("utf-8")
        whole = out if out.endswith("\n") else ""  # of a killed one there may be half a document
        return Ended(self.process.exitcode, json.loads(whole or "{}"), self.err.read_text("utf-8"))


def start(folder: Path, *words: str, file_limit: int | None = None) -> Running:
    """`syncline --json …` in a folder. No file may grow beyond the limit, as on a full disk."""
    name = f"command-{len(list(folder.glob('command-*.out')))}"
    out, err = (folder / f"{name}.{kind}" for kind in ("out", "err"))
    out.touch()
    arguments = (folder, ("--json", *words), out, err, file_limit)
    process = _WARM.Process(target=_command_line, args=arguments)
    process.start()
    return Running(process, out, err)


def _command_line(
    folder: Path, words: Sequence[str], out: Path, err: Path, file_limit: int | None
) -> None:
    os.chdir(folder)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    if file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    sys.exit(run_command_line(words))
