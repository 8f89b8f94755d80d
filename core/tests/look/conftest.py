"""A world whose state is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.testing.rehearsal import EngineWorld


@pytest.fixture
def world(tmp_path: Path) -> EngineWorld:
    """Two stores that can do everything."""
    return EngineWorld(tmp_path, MemoryOptions(), MemoryOptions())
