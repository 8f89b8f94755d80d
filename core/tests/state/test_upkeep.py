"""Copies, newer versions, and who may read the files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from syncline.errors import StateError, UsageError
from syncline.plugin.secrets import Secret
from syncline.policy.settings import StateSettings
from syncline.run.keys import rekey
from syncline.run.upkeep import back_up, move_up
from syncline.state.backup import backup
from syncline.state.database import Database
from syncline.state.engines import unopened
from syncline.state.migrate import SCRIPTS, upgrade, version
from syncline.state.vault import Vault

KEY = "a key for these tests, and no secret"
OTHER_KEY = "another key for these tests, no secret"

NEXT = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
def upgrade():
    op.create_table("from_the_future", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.fixture
def settings(tmp_path: Path) -> StateSettings:
    key = tmp_path / "key"
    key.write_text(KEY)
    settings = StateSettings(f"sqlite:///{tmp_path / 'state.sqlite'}", Secret(file=key))
    Database.open(settings.url, Vault.from_key(KEY)).close()
    return settings


@pytest.fixture
def engine(settings: StateSettings) -> Iterator[Engine]:
    engine = unopened(settings.url)
    yield engine
    engine.dispose()


@pytest.fixture
def newer(tmp_path: Path, engine: Engine) -> Path:
    """The migrations of a later Syncline."""
    scripts = tmp_path / "later"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "v9999_later.py").write_text(NEXT.format(head=version(engine)))
    return scripts


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_database_and_its_journals_are_its_owners_alone(
    tmp_path: Path, settings: StateSettings, engine: Engine
) -> None:
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO meta VALUES ('a', 'b')"))
        files = sorted(tmp_path.glob("state.sqlite*"))
        assert len(files) == 3
        assert {mode(each) for each in files} == {0o600}


def test_a_database_others_may_read_is_taken_from_them(
    tmp_path: Path, settings: StateSettings
) -> None:
    (tmp_path / "state.sqlite").chmod(0o644)

    Database.open(settings.url, Vault.from_key(KEY)).close()

    assert mode(tmp_path / "state.sqlite") == 0o600


def test_a_backup_is_complete_private_and_opens(
    tmp_path: Path, settings: StateSettings, engine: Engine
) -> None:
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO meta VALUES ('a', 'b')"))

    written = back_up(settings, tmp_path / "copy.sqlite")

    assert mode(written) == 0o600
    assert not list(tmp_path.glob("copy.sqlite?*"))
    Database.open(f"sqlite:///{written}", Vault.from_key(KEY)).close()
    with sqlite3.connect(written) as copy:
        assert copy.execute("SELECT value FROM meta WHERE name = 'a'").fetchone() == ("b",)


def test_a_backup_overwrites_nothing(tmp_path: Path, settings: StateSettings) -> None:
    (tmp_path / "copy.sqlite").write_text("precious")

    with pytest.raises(UsageError, match="overwrites nothing"):
        back_up(settings, tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, settings: StateSettings
) -> None:
    with pytest.raises(StateError, match="backup"):
        back_up(settings, tmp_path / "no such folder" / "copy.sqlite")
    with pytest.raises(UsageError, match="no database"):
        absent = StateSettings(f"sqlite:///{tmp_path / 'absent.sqlite'}", settings.key)
        back_up(absent, tmp_path / "copy.sqlite")
    assert not (tmp_path / "copy.sqlite").exists()


def test_an_upgrade_keeps_a_copy_of_what_was_before(
    tmp_path: Path, engine: Engine, newer: Path
) -> None:
    before = version(engine)

    kept = upgrade(engine, scripts=newer)

    assert kept is not None
    assert mode(kept) == 0o600
    assert version(engine) == "9999"
    assert inspect(engine).has_table("from_the_future")
    copy = unopened(f"sqlite:///{kept}")
    assert version(copy) == before
    copy.dispose()
    assert upgrade(engine, scripts=newer) is None


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, engine: Engine, newer: Path) -> None:
    script = newer / "versions" / "v9999_later.py"
    script.write_text(script.read_text() + "    raise RuntimeError('half-way')\n")
    before = version(engine)

    with pytest.raises(RuntimeError):
        upgrade(engine, scripts=newer)

    assert version(engine) == before
    assert not inspect(engine).has_table("from_the_future")


def test_without_a_backup_nothing_is_upgraded(tmp_path: Path, engine: Engine, newer: Path) -> None:
    (tmp_path / f"state.sqlite.version-{version(engine)}.backup.part").mkdir()

    with pytest.raises(StateError, match="backup"):
        upgrade(engine, scripts=newer)
    assert not inspect(engine).has_table("from_the_future")


def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    settings: StateSettings, engine: Engine, newer: Path
) -> None:
    upgrade(engine, scripts=newer)

    for attempt in (
        lambda: Database.open(settings.url, Vault.from_key(KEY)),
        lambda: move_up(settings, backed_up=True),
    ):
        with pytest.raises(StateError, match="9999"):
            attempt()
    assert version(engine) == "9999"


def test_the_newest_version_stays(settings: StateSettings) -> None:
    moved = move_up(settings, backed_up=False)

    assert moved.before == moved.after
    assert moved.backup is None


def test_another_key_neither_opens_nor_changes_anything(
    tmp_path: Path, settings: StateSettings
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("a third key, which opens nothing here")
    before = (tmp_path / "state.sqlite").read_bytes()

    with pytest.raises(StateError, match="another key"):
        rekey(StateSettings(settings.url, Secret(file=wrong)), another_key(tmp_path), 0.0)
    assert (tmp_path / "state.sqlite").read_bytes() == before


def another_key(folder: Path) -> Secret:
    path = folder / "another-key"
    path.write_text(OTHER_KEY)
    return Secret(file=path)


# --- PostgreSQL -----------------------------------------------------------------------------------


def test_on_a_server_rekey_works_alike_and_files_are_refused(
    tmp_path: Path, postgres_url: str, settings: StateSettings
) -> None:
    there = StateSettings(postgres_url, settings.key)
    database = Database.open(postgres_url, Vault.from_key(KEY))
    with database.transaction() as tx:
        sealed = database.vault.seal("a secret")
        tx.execute(
            text("INSERT INTO token (connection, name, sealed) VALUES ('c', 'n', :sealed)"),
            {"sealed": sealed},
        )
    database.close()

    assert rekey(there, another_key(tmp_path), 0.0).values == 1

    opened = Database.open(postgres_url, Vault.from_key(OTHER_KEY))
    with opened.transaction() as tx:
        assert opened.vault.unseal(tx.scalar(text("SELECT sealed FROM token"))) == "a secret"
    opened.close()
    engine = unopened(postgres_url)
    with pytest.raises(UsageError, match="SQLite"):
        backup(engine, tmp_path / "copy")
    engine.dispose()


def test_on_a_server_only_a_backed_up_database_is_upgraded(postgres_url: str, newer: Path) -> None:
    Database.open(postgres_url, Vault.from_key(KEY)).close()
    engine = unopened(postgres_url)

    with pytest.raises(StateError, match="older version") as refused:
        upgrade(engine, scripts=newer)
    assert "pg_dump" in refused.value.hint
    upgrade(engine, scripts=newer, backed_up=True)
    assert version(engine) == "9999"
    engine.dispose()
