"""Worlds for the engine's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.testing.rehearsal import EngineWorld

Worlds = Callable[..., EngineWorld]


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    """Make a world: `worlds(left=MemoryOptions(…), right=…)`."""

    def make(left: MemoryOptions | None = None, right: MemoryOptions | None = None) -> EngineWorld:
        return EngineWorld(tmp_path, left or MemoryOptions(), right or MemoryOptions())

    return make


@pytest.fixture
def world(worlds: Worlds) -> EngineWorld:
    """Two stores that can do everything."""
    return worlds()
