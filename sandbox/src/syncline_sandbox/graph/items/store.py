"""Items as they are stored: created, changed, moved, deleted, found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import conflict, item_not_found, malformed_id
from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.items.item import (
    Item,
    ItemType,
    from_row,
    is_deleted,
    is_named,
    to_row,
)
from syncline_sandbox.graph.items.presence import Presences
from syncline_sandbox.graph.protocol.restriction import Key, keys_of
from syncline_sandbox.graph.protocol.values import format_instant
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.storage import Row

_TABLES = """
CREATE TABLE IF NOT EXISTS {item} (
    position INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, immutable_id TEXT NOT NULL UNIQUE,
    default_id TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, body TEXT NOT NULL,
    extended TEXT NOT NULL, change_key TEXT NOT NULL, created TEXT NOT NULL,
    modified TEXT NOT NULL, visible REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS {item}_folder ON {item} (folder, position);
CREATE TABLE IF NOT EXISTS {item}_key (
    {item} INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY ({item}, kind, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS {item}_key_value ON {item}_key (kind, value);
"""
_INSERT = "INSERT INTO {item} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_KEY = "INSERT OR IGNORE INTO {item}_key VALUES (?, ?, ?)"


class Items:
    """All items of one type, of all mailboxes; folders are given by their ids."""

    def __init__(self, environment: Environment, type_: ItemType) -> None:
        self._environment, self._type = environment, type_
        self._storage = environment.storage
        self._storage.script(self._sql(_TABLES))
        self._ids = ids.Ids(environment)
        self.presences = Presences(environment, type_)

    # ---- reading --------------------------------------------------------------------------------

    def get(self, mailbox: Mailbox, identifier: str, folder: str | None = None) -> Item:
        """By an id in either form, wherever it lies or within one folder; raises `Failure` (400,
        404). What was deleted is still found by its immutable id, which lives as long as the item
        stays in the mailbox (learn.microsoft.com/graph/outlook-immutable-id).
        """
        if not ids.is_well_formed(identifier):
            raise malformed_id()
        rows = self._rows(
            "SELECT * FROM {item} WHERE (immutable_id = ? OR default_id = ?) AND mailbox = ?",
            identifier, identifier, mailbox.id,
        )  # fmt: skip
        if not rows:
            raise item_not_found()
        item = from_row(rows[0])
        hidden = is_deleted(item) and self._environment.quirks.on("deleted-unreadable")
        if item.folder != folder if folder else hidden:
            raise item_not_found()
        return item

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

    def all(self, mailbox: Mailbox, folder: str | None = None) -> list[Item]:
        """Everything stored in a mailbox or a folder, visible or not; what was deleted is not."""
        rows = self._rows(
            "SELECT * FROM {item} WHERE mailbox = ? AND folder = coalesce(?, folder) "
            "ORDER BY position",
            mailbox.id, folder,
        )  # fmt: skip
        return [item for item in map(from_row, rows) if folder or not is_deleted(item)]

    def keys(self, item: Item) -> frozenset[Key]:
        """What the index holds of an item."""
        return keys_of(item.body, item.extended, self._type.vocabulary)

    # ---- writing --------------------------------------------------------------------------------

    def create(self, mailbox: str, folder: str, body: Any) -> Item:
        """Stores a new item from a request's body; raises `Failure` (400)."""
        return self.create_many(mailbox, folder, [body])[0]

    def create_many(self, mailbox: str, folder: str, bodies: Sequence[Any]) -> list[Item]:
        """As `create` for many at once."""
        read = [self._type.read(body) for body in bodies]
        first = self._storage.next("item", len(read))
        change = self._storage.next("change", len(read))
        items = [
            self._new((mailbox, folder), (first + n, change + n), values, extended)
            for n, (values, extended) in enumerate(read)
        ]
        self._insert(items)
        self.presences.enter((item, change + n) for n, item in enumerate(items))
        return items

    def update(self, item: Item, body: Any) -> Item:
        """Changes what the body names; raises `Failure` (400)."""
        changes, extended = self._type.read(body)
        if not changes and not extended:
            return item
        merged = {**item.extended, **extended}
        return self._rewrite(
            replace(
                item,
                body={**item.body, **self._type.completed(changes, item.body)},
                extended={name: value for name, value in merged.items() if value is not None},
            )
        )

    def touch(self, item: Item) -> Item:
        """A new change key without a change, as the server itself makes at times."""
        return self._rewrite(item)

    def move(self, item: Item, folder: str) -> Item:
        """Puts an item into another folder: its default id changes, its immutable id stays."""
        self.presences.leave(item)
        return self._rewrite(replace(item, folder=folder, default_id=self._next_placement()))

    def delete(self, item: Item) -> None:
        """Puts an item into Deleted Items, or removes it for good if it lies there."""
        if is_deleted(item):
            self.erase(item)
        else:
            self.move(item, ids.deleted_items_id(item.mailbox))

    def erase(self, item: Item) -> None:
        """Removes an item for good."""
        self._remove(item)
        self.presences.leave(item)

    def delete_within(self, folders: Iterable[str]) -> None:
        """Removes all items of folders that are gone."""
        for folder in folders:
            for row in self._rows("SELECT * FROM {item} WHERE folder = ?", folder):
                self.erase(from_row(row))

    def check_version(self, item: Item, condition: str | None) -> None:
        """Raises `Failure` (412) unless an `If-Match` names the current version."""
        if condition is None or condition.strip() == "*":
            return
        if self._environment.quirks.fires("if-match-ignored"):
            return
        if not is_named(item, condition):
            raise conflict()

    def _new(
        self,
        place: tuple[str, str],
        numbers: tuple[int, int],
        values: dict[str, Any],
        extended: Mapping[str, str | None],
    ) -> Item:
        (mailbox, folder), (position, change) = place, numbers
        stamp = format_instant(self._environment.stamp())
        return Item(
            position=position,
            mailbox=mailbox,
            immutable_id=self._ids.immutable(position),
            default_id=self._ids.default(position),
            folder=folder,
            body={**self._type.empty(), **self._type.completed(values, None)},
            extended={name: value for name, value in extended.items() if value is not None},
            change_key=ids.change_key(change),
            created=stamp,
            modified=stamp,
            visible=self._environment.visible_from(),
        )

    def _rewrite(self, item: Item) -> Item:
        """Stores an item as it now is, in a new version."""
        change = self._storage.next("change")
        stamp = format_instant(self._environment.stamp())
        changed = replace(item, change_key=ids.change_key(change), modified=stamp)
        self._remove(item)
        self._insert([changed])
        self.presences.enter([(changed, change)])
        return changed

    def _insert(self, items: Sequence[Item]) -> None:
        self._storage.run_many(self._sql(_INSERT), map(to_row, items))
        keys = ((item.position, *key) for item in items for key in self.keys(item))
        self._storage.run_many(self._sql(_INSERT_KEY), keys)

    def _remove(self, item: Item) -> None:
        self._run("DELETE FROM {item} WHERE position = ?", item.position)
        self._run("DELETE FROM {item}_key WHERE {item} = ?", item.position)

    def _next_placement(self) -> str:
        return self._ids.default(self._storage.next("placement") + 1_000_000_000)

    def _now(self) -> float:
        return self._environment.clock.now().timestamp()

    def _rows(self, template: str, *values: Any) -> list[Row]:
        return self._storage.rows(self._sql(template), *values)

    def _run(self, template: str, *values: Any) -> None:
        self._storage.run(self._sql(template), *values)

    def _sql(self, template: str) -> str:
        return template.format(item=self._type.name)
