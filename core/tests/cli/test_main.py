"""What holds for every command: options, exit codes, errors, and how fast it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

HEAVY = ("pydantic", "pluggy", "rich", "sqlalchemy", "structlog", "cryptography", "httpx")


def python(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_version(syncline):
    ended = syncline("--version")
    assert (ended.code, ended.out, ended.err) == (0, "syncline 0.1.0\n", "")


def test_the_start_imports_nothing_heavy():
    ended = python("-X", "importtime", "-m", "syncline.cli", "--version")
    assert ended.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "click" in imported
    assert imported.isdisjoint(HEAVY)


def test_help_lists_every_command(syncline):
    ended = syncline("--help")
    assert ended.code == 0
    for name in ("init", "check", "plan", "run", "status", "approve", "conflicts", "plugins"):
        assert f"  {name} " in ended.out


@pytest.mark.parametrize("words", [(), ("conflicts",)])
def test_without_a_command_the_help_is_shown_on_stderr(syncline, words):
    ended = syncline(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: syncline")


def test_an_unknown_command_is_a_usage_error(syncline):
    ended = syncline("frobnicate")
    assert ended.code == 2
    assert ended.out == ""
    assert "No such command 'frobnicate'" in ended.err
    assert "syncline --help" in ended.err


def test_an_unknown_option_with_json_is_one_document(syncline):
    ended = syncline("plan", "--json", "--wrong")
    assert ended.code == 2
    assert ended.document["error"]["type"] == "UsageError"
    assert ended.document["exit_code"] == 2
    assert "--wrong" in ended.err


@pytest.mark.parametrize("name", ["sandbox", "demo"])
def test_a_command_of_a_missing_distribution_says_what_to_install(syncline, tmp_path, name):
    (tmp_path / "syncline.toml").write_text('[plugins]\ndisabled = ["sandbox"]\n')
    ended = syncline(name)
    assert ended.code == 2
    assert "syncline-sandbox" in ended.err


@pytest.mark.parametrize("command", ["check", "plan", "run", "status"])
def test_without_a_configuration_every_command_points_at_init(syncline, command):
    ended = syncline(command)
    assert (ended.code, ended.out) == (3, "")
    assert "there is no configuration file" in ended.err
    assert "syncline init" in ended.err


def test_the_configuration_is_named_by_option_before_or_after_or_by_environment(
    syncline, monkeypatch
):
    assert "/a.toml\n" in syncline("-c", "a.toml", "plan").err
    assert "/b.toml\n" in syncline("plan", "--config", "b.toml").err
    monkeypatch.setenv("SYNCLINE_CONFIG", "c.toml")
    assert "/c.toml\n" in syncline("plan").err
    assert "/a.toml\n" in syncline("-c", "a.toml", "plan").err


def test_a_wrong_configuration_as_json_lists_every_problem(syncline, tmp_path):
    (tmp_path / "syncline.toml").write_text('installation = "x"\nstates = 1\n')
    ended = syncline("--json", "config", "show")
    assert ended.code == 3
    document = ended.document
    assert (document["command"], document["exit_code"]) == ("config show", 3)
    problems = document["error"]["problems"]
    assert [each["key"] for each in problems] == ["installation", "state", "states"]
    assert problems[2]["rule"] == 'unknown key; did you mean "state"?'
    assert problems[2]["file"] == str(tmp_path / "syncline.toml")


def test_a_closed_pipe_is_no_error(tmp_path):
    command = f"{sys.executable} -m syncline.cli config schema | head -c 1; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ended.returncode in {0, 141}
    assert ended.stderr == ""


def test_interrupting_the_command_line_ends_with_130():
    program = (
        "import os, signal; from syncline.cli import main; from syncline.cli.root import Root\n"
    )
    # A job in the background inherits an interrupt that is ignored: take it as a terminal would.
    program += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += "class Waits:\n def __init__(self): os.kill(os.getpid(), signal.SIGINT)\n"
    program += "import click\n@main.root.command('wait')\ndef wait():\n Waits()\n"
    program += "Root.get_command = click.Group.get_command\n"
    program += "raise SystemExit(main.run_command_line(['wait']))"
    ended = python("-c", program)
    assert ended.returncode == 130
    assert "interrupted" in ended.stderr


def test_letters_the_terminal_does_not_know_are_marked(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = python("-m", "syncline.cli", "-c", "Müller.toml", "plan", env=environment, cwd=tmp_path)
    assert ended.returncode == 3
    assert "M\\xfcller.toml" in ended.stderr


def test_signals_are_what_they_were_before(syncline):
    before = signal.getsignal(signal.SIGINT)
    syncline("plan")
    assert signal.getsignal(signal.SIGINT) is before
