"""The demo keeps every promise it makes on the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from syncline_sandbox.demo.scenes import SCENES


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    folder = tmp_path_factory.mktemp("demo")
    return subprocess.run(
        [sys.executable, "-m", "syncline.cli", "demo", "--keep", folder / "kept"],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_demo_ends_well_and_every_promise_of_it_holds(
    performance: subprocess.CompletedProcess[str],
) -> None:
    assert performance.returncode == 0, performance.stdout + performance.stderr
    assert "✗" not in performance.stdout
    assert performance.stdout.count("✓") == len(SCENES) + 1


def test_third_run_of_the_demo_writes_nothing(
    performance: subprocess.CompletedProcess[str],
) -> None:
    assert '"writes": 0' in performance.stdout


@pytest.mark.parametrize(
    "page", ["first-sync-in-the-sandbox.md", "first-sync-with-real-tenants.md"]
)
def test_pages_the_demo_points_at_exist(
    page: str, performance: subprocess.CompletedProcess[str]
) -> None:
    docs = Path(__file__).resolve().parents[1] / "docs"

    assert page in performance.stdout
    assert (docs / "tutorial" / page).exists()
