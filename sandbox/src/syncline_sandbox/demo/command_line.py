"""The real command line, in processes of its own, as an administrator would call it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a command printed on both streams, in order, and how it ended."""

    output: str
    exit_code: int


class CommandFailedError(Exception):
    """A command of the demo ended in another way than it should."""


@dataclass(frozen=True)
class CommandLine:
    """Calls `syncline` in a folder with a configuration; `secrets` go into the environment."""

    folder: Path
    secrets: Mapping[str, str] = field(repr=False)

    def call(self, *words: str) -> Answer:
        """For people. Raises `CommandFailedError` unless the exit code is 0."""
        done = self._run(words, stderr=subprocess.STDOUT)
        return _succeeded(words, Answer(done.stdout, done.returncode))

    def ask(self, *words: str) -> dict[str, Any]:
        """The JSON document of a command. Raises `CommandFailedError` unless the exit code is 0."""
        done = self._run((*words, "--json"), stderr=subprocess.PIPE)
        _succeeded(words, Answer(done.stdout + done.stderr, done.returncode))
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def _run(self, words: tuple[str, ...], stderr: int) -> subprocess.CompletedProcess[str]:
        # `-m syncline.cli` and not the script: whatever interpreter runs us has it.
        return subprocess.run(  # noqa: S603 - our own command line, our own words
            [sys.executable, "-m", "syncline.cli", *words],
            cwd=self.folder,
            env={**os.environ, **self.secrets, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
            check=False,
        )


def _succeeded(words: tuple[str, ...], answer: Answer) -> Answer:
    if answer.exit_code:
        command = shlex.join(["syncline", *words])
        raise CommandFailedError(
            f"`{command}` ended with exit code {answer.exit_code}:\n{answer.output}"
        )
    return answer
