"""The open extensions of an item: listed, made, read, changed, deleted, by name or by id.

learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension, -get, -update, -delete.
PATCH puts the body in the extension's place: "specify *all* properties … otherwise, Microsoft Graph
will delete the unspecified properties". The page's first lines say that it adds to what is there:
the quirk `extension-merge`.
"""

from __future__ import annotations

from syncline_sandbox.graph.errors import Failure, item_not_found
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.protocol.extensions import (
    EXTENSIONS,
    extension_name,
    read_extension,
    shown_extension,
)
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.resources.listing import count_answer
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject


class ExtensionRoutes:
    """Extensions of the items of a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection, self._items = collection, collection.items
        self._quirks = collection.environment.quirks

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        base = f"/{{item}}/{EXTENSIONS}"
        self._collection.add(
            routes,
            ("GET", base, self._list),
            ("POST", base, self._create),
            ("GET", f"{base}/$count", self._count),
            ("GET", f"{base}/{{extension}}", self._get),
            ("PATCH", f"{base}/{{extension}}", self._update),
            ("DELETE", f"{base}/{{extension}}", self._delete),
        )

    def _list(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        rows = [self._shown(found, name) for name in found.extensions]
        return Answer(200, {"@odata.context": self._context(call, mailbox, item), "value": rows})

    def _count(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        return count_answer(len(self._collection.find(mailbox, item, folder).extensions))

    def _create(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        name, data = read_extension(body_of(call))
        if name in found.extensions:
            raise Failure(409, "NameAlreadyExists", f"An extension '{name}' already exists.")
        extended = self._items.extend(found, {**found.extensions, name: data})
        return self._answer(call, mailbox, 201, extended, name)

    def _get(
        self, call: Call, mailbox: Mailbox, item: str, extension: str, folder: str = ""
    ) -> Answer:
        found = self._collection.find(mailbox, item, folder)
        return self._answer(call, mailbox, 200, found, _known(found, extension))

    def _update(
        self, call: Call, mailbox: Mailbox, item: str, extension: str, folder: str = ""
    ) -> Answer:
        found = self._collection.find(mailbox, item, folder)
        name = _known(found, extension)
        _, data = read_extension(body_of(call), name)
        kept = found.extensions[name] if self._quirks.on("extension-merge") else {}
        extended = self._items.extend(found, {**found.extensions, name: {**kept, **data}})
        return self._answer(call, mailbox, 200, extended, name)

    def _delete(
        self, call: Call, mailbox: Mailbox, item: str, extension: str, folder: str = ""
    ) -> Answer:
        found = self._collection.find(mailbox, item, folder)
        gone = _known(found, extension)
        self._items.extend(found, {n: data for n, data in found.extensions.items() if n != gone})
        return Answer(204)

    def _shown(self, item: Item, name: str) -> JsonObject:
        return shown_extension(name, item.extensions[name], self._collection.extension_prefix())

    def _answer(self, call: Call, mailbox: Mailbox, status: int, item: Item, name: str) -> Answer:
        what = f"{self._context(call, mailbox, item.default_id)}/$entity"
        return Answer(status, {"@odata.context": what, **self._shown(item, name)})

    def _context(self, call: Call, mailbox: Mailbox, item: str) -> str:
        return context(call, f"{self._collection.path(mailbox)}('{item}')/{EXTENSIONS}")


def _known(item: Item, extension: str) -> str:
    """The name of an extension that is there; raises `Failure` (404)."""
    name = extension_name(extension)
    if name not in item.extensions:
        raise item_not_found()
    return name
