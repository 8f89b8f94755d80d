"""Fixtures for the tests of the core."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

_SERVER_FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server as an SQLAlchemy URL without database: the one that is named in the
    environment, or a private one, on a socket file, from the programs found on this machine.
    """
    if given := os.environ.get("SYNCLINE_TEST_POSTGRES_URL"):
        yield given
        return
    programs = _find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL: set SYNCLINE_TEST_POSTGRES_URL, or install the server")
    # A socket's path is limited to 107 bytes, which pytest's own temporary folders may exceed.
    home = Path(tempfile.mkdtemp(prefix="syncline-pg-"))
    try:
        yield from _serve(programs, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of its own, as an SQLAlchemy URL; dropped afterwards."""
    from sqlalchemy import create_engine, make_url, text

    server, name = make_url(postgres_server), f"syncline_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _find_programs() -> Path | None:
    """The folder that holds `initdb` and `postgres`, the newest first."""
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    installed = [
        folder for root in _SERVER_FOLDERS for folder in sorted(Path(root).glob("*/bin"))[::-1]
    ]
    complete = (
        folder
        for folder in on_path + installed
        if all((folder / program).exists() for program in ("initdb", "postgres", "pg_ctl"))
    )
    return next(complete, None)


def _serve(programs: Path, home: Path) -> Iterator[str]:
    account = _account(home)
    data = home / "data"

    def call(program: str, *arguments: str) -> None:
        log = home / f"{program}.log"
        with log.open("wb") as output:  # a file: the server keeps the handle after pg_ctl ends
            done = subprocess.run(
                [programs / program, *arguments],
                cwd=home, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
                **account,
            )  # fmt: skip
        if done.returncode:
            pytest.skip(f"PostgreSQL's {program} failed here: {log.read_text()[-400:]}")

    call("initdb", "--pgdata", str(data), "--username=syncline", "--auth=trust", "--no-sync")
    options = f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=60"
    call("pg_ctl", "start", "--wait", "--pgdata", str(data), "--options", options)
    try:
        yield f"postgresql+psycopg://syncline@/postgres?host={home}"
    finally:
        call("pg_ctl", "stop", "--wait", "--mode=immediate", "--pgdata", str(data))


def _account(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: another account then owns and runs it."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(home, entry.pw_uid, entry.pw_gid)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is no account to run it as")
