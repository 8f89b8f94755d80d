"""What the state holds at a moment, read past the engine: only what is committed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlmodel import SQLModel

from proof.ledger import values_in
from syncline.state import tables
from syncline.state.attention import ATTENTION, LONGEST_PAUSE
from syncline.state.database import table
from syncline.state.history import HISTORY
from syncline.state.intents import INTENT
from syncline.state.leases import HOLDER
from syncline.state.vault import Vault
from syncline.testing.rehearsal import KEY

LANE: Final = table(tables.LaneRow)
_TABLES: Final = tuple(each.name for each in SQLModel.metadata.sorted_tables)


class Waits(NamedTuple):
    """A record that waits in a lane: for what, and until when (in seconds since 1970)."""

    lane: int
    record: str
    until: float
    reason: str

    def at(self, now: float) -> bool:
        """Whether it waits still. No pause is longer than a day: what was noted by a clock far
        ahead holds nothing up.
        """
        return now < self.until <= now + 2 * LONGEST_PAUSE


@dataclass
class Kept:
    """The database of the histories that are played in a folder. It is read through a connection
    of its own, until it is closed.
    """

    folder: Path
    _reader: sqlite3.Connection | None = None

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """What a query finds; nothing, where there is no database yet."""
        if not (self.folder / "state.sqlite").exists():
            return []
        if self._reader is None:
            self._reader = sqlite3.connect(self.folder / "state.sqlite", isolation_level=None)
        return self._reader.execute(query, values).fetchall()

    def close(self) -> None:
        """Before the file may go, or another take its place."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def everything(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        return {name: self.rows(f'SELECT * FROM "{name}"') for name in _TABLES}  # noqa: S608

    def waiting(self) -> list[Waits]:
        """Every record that waits."""
        query = f'SELECT lane_id, record_id, next_at, reason FROM "{ATTENTION.name}"'  # noqa: S608
        return [Waits(*each) for each in self.rows(query)]

    def lanes(self, members: Collection[str]) -> frozenset[int]:
        """The lanes of these members."""
        query = f'SELECT id, left_name FROM "{LANE.name}"'  # noqa: S608 - our table
        return frozenset(id for id, name in self.rows(query) if name in members)

    def overwritten(self) -> set[str]:
        """Values that are in the history as what a write replaced."""
        vault = Vault.from_key(KEY)
        rows = self.rows(f'SELECT values_sealed FROM "{HISTORY.name}"')  # noqa: S608 - our table
        return {v for (sealed,) in rows for v in values_in(vault.unseal(sealed)["before"])}

    def under_way(self, members: Collection[str]) -> set[str]:
        """Values that a write replaced of which nobody knows the outcome, since its lane has no run
        any more: it is not `members`'. They are in the history as soon as it has one.
        """
        vault = Vault.from_key(KEY)
        query = (
            f'SELECT {LANE.name}.left_name, plan FROM "{INTENT.name}" '  # noqa: S608 - our tables
            f'JOIN "{LANE.name}" ON {LANE.name}.id = lane_id'
        )
        plans = [vault.unseal(plan) for name, plan in self.rows(query) if name not in members]
        return {value for plan in plans for value in values_in(plan["before"])}

    def claimed(self, members: Collection[str]) -> set[str]:
        """Of whom a create is under way in a lane that has no run any more, since it is not
        `members`': the source's ids, on either side. Nobody knows what became of it, and what it
        claimed is free after a day.
        """
        query = (
            f'SELECT {LANE.name}.left_name, left_id, right_id FROM "{INTENT.name}" '  # noqa: S608
            f'JOIN "{LANE.name}" ON {LANE.name}.id = "{INTENT.name}".lane_id '
            f"JOIN link ON link.id = link_id WHERE action = 'create'"
        )
        rows = [ids for name, *ids in self.rows(query) if name not in members]
        return {id for ids in rows for id in ids if id}

    def holders(self, now: float) -> frozenset[str]:
        """The runs that hold a lease at this time, be they dead."""
        query = f'SELECT name, until_at FROM "{HOLDER.name}"'  # noqa: S608
        return frozenset(name for name, until in self.rows(query) if until > now)

    def lose(self) -> None:
        """The database is gone; what says beside it how far it had come (`-epoch`) is not."""
        self.close()
        for each in self.folder.glob("state.sqlite*"):
            if not each.name.endswith("-epoch"):
                each.unlink()
