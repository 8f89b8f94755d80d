"""Items of one type as they are reached: in which folders, below which paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.items.folder import Folder
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE, shown
from syncline_sandbox.graph.protocol.extensions import (
    EXTENSIONS,
    GRAPH_PREFIX,
    OUTLOOK_PREFIX,
    shown_extension,
)
from syncline_sandbox.graph.protocol.odata import Options, selected
from syncline_sandbox.graph.protocol.routes import MailboxHandler, Routes
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import JsonObject

Route = tuple[str, str, MailboxHandler]
"""Method, path below the collection, handler."""


@dataclass(frozen=True)
class Collection:
    """Items of one type.

    `area` is the permission it takes. `bases` are the paths below a mailbox; one without `{folder}`
    means the default folder.
    """

    environment: Environment
    items: Items
    folders: Folders
    area: str
    bases: tuple[str, ...]

    def add(self, routes: Routes, *wanted: Route) -> None:
        """Adds routes below each path of the collection."""
        for base in self.bases:
            for method, path, handler in wanted:
                routes.add_for_mailbox(method, f"{base}{path}", self.area, handler)

    def folder(self, mailbox: Mailbox, folder: str) -> Folder:
        """The folder a path names, or the default one; raises `Failure`."""
        return self.folders.get(mailbox, folder or self.folders.type.well_known)

    def find(self, mailbox: Mailbox, item: str, folder: str) -> Item:
        """An item in the folder a path names, or wherever it lies; raises `Failure`."""
        return self.items.get(mailbox, item, self.within(mailbox, folder))

    def within(self, mailbox: Mailbox, folder: str) -> str | None:
        """The id of the folder a path names; raises `Failure`."""
        return self.folders.get(mailbox, folder).id if folder else None

    def path(self, mailbox: Mailbox) -> str:
        """For the context of an answer."""
        return f"users('{mailbox.id}')/{self.items.type.collection}"

    def shown(self, item: Item, wish: Options, *, immutable: bool) -> JsonObject:
        """An item as an answer shows it."""
        row = selected(self.items.shown(item, immutable=immutable), wish.select)
        return row | {name: rows for name, rows in self._expanded(item, wish) if rows}

    def extension_prefix(self) -> str:
        """What the id of an open extension begins with."""
        other = self.environment.quirks.on("extension-graph-prefix")
        return OUTLOOK_PREFIX if other is None else GRAPH_PREFIX

    def _expanded(self, item: Item, wish: Options) -> Iterator[tuple[str, list[Any]]]:
        yield SINGLE, shown(item.extended, wish.expand.single, str)
        yield MULTI, shown(item.extended, wish.expand.multi, list)
        named = [(n, data) for n, data in item.extensions.items() if n in wish.expand.extensions]
        yield EXTENSIONS, [shown_extension(*each, self.extension_prefix()) for each in named]
