"""Which state this is: where it is at home, and how far it has come.

Every run raises the epoch in the database when it begins and when it ends, and then writes it to a
file that is no part of the database: beside a SQLite file, for a server into this user's folder.
Whoever puts an older copy of the database back leaves that file alone, and so gives it away; a copy
that is carried to another machine finds no such file there, or another database's.

A home has the name of the first run that worked there: random, and of nothing that identifies a
machine. A server has no home but itself, whoever works with it; only its age can be seen.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from syncline.errors import StateError
from syncline.state.backup import database_file
from syncline.state.bulk import upsert
from syncline.state.database import META, Database

_ROW: Final = "epoch"
_KEPT: Final = select(META.c.value).where(META.c.name == _ROW)


class Standing(StrEnum):
    """What a database is to the place where it lies."""

    KNOWN = "known"
    OLDER = "older"
    """This place has worked with a later one: a backup was put back, or the state was lost."""
    ELSEWHERE = "elsewhere"
    """It is at home somewhere else."""


@dataclass(frozen=True)
class Epoch:
    """How far the state of one home has come."""

    home: str
    number: int

    @classmethod
    def from_json(cls, text: str | None) -> Epoch | None:
        """None if there is none, or nothing that can be read as one."""
        with suppress(ValueError, KeyError, TypeError):
            found = json.loads(text or "")
            return cls(str(found["home"]), int(found["epoch"]))
        return None

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps({"home": self.home, "epoch": self.number})


def standing(kept: Epoch | None, beside: Epoch | None, *, shared: bool) -> Standing:
    """From the epoch in the database and the one beside it. `shared`: on a server."""
    if kept is None:  # a file that says 0 is of a run that died before it had noted anything
        return Standing.OLDER if beside is not None and beside.number else Standing.KNOWN
    if beside is None or beside.home != kept.home:
        return Standing.KNOWN if shared else Standing.ELSEWHERE
    return Standing.OLDER if kept.number < beside.number else Standing.KNOWN


def own_folder() -> Path:
    """Where this user's programs keep what is no setting."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "syncline"
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "syncline"


@dataclass(frozen=True)
class Epochs:
    """Those of one database. `folder`: for what belongs to a server's."""

    database: Database
    folder: Callable[[], Path] = own_folder

    def standing(self) -> Standing:
        """What the database is to this place. Changes nothing."""
        with self.database.reading() as snapshot:
            return self._standing(snapshot)

    def begin(self, tx: Connection, home: str) -> tuple[Standing, Epoch | None]:
        """A run begins, in this transaction: what the state is, and what is `raised` once that is
        committed.

        Raises:
            StateError: the state is at home elsewhere, where somebody may go on working with it.

        """
        kept = _kept(tx)
        beside = self._beside(kept)
        found = standing(kept, beside, shared=_is_shared(self.database))
        if found is Standing.ELSEWHERE:
            raise StateError(
                "this state database is a copy: it belongs to another place",
                hint="Two copies that work side by side double records. If the other one is gone "
                "for good, say `syncline state adopt`. If you moved the database here, bring the "
                "file along that lay beside it, with the ending -epoch.",
            )
        if kept is None:
            kept = beside = beside or self._settled(home)
        return found, _risen(tx, kept, beside)

    def rise(self, tx: Connection) -> Epoch | None:
        """The next epoch, to be `raised` once it is committed."""
        kept = _kept(tx)
        return _risen(tx, kept, self._beside(kept))

    def raised(self, epoch: Epoch | None) -> None:
        """Committed: note it outside the database, unless another run has noted a later one. Where
        that cannot be written, nothing is lost but the knowledge that it had come so far.
        """
        if epoch is not None and not _has_come_to(self._beside(epoch), epoch):
            self._write(epoch)

    def adopt(self, tx: Connection, home: str) -> Epoch:
        """From now on the state is at home here; `raised` once it is committed."""
        kept = _kept(tx)
        epoch = Epoch(home, 1 if kept is None else kept.number + 1)
        _keep(tx, epoch)
        return epoch

    def _settled(self, home: str) -> Epoch | None:
        """A home for a database that has none. Its file comes first: without one the database
        would belong elsewhere. Where there can be none, it stays without a home.
        """
        epoch = Epoch(home, 0)
        return epoch if self._write(epoch) or _is_shared(self.database) else None

    def _write(self, epoch: Epoch) -> bool:
        """Whether it is in its file now."""
        file = self._file(epoch)
        if file is None:
            return False
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _put(file, epoch.to_json())
        except OSError:
            return False
        return True

    def _standing(self, tx: Connection) -> Standing:
        kept = _kept(tx)
        return standing(kept, self._beside(kept), shared=_is_shared(self.database))

    def _beside(self, kept: Epoch | None) -> Epoch | None:
        file = self._file(kept)
        with suppress(OSError):
            return None if file is None else Epoch.from_json(file.read_text())
        return None

    def _file(self, kept: Epoch | None) -> Path | None:
        url = self.database.engine.url
        if (database := database_file(url)) is not None:
            return database.with_name(f"{database.name}-epoch")
        if url.get_backend_name() == "sqlite" or kept is None:
            return None
        return self.folder() / f"{kept.home}-epoch"


def _put(file: Path, text: str) -> None:
    """The whole file is replaced at once, by one that only its owner may read, and whose name no
    other run has: readers find the old text or the new one.
    """
    descriptor, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _has_come_to(beside: Epoch | None, epoch: Epoch) -> bool:
    return beside is not None and beside.home == epoch.home and beside.number >= epoch.number


def _risen(tx: Connection, kept: Epoch | None, beside: Epoch | None) -> Epoch | None:
    """The next epoch. After an older state was put back: beyond the one it had come to."""
    if kept is None:
        return None
    known = beside.number if beside is not None and beside.home == kept.home else 0
    risen = replace(kept, number=max(kept.number, known) + 1)
    _keep(tx, risen)
    return risen


def _is_shared(database: Database) -> bool:
    return database.engine.url.get_backend_name() != "sqlite"


def _kept(connection: Connection) -> Epoch | None:
    return Epoch.from_json(connection.scalar(_KEPT))


def _keep(tx: Connection, epoch: Epoch) -> None:
    upsert(tx, META, [{"name": _ROW, "value": epoch.to_json()}], ["value"])
