"""One item: read, made, changed, deleted."""

from __future__ import annotations

from syncline_sandbox.graph.items.deletion import check_can_be_deleted
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.protocol.expand import Expansion
from syncline_sandbox.graph.protocol.odata import Options, options, preferences
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call


class ItemRoutes:
    """Single items of a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection, self._items = collection, collection.items
        self._quirks = collection.environment.quirks

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        self._collection.add(
            routes,
            ("POST", "", self._create),
            ("GET", "/{item}", self._get),
            ("PATCH", "/{item}", self._update),
            ("DELETE", "/{item}", self._delete),
            ("POST", "/{item}/permanentDelete", self._erase),
        )

    def _get(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        return self._answer(call, mailbox, 200, found, options(call, self._items.vocabulary))

    def _create(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        where = self._collection.folder(mailbox, folder)
        created = self._items.create(mailbox.id, where.id, body_of(call))
        # Of what is beyond the type only extensions come back with what was made
        # (learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension).
        echo = Options(expand=Expansion(extensions=frozenset(created.extensions)))
        answer = self._answer(call, mailbox, 201, created, echo)
        self._after_write(created)
        return answer

    def _update(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        self._items.check_version(found, call.header("if-match"))
        updated = self._items.update(found, body_of(call))
        answer = self._answer(call, mailbox, 200, updated, Options())
        self._after_write(updated)
        return answer

    def _delete(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        within = self._collection.within(mailbox, folder)
        found = self._items.get(mailbox, item, within)
        check_can_be_deleted(self._collection.environment, found, item, within)
        self._items.check_version(found, call.header("if-match"))
        self._items.delete(found)
        return Answer(204)

    def _erase(self, call: Call, mailbox: Mailbox, item: str, folder: str = "") -> Answer:
        found = self._collection.find(mailbox, item, folder)
        self._items.check_version(found, call.header("if-match"))
        self._items.erase(found)
        return Answer(204)

    def _after_write(self, item: Item) -> None:
        if self._quirks.fires("change-key-bump"):
            self._items.touch(item)

    def _answer(
        self, call: Call, mailbox: Mailbox, status: int, item: Item, wish: Options
    ) -> Answer:
        wanted = preferences(call)
        content = {
            "@odata.context": context(call, f"{self._collection.path(mailbox)}/$entity"),
            **self._collection.shown(item, wish, immutable=wanted.immutable),
        }
        headers = {**wanted.applied(), "ETag": content["@odata.etag"]}
        if status == 201:
            headers["Location"] = f"{call.base_url}{call.path}('{content['id']}')"
        return Answer(status, content, headers)
