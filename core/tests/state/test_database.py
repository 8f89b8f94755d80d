"""Opening: modes, versions, keys; transactions that wait for each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text, update
from sqlmodel import SQLModel

from syncline.errors import StateError
from syncline.state import tables
from syncline.state.database import META, Database, chunks, scratch_copy, table
from syncline.state.rekey import note_key
from syncline.state.vault import Vault

OTHER_KEY = "another key, which is long enough as well, but wrong"
STORE = table(tables.Store)


def file_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'state.sqlite'}"


def pragma(database: Database, name: str) -> object:
    with database.transaction() as tx:
        return tx.execute(text(f"PRAGMA {name}")).scalar()


def test_a_sqlite_file_is_durable_and_for_its_owner_only(tmp_path: Path, vault: Vault) -> None:
    database = Database.open(file_url(tmp_path), vault)

    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2  # FULL
    assert pragma(database, "foreign_keys") == 1
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600, file
    database.close()


def test_migrations_make_exactly_the_tables_that_are_declared(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_opening_again_changes_nothing(url: str, vault: Vault) -> None:
    first = Database.open(url, vault)
    with first.transaction() as tx:
        tx.execute(insert(STORE).values(connector="memory", identity="x"))
    first.close()

    second = Database.open(url, vault)
    with second.transaction() as tx:
        assert tx.scalar(select(STORE.c.identity)) == "x"
    second.close()


def test_a_wrong_key_is_refused_and_changes_nothing(url: str, vault: Vault) -> None:
    Database.open(url, vault).close()

    with pytest.raises(StateError) as refused:
        Database.open(url, Vault.from_key(OTHER_KEY))

    assert "another key" in refused.value.message
    assert OTHER_KEY not in str(refused.value.hint)
    Database.open(url, vault).close()


@pytest.mark.parametrize(
    "key",
    [
        "k" * 40,
        "password" * 5,
        "correct horse battery staple" * 2,
        "0123456789abcdef" * 3,
        "abcdefghijklmnopqrstuvwxyz0123456789",
    ],
)
def test_nothing_new_is_sealed_with_a_key_that_could_be_guessed(url: str, key: str) -> None:
    with pytest.raises(StateError, match="guessed") as refused:
        Database.open(url, Vault.from_key(key))

    assert key not in refused.value.message + refused.value.hint


def test_what_was_sealed_with_a_guessable_key_is_opened_with_it(url: str, vault: Vault) -> None:
    guessable = Vault.from_key("k" * 40)
    database = Database.open(url, vault)
    with database.transaction() as tx:  # as a version did that took any key
        note_key(tx, guessable)
    database.close()

    Database.open(url, guessable).close()


@pytest.mark.parametrize(
    "key",
    [
        "40184327569910375286431190758204",
        "5f1c0a9be84d4c27a6b03b1d9e7f4c55",
        "qA3vJ0nT_uE5xWc8-kZrYp1mLs7dHf9bGoKiVhN4tQw",
        "one two three four five six seven",
    ],
)
def test_what_looks_random_or_is_a_sentence_is_no_guessable_key(key: str) -> None:
    assert not Vault.from_key(key).guessable


def test_a_key_that_is_too_short_is_refused() -> None:
    with pytest.raises(StateError):
        Vault.from_key("short")


def test_a_database_from_the_future_is_refused(url: str, vault: Vault) -> None:
    database = Database.open(url, vault)
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = 'v9999_future'"))
    database.close()

    with pytest.raises(StateError) as refused:
        Database.open(url, vault)

    assert "v9999_future" in refused.value.message
    assert "upgrade" in refused.value.hint


@pytest.mark.parametrize(
    "address",
    [
        "no url at all",
        "sqlite:////nowhere/at/all/state.sqlite",
        "sqlite:///{folder}/state.sqlite?timeout=soon",
        "postgresql+psycopg://host:port/name",
        "postgresql+psycopg://[::/name",
    ],
)
def test_an_address_that_leads_nowhere_is_a_state_error(
    address: str, vault: Vault, tmp_path: Path
) -> None:
    with pytest.raises(StateError) as refused:
        Database.open(address.format(folder=tmp_path), vault)

    assert refused.value.hint


def test_a_folder_is_no_database_and_stays_as_it_is(tmp_path: Path, vault: Vault) -> None:
    """It was made its owner's alone, and nobody could enter it any more."""
    folder = tmp_path / "everybodys"
    folder.mkdir()
    mode = folder.stat().st_mode

    with pytest.raises(StateError, match="cannot be created"):
        Database.open(f"sqlite:///{folder}", vault)

    assert folder.stat().st_mode == mode


def test_a_file_that_is_no_database_is_a_state_error(tmp_path: Path, vault: Vault) -> None:
    (tmp_path / "state.sqlite").write_text("this is a letter to my aunt, not a database" * 50)

    with pytest.raises(StateError):
        Database.open(file_url(tmp_path), vault)


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        tx.execute(insert(STORE).values(connector="memory", identity="x"))
        raise ZeroDivisionError

    with database.transaction() as tx:
        assert tx.scalar(select(STORE.c.id)) is None


COUNT = """
import sys
from sqlalchemy import select, update
from syncline.state.rekey import note_key
from syncline.state.database import META, Database
from syncline.state.vault import Vault

database = Database.open(sys.argv[1], Vault.from_key(sys.argv[2]))
for _turn in range(int(sys.argv[3])):
    with database.transaction() as tx:
        number = int(tx.scalar(select(META.c.value).where(META.c.name == "count")))
        tx.execute(update(META).where(META.c.name == "count").values(value=str(number + 1)))
"""


def test_processes_that_read_and_then_write_wait_for_each_other(url: str, vault: Vault) -> None:
    database = Database.open(url, vault)
    with database.transaction() as tx:
        tx.execute(insert(META).values(name="count", value="0"))
    from_conftest = "a key that is long enough for tests, and no secret"
    command = [sys.executable, "-c", COUNT, url, from_conftest, "40"]

    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    errors = [each.communicate()[1] for each in running]

    assert [each.returncode for each in running] == [0, 0, 0], errors
    with database.transaction() as tx:
        assert tx.scalar(select(META.c.value).where(META.c.name == "count")) == "120"
    database.close()


def test_a_process_waits_until_the_other_has_committed(url: str, vault: Vault) -> None:
    database = Database.open(url, vault)
    with database.transaction() as tx:
        tx.execute(insert(META).values(name="count", value="0"))
    from_conftest = "a key that is long enough for tests, and no secret"
    announced = COUNT.replace("for _turn", "print('ready', flush=True)\nfor _turn")
    command = [sys.executable, "-c", announced, url, from_conftest, "1"]

    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        with database.transaction() as tx:
            number = int(str(tx.scalar(select(META.c.value).where(META.c.name == "count"))))
            tx.execute(update(META).where(META.c.name == "count").values(value=str(number + 41)))
        other.communicate()

    with database.transaction() as tx:
        assert tx.scalar(select(META.c.value).where(META.c.name == "count")) == "42"
    database.close()


def test_a_scratch_copy_holds_everything_and_keeps_it_to_itself(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(insert(STORE).values(connector="memory", identity="x"))

    copy = scratch_copy(database)
    with copy.transaction() as tx:
        assert tx.scalar(select(STORE.c.identity)) == "x"
        tx.execute(insert(STORE).values(connector="memory", identity="y"))
    copy.close()

    with database.transaction() as tx:
        assert len(tx.execute(select(STORE)).all()) == 1


def test_chunks_are_never_larger_than_asked() -> None:
    assert [len(part) for part in chunks(range(7), 3)] == [3, 3, 1]
    assert list(chunks([], 3)) == []


def test_every_table_has_a_primary_key(database: Database) -> None:
    found = inspect(database.engine)

    for each in SQLModel.metadata.sorted_tables:
        assert found.get_pk_constraint(each.name)["constrained_columns"], each.name
