"""What happens to processes that are not killed: connections that die around a write, a database
that is full, locked or goes away, a second process at once.

(`test_killed_processes.py` kills them.)
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from syncline.state.engines import ADVISORY
from tests.office import Office
from tests.postgres import PostgresServer, private_server
from tests.proxy import Proxy, between

WRITES = ("POST", "PATCH", "DELETE")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office.open(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("effect", ["before", "after"])
def test_connections_that_die_around_a_write_make_nothing_twice(
    effect: str, office: Office, proxied: Callable[[str], Proxy]
) -> None:
    proxies, left = between(office, proxied), [2]

    def drop(method: str, path: str) -> None:
        if method in WRITES and "token" not in path and left[0]:
            left[0] -= 1
            proxies[0].drop()

    def drop_answer(answer: Any) -> Any:
        drop(answer.method, answer.path)
        return answer

    for proxy in proxies:
        if effect == "before":
            proxy.before = drop
        else:
            proxy.after = drop_answer
    ended = office.run()
    assert ended.code in (0, 4, 5), ended
    assert not left[0]
    for proxy in proxies:
        proxy.calm()
    office.until_quiet()
    office.judge()


def test_two_processes_at_once_make_nothing_twice(office: Office) -> None:
    both = [office.start("run") for _each in range(2)]
    codes = {each.end().code for each in both}

    assert codes <= {0, 5, 8}
    office.until_quiet()
    office.judge()


# --- a file ---------------------------------------------------------------------------------------


def test_a_full_disk_is_said_so_and_the_next_run_goes_on(office: Office) -> None:
    """No file may grow beyond what the database has at the beginning, and a little."""
    office.run("--limit", "1")
    [state] = office.world.folder.glob("syncline.sqlite")

    ended = office.run(file_limit=state.stat().st_size + 8192)

    assert ended.code == 3, ended
    assert "disk" in ended.err
    assert "Traceback" not in ended.err
    office.until_quiet()
    office.judge()


def test_a_file_another_process_keeps_locked_is_busy_and_nothing_is_written(
    office: Office,
) -> None:
    """Waiting for half a minute is the point; here the database is told to give up at once."""
    office.run("--limit", "1")
    before = office.outlook(), office.salesforce()
    office.configure("[state]", '[state]\nurl = "sqlite:///syncline.sqlite?timeout=0"')
    with closing(sqlite3.connect(office.world.folder / "syncline.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = office.run()

    assert ended.code == 8, ended
    assert "locked" in ended.err
    assert (office.outlook(), office.salesforce()) == before


# --- a server -------------------------------------------------------------------------------------


def test_a_server_another_process_keeps_locked_is_busy_and_nothing_is_written(
    tmp_path: Path, postgres_url: str
) -> None:
    patience = "&options=-c%20lock_timeout%3D50"
    with Office.open(tmp_path, url=postgres_url + patience) as office, _all_locked(postgres_url):
        before = office.outlook(), office.salesforce()
        ended = office.run()

        assert ended.code == 8, ended
        assert "locked" in ended.err
        assert (office.outlook(), office.salesforce()) == before


@contextmanager
def _all_locked(url: str) -> Iterator[None]:
    """Somebody else has the lock of every transaction."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY})"))
        yield


@pytest.fixture
def mortal() -> Iterator[PostgresServer]:
    """A server that no other test needs."""
    with private_server() as server:
        yield server


@pytest.mark.parametrize("number", [5, 15])
def test_a_server_that_stops_during_a_run_is_said_so_and_the_next_run_goes_on(
    number: int, tmp_path: Path, mortal: PostgresServer, proxied: Callable[[str], Proxy]
) -> None:
    with mortal.database() as url, Office.open(tmp_path, url=url) as office:
        _at_call(number, between(office, proxied), mortal.stop)
        ended = office.run()
        again = office.run()
        mortal.start()

        assert ended.code == again.code == 3, (ended, again)
        assert "server" in ended.err
        assert "server" in again.err
        assert "Traceback" not in ended.err + again.err
        office.until_quiet()
        office.judge()


def test_a_server_that_is_restarted_during_a_run_loses_nothing(
    tmp_path: Path, mortal: PostgresServer, proxied: Callable[[str], Proxy]
) -> None:
    def restart() -> None:
        mortal.stop()
        mortal.start()

    with mortal.database() as url, Office.open(tmp_path, url=url) as office:
        _at_call(15, between(office, proxied), restart)
        ended = office.run()

        assert ended.code in (0, 3, 5), ended
        assert "Traceback" not in ended.err
        office.until_quiet()
        office.judge()


def _at_call(number: int, proxies: list[Proxy], act: Callable[[], None]) -> None:
    """Something happens once, between a call's effect and its answer."""
    lock, calls = threading.Lock(), iter(range(number - 1, -1, -1))

    def after(answer: Any) -> Any:
        with lock:
            if next(calls, -1) == 0:
                act()
        return answer

    for proxy in proxies:
        proxy.after = after
