"""A state database for many histories, one after the other: what costs time is done once.

The schema is made once and copied, statements are compiled once (SQLAlchemy keeps them with the
engine), and nothing waits for the disk: a history ends processes, not the machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import event

from syncline.state.database import CommitHook, Database
from syncline.state.engines import unopened
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there
"""Files that are kept in memory, on Linux."""
_ROOM: Final = 256 * 1024 * 1024


@contextmanager
def quick_folder(otherwise: Path) -> Iterator[Path]:
    """A folder in memory, where the machine has a place for one. Measured: of the time a history
    takes, a fifth was waiting for the file system to put one file in place of another.
    """
    has_room = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    if not has_room:
        yield otherwise
        return
    with TemporaryDirectory(dir=_MEMORY) as name:
        yield Path(name)


class QuickState:
    """The state of the histories that are played in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "state.sqlite"
        self._empty = folder / "empty.sqlite"
        self._vault = Vault.from_key(KEY)
        url = f"sqlite:///{self._file}"
        Database.open(url, self._vault).close()
        shutil.copyfile(self._file, self._empty)
        self._engine = unopened(url)
        event.listen(self._engine, "connect", _without_waiting)

    def clear(self) -> None:
        """Nothing is known; no session may be open."""
        self._engine.dispose()
        for suffix in ("", "-wal", "-shm", "-epoch"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)

    def open(self, commits: CommitHook | None) -> Database:
        """The database, as a session opens it."""
        if not self._file.exists():
            shutil.copyfile(self._empty, self._file)
        return Database(self._engine, self._vault, commits)


def _without_waiting(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
