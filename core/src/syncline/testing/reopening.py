"""Opening a world's database over and over, as processes that come and go do, but faster.

What opening costs is mostly SQLAlchemy compiling every statement anew for each engine. So a
database that was closed is kept with its engine (and no connection), and is opened again for the
next session. Two sessions at once never share one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from syncline.policy.settings import StateSettings
from syncline.state.database import CommitHook, Database
from syncline.state.vault import Vault


@dataclass
class Databases:
    """Those of one world, or of worlds that follow each other in one folder. `hook()` says who is
    asked around commits at the moment.
    """

    file: Path
    hook: Callable[[], CommitHook | None]
    closed: list[Database] = field(default_factory=list)

    def open(self, state: StateSettings) -> Database:
        """One that was closed, if its file and its key are still the same; else a new one."""
        vault = Vault.from_key(state.key.resolve().get_secret_value())
        for each in self.closed if self.file.exists() else ():
            if each.vault.key_id == vault.key_id:
                self.closed.remove(each)
                return each
        opened = _Reopened.open(state.url, vault, _Asking(self))
        opened.closed = self.closed
        return opened


class _Reopened(Database):
    closed: list[Database]

    def close(self) -> None:
        super().close()
        if self not in self.closed:
            self.closed.append(self)


@dataclass(frozen=True)
class _Asking:
    """The commit hook of all of them."""

    databases: Databases

    def before(self, tx: Connection) -> None:
        if (asked := self.databases.hook()) is not None:
            asked.before(tx)

    def after(self) -> None:
        if (asked := self.databases.hook()) is not None:
            asked.after()
