"""Where the output goes may be closed, full, or a pipe nobody reads: the work is done anyway."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")
SAYING = [("--help",), ("--version",), ("plugins", "list"), ("config", "schema"), ("run", "--json")]


@pytest.fixture
def stores(two_stores):
    left, right = two_stores("streams")
    left.create("ann", {"given_name": "Ada", "family_name": "Lovelace"})
    return left, right


def is_done(stores) -> bool:
    return [each.fields["given_name"] for each in stores[1].entries.values()] == ["Ada"]


@pytest.fixture
def full() -> Iterator[object]:
    with FULL.open("w") as stream:
        yield stream


@pytest.mark.parametrize("options", [(), ("--verbose",)])
def test_a_run_with_closed_stderr_works(syncline, stores, monkeypatch, options):
    monkeypatch.setattr(sys, "stderr", None)

    ended = syncline("run", *options)

    assert ended.code == 0
    assert "Done: 1 write" in ended.out
    assert is_done(stores)


def test_a_run_with_closed_stderr_prints_one_document(syncline, stores, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)

    assert syncline("run", "--json").document["writes"] == 1


@needs_full
def test_a_log_that_cannot_be_written_stops_nothing(syncline, stores, monkeypatch, full):
    monkeypatch.setattr(sys, "stderr", full)

    assert syncline("run", "--verbose").code == 0
    assert is_done(stores)
    assert syncline("undo", "no such run").code == 2


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_run_with_closed_stdout_works_and_says_that_it_cannot_tell(
    syncline, stores, monkeypatch, options
):
    monkeypatch.setattr(sys, "stdout", None)

    ended = syncline("run", *options)

    assert ended.code == 9
    assert ended.err.startswith("error: the output cannot be written to stdout: it is closed\n")
    assert is_done(stores)


@needs_full
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_run_whose_output_is_on_a_full_disk_works(syncline, stores, monkeypatch, full, options):
    monkeypatch.setattr(sys, "stdout", full)

    ended = syncline("run", *options)

    assert ended.code == 9
    assert "No space left on device" in ended.err
    assert "bug" not in ended.err
    assert is_done(stores)


@needs_full
def test_how_a_command_ended_counts_more_than_that_it_cannot_tell(syncline, monkeypatch, full):
    monkeypatch.setattr(sys, "stdout", full)

    ended = syncline("status", "--json")

    assert ended.code == 3
    assert "there is no configuration file" in ended.err
    assert "No space left on device" in ended.err


# --- as processes: what Python itself writes at its end fails, too --------------------------------


@pytest.fixture(params=["buffered", "unbuffered"])
def in_shell(request, tmp_path):
    """Run a command with a redirection, in an empty folder."""
    unbuffered = ["-u"] if request.param == "unbuffered" else []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

    def run(redirection: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *unbuffered, "-m", "syncline.cli", *words]
        return subprocess.run(
            ["bash", "-c", f'exec "$@" {redirection}', "bash", *command],
            capture_output=True, text=True, check=False, cwd=tmp_path, env=environment,
        )  # fmt: skip

    return run


@needs_full
@pytest.mark.parametrize("words", SAYING, ids=" ".join)
@pytest.mark.parametrize("redirection", ["> /dev/full", ">&-"])
def test_output_that_cannot_be_written_is_told_in_a_line_and_a_hint(in_shell, words, redirection):
    ended = in_shell(redirection, *words)

    assert ended.returncode == (3 if "run" in words else 9)
    assert ended.stderr.count("error: the output cannot be written to stdout") == 1
    assert ended.stderr.count("\n") == (4 if "run" in words else 2)


@pytest.mark.parametrize("words", SAYING, ids=" ".join)
def test_a_pipe_that_nobody_reads_is_no_error(tmp_path, words):
    reading, writing = os.pipe()
    os.close(reading)
    called = [sys.executable, "-m", "syncline.cli", *words]
    with os.fdopen(writing, "w") as stdout:
        ended = subprocess.run(
            called, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
        )

    assert ended.returncode == (3 if "run" in words else 141)
    assert "stdout" not in ended.stderr


@pytest.mark.parametrize("redirection", ["2>&-", "2>&- <&-", "2> /dev/full"])
def test_without_stderr_the_answer_and_the_exit_code_are_what_they_are(in_shell, redirection):
    ended = in_shell(redirection, "plan", "--json")

    assert ended.returncode == json.loads(ended.stdout)["exit_code"] == 3
