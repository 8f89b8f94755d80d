"""Folders of one type: read, made, renamed, moved, deleted, listed with those below."""

from __future__ import annotations

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.items.folder import Folder
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE, shown
from syncline_sandbox.graph.protocol.odata import Options, options, preferences, selected
from syncline_sandbox.graph.protocol.restriction import holds
from syncline_sandbox.graph.protocol.routes import Routes, body_of, context
from syncline_sandbox.graph.resources.listing import count_answer, listing, page_size
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Answer, Call, JsonObject


class FolderRoutes:
    """Folders of a mailbox, with the items in them; `base` is their path below it."""

    def __init__(
        self, environment: Environment, folders: Folders, items: Items, area: str, base: str
    ) -> None:
        self._environment, self._folders, self._items = environment, folders, items
        self._type, self._area, self._base = folders.type, area, base

    def add_to(self, routes: Routes) -> None:
        """Adds all routes; `/delta` must be there before."""
        self._add_lists(routes, self._base)
        one = f"{self._base}/{{folder}}"
        if self._type.children:
            self._add_lists(routes, f"{one}/{self._type.children}")
        routes.add_for_mailbox("GET", one, self._area, self._get)
        routes.add_for_mailbox("PATCH", one, self._area, self._update)
        routes.add_for_mailbox("DELETE", one, self._area, self._delete)
        routes.add_for_mailbox("POST", f"{one}/permanentDelete", self._area, self._erase)

    def _add_lists(self, routes: Routes, base: str) -> None:
        routes.add_for_mailbox("GET", base, self._area, self._list)
        routes.add_for_mailbox("POST", base, self._area, self._create)
        routes.add_for_mailbox("GET", f"{base}/$count", self._area, self._count)

    # ---- one folder -----------------------------------------------------------------------------

    def _get(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        wish = options(call, self._type.vocabulary)
        return self._answer(call, mailbox, 200, self._folders.get(mailbox, folder), wish)

    def _create(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        """Below the folder of the path, else below the one the body names, else the default one."""
        body = body_of(call)
        above = self._above(mailbox, body) if not folder else self._folders.get(mailbox, folder)
        created = self._folders.create(above or self._folders.default(mailbox.id), body)
        return self._answer(call, mailbox, 201, created, Options())

    def _update(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        """Moves, too: `parentFolderId` may be given (learn.microsoft.com/graph/api/
        contactfolder-update). A folder that is moved to Deleted Items is deleted.
        """
        found, body = self._folders.get(mailbox, folder), body_of(call)
        above = self._above(mailbox, body)
        if above is None or above.id == found.parent:
            changed = self._folders.update(found, body)
        elif above.id == ids.deleted_items_id(mailbox.id):
            self._items.delete_within(self._folders.delete(found))
            changed = found
        else:
            changed = self._folders.update(found, body, above)
        return self._answer(call, mailbox, 200, changed, Options())

    def _delete(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        gone = self._folders.delete(self._folders.get(mailbox, folder))
        self._items.delete_within(gone)
        return Answer(204)

    def _erase(self, call: Call, mailbox: Mailbox, folder: str) -> Answer:
        gone = self._folders.delete(self._folders.get(mailbox, folder), for_good=True)
        self._items.erase_within(mailbox.id, gone)
        return Answer(204)

    def _above(self, mailbox: Mailbox, body: JsonObject) -> Folder | None:
        identifier = body.get("parentFolderId")
        if not self._type.children or not isinstance(identifier, str):
            return None
        return self._folders.get(mailbox, identifier)

    # ---- lists ----------------------------------------------------------------------------------

    def _list(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        """The folders below one; on the top level the default folder itself is left out."""
        wish = options(call, self._type.vocabulary)
        found = self._found(mailbox, folder, wish)
        end = wish.skip + page_size(self._environment, wish) + 1
        rows = [self._shown(each, wish) for each in found[wish.skip : end]]
        what = f"users('{mailbox.id}')/{self._type.collection}"
        return listing(call, self._environment, what, rows, wish, len(found))

    def _count(self, call: Call, mailbox: Mailbox, folder: str = "") -> Answer:
        return count_answer(len(self._found(mailbox, folder, options(call, self._type.vocabulary))))

    def _found(self, mailbox: Mailbox, folder: str, wish: Options) -> list[Folder]:
        above = self._folders.get(mailbox, folder or self._type.well_known)
        return [
            each
            for each in self._folders.children(above)
            if wish.filter is None
            or holds(wish.filter, each.subject(self._type), self._type.vocabulary)
        ]

    # ---- answers --------------------------------------------------------------------------------

    def _shown(self, folder: Folder, wish: Options) -> JsonObject:
        row = selected(folder.rendered(self._type), wish.select)
        single = shown(folder.extended, wish.expand.single, str)
        multi = shown(folder.extended, wish.expand.multi, list)
        return row | ({SINGLE: single} if single else {}) | ({MULTI: multi} if multi else {})

    def _answer(
        self, call: Call, mailbox: Mailbox, status: int, folder: Folder, wish: Options
    ) -> Answer:
        what = context(call, f"users('{mailbox.id}')/{self._type.collection}/$entity")
        content = {"@odata.context": what, **self._shown(folder, wish)}
        return Answer(status, content, preferences(call).applied())
