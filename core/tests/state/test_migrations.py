"""Databases of older versions keep what they hold on the way to the newest one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from syncline.state import leases
from syncline.state.database import Database
from syncline.state.engines import unopened
from syncline.state.leases import LeaseKey
from syncline.state.migrate import SCRIPTS
from syncline.state.vault import Vault

Move = Callable[[str], None]


@pytest.fixture
def engine(url: str, vault: Vault) -> Iterator[Engine]:
    Database.open(url, vault).close()
    engine = unopened(url)
    yield engine
    engine.dispose()


@pytest.fixture
def move(engine: Engine) -> Move:
    """To a version, older or newer."""
    return partial(_move, engine)


def _move(engine: Engine, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if version == "head" else command.downgrade)(config, version)


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0005", "0007", "0008"])
def test_an_older_database_becomes_what_a_new_one_is(
    engine: Engine, move: Move, version: str
) -> None:
    move(version)
    move("head")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_of_several_processes_that_open_an_older_file_one_moves_it_and_copies_it_once(
    tmp_path: Path, vault: Vault
) -> None:
    url = f"sqlite:///{tmp_path / 'state.sqlite'}"
    Database.open(url, vault).close()
    moved = unopened(url)
    _move(moved, "0003")
    moved.dispose()

    with ThreadPoolExecutor(4) as pool:
        for opened in pool.map(lambda _number: Database.open(url, vault), range(4)):
            opened.close()

    assert [each.name for each in tmp_path.glob("*.backup*")] == [
        "state.sqlite.version-0003.backup"
    ]


def test_match_keys_are_kept_and_old_claims_are_not(engine: Engine, move: Move) -> None:
    move("0002")
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO record_key VALUES (1, 'ada', 'email', 'digest')"))
        tx.execute(
            text("INSERT INTO claim VALUES (1, 'contact', 'email', 'digest', '', 1, 'ada', 0)")
        )
    move("head")

    with engine.connect() as tx:
        keys = tx.execute(text("SELECT feed_id, record_id, kind, digest FROM record_key")).all()
        assert keys == [(1, "ada", "email", "digest")]
        assert tx.scalar(text("SELECT count(*) FROM claim")) == 0


def test_who_held_leases_holds_them_still(engine: Engine, move: Move) -> None:
    move("0008")
    held = (
        "INSERT INTO lease (store_id, account, type, holder, until_at) "
        "VALUES (1, :who, 'contact', :by, :until)"
    )
    with engine.begin() as connection:
        for who, by, until in (("ada", "run", 700.0), ("bob", "run", 600.0), ("cyd", "", 0.0)):
            connection.execute(text(held), {"who": who, "by": by, "until": until})
        connection.execute(text("INSERT INTO meta VALUES ('leases taken over', '3')"))

    move("head")

    with engine.begin() as connection:
        ada, cyd = (LeaseKey(1, who, "contact") for who in ("ada", "cyd"))
        assert leases.until(connection, ada, 500.0) == 600.0
        assert leases.until(connection, cyd, 500.0) is None
        names = connection.scalars(text("SELECT name FROM meta")).all()
    assert "leases taken over" not in names
