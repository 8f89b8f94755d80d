"""Databases of older versions keep what they hold on the way to the newest one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from syncline.state.database import Database
from syncline.state.engines import unopened
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

    def to(version: str) -> None:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            (command.upgrade if version == "head" else command.downgrade)(config, version)

    return to


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0005"])
def test_an_older_database_becomes_what_a_new_one_is(
    engine: Engine, move: Move, version: str
) -> None:
    move(version)
    move("head")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


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
