"""`/contacts` and `/contactFolders/{folder}/contacts`, their items and their delta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.contacts import schema
from syncline_sandbox.graph.contacts.folders import WELL_KNOWN, Folders
from syncline_sandbox.graph.contacts.vocabulary import CONTACT
from syncline_sandbox.graph.items import delta
from syncline_sandbox.graph.items.deletion import delete
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.extended import EXTENDED
from syncline_sandbox.graph.protocol.odata import Options, link, options, preferences, selected
from syncline_sandbox.graph.protocol.restriction import candidates, holds
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject

AREA = "Contacts"


class ContactRoutes:
    """Contacts of one mailbox, read and written."""

    def __init__(self, environment: Environment, folders: Folders, contacts: Items) -> None:
        self._environment, self._quirks = environment, environment.quirks
        self._folders, self._contacts = folders, contacts

    def add_to(self, routes: Routes) -> None:
        """Adds all routes; without a folder in the path the default folder is meant."""
        for base in ("/contacts", "/contactFolders/{folder}/contacts"):
            routes.add_for_mailbox("GET", f"{base}/delta", AREA, self._delta)
            routes.add_for_mailbox("GET", base, AREA, self._list)
            routes.add_for_mailbox("POST", base, AREA, self._create)
            routes.add_for_mailbox("GET", f"{base}/{{contact}}", AREA, self._get)
            routes.add_for_mailbox("PATCH", f"{base}/{{contact}}", AREA, self._update)
            routes.add_for_mailbox("DELETE", f"{base}/{{contact}}", AREA, self._delete)
            gone = f"{base}/{{contact}}/permanentDelete"
            routes.add_for_mailbox("POST", gone, AREA, self._erase)

    # ---- items ----------------------------------------------------------------------------------

    def _get(self, call: Call, mailbox: Mailbox, contact: str, folder: str = "") -> Answer:
        found = self._contacts.get(mailbox, contact, self._within(mailbox, folder))
        wish = options(call, CONTACT, schema.PROPERTIES)
        return self._answer(call, mailbox, 200, found, wish)

    def _create(self, call: Call, mailbox: Mailbox, folder: str = WELL_KNOWN) -> Answer:
        where = self._folders.get(mailbox, folder)
        created = self._contacts.create(mailbox.id, where.id, body_of(call))
        answer = self._answer(call, mailbox, 201, created, Options())
        self._after_write(created)
        return answer

    def _update(self, call: Call, mailbox: Mailbox, contact: str, folder: str = "") -> Answer:
        found = self._contacts.get(mailbox, contact, self._within(mailbox, folder))
        self._contacts.check_version(found, call.header("if-match"))
        updated = self._contacts.update(found, body_of(call))
        answer = self._answer(call, mailbox, 200, updated, Options())
        self._after_write(updated)
        return answer

    def _delete(self, call: Call, mailbox: Mailbox, contact: str, folder: str = "") -> Answer:
        within = self._within(mailbox, folder)
        found = self._contacts.get(mailbox, contact, within)
        self._contacts.check_version(found, call.header("if-match"))
        delete(self._environment, self._contacts, found, contact, within)
        return Answer(204)

    def _erase(self, call: Call, mailbox: Mailbox, contact: str, folder: str = "") -> Answer:
        found = self._contacts.get(mailbox, contact, self._within(mailbox, folder))
        self._contacts.check_version(found, call.header("if-match"))
        self._contacts.erase(found)
        return Answer(204)

    def _within(self, mailbox: Mailbox, folder: str) -> str | None:
        return self._folders.get(mailbox, folder).id if folder else None

    def _after_write(self, contact: Item) -> None:
        if self._quirks.fires("change-key-bump"):
            self._contacts.touch(contact)

    def _answer(
        self, call: Call, mailbox: Mailbox, status: int, contact: Item, wish: Options
    ) -> Answer:
        wanted = preferences(call)
        item = {
            "@odata.context": context(call, f"users('{mailbox.id}')/contacts/$entity"),
            **_rendered(contact, wish, immutable=wanted.immutable),
        }
        headers = {**wanted.applied(), "ETag": item["@odata.etag"]}
        if status == 201:
            headers["Location"] = f"{call.base_url}{call.path}('{item['id']}')"
        return Answer(status, item, headers)

    # ---- lists ----------------------------------------------------------------------------------

    def _list(self, call: Call, mailbox: Mailbox, folder: str = WELL_KNOWN) -> Answer:
        where = self._folders.get(mailbox, folder)
        wish, wanted = options(call, CONTACT, schema.PROPERTIES), preferences(call)
        size = wish.page
        if small := self._quirks.on("small-pages"):
            size = min(size, small["size"])
        found, total = self._found(where.id, wish, size)
        content: JsonObject = {
            "@odata.context": context(call, f"users('{mailbox.id}')/contacts"),
        }
        if wish.count:
            content["@odata.count"] = total
        shown = found[:size]
        content["value"] = [_rendered(c, wish, immutable=wanted.immutable) for c in shown]
        if len(found) > size:
            following = link(call, {"$skip": str(wish.skip + size)})
            loops = self._quirks.fires("looping-next-link")
            content["@odata.nextLink"] = call.url if loops else following
        return Answer(200, content, wanted.applied())

    def _found(self, folder: str, wish: Options, size: int) -> tuple[Sequence[Item], int]:
        """The page's contacts, one more if there are more, and the number of all."""
        if wish.filter is None and not wish.order:
            total = self._contacts.count(folder) if wish.count else 0
            return self._contacts.slice(folder, wish.skip, size + 1), total
        matching = self._matching(folder, wish)
        for name, descending in reversed(wish.order):
            matching.sort(key=lambda c: _sort_key(c, name), reverse=descending)
        return matching[wish.skip : wish.skip + size + 1], len(matching)

    def _matching(self, folder: str, wish: Options) -> list[Item]:
        keys = candidates(wish.filter, CONTACT) if wish.filter else None
        if keys is None:
            pool = self._contacts.slice(folder, 0, -1)
        else:
            pool = self._contacts.with_keys(folder, keys)
        if wish.filter is None:
            return pool
        condition = wish.filter
        return [
            contact
            for contact in pool
            if holds(
                condition, contact.rendered(immutable=True), CONTACT, self._contacts.keys(contact)
            )
        ]

    # ---- delta ----------------------------------------------------------------------------------

    def _delta(self, call: Call, mailbox: Mailbox, folder: str = WELL_KNOWN) -> Answer:
        where, wanted = self._folders.get(mailbox, folder), preferences(call)
        if delta.has_token(call) and self._quirks.fires("delta-gone"):
            raise delta.forgotten(call)
        feed = delta.Feed(where.id, where.generation)
        horizon = self._contacts.presences.horizon(where.id)
        round_ = delta.begin_or_continue(
            call, feed, horizon, lambda: options(call, CONTACT, schema.PROPERTIES)
        )
        if round_.cursor == round_.after and not round_.first:
            round_ = self._replayed(where.id, round_)

        def rows(state: delta.Round, count: int) -> list[delta.Change]:
            return self._changes(where.id, state, count, immutable=wanted.immutable)

        size = wanted.page_size or round_.size
        content = delta.page(call, self._environment, round_, size, rows)
        content = {"@odata.context": context(call, "Collection(contact)"), **content}
        return Answer(200, content, wanted.applied())

    def _replayed(self, folder: str, round_: delta.Round) -> delta.Round:
        replay = self._quirks.fires("delta-replay")
        if replay is None:
            return round_
        earlier = self._contacts.presences.earlier(folder, round_.after, replay["rows"])
        return delta.rewound(round_, earlier)

    def _changes(
        self, folder: str, state: delta.Round, count: int, *, immutable: bool
    ) -> list[delta.Change]:
        presences = self._contacts.presences.of_round(
            folder, state, count, immutable=immutable
        )
        contacts = self._contacts.at([p["position"] for p in presences if not p["removed"]])
        return [
            delta.Change(
                presence["changed"],
                delta.tombstone(presence["immutable_id" if immutable else "default_id"])
                if presence["removed"]
                else selected(
                    contacts[presence["position"]].rendered(immutable=immutable), state.select
                ),
            )
            for presence in presences
        ]


def _rendered(contact: Item, wish: Options, *, immutable: bool) -> dict[str, Any]:
    item = selected(contact.rendered(immutable=immutable), wish.select)
    if wish.expand is not None and (found := contact.extended_properties(wish.expand)):
        item[EXTENDED] = found
    return item


def _sort_key(contact: Item, name: str) -> tuple[bool, str]:
    value = contact.rendered(immutable=True).get(name)
    return value is not None, str(value or "").casefold()
