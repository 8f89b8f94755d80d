"""The items of a folder: listed, filtered, searched, ordered, counted."""

from __future__ import annotations

from collections.abc import Sequence

from syncline_sandbox.graph.errors import bad_request
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.protocol.odata import Options, options, preferences
from syncline_sandbox.graph.protocol.restriction import candidates, holds
from syncline_sandbox.graph.protocol.routes import Routes
from syncline_sandbox.graph.protocol.search import is_found
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.resources.listing import count_answer, listing, page_size
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject


class ListRoutes:
    """Lists of a collection."""

    def __init__(self, collection: Collection) -> None:
        self._collection, self._rows = collection, collection.items.rows
        self._environment = collection.environment
        self._vocabulary = collection.items.type.vocabulary

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        self._collection.add(routes, ("GET", "", self._list), ("GET", "/$count", self._count))

    def _list(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        where, wish = self._collection.folder(mailbox, folder), self._options(call)
        size = page_size(self._environment, wish)
        found, total = self._found(where.id, wish, size)
        immutable = preferences(call).immutable
        rows = [self._shown(item, wish, immutable=immutable) for item in found]
        what = self._collection.path(mailbox)
        return listing(call, self._environment, what, rows, wish, total)

    def _count(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        where, wish = self._collection.folder(mailbox, folder), self._options(call)
        if wish.filter is None and wish.search is None:
            return count_answer(self._rows.count(where.id))
        return count_answer(len(self._matching(where.id, wish)))

    def _options(self, call: Call) -> Options:
        wish = options(call, self._collection.items.vocabulary)
        if wish.search is not None and self._environment.quirks.on("search-unsupported"):
            raise bad_request("Unrecognized or unsupported query option '$search'.")
        return wish

    def _shown(self, item: Item, wish: Options, *, immutable: bool) -> JsonObject:
        """As shown anywhere; under `search-thin` a search lacks stamps and addresses, as reported
        (microsoft-graph-docs issue 10790, microsoft-graph-explorer-v4 issue 2942).
        """
        row = self._collection.shown(item, wish, immutable=immutable)
        if wish.search is None or self._environment.quirks.on("search-thin") is None:
            return row
        stamps: JsonObject = dict.fromkeys(("createdDateTime", "lastModifiedDateTime"))
        thin = stamps | {name: [] for name in self._vocabulary.addressed}
        return row | {name: value for name, value in thin.items() if name in row}

    def _found(self, folder: str, wish: Options, size: int) -> tuple[Sequence[Item], int]:
        """The page's items, one more if there are more, and the number of all."""
        if wish.filter is None and wish.search is None and not wish.order:
            total = self._rows.count(folder) if wish.count else 0
            return self._rows.slice(folder, wish.skip, size + 1), total
        matching = self._matching(folder, wish)
        for name, descending in reversed(wish.order):
            matching.sort(key=lambda item: _sort_key(item, name), reverse=descending)
        return matching[wish.skip : wish.skip + size + 1], len(matching)

    def _matching(self, folder: str, wish: Options) -> list[Item]:
        keys = candidates(wish.filter, self._vocabulary) if wish.filter else None
        if keys is None:
            pool = self._rows.slice(folder, 0, -1)
        else:
            pool = self._rows.with_keys(folder, keys)
        return [item for item in pool if self._passes(item, wish)]

    def _passes(self, item: Item, wish: Options) -> bool:
        subject = item.subject()
        if wish.search is not None:
            return is_found(subject, wish.search, self._vocabulary)
        return wish.filter is None or holds(wish.filter, subject, self._vocabulary)


def _sort_key(item: Item, name: str) -> tuple[bool, str]:
    value = item.rendered(immutable=True).get(name)
    return value is not None, str(value or "").casefold()
