"""Where items are and were: each stay of an item in a folder, with the number of its last change as
seen from there. That is all a delta round needs.

A stay has its own default id, since a move gives an item another one. Who reads default ids sees
stays: one that ended, and another that began. Who reads immutable ids sees items: one that left
and is back has not left.
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
    removed INTEGER NOT NULL, visible REAL NOT NULL, PRIMARY KEY (folder, default_id)
);
CREATE INDEX IF NOT EXISTS {presence}_changed ON {presence} (folder, changed);
CREATE INDEX IF NOT EXISTS {presence}_stays ON {presence} (folder, {item});
"""
_ENTER = (
    "INSERT INTO {presence} VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET "
    "changed = excluded.changed, visible = excluded.visible"
)
_OF_ROUND = (
    "SELECT *, {item} AS position FROM {presence} AS stay "
    "WHERE folder = :folder AND changed > :cursor AND changed <= :until "
    "AND NOT (removed AND entered > :after) {except} ORDER BY changed LIMIT :count"
)
_IS_BACK = (
    "AND NOT (removed AND EXISTS (SELECT 1 FROM {presence} AS again WHERE again.folder = :folder "
    "AND again.{item} = stay.{item} AND NOT again.removed))"
)
_CAME_BACK = (
    "AND NOT (NOT removed AND entered = changed AND EXISTS (SELECT 1 FROM {presence} AS before "
    "WHERE before.folder = :folder AND before.{item} = stay.{item} AND before.removed "
    "AND before.entered <= :after AND before.changed > :after))"
)


class Presences:
    """The stays of all items of one type. Every change draws a number."""

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

    def of_round(self, folder: str, state: Round, count: int, *, immutable: bool) -> list[Row]:
        """The next rows of a round; what came and went within it is left out.

        Under `moved-back-unreported` an item that left and came back since the last round is told
        of as removed and not as back, until it changes again; so it is reported of immutable ids
        alone (microsoftgraph/microsoft-graph-docs-contrib issue 72).
        """
        unreported = self._environment.quirks.on("moved-back-unreported") is not None
        exception = (_CAME_BACK if unreported else _IS_BACK) if immutable else ""
        return self._storage.rows_named(
            self._sql(_OF_ROUND.replace("{except}", exception)),
            {"folder": folder, "cursor": state.cursor, "until": state.until,
             "after": state.after, "count": count},
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
                "WHERE folder = ? AND default_id = ?"
            ),
            self._storage.next("change"), self._environment.visible_from(),
            item.folder, item.default_id,
        )  # fmt: skip

    def _sql(self, template: str) -> str:
        return template.format(item=self._type.name, presence=f"{self._type.name}_presence")
