"""Opening a world's database over and over, as processes that come and go do, but faster.

What opening costs is mostly SQLAlchemy compiling every statement anew for each engine. So a
database that was closed is kept with its engine (and no connection), and is opened again for the
next session. Two sessions at once never share one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from syncline.policy.settings import StateSettings
from syncline.state.database import META, CommitHook, Database
from syncline.state.vault import Vault


@dataclass
class Databases:
    """Those of one world, whose file is `file`."""

    file: Path
    closed: list[_Reopened] = field(default_factory=list)

    def open(self, state: StateSettings, commits: CommitHook | None) -> Database:
        """One that was closed, if its file and its key are still the same; else a new one."""
        vault = Vault.from_key(state.key.resolve().get_secret_value())
        for each in self.closed if self.file.exists() else ():
            if each.vault.key_id == vault.key_id and each.is_made():
                self.closed.remove(each)
                each.ask(commits)
                return each
        opened = _Reopened.open(state.url, vault, commits)
        opened.closed = self.closed
        return opened


class _Reopened(Database):
    closed: list[_Reopened]

    def ask(self, commits: CommitHook | None) -> None:
        """From now on, around every commit."""
        self._commits = commits

    def is_made(self) -> bool:
        """Whether the file holds a finished database: not where a run died while it made one."""
        try:
            with self.engine.connect() as connection:
                return connection.scalar(select(META.c.value).limit(1)) is not None
        except DBAPIError:
            return False
        finally:
            self.engine.dispose()  # a connection would outlive the file, if another took its place

    def close(self) -> None:
        super().close()
        if self not in self.closed:
            self.closed.append(self)
