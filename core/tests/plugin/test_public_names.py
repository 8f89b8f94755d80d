"""`syncline.plugin`: complete, sorted, and light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import syncline.plugin


def test_every_public_name_exists() -> None:
    assert all(getattr(syncline.plugin, name) for name in syncline.plugin.__all__)
    assert set(syncline.plugin._MODULE_OF) == set(syncline.plugin.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Conector"):
        _ = syncline.plugin.Conector


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import syncline.plugin.requests", ("pluggy", "structlog", "syncline.plugin.hookspecs")),
        ("import syncline.plugin.manager", ("structlog", "syncline.connectors.memory")),
        ("import syncline.testing.pytest_plugin", ("syncline.testing.contract", "syncline.plugin")),
    ],
)
def test_importing_one_thing_does_not_pull_in_others(
    statement: str, absent: tuple[str, ...]
) -> None:
    code = f"{statement}; import sys; print([m for m in {absent!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
