"""Contact folders of a mailbox, the default one among them."""

from __future__ import annotations

from dataclasses import dataclass
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
from syncline_sandbox.graph.tenant.mailboxes import Mailbox
from syncline_sandbox.storage import Row

WELL_KNOWN = "contacts"
DEFAULT_NAME = "Contacts"
DELETED_ITEMS = "deleteditems"

TABLES = """
CREATE TABLE IF NOT EXISTS folder (
    id TEXT PRIMARY KEY, mailbox TEXT NOT NULL, parent TEXT NOT NULL, display_name TEXT NOT NULL,
    is_default INTEGER NOT NULL, entered INTEGER NOT NULL, changed INTEGER NOT NULL,
    removed INTEGER NOT NULL, generation INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS folder_changed ON folder (mailbox, changed);
"""


@dataclass(frozen=True)
class Folder:
    """A contact folder; `changed` is the number of its last change, `entered` of its creation."""

    id: str
    mailbox: str
    parent: str
    display_name: str
    is_default: int
    entered: int
    changed: int
    removed: int
    generation: int

    def rendered(self) -> dict[str, Any]:
        """As microsoft.graph.contactFolder."""
        return {"id": self.id, "parentFolderId": self.parent, "displayName": self.display_name}


class Folders:
    """All contact folders."""

    def __init__(self, environment: Environment) -> None:
        self._storage, self._quirks = environment.storage, environment.quirks
        self._storage.script(TABLES)
        self._ids = ids.Ids(environment)

    def create_default(self, mailbox_id: str) -> str:
        """The Contacts folder of a new mailbox; returns its id."""
        root = self._ids.folder(self._storage.next("folder"))
        return self._insert(mailbox_id, root, DEFAULT_NAME, is_default=True)

    def create(self, mailbox: Mailbox, parent: Folder, name: Any) -> Folder:
        """A new folder; raises `Failure` (400 bad name, 409 name taken)."""
        self._check_name(mailbox, parent.id, name)
        return self.get(mailbox, self._insert(mailbox.id, parent.id, name, is_default=False))

    def rename(self, mailbox: Mailbox, folder: Folder, name: Any) -> Folder:
        """Gives a folder another name; raises `Failure` as `create` does."""
        if folder.is_default:
            raise bad_request("Distinguished folders cannot be renamed.", "ErrorInvalidRequest")
        self._check_name(mailbox, folder.parent, name)
        self._storage.run(
            "UPDATE folder SET display_name = ?, changed = ? WHERE id = ?",
            name, self._storage.next("change"), folder.id,
        )  # fmt: skip
        return self.get(mailbox, folder.id)

    def delete(self, folder: Folder) -> list[str]:
        """Removes a folder and those below; returns the ids of all that are gone."""
        if folder.is_default:
            raise Failure(
                400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted."
            )
        gone = [folder.id]
        for child in self.children(folder):
            gone += self.delete(child)
        self._storage.run(
            "UPDATE folder SET removed = 1, changed = ? WHERE id = ?",
            self._storage.next("change"), folder.id,
        )  # fmt: skip
        return gone

    def get(self, mailbox: Mailbox, identifier: str) -> Folder:
        """By id, or a well-known name: `contacts`, `deleteditems`; raises `Failure` (400, 404)."""
        if identifier.casefold() == DELETED_ITEMS and not self._quirks.on("deleted-items-unlisted"):
            return _deleted_items(mailbox)
        if identifier.casefold() == WELL_KNOWN:
            identifier = mailbox.default_folder
        if not ids.is_well_formed(identifier):
            raise malformed_id()
        row = self._storage.row(
            "SELECT * FROM folder WHERE id = ? AND mailbox = ? AND NOT removed",
            identifier, mailbox.id,
        )  # fmt: skip
        if row is None:
            raise item_not_found()
        return _folder(row)

    def by_path(self, mailbox: Mailbox, path: str, *, create: bool = False) -> Folder:
        """By names from the default folder's level, as `CRM/Customers`; the leading `Contacts/` is
        optional. Raises `Failure` (404) unless `create`.
        """
        folder = self.get(mailbox, WELL_KNOWN)
        names = [name for name in path.split("/") if name]
        for name in names[1:] if names and names[0] == DEFAULT_NAME else names:
            found = [child for child in self.children(folder) if child.display_name == name]
            if not found and not create:
                raise item_not_found()
            folder = found[0] if found else self.create(mailbox, folder, name)
        return folder

    def children(self, parent: Folder) -> list[Folder]:
        """The folders directly below."""
        rows = self._storage.rows(
            "SELECT * FROM folder WHERE parent = ? AND NOT removed ORDER BY entered", parent.id
        )
        return [_folder(row) for row in rows]

    def all(self, mailbox: Mailbox) -> list[Folder]:
        """Every folder of a mailbox, the default one first."""
        rows = self._storage.rows(
            "SELECT * FROM folder WHERE mailbox = ? AND NOT removed ORDER BY entered", mailbox.id
        )
        return [_folder(row) for row in rows]

    def changes(self, mailbox: Mailbox, after: int, until: int) -> list[Folder]:
        """Folders changed in a span of changes, removed ones too, the default folder never."""
        rows = self._storage.rows(
            "SELECT * FROM folder WHERE mailbox = ? AND changed > ? AND changed <= ? "
            "AND NOT is_default ORDER BY changed",
            mailbox.id, after, until,
        )  # fmt: skip
        return [_folder(row) for row in rows]

    def expire_tokens(self, folder: Folder) -> None:
        """Makes all delta tokens of a folder unknown."""
        self._storage.run("UPDATE folder SET generation = generation + 1 WHERE id = ?", folder.id)

    def _insert(self, mailbox_id: str, parent: str, name: str, *, is_default: bool) -> str:
        identifier = self._ids.folder(self._storage.next("folder"))
        change = self._storage.next("change")
        self._storage.run(
            "INSERT INTO folder VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
            identifier, mailbox_id, parent, name, is_default, change, change,
        )  # fmt: skip
        return identifier

    def _check_name(self, mailbox: Mailbox, parent: str, name: Any) -> None:
        if not isinstance(name, str) or not name.strip():
            raise bad_body("The value of property 'displayName' must be a non-empty string.")
        taken = self._storage.row(
            "SELECT 1 FROM folder WHERE mailbox = ? AND parent = ? AND NOT removed "
            "AND display_name = ? COLLATE NOCASE",
            mailbox.id, parent, name,
        )  # fmt: skip
        if taken:
            raise Failure(
                409, "ErrorFolderExists", "A folder with the specified name already exists."
            )


def _deleted_items(mailbox: Mailbox) -> Folder:
    """No contact folder, and in no list of them, yet its contacts are listed like those of one (as
    badbat75/MSOutlook-MCP does on a real mailbox, outlook_mcp/contacts.py `in_deleted_items`).
    """
    identifier = ids.deleted_items_id(mailbox.id)
    return Folder(identifier, mailbox.id, "", "Deleted Items", 1, 0, 0, 0, 0)


def _folder(row: Row) -> Folder:
    return Folder(**dict(row))
