"""A copy of the database in one file, made while others may work with it; private like it."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine

from syncline.errors import StateError, UsageError

PRIVATE: Final = 0o600
_JOURNALS: Final = ("", "-wal", "-shm")


def backup(engine: Engine, target: Path) -> Path:
    """Copy the whole database to `target`, a new file that only its owner may read.

    The copy is complete or it is not there: it is written under another name first and checked.

    Raises:
        UsageError: the target exists, or the database is on a server, which has its own tools.
        StateError: the copy cannot be written, or the original is damaged.

    """
    source = database_file(engine.url)
    if source is None:
        raise UsageError(
            "only a SQLite database can be copied to a file",
            hint="For PostgreSQL: pg_dump --format=custom --file=BACKUP, and pg_restore.",
        )
    if os.path.exists(target):  # noqa: PTH110 - False where nobody may look, too
        raise UsageError(f"{target} exists; a backup overwrites nothing", hint="Name another file.")
    part = target.with_name(f"{target.name}.part")
    try:
        with _new_private_file(part):
            _copy(source, part)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise StateError(
            f"the backup cannot be written: {type(error).__name__}",
            hint="Check the folder's permissions and the room on the disk.",
        ) from error
    return target


def backup_beside(engine: Engine, revision: str) -> Path | None:
    """Before an upgrade: a copy beside a SQLite database, named by its version. None if there is
    no file to copy.
    """
    source = database_file(engine.url)
    if source is None:
        return None
    names = (f"{source.name}.version-{revision}.backup{n or ''}" for n in count())
    return backup(engine, next(p for n in names if not (p := source.with_name(n)).exists()))


def database_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for a server or memory."""
    name = url.database
    if url.get_backend_name() != "sqlite" or name in (None, "", ":memory:"):
        return None
    return Path(str(name))


def make_private(path: Path) -> None:
    """Create the file, or take it from others: only its owner may read it and its journals.

    Raises:
        OSError: it cannot be created, or something else than a file is there.

    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EEXIST, "not a file", str(path))
    path.touch(mode=PRIVATE, exist_ok=True)
    for suffix in _JOURNALS:
        each = path.with_name(path.name + suffix)
        if each.exists() and each.stat().st_mode & 0o077 and each.stat().st_uid == _user():
            each.chmod(PRIVATE)


def _user() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


@contextmanager
def _new_private_file(path: Path) -> Iterator[None]:
    """An empty file of ours alone, which goes again if the block fails."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)
        # In one file: no journal has to travel with it.
        write.execute("PRAGMA journal_mode=DELETE")
        [found] = write.execute("PRAGMA quick_check").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError("the copy is damaged")
