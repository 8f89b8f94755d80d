"""What is looked at: a world of two stores, and states that are filled as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.large_state import KEY, Size, fill
from syncline.connectors.memory import MemoryOptions
from syncline.look.reader import Reader
from syncline.plugin.manager import PluginManager
from syncline.plugin.secrets import Secret
from syncline.policy.settings import Configuration, StateSettings
from syncline.state.database import Database
from syncline.state.vault import Vault
from syncline.testing.rehearsal import EngineWorld

Readers = Callable[[str, Size], Reader]


@pytest.fixture
def world(tmp_path: Path) -> EngineWorld:
    """Two stores that can do everything."""
    return EngineWorld(tmp_path, MemoryOptions(), MemoryOptions())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def readers(tmp_path: Path) -> Iterator[Readers]:
    """Fill a database with as much as is said, and read it: `readers(url, size)`."""
    with ExitStack() as stack:

        def filled(url: str, size: Size) -> Reader:
            database = Database.open(url, Vault.from_key(KEY))
            fill(database, size)
            database.close()
            key = tmp_path / "key"
            key.write_text(KEY)
            state = StateSettings(url, Secret(file=key))
            configuration = Configuration(tmp_path / "syncline.toml", "looked at", state, {}, {})
            return stack.enter_context(Reader.open(configuration, PluginManager.of({})))

        yield filled
