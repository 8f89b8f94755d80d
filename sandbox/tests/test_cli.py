"""The command line, as a program of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from syncline_sandbox.cli import sandbox
from syncline_sandbox.graph.quirks import QUIRKS
from syncline_sandbox.testing import GraphSandbox

PROGRAM = [sys.executable, "-c", "from syncline_sandbox.cli import sandbox; sandbox()"]


@contextmanager
def served(*arguments: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    command = [*PROGRAM, "serve", *arguments, "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.kill()


def test_served_stand_in_prints_what_a_client_needs_and_loads_a_file(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    row = {"mailbox": "ada@example.test", "folder": "CRM", "contact": {"givenName": "Grace"}}
    rows.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    with served("graph", "--load", str(rows), "--quirk", "small-pages=size:1") as (facts, process):
        headers = {"Authorization": f"Bearer {facts['token']}"}
        users = httpx.get(f"{facts['graph']}/users", headers=headers).json()["value"]
        graph = GraphSandbox.attach(facts["url"])
        stored = graph.mailbox("ada@example.test").contacts("CRM")
        graph.close()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)

    assert [user["mail"] for user in users] == ["ada@example.test"]
    assert [contact["givenName"] for contact in stored] == ["Grace"]
    assert output == ""
    assert "loaded 1 rows" in errors
    assert "Traceback" not in errors
    assert process.returncode in {0, -signal.SIGINT}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1 is no JSON"),
        ("[]", "line 1 is no JSON object"),
        ('{"mailbox": "a@x.test", "contact": {"x": 1}}', "The property 'x' does not exist"),
    ],
)
def test_bad_file_is_named_with_the_place_and_the_reason(
    tmp_path: Path, line: str, message: str
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(line, encoding="utf-8")
    result = CliRunner().invoke(sandbox, ["serve", "graph", "--load", str(rows)])

    assert result.exit_code == 1
    assert message in result.output
    assert "rows.jsonl" in result.output


def test_unknown_quirk_lists_those_there_are() -> None:
    result = CliRunner().invoke(sandbox, ["serve", "graph", "--quirk", "gremlins"])

    assert result.exit_code == 2
    assert "commit-then-drop" in result.output


def test_taken_port_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(sandbox, ["serve", "graph", "--port", port])

    assert result.exit_code == 1
    assert f"port {port} cannot be used" in result.output


@pytest.mark.parametrize("service", ["graph", "salesforce"])
def test_quirks_are_listed_with_what_they_do(service: str) -> None:
    result = CliRunner().invoke(sandbox, ["quirks", service])

    assert result.exit_code == 0
    assert "drop-before-commit" in result.output


def test_readme_names_every_quirk_of_graph() -> None:
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")

    assert [q.name for q in QUIRKS if f"`{q.name}`" not in readme] == []
