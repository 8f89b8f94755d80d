"""The tutorial in the sandbox, as a newcomer types it: every file and command from the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from syncline_sandbox.graph.sandbox import GraphSandbox
from syncline_sandbox.salesforce.fixture import SalesforceSandbox

PAGE = Path(__file__).resolve().parents[1] / "docs/tutorial/first-sync-in-the-sandbox.md"


def _blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    return [text for name, text in found if name == language]


@dataclass
class Newcomer:
    """Sits in a folder with what the page told to write; ports are those that were free."""

    folder: Path
    ports: dict[str, str]
    environment: dict[str, str]

    def here(self, text: str) -> str:
        for said, real in self.ports.items():
            text = text.replace(said, real)
        return text

    def syncline(self, *words: str) -> dict[str, Any]:
        done = self._run(["-m", "syncline.cli", *words, "--json"])
        return json.loads(done)

    def python(self, code: str) -> None:
        self._run(["-c", self.here(code)])

    def _run(self, words: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    folder = tmp_path_factory.mktemp("first-sync")
    outlook, salesforce = (list(map(json.loads, text.splitlines())) for text in _blocks("json"))
    with GraphSandbox.start() as graph, SalesforceSandbox.start() as org:
        graph.load(outlook)
        org.load(salesforce)
        ports = {"http://127.0.0.1:8801": graph.url, "http://127.0.0.1:8802": org.url}
        commands = next(text for text in _blocks("") if "members.csv" in text)
        exports = dict(re.findall(r"^export (\w+)='([^']+)'$", commands, re.M))
        person = Newcomer(folder, ports, {**os.environ, **exports})
        (folder / "syncline.toml").write_text(person.here(_blocks("toml")[0]), "utf-8")
        files = [line for line in commands.splitlines() if ">" in line]
        subprocess.run(["sh", "-e"], input="\n".join(files), text=True, cwd=folder, check=True)
        yield person


def _writes(report: dict[str, Any]) -> list[str]:
    return sorted(f"{each['action']} {each['label']}" for each in report["operations"])


def test_tutorial_goes_as_the_page_says(newcomer: Newcomer) -> None:
    assert newcomer.syncline("check")["exit_code"] == 0

    expected = ["create Jean Sammet", "create Jürgen Weiß", "update Grace Hopper"]
    assert sorted(set(_writes(newcomer.syncline("plan")))) == expected
    assert newcomer.syncline("run")["writes"] == 4
    assert newcomer.syncline("run")["writes"] == 0

    newcomer.python(_blocks("python")[0])
    plan = newcomer.syncline("plan")
    assert {each["label"] for each in plan["operations"]} == {"Grace Hopper"}
    assert {change["name"] for each in plan["operations"] for change in each["changes"]} == {
        "mobile_phone",
        "job_title",
    }
    assert newcomer.syncline("run")["writes"] == 2
    assert newcomer.syncline("run")["writes"] == 0
