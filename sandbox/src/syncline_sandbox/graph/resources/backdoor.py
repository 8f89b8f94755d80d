"""Items and folders of one type at the back door: what the person in Outlook does with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.items.folder import Folder
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.items.item import Item
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE
from syncline_sandbox.graph.protocol.extensions import EXTENSIONS, OUTLOOK_PREFIX, shown_extension
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.messages import Call, JsonObject
from syncline_sandbox.routing import Handler

Known = Callable[[str], Mailbox]
"""The mailbox of an address or id; raises `ValueError`."""


class ItemsBackDoor:
    """Folders by their ids or paths of names below the default one (`CRM/Customers`), items by ids.

    The paths are those of Graph: `/contacts` and `/contactFolders` below a mailbox.
    """

    def __init__(self, folders: Folders, items: Items, known: Known) -> None:
        self._folders, self._items, self._known = folders, items, known
        self.noun = items.type.name

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        """Method, path below a mailbox, handler."""
        folders, items = f"/{self._folders.type.collection}", f"/{self._items.type.collection}"
        return (
            ("GET", folders, self._list_folders),
            ("POST", folders, self._create_folder),
            ("DELETE", f"{folders}/{{folder}}", self._delete_folder),
            ("POST", f"{folders}/{{folder}}/move", self._move_folder),
            ("GET", items, self._list),
            ("POST", items, self._create),
            ("PATCH", f"{items}/{{item}}", self._update),
            ("DELETE", f"{items}/{{item}}", self._delete),
            ("POST", f"{items}/{{item}}/move", self._move),
        )

    def load(self, mailbox: Mailbox, path: str | None, bodies: Sequence[Any]) -> None:
        """Stores items in a folder, made if it is not there; raises `Failure`."""
        folder = self._folder(mailbox, path, create=True)
        self._items.create_many(mailbox.id, folder.id, bodies)

    def dump(self, mailbox: Mailbox) -> JsonObject:
        """All folders and items of a mailbox."""
        return {
            self._folders.type.collection: self._all_folders(mailbox),
            self._items.type.collection: [_facts(i) for i in self._items.rows.all(mailbox.id)],
        }

    def expire_tokens(self, mailbox: Mailbox) -> None:
        """Makes all delta tokens over the items of a mailbox unknown."""
        for folder in self._folders.all(mailbox.id):
            self._folders.expire_tokens(folder)

    # ---- folders ------------------------------------------------------------------------------

    def _all_folders(self, mailbox: Mailbox) -> list[JsonObject]:
        return [each.rendered(self._folders.type) for each in self._folders.all(mailbox.id)]

    def _list_folders(self, call: Call, mailbox: str) -> list[JsonObject]:
        return self._all_folders(self._known(mailbox))

    def _create_folder(self, call: Call, mailbox: str) -> JsonObject:
        wish = call.json()
        parent = self._folder(self._known(mailbox), wish.pop("parent", None))
        return self._folders.create(parent, wish).rendered(self._folders.type)

    def _move_folder(self, call: Call, mailbox: str, folder: str) -> JsonObject:
        box = self._known(mailbox)
        parent = self._folder(box, call.json().get("parent"))
        moved = self._folders.update(self._folder(box, folder), {}, parent)
        return moved.rendered(self._folders.type)

    def _delete_folder(self, call: Call, mailbox: str, folder: str) -> None:
        doomed = self._folder(self._known(mailbox), folder)
        self._items.delete_within(self._folders.delete(doomed))

    def _folder(self, mailbox: Mailbox, name: str | None, *, create: bool = False) -> Folder:
        if name and ids.is_well_formed(name):
            return self._folders.get(mailbox, name)
        return self._folders.by_path(mailbox, name or "", create=create)

    # ---- items --------------------------------------------------------------------------------

    def _list(self, call: Call, mailbox: str) -> list[JsonObject]:
        box, name = self._known(mailbox), call.query.get("folder")
        folder = self._folder(box, name).id if name else None
        return [_facts(item) for item in self._items.rows.all(box.id, folder)]

    def _create(self, call: Call, mailbox: str) -> JsonObject | list[JsonObject]:
        box = self._known(mailbox)
        folder = self._folder(box, call.query.get("folder"))
        given = call.json()
        bodies = given if isinstance(given, list) else [given]
        made = [_facts(item) for item in self._items.create_many(box.id, folder.id, bodies)]
        return made if isinstance(given, list) else made[0]

    def _update(self, call: Call, mailbox: str, item: str) -> JsonObject:
        current = self._items.get(self._known(mailbox), item)
        return _facts(self._items.update(current, call.json()))

    def _delete(self, call: Call, mailbox: str, item: str) -> None:
        self._items.delete(self._items.get(self._known(mailbox), item))

    def _move(self, call: Call, mailbox: str, item: str) -> JsonObject:
        box = self._known(mailbox)
        folder = self._folder(box, call.json().get("folder"))
        return _facts(self._items.move(self._items.get(box, item), folder.id))


def _facts(item: Item) -> JsonObject:
    """An item with all that it holds; what only some have is there only where it is."""
    single = [{"id": n, "value": v} for n, v in item.extended.items() if isinstance(v, str)]
    multi = [{"id": n, "value": v} for n, v in item.extended.items() if isinstance(v, list)]
    named = [shown_extension(n, data, OUTLOOK_PREFIX) for n, data in item.extensions.items()]
    return {
        **item.rendered(immutable=True),
        "defaultId": item.default_id,
        SINGLE: single,
        **({MULTI: multi} if multi else {}),
        **({EXTENSIONS: named} if named else {}),
    }
