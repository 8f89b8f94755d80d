"""A state database: a SQLite file, and PostgreSQL where there is one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncline.state.database import Database
from syncline.state.lives import Life
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


_LIVE = """
import sys
from sqlalchemy import make_url
from syncline.state.lives import Life
Life.of(make_url(sys.argv[1]), sys.argv[2]).begin()
print("alive", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def killed() -> Iterator[Callable[[Database, str], None]]:
    """A process of this name that works with a database: it begins to live, and is killed."""
    left: list[Life] = []

    def live_and_die(database: Database, name: str) -> None:
        url = database.engine.url
        life = Life.of(url, name)
        left.append(life)
        words = [sys.executable, "-c", _LIVE, url.render_as_string(hide_password=False), name]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(words, encoding="utf-8", **pipes) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "alive\n"
            assert not life.is_over()
            process.kill()
        assert life.is_over()

    yield live_and_die
    for each in left:
        each.forget()
