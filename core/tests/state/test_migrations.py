"""Databases of older versions keep what they hold on the way to the newest one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Table, select, text
from sqlmodel import SQLModel

from syncline.model.sides import SIDES
from syncline.state import leases, links, tables
from syncline.state.conflicts import CONFLICT
from syncline.state.database import Database, table
from syncline.state.engines import unopened
from syncline.state.feeds import FEED
from syncline.state.history import HISTORY
from syncline.state.leases import LeaseKey
from syncline.state.links import LINK
from syncline.state.migrate import SCRIPTS
from syncline.state.vault import Vault

Move = Callable[[str], None]
LOST: Final = table(tables.LostBase)
A_LINK: Final = {
    "lane_id": 1, "left_feed": 1, "right_feed": 2, "status": "linked", "incarnation": 0,
    "dirty": False,
}  # fmt: skip
A_CONFLICT: Final = {
    "lane_id": 1, "link_id": 1, "fields_json": "[]", "values_sealed": b"", "left_version": "1",
    "right_version": "1", "since_at": 0.0,
}  # fmt: skip
A_FEED: Final = {
    "store_id": 1, "type": "contact", "account": "", "container": "", "scope": "", "mapping": "",
    "generation": 0,
}  # fmt: skip
A_DEED: Final = {
    "run_id": "run", "lane_id": 1, "side": "left", "action": "create", "record_id": "ada",
    "reason": "", "at": 0.0, "values_sealed": b"",
}  # fmt: skip
file_alone = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""A server's sequences always gave every id once."""


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


@pytest.mark.parametrize("version", ["0001", "0002", "0003", "0005", "0007", "0008", "0010"])
def test_an_older_database_becomes_what_a_new_one_is(
    engine: Engine, move: Move, version: str
) -> None:
    move(version)
    move("head")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


@file_alone
def test_an_older_file_gives_ids_as_a_new_one_does(engine: Engine, move: Move) -> None:
    new = unopened("sqlite://")
    SQLModel.metadata.create_all(new)
    move("0010")
    assert _giving_ids_once(engine) == set()
    move("head")

    assert _giving_ids_once(engine) == _giving_ids_once(new) == {"link", "conflict", "feed"}


def _giving_ids_once(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT name, sql FROM sqlite_master")).all()
    return {name for name, sql in tables if "AUTOINCREMENT" in (sql or "")}


def test_links_keep_what_they_say_and_what_hangs_on_them(engine: Engine, move: Move) -> None:
    move("0010")
    with engine.begin() as tx:
        tx.execute(LINK.insert().values(**A_LINK, id=4, left_id="ada", rebaseline=True))
        for side in SIDES:
            lost = {"link_id": 4, "side": side.value, "version": "v", "fields_json": "{}"}
            tx.execute(LOST.insert().values(lost))
        before = tx.execute(select(LINK)).one(), tx.execute(select(LOST)).all()
    move("head")

    with engine.begin() as tx:
        assert (tx.execute(select(LINK)).one(), tx.execute(select(LOST)).all()) == before
        links.remove(tx, [4])
        assert tx.execute(select(LOST)).all() == []


@file_alone
def test_a_link_that_the_history_remembers_gives_its_id_to_none(engine: Engine, move: Move) -> None:
    move("0010")
    with engine.begin() as tx:
        tx.execute(LINK.insert().values(**A_LINK, id=4))
        tx.execute(HISTORY.insert().values(**A_DEED, link_id=7))
    move("head")

    with engine.begin() as tx:
        assert links.add(tx, A_LINK) == 8


@pytest.mark.parametrize("moves", [[], ["0010", "head"]])
@pytest.mark.parametrize(("table", "row"), [(LINK, A_LINK), (CONFLICT, A_CONFLICT), (FEED, A_FEED)])
def test_an_id_is_never_given_again(
    engine: Engine, move: Move, moves: list[str], table: Table, row: Mapping[str, Any]
) -> None:
    for each in moves:
        move(each)

    with engine.begin() as tx:
        former = tx.execute(table.insert().values(row).returning(table.c.id)).scalar_one()
        tx.execute(table.delete())
        following = tx.execute(table.insert().values(row).returning(table.c.id)).scalar_one()

    assert following > former


def test_a_data_set_that_was_not_listed_since_it_was_read_is_yet_to_be(
    engine: Engine, move: Move
) -> None:
    move("0011")
    added = (
        "INSERT INTO feed (store_id, type, account, container, mapping, generation, scope, "
        "complete_at, swept_at) VALUES (1, 'contact', '', '', '', 1, :scope, 200, :swept)"
    )
    with engine.begin() as tx:
        for scope, swept in (("broken off", 100.0), ("listed", 300.0), ("", 100.0)):
            tx.execute(text(added), {"scope": scope, "swept": swept})
    move("head")

    with engine.connect() as tx:
        found = {row.scope: row.swept_at for row in tx.execute(select(FEED))}
    assert found == {"broken off": None, "listed": 300.0, "": 100.0}


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
