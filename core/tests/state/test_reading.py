"""Snapshots: what only reads waits for no writer, makes none wait, and cannot write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlmodel import SQLModel

from syncline.errors import StateError
from syncline.state import tables
from syncline.state.backup import backup
from syncline.state.database import META, Database, table
from syncline.state.engines import unopened
from syncline.state.vault import Vault

STORE = table(tables.Store)


def add(database: Database, identity: str) -> None:
    with database.transaction() as tx:
        tx.execute(insert(STORE).values(connector="memory", identity=identity))


def identities(connection: Connection) -> list[str]:
    return list(connection.scalars(select(STORE.c.identity).order_by(STORE.c.identity)))


def test_what_is_committed_between_two_questions_does_not_show(database: Database) -> None:
    add(database, "before")

    with database.reading() as snapshot:
        seen = identities(snapshot)
        add(database, "meanwhile")
        assert identities(snapshot) == seen == ["before"]

    with database.reading() as snapshot:
        assert identities(snapshot) == ["before", "meanwhile"]


def test_a_writer_does_not_wait_for_readers(database: Database, url: str, vault: Vault) -> None:
    other = Database.open(url, vault)

    with database.reading() as one, other.reading() as another:
        assert identities(one) == identities(another) == []
        add(other, "x")
        add(database, "y")

    with database.reading() as snapshot:
        assert identities(snapshot) == ["x", "y"]
    other.close()


def test_a_reader_has_its_answer_while_a_writer_is_at_work(
    database: Database, url: str, vault: Vault
) -> None:
    add(database, "before")

    with database.transaction() as tx:
        tx.execute(insert(STORE).values(connector="memory", identity="not committed"))
        other = Database.open_to_read(url, vault)
        with other.reading() as snapshot, database.reading() as own:
            assert identities(snapshot) == identities(own) == ["before"]
        other.close()


def test_writing_in_a_snapshot_fails_and_changes_nothing(database: Database) -> None:
    with pytest.raises(StateError), database.reading() as snapshot:
        snapshot.execute(insert(STORE).values(connector="memory", identity="x"))

    with database.reading() as snapshot:
        assert identities(snapshot) == []
    add(database, "writers are as they were")


def test_a_database_in_memory_can_be_read_and_not_written(vault: Vault) -> None:
    database = Database(unopened("sqlite://"), vault)
    with database.transaction() as tx:
        SQLModel.metadata.create_all(tx)
    add(database, "x")

    with pytest.raises(StateError), database.reading() as snapshot:
        assert identities(snapshot) == ["x"]
        snapshot.execute(insert(STORE).values(connector="memory", identity="y"))

    add(database, "z")
    with database.reading() as snapshot:
        assert identities(snapshot) == ["x", "z"]


def test_a_database_that_is_not_there_yet_is_made(url: str, vault: Vault) -> None:
    database = Database.open_to_read(url, vault)

    with database.reading() as snapshot:
        assert identities(snapshot) == []
        assert snapshot.scalar(select(META.c.value).where(META.c.name == "key_id")) == vault.key_id
    database.close()


def test_who_only_reads_needs_the_key_too(url: str, vault: Vault) -> None:
    Database.open(url, vault).close()

    with pytest.raises(StateError) as refused:
        Database.open_to_read(url, Vault.from_key("another key, which is long enough but wrong"))

    assert "another key" in refused.value.message


def test_a_database_of_a_newer_version_is_refused_to_who_only_reads(url: str, vault: Vault) -> None:
    database = Database.open(url, vault)
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = 'v9999_future'"))
    database.close()

    with pytest.raises(StateError) as refused:
        Database.open_to_read(url, vault)

    assert "v9999_future" in refused.value.message


def test_a_database_that_cannot_be_reached_is_a_state_error(vault: Vault) -> None:
    with pytest.raises(StateError) as refused:
        Database.open_to_read("postgresql+psycopg://nobody@127.0.0.1:1/nothing", vault)

    assert "cannot be opened" in refused.value.message


def test_a_backup_that_was_put_back_makes_no_writer_wait(tmp_path: Path, vault: Vault) -> None:
    first = Database.open(f"sqlite:///{tmp_path / 'state.sqlite'}", vault)
    copy = backup(first.engine, tmp_path / "copy.sqlite")
    first.close()

    database = Database.open_to_read(f"sqlite:///{copy}", vault)
    with database.reading() as snapshot:
        assert identities(snapshot) == []
        add(database, "x")
    database.close()

    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
