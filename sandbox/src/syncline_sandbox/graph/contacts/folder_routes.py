"""`/contactFolders`, their children and their delta."""

from __future__ import annotations

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.contacts.folders import WELL_KNOWN, Folder, Folders
from syncline_sandbox.graph.contacts.vocabulary import FOLDER
from syncline_sandbox.graph.items import delta
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.odata import Options, link, options, preferences, selected
from syncline_sandbox.graph.protocol.restriction import holds
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.protocol.values import unknown_property
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject

AREA = "Contacts"
PROPERTIES = frozenset({"id", "displayName", "parentFolderId"})


class FolderRoutes:
    """Contact folders of one mailbox."""

    def __init__(self, environment: Environment, folders: Folders, contacts: Items) -> None:
        self._environment, self._quirks = environment, environment.quirks
        self._folders, self._contacts = folders, contacts

    def add_to(self, routes: Routes) -> None:
        """Adds all routes."""
        base = "/contactFolders"
        item, children = f"{base}/{{folder}}", f"{base}/{{folder}}/childFolders"
        routes.add_for_mailbox("GET", f"{base}/delta", AREA, self._delta)
        routes.add_for_mailbox("GET", base, AREA, self._list)
        routes.add_for_mailbox("POST", base, AREA, self._create)
        routes.add_for_mailbox("GET", item, AREA, self._get)
        routes.add_for_mailbox("PATCH", item, AREA, self._rename)
        routes.add_for_mailbox("DELETE", item, AREA, self._delete)
        routes.add_for_mailbox("GET", children, AREA, self._list)
        routes.add_for_mailbox("POST", children, AREA, self._create)

    def _get(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        wish = options(call, FOLDER, PROPERTIES)
        found = self._folders.get(mailbox, folder)
        return self._answer(call, mailbox, 200, found, wish)

    def _create(self, call: Call, mailbox: Mailbox, folder: str = WELL_KNOWN) -> Answer:
        parent, name = self._folders.get(mailbox, folder), _name(body_of(call))
        created = self._folders.create(mailbox, parent, name)
        return self._answer(call, mailbox, 201, created, Options())

    def _rename(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        found, name = self._folders.get(mailbox, folder), _name(body_of(call))
        renamed = self._folders.rename(mailbox, found, name)
        return self._answer(call, mailbox, 200, renamed, Options())

    def _delete(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        gone = self._folders.delete(self._folders.get(mailbox, folder))
        self._contacts.delete_within(gone)
        return Answer(204)

    def _answer(
        self, call: Call, mailbox: Mailbox, status: int, folder: Folder, wish: Options
    ) -> Answer:
        what = context(call, f"users('{mailbox.id}')/contactFolders/$entity")
        content = {"@odata.context": what, **selected(folder.rendered(), wish.select)}
        return Answer(status, content, preferences(call).applied())

    def _list(self, call: Call, mailbox: Mailbox, folder: str = WELL_KNOWN) -> Answer:
        """The folders below one; on the top level the default folder itself is left out."""
        wish = options(call, FOLDER, PROPERTIES)
        found = [
            child
            for child in self._folders.children(self._folders.get(mailbox, folder))
            if wish.filter is None or holds(wish.filter, child.rendered(), FOLDER)
        ]
        content: JsonObject = {
            "@odata.context": context(call, f"users('{mailbox.id}')/contactFolders"),
        }
        if wish.count:
            content["@odata.count"] = len(found)
        end = wish.skip + wish.page
        content["value"] = [selected(f.rendered(), wish.select) for f in found[wish.skip : end]]
        if len(found) > end:
            content["@odata.nextLink"] = link(call, {"$skip": str(end)})
        return Answer(200, content, preferences(call).applied())

    def _delta(self, call: Call, mailbox: Mailbox) -> Answer:
        if delta.has_token(call) and self._quirks.fires("delta-gone"):
            raise delta.forgotten(call)
        feed = delta.Feed(f"folders {mailbox.id}", mailbox.folder_generation)
        horizon = self._environment.storage.current("change")
        round_ = delta.begin_or_continue(
            call, feed, horizon, lambda: options(call, FOLDER, PROPERTIES)
        )

        def rows(state: delta.Round, count: int) -> list[delta.Change]:
            return [_change(f, state) for f in self._changed(mailbox, state)][:count]

        size = preferences(call).page_size or round_.size
        content = delta.page(call, self._environment, round_, size, rows)
        what = context(call, "Collection(contactFolder)")
        return Answer(200, {"@odata.context": what, **content}, preferences(call).applied())

    def _changed(self, mailbox: Mailbox, state: delta.Round) -> list[Folder]:
        changed = self._folders.changes(mailbox, state.cursor, state.until)
        return [f for f in changed if not (f.removed and f.entered > state.after)]


def _change(folder: Folder, state: delta.Round) -> delta.Change:
    if folder.removed:
        return delta.Change(folder.changed, delta.tombstone(folder.id))
    return delta.Change(folder.changed, selected(folder.rendered(), state.select))


def _name(body: JsonObject) -> object:
    for name in body:
        if "@" not in name and name not in PROPERTIES:
            raise unknown_property(name, FOLDER.type_name)
    return body.get("displayName")
