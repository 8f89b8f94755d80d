"""The connector of `docs/connectors/writing-a-connector.md` works, and passes the kit."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "connectors" / "writing-a-connector.md"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Every Python block of the page, under the name in its first line."""
    blocks = re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    for name, code in blocks:
        (tmp_path / name).write_text(code, "utf-8")
    return tmp_path


def test_the_documented_connector_passes_the_kit(files: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", str(files)],
        cwd=files,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-4000:]
    assert "syncline conformance" in done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 90


def test_the_documented_connector_is_short(files: Path) -> None:
    assert len((files / "connector.py").read_text("utf-8").splitlines()) < 150


def test_the_documented_plugin_is_found(files: Path) -> None:
    code = (
        "import plugin; from syncline.plugin.manager import PluginManager;"
        "print(PluginManager.of({'rolodex': plugin}).plugins[0].state)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=files, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "loaded"
