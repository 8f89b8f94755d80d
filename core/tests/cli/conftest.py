"""The command line, called as the console script calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncline.cli.main import run_command_line
from syncline.connectors.memory.store import MemoryStore

KEY = "a key for the tests of the command line"
TWO_STORES = """
installation = "cli-test"
[state]
key = {{ file = "syncline.key" }}
[connections.left]
connector = "memory"
store = "{name}-left"
[connections.right]
connector = "memory"
store = "{name}-right"
[syncs.people]
between = ["left", "right"]
members = [{{ left = "ann", right = "ann" }}]
[syncs.people.objects.contact]
direction = "both"
conflict = "left_wins"
merge = "record"
"""


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


@pytest.fixture
def two_stores(tmp_path: Path) -> Callable[[str], tuple[MemoryStore, MemoryStore]]:
    """Write a configuration of Ann's contacts in two stores with names that begin so, and open
    them.
    """

    def configure(name: str, key: str = KEY) -> tuple[MemoryStore, MemoryStore]:
        (tmp_path / "syncline.key").write_text(key)
        (tmp_path / "syncline.key").chmod(0o600)
        (tmp_path / "syncline.toml").write_text(TWO_STORES.format(name=name))
        left, right = (MemoryStore.open(f"{name}-{side}") for side in ("left", "right"))
        for store in (left, right):
            store.add_account("ann")
        return left, right

    return configure
