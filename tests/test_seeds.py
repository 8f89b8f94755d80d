"""Each commit is tried with another seed, and anybody can repeat it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.seeds import VARIABLE, settle


def _committed(folder: Path, text: str) -> None:
    (folder / "file").write_text(text)
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.test")
    for words in (("init", "-q"), ("add", "file"), (*who, "commit", "-qm", "changed")):
        subprocess.run(["git", "-C", str(folder), *words], check=True)


def test_another_commit_has_another_seed_and_the_same_files_have_the_same(tmp_path: Path) -> None:
    found = []
    for text in ("one", "two", "one"):
        _committed(tmp_path, text)
        environment: dict[str, str] = {}
        settle(environment, tmp_path)
        found.append(environment[VARIABLE])
    assert found[0] == found[2] != found[1]


def test_a_seed_that_is_given_is_the_one_that_counts(tmp_path: Path) -> None:
    environment = {VARIABLE: "7"}
    assert "seed 7 (given)" in settle(environment, tmp_path)
    assert environment[VARIABLE] == "7"


def test_without_git_the_seed_is_always_the_same_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    environment: dict[str, str] = {}
    assert "no git" in settle(environment, tmp_path)
    assert environment[VARIABLE] == "0"
