"""Where items are and were: for each folder an item was ever in, the number of its last change as
seen from there. That is all a delta round needs.
"""

from __future__ import annotations

from collections.abc import Iterable

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.items.delta import Round
from syncline_sandbox.graph.items.item import Item, ItemType
from syncline_sandbox.storage import Row

_TABLE = """
CREATE TABLE IF NOT EXISTS {presence} (
    folder TEXT NOT NULL, {item} INTEGER NOT NULL, immutable_id TEXT NOT NULL,
    default_id TEXT NOT NULL, entered INTEGER NOT NULL, changed INTEGER NOT NULL,
    removed INTEGER NOT NULL, visible REAL NOT NULL, PRIMARY KEY (folder, {item})
);
CREATE INDEX IF NOT EXISTS {presence}_changed ON {presence} (folder, changed);
"""
_ENTER = (
    "INSERT INTO {presence} VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET "
    "default_id = excluded.default_id, changed = excluded.changed, removed = 0, "
    "visible = excluded.visible"
)


class Presences:
    """The places of all items of one type. Every change draws a number."""

    def __init__(self, environment: Environment, type_: ItemType) -> None:
        self._environment, self._type = environment, type_
        self._storage = environment.storage
        self._storage.script(self._sql(_TABLE))

    # ---- changes as a folder's delta sees them --------------------------------------------------

    def horizon(self, folder: str) -> int:
        """The last change of a folder that may be delivered: those before the first invisible."""
        row = self._storage.row(
            self._sql(
                "SELECT min(changed) AS first FROM {presence} WHERE folder = ? AND visible > ?"
            ),
            folder, self._environment.clock.now().timestamp(),
        )  # fmt: skip
        if row is None or row["first"] is None:
            return self._storage.current("change")
        return int(row["first"]) - 1

    def of_round(self, folder: str, state: Round, count: int) -> list[Row]:
        """The next rows of a round; what came and went within it is left out."""
        return self._storage.rows(
            self._sql(
                "SELECT *, {item} AS position FROM {presence} "
                "WHERE folder = ? AND changed > ? AND changed <= ? "
                "AND NOT (removed AND entered > ?) ORDER BY changed LIMIT ?"
            ),
            folder, state.cursor, state.until, state.after, count,
        )  # fmt: skip

    def earlier(self, folder: str, before: int, count: int) -> list[int]:
        """Numbers of the last changes up to one."""
        rows = self._storage.rows(
            self._sql(
                "SELECT changed FROM {presence} WHERE folder = ? AND changed <= ? "
                "ORDER BY changed DESC LIMIT ?"
            ),
            folder, before, count,
        )  # fmt: skip
        return [row["changed"] for row in rows]

    # ---- coming and going -----------------------------------------------------------------------

    def enter(self, changed: Iterable[tuple[Item, int]]) -> None:
        """Items have come into their folders, or have changed there, with these numbers."""
        visible = self._environment.visible_from()
        self._storage.run_many(
            self._sql(_ENTER),
            (
                (i.folder, i.position, i.immutable_id, i.default_id, change, change, visible)
                for i, change in changed
            ),
        )

    def leave(self, item: Item) -> None:
        """An item leaves its folder."""
        self._storage.run(
            self._sql(
                "UPDATE {presence} SET removed = 1, changed = ?, visible = ? "
                "WHERE folder = ? AND {item} = ?"
            ),
            self._storage.next("change"), self._environment.visible_from(),
            item.folder, item.position,
        )  # fmt: skip

    def _sql(self, template: str) -> str:
        return template.format(item=self._type.name, presence=self._type.presence)
