"""A state database: a SQLite file, and PostgreSQL where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncline.state.database import Database
from syncline.state.vault import Vault

KEY = "a key that is long enough for tests, and no secret"


@pytest.fixture
def vault() -> Vault:
    return Vault.from_key(KEY)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def database(url: str, vault: Vault) -> Iterator[Database]:
    """Open, empty, of the newest version."""
    opened = Database.open(url, vault)
    yield opened
    opened.close()
