"""The rows of items: stored, found by id, by place, by what the index holds of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.items.item import Item, ItemType, from_row, to_row
from syncline_sandbox.graph.protocol.any_of import Key
from syncline_sandbox.graph.protocol.restriction import keys_of
from syncline_sandbox.storage import Row

_TABLES = """
CREATE TABLE IF NOT EXISTS {item} (
    position INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, immutable_id TEXT NOT NULL UNIQUE,
    default_id TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, deleted INTEGER NOT NULL,
    body TEXT NOT NULL, extended TEXT NOT NULL, extensions TEXT NOT NULL, change_key TEXT NOT NULL,
    created TEXT NOT NULL, modified TEXT NOT NULL, visible REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS {item}_in_folder ON {item} (folder, position);
CREATE TABLE IF NOT EXISTS {item}_key (
    {item} INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY ({item}, kind, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS {item}_key_value ON {item}_key (kind, value);
"""
_INSERT = "INSERT INTO {item} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_KEY = "INSERT OR IGNORE INTO {item}_key VALUES (?, ?, ?)"


class ItemRows:
    """The table of one type of item. A folder is given by its id."""

    def __init__(self, environment: Environment, type_: ItemType) -> None:
        self._clock, self._type = environment.clock, type_
        self._storage = environment.storage
        self._storage.script(self._sql(_TABLES))

    def by_id(self, mailbox: str, identifier: str) -> Item | None:
        """By an id in either form."""
        rows = self._rows(
            "SELECT * FROM {item} WHERE (immutable_id = ? OR default_id = ?) AND mailbox = ?",
            identifier, identifier, mailbox,
        )  # fmt: skip
        return from_row(rows[0]) if rows else None

    def at(self, positions: Sequence[int]) -> dict[int, Item]:
        """Items by position, without those that are gone."""
        marks = ",".join("?" * len(positions))
        rows = self._rows(
            f"SELECT * FROM {{item}} WHERE position IN ({marks})",  # noqa: S608 - only marks
            *positions,
        )
        return {row["position"]: from_row(row) for row in rows}

    def slice(self, folder: str, skip: int, count: int) -> list[Item]:
        """Visible items of a folder in order of creation."""
        rows = self._rows(
            "SELECT * FROM {item} WHERE folder = ? AND visible <= ? "
            "ORDER BY position LIMIT ? OFFSET ?",
            folder, self._now(), count, skip,
        )  # fmt: skip
        return [from_row(row) for row in rows]

    def count(self, folder: str) -> int:
        """How many items of a folder are visible."""
        rows = self._rows(
            "SELECT count(*) AS n FROM {item} WHERE folder = ? AND visible <= ?",
            folder, self._now(),
        )  # fmt: skip
        return int(rows[0]["n"])

    def with_keys(self, folder: str, keys: Iterable[Key]) -> list[Item]:
        """Visible items of a folder that have one of these index keys."""
        items = [
            from_row(row)
            for kind, value in keys
            for row in self._rows(
                "SELECT {item}.* FROM {item}_key JOIN {item} ON position = {item} "
                "WHERE kind = ? AND value = ? AND folder = ? AND visible <= ?",
                kind, value, folder, self._now(),
            )
        ]  # fmt: skip
        unique = {item.position: item for item in items}
        return [unique[position] for position in sorted(unique)]

    def all(self, mailbox: str, folder: str | None = None) -> list[Item]:
        """Everything stored in a mailbox, without what was deleted, or in a folder; visible or
        not.
        """
        rows = self._rows(
            "SELECT * FROM {item} WHERE mailbox = ? AND coalesce(folder = ?, NOT deleted) "
            "ORDER BY position",
            mailbox, folder,
        )  # fmt: skip
        return [from_row(row) for row in rows]

    # ---- writing --------------------------------------------------------------------------------

    def insert(self, items: Sequence[Item]) -> None:
        """Stores items that are not there."""
        self._storage.run_many(self._sql(_INSERT), map(to_row, items))
        vocabulary = self._type.vocabulary
        keys = (
            (item.position, *key)
            for item in items
            for key in keys_of(item.body, item.extended, vocabulary)
        )
        self._storage.run_many(self._sql(_INSERT_KEY), keys)

    def remove(self, item: Item) -> None:
        """Forgets an item."""
        self._run("DELETE FROM {item} WHERE position = ?", item.position)
        self._run("DELETE FROM {item}_key WHERE {item} = ?", item.position)

    def replace(self, item: Item) -> None:
        """Stores an item as it now is."""
        self.remove(item)
        self.insert([item])

    def set_extensions(self, item: Item) -> None:
        """Stores an item's open extensions and nothing else of it."""
        self._run(
            "UPDATE {item} SET extensions = ? WHERE position = ?",
            json.dumps(item.extensions), item.position,
        )  # fmt: skip

    def set_deleted(self, folder: str) -> None:
        """Marks all items of a folder as deleted with it."""
        self._run("UPDATE {item} SET deleted = 1 WHERE folder = ?", folder)

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _rows(self, template: str, *values: Any) -> list[Row]:
        return self._storage.rows(self._sql(template), *values)

    def _run(self, template: str, *values: Any) -> None:
        self._storage.run(self._sql(template), *values)

    def _sql(self, template: str) -> str:
        return template.format(item=self._type.name)
