"""Items as they live: created, changed, moved, deleted, found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import conflict, item_not_found, malformed_id
from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.items.item import Item, ItemType, is_named
from syncline_sandbox.graph.items.presence import Presences
from syncline_sandbox.graph.items.rows import ItemRows
from syncline_sandbox.graph.protocol.content import Content, read_content
from syncline_sandbox.graph.protocol.extended import merged
from syncline_sandbox.graph.protocol.values import format_instant
from syncline_sandbox.graph.protocol.vocabulary import Vocabulary
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import JsonObject


class Items:
    """All items of one type, of all mailboxes; folders are given by their ids."""

    def __init__(self, environment: Environment, type_: ItemType) -> None:
        self._environment, self.type = environment, type_
        self._storage = environment.storage
        self._ids = ids.Ids(environment)
        self.rows = ItemRows(environment, type_)
        self.presences = Presences(environment, type_)

    # ---- the type as it is now ------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary:
        """What queries may say, as long as the same quirks are on."""
        known, absent = self.type.vocabulary, self._absent()
        return replace(known, properties=known.properties - absent) if absent else known

    def shown(self, item: Item, *, immutable: bool) -> dict[str, Any]:
        """An item as Graph shows it, without what it holds beyond its type."""
        rendered, absent = item.rendered(immutable=immutable), self._absent()
        return {name: value for name, value in rendered.items() if name not in absent}

    def _absent(self) -> frozenset[str]:
        quirks = self._environment.quirks
        sets = (names for quirk, names in self.type.absent.items() if quirks.on(quirk))
        return frozenset().union(*sets)

    def _read(self, body: Any) -> Content:
        schema, absent = self.type.schema, self._absent()
        known = {name: r for name, r in schema.readers.items() if name not in absent}
        return read_content(body, replace(schema, readers=known) if absent else schema)

    def get(self, mailbox: Mailbox, identifier: str, folder: str | None = None) -> Item:
        """By an id in either form, wherever it lies or within one folder; raises `Failure` (400,
        404). What was deleted is still found by its immutable id, which lives as long as the item
        stays in the mailbox (learn.microsoft.com/graph/outlook-immutable-id).
        """
        if not ids.is_well_formed(identifier):
            raise malformed_id()
        item = self.rows.by_id(mailbox.id, identifier)
        if item is None:
            raise item_not_found()
        hidden = item.deleted and self._environment.quirks.on("deleted-unreadable")
        if item.folder != folder if folder else hidden:
            raise item_not_found()
        return item

    # ---- creating and changing ------------------------------------------------------------------

    def create(self, mailbox: str, folder: str, body: Any) -> Item:
        """Stores a new item from a request's body; raises `Failure` (400)."""
        return self.create_many(mailbox, folder, [body])[0]

    def create_many(self, mailbox: str, folder: str, bodies: Sequence[Any]) -> list[Item]:
        """As `create` for many at once."""
        read = [self._read(body) for body in bodies]
        first = self._storage.next("item", len(read))
        change = self._storage.next("change", len(read))
        items = [
            self._new((mailbox, folder), (first + n, change + n), content)
            for n, content in enumerate(read)
        ]
        self.rows.insert(items)
        self.presences.enter((item, change + n) for n, item in enumerate(items))
        return items

    def update(self, item: Item, body: Any) -> Item:
        """Changes what the body names; raises `Failure` (400)."""
        content = self._read(body)
        if content == Content():
            return item
        return self._rewrite(
            replace(
                item,
                body={**item.body, **self.type.completed(content.values, item.body)},
                extended=merged(item.extended, content.extended),
                extensions={**item.extensions, **content.extensions},
            )
        )

    def touch(self, item: Item) -> Item:
        """A new change key without a change, as the server itself makes at times."""
        return self._rewrite(item)

    def extend(self, item: Item, extensions: Mapping[str, JsonObject]) -> Item:
        """Stores open extensions. A delta does not tell of that, says the documentation (known
        issues with extensions); that it does is the quirk `extensions-reported`.
        """
        extended = replace(item, extensions=extensions)
        if self._environment.quirks.on("extensions-reported"):
            return self._rewrite(extended)
        self.rows.set_extensions(extended)
        return extended

    def check_version(self, item: Item, condition: str | None) -> None:
        """Raises `Failure` (412) unless an `If-Match` names the current version."""
        if condition is None or condition.strip() == "*":
            return
        if self._environment.quirks.fires("if-match-ignored"):
            return
        if not is_named(item, condition):
            raise conflict()

    # ---- moving and deleting --------------------------------------------------------------------

    def move(self, item: Item, folder: str) -> Item:
        """Puts an item into another folder: its default id changes, its immutable id stays."""
        self.presences.leave(item)
        deleted = folder == ids.deleted_items_id(item.mailbox)
        placement = self._ids.default(self._storage.next("placement") + 1_000_000_000)
        return self._rewrite(
            replace(item, folder=folder, default_id=placement, deleted=int(deleted))
        )

    def delete(self, item: Item) -> None:
        """Puts an item into Deleted Items, or removes it for good if it was deleted before."""
        if item.deleted:
            self.erase(item)
        else:
            self.move(item, ids.deleted_items_id(item.mailbox))

    def erase(self, item: Item) -> None:
        """Removes an item for good."""
        self.rows.remove(item)
        self.presences.leave(item)

    def delete_within(self, folders: Iterable[str]) -> None:
        """All items of folders are deleted with them, and stay in them."""
        for folder in folders:
            self.rows.set_deleted(folder)

    def erase_within(self, mailbox: str, folders: Iterable[str]) -> None:
        """Removes all items of folders for good."""
        for folder in folders:
            for item in self.rows.all(mailbox, folder):
                self.erase(item)

    # ---- storing --------------------------------------------------------------------------------

    def _new(self, place: tuple[str, str], numbers: tuple[int, int], content: Content) -> Item:
        (mailbox, folder), (position, change) = place, numbers
        stamp = format_instant(self._environment.stamp())
        return Item(
            position=position,
            mailbox=mailbox,
            immutable_id=self._ids.immutable(position),
            default_id=self._ids.default(position),
            folder=folder,
            deleted=int(folder == ids.deleted_items_id(mailbox)),
            body={**self.type.empty(), **self.type.completed(content.values, None)},
            extended=merged({}, content.extended),
            extensions=content.extensions,
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
        self.rows.replace(changed)
        self.presences.enter([(changed, change)])
        return changed
