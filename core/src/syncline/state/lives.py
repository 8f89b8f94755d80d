"""Signs of life: how a run can be known to be dead, and not only to be silent.

While a run lives it keeps a file of its name locked. The kernel gives the lock back when the
process ends, however it ends; unlike a process id, nobody else ever gets it. So a file that is
there and that nobody keeps locked was left behind by somebody dead. No such file proves nothing:
whoever made it may be at work on another machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from syncline.state.backup import PRIVATE, database_file

if sys.platform != "win32":
    import fcntl


@dataclass
class Life:
    """The sign of one life. `file` is None where there cannot be one."""

    file: Path | None
    _lock: int | None = None

    @classmethod
    def of(cls, url: URL, name: str) -> Life:
        """The sign of this name at a database: beside a SQLite file, whose users share a kernel;
        for a server, among this machine's temporary files.
        """
        if sys.platform == "win32":
            return cls(None)
        if (database := database_file(url)) is not None:
            return cls(database.with_name(f"{database.name}-run-{name}"))
        if url.get_backend_name() == "sqlite":
            return cls(None)
        return cls(Path(tempfile.gettempdir()) / f"syncline-run-{name}")

    def begin(self) -> None:
        """From now on somebody lives. Where that cannot be shown, nobody can see the death."""
        if self.file is None or self._lock is not None:
            return
        with suppress(OSError):
            self._lock = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, PRIVATE)
        try:
            if self._lock is not None:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # a file system without locks: unlocked, the file would say that we died
            self.end()

    def end(self, *, leave: bool = False) -> None:
        """The work is over. `leave` the file, as a death would."""
        if self._lock is not None:
            if not leave:
                self.forget()
            os.close(self._lock)
            self._lock = None

    def is_over(self) -> bool:
        """Whether this life has certainly ended. Anybody may ask, at the same time as others."""
        if self.file is None:
            return False
        try:
            found = os.open(self.file, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(found, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            os.close(found)
        return True

    def forget(self) -> None:
        """What the dead left behind can go."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)
