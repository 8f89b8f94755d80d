"""The command line, called as the console script calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from syncline.cli.main import run_command_line


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def syncline(
    capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ended]:
    """Run a command in an empty folder, which is also where `syncline.toml` is looked for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SYNCLINE_CONFIG", raising=False)

    def run(*arguments: str) -> Ended:
        code = run_command_line(arguments)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run
