"""Folders of one type: made, renamed, moved, deleted, found by id, by name and by the way down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.errors import (
    Failure,
    bad_body,
    bad_request,
    item_not_found,
    malformed_id,
)
from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.items.folder import (
    DELETED_ITEMS,
    FOR_GOOD,
    IN_DELETED_ITEMS,
    Folder,
    FolderType,
    deleted_items,
    from_row,
    to_row,
)
from syncline_sandbox.graph.protocol.content import Content, read_content
from syncline_sandbox.graph.protocol.extended import merged
from syncline_sandbox.graph.protocol.paths import STEP
from syncline_sandbox.graph.tenant.mailboxes import Mailbox

_TABLES = """
CREATE TABLE IF NOT EXISTS {folder} (
    id TEXT PRIMARY KEY, mailbox TEXT NOT NULL, parent TEXT NOT NULL, departed TEXT NOT NULL,
    title TEXT NOT NULL, body TEXT NOT NULL, extended TEXT NOT NULL, is_default INTEGER NOT NULL,
    entered INTEGER NOT NULL, changed INTEGER NOT NULL, removed INTEGER NOT NULL,
    generation INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS {folder}_changed ON {folder} (mailbox, changed);
CREATE INDEX IF NOT EXISTS {folder}_parent ON {folder} (parent);
"""


class Folders:
    """All folders of one type."""

    def __init__(self, environment: Environment, type_: FolderType) -> None:
        self._storage, self._quirks = environment.storage, environment.quirks
        self.type = type_
        self._storage.script(_TABLES.format(folder=type_.name))
        self._ids = ids.Ids(environment)

    # ---- making and changing --------------------------------------------------------------------

    def create_default(self, mailbox: str) -> None:
        """The default folder of a new mailbox."""
        root = self._ids.folder(self._storage.next("folder"))
        self._new(mailbox, root, self.type.default_name, Content(), is_default=True)

    def create(self, parent: Folder, body: Any) -> Folder:
        """A new folder from a request's body; raises `Failure` (400 bad name, 409 name taken)."""
        content = read_content(body, self.type.schema)
        title = content.values.pop(self.type.title, None)
        self._check_title(parent.id, title)
        return self._new(parent.mailbox, parent.id, title, content, is_default=False)

    def update(self, folder: Folder, body: Any, parent: Folder | None = None) -> Folder:
        """Changes what the body names, and the folder above; raises `Failure` (400, 409)."""
        content = read_content(body, self.type.schema)
        title = content.values.pop(self.type.title, folder.title)
        if folder.id == ids.deleted_items_id(folder.mailbox) or (
            folder.is_default and (title != folder.title or parent is not None)
        ):
            raise bad_request(
                "Distinguished folders cannot be renamed or moved.", "ErrorInvalidRequest"
            )
        above = folder.parent if parent is None else self._checked_parent(folder, parent).id
        if (title, above) != (folder.title, folder.parent):
            self._check_title(above, title, itself=folder.id)
        changed = replace(
            folder, title=title, body={**folder.body, **content.values},
            extended=merged(folder.extended, content.extended),
        )  # fmt: skip
        return (
            self._store(changed, above) if (changed, above) != (folder, folder.parent) else folder
        )

    def delete(self, folder: Folder, *, for_good: bool = False) -> list[str]:
        """Takes away a folder with those below it; returns the ids of all that are gone.

        Contents stay in their folder and go with it. Whether the folder itself can still be asked
        for is not documented: it cannot, but under the quirk `deleted-folders-answer`.
        """
        if folder.is_default:
            raise Failure(
                400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted."
            )
        gone = [folder, *self._below(folder)]
        removed = FOR_GOOD if for_good else IN_DELETED_ITEMS
        for each in gone:
            above = ids.deleted_items_id(folder.mailbox) if each is folder else each.parent
            self._store(replace(each, removed=removed), above)
        return [each.id for each in gone]

    def expire_tokens(self, folder: Folder) -> None:
        """Makes all delta tokens of a folder unknown."""
        self._put(replace(folder, generation=folder.generation + 1))

    # ---- finding --------------------------------------------------------------------------------

    def get(self, mailbox: Mailbox, identifier: str) -> Folder:
        """By id, by a well-known name, or by the way down to it; raises `Failure` (400, 404)."""
        way = [self._at(mailbox, step) for step in identifier.split(STEP)]
        if any(below.parent != above.id for above, below in pairwise(way)):
            raise item_not_found()
        return way[-1]

    def default(self, mailbox: str) -> Folder:
        """The default folder of a mailbox."""
        [row] = self._rows("mailbox = ? AND is_default", mailbox)
        return row

    def by_path(self, mailbox: Mailbox, path: str, *, create: bool = False) -> Folder:
        """By names from the default folder's level, as `CRM/Customers`; the default folder's own
        name in front is optional. Raises `Failure` (404) unless `create`.
        """
        folder = self.default(mailbox.id)
        names = [name for name in path.split("/") if name]
        for name in names[1:] if names and names[0] == self.type.default_name else names:
            found = [child for child in self.children(folder) if child.title == name]
            if not found and not create:
                raise item_not_found()
            folder = found[0] if found else self.create(folder, {self.type.title: name})
        return folder

    def children(self, parent: Folder) -> list[Folder]:
        """The folders directly below."""
        return self._within(parent.id)

    def all(self, mailbox: str) -> list[Folder]:
        """Every folder of a mailbox, the default one first."""
        return self._rows("mailbox = ? AND NOT removed", mailbox)

    def ever(self, mailbox: str) -> list[Folder]:
        """Every folder there was, removed ones too, but the default one."""
        return self._rows("mailbox = ? AND NOT is_default", mailbox)

    def _at(self, mailbox: Mailbox, identifier: str) -> Folder:
        name = identifier.casefold()
        unlisted = self._quirks.on("deleted-items-unlisted")
        if name == DELETED_ITEMS and self.type.lists_deleted and not unlisted:
            return deleted_items(mailbox.id)
        if name == self.type.well_known:
            return self.default(mailbox.id)
        if not ids.is_well_formed(identifier):
            raise malformed_id()
        answering = IN_DELETED_ITEMS if self._quirks.on("deleted-folders-answer") else 0
        found = self._rows(
            "id = ? AND mailbox = ? AND removed <= ?", identifier, mailbox.id, answering
        )
        if not found:
            raise item_not_found()
        return found[0]

    # ---- checks and rows ------------------------------------------------------------------------

    def _checked_parent(self, folder: Folder, parent: Folder) -> Folder:
        """Raises `Failure` (400) for a folder that would lie within itself."""
        if parent.id in {folder.id, *(each.id for each in self._below(folder))}:
            raise bad_request("A folder cannot be moved into itself.", "ErrorInvalidRequest")
        return parent

    def _below(self, folder: Folder) -> Iterator[Folder]:
        for child in self.children(folder):
            yield child
            yield from self._below(child)

    def _check_title(self, above: str, title: Any, itself: str = "") -> None:
        if not isinstance(title, str) or not title.strip():
            raise bad_body(f"The value of property '{self.type.title}' must be a non-empty string.")
        siblings = (each for each in self._within(above) if each.id != itself)
        if title.casefold() in {each.title.casefold() for each in siblings}:
            raise Failure(
                409, "ErrorFolderExists", "A folder with the specified name already exists."
            )

    def _within(self, parent: str) -> list[Folder]:
        return self._rows("parent = ? AND NOT removed", parent)

    def _new(
        self, mailbox: str, parent: str, title: str, content: Content, *, is_default: bool
    ) -> Folder:
        identifier = self._ids.folder(self._storage.next("folder"))
        extended = merged({}, content.extended)
        folder = Folder(
            identifier, mailbox, parent, {}, title, content.values, extended, int(is_default),
            entered=0, changed=0, removed=0, generation=0,
        )  # fmt: skip
        change = self._storage.next("change")
        return self._put(replace(folder, entered=change, changed=change))

    def _store(self, folder: Folder, above: str) -> Folder:
        """Stores a folder as it now is, below another one if it has moved."""
        change = self._storage.next("change")
        departed = folder.departed
        if above != folder.parent:
            departed = {**departed, folder.parent: change}
        return self._put(replace(folder, changed=change, parent=above, departed=departed))

    def _put(self, folder: Folder) -> Folder:
        self._storage.run(
            f"INSERT OR REPLACE INTO {self.type.name} "  # noqa: S608 - a type's own name
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *to_row(folder),
        )
        return folder

    def _rows(self, condition: str, *values: Any) -> list[Folder]:
        rows = self._storage.rows(
            f"SELECT * FROM {self.type.name} WHERE {condition} "  # noqa: S608 - our own conditions
            "ORDER BY entered",
            *values,
        )
        return [from_row(row) for row in rows]
