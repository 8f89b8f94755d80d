"""Contacts as they are stored: created, changed, moved, deleted, found.

Every change draws a number. `presence` keeps, for each folder a contact was ever in, the number of
the last change as seen from there: that is all a delta round needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph import ids, schema
from syncline_sandbox.graph.delta import Round
from syncline_sandbox.graph.errors import conflict, item_not_found, malformed_id
from syncline_sandbox.graph.folders import Folder
from syncline_sandbox.graph.mailboxes import Mailbox
from syncline_sandbox.graph.naming import with_generated_names
from syncline_sandbox.graph.restriction import Key, extended_kind, keys_of
from syncline_sandbox.storage import Row

TABLES = """
CREATE TABLE IF NOT EXISTS contact (
    position INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, immutable_id TEXT NOT NULL UNIQUE,
    default_id TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, body TEXT NOT NULL,
    extended TEXT NOT NULL, change_key TEXT NOT NULL, created TEXT NOT NULL,
    modified TEXT NOT NULL, visible REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS contact_folder ON contact (folder, position);
CREATE TABLE IF NOT EXISTS contact_key (
    contact INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (contact, kind, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS contact_key_value ON contact_key (kind, value);
CREATE TABLE IF NOT EXISTS presence (
    folder TEXT NOT NULL, contact INTEGER NOT NULL, immutable_id TEXT NOT NULL,
    default_id TEXT NOT NULL, entered INTEGER NOT NULL, changed INTEGER NOT NULL,
    removed INTEGER NOT NULL, visible REAL NOT NULL, PRIMARY KEY (folder, contact)
);
CREATE INDEX IF NOT EXISTS presence_changed ON presence (folder, changed);
"""
_INSERT = "INSERT INTO contact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_KEY = "INSERT OR IGNORE INTO contact_key VALUES (?, ?, ?)"
_ENTER = (
    "INSERT INTO presence VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE SET "
    "default_id = excluded.default_id, changed = excluded.changed, removed = 0, "
    "visible = excluded.visible"
)


@dataclass(frozen=True)
class Contact:
    """A stored contact; `position` orders a mailbox's contacts by creation."""

    position: int
    mailbox: str
    immutable_id: str
    default_id: str
    folder: str
    body: Mapping[str, Any]
    extended: Mapping[str, str]
    change_key: str
    created: str
    modified: str
    visible: float

    def rendered(self, *, immutable: bool) -> dict[str, Any]:
        """As microsoft.graph.contact, without extended properties."""
        return {
            "@odata.etag": ids.etag(self.change_key),
            "id": self.immutable_id if immutable else self.default_id,
            "createdDateTime": self.created,
            "lastModifiedDateTime": self.modified,
            "changeKey": self.change_key,
            "parentFolderId": self.folder,
            **self.body,
        }

    def extended_properties(self, wanted: frozenset[str] | None = None) -> list[dict[str, str]]:
        """The extended properties, all or those whose kinds are `wanted`."""
        return [
            {"id": name, "value": value}
            for name, value in self.extended.items()
            if wanted is None or extended_kind(name) in wanted
        ]

    def index_keys(self) -> frozenset[Key]:
        """What the index holds."""
        return keys_of(self.body, self.extended)


class Contacts:
    """All contacts of all mailboxes."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._storage = environment.storage
        self._storage.script(TABLES)

    # ---- reading --------------------------------------------------------------------------------

    def get(self, mailbox: Mailbox, identifier: str, folder: Folder | None = None) -> Contact:
        """By an id in either form; raises `Failure` (400, 404). What was deleted is only found
        within Deleted Items.
        """
        if not ids.is_well_formed(identifier):
            raise malformed_id()
        row = self._storage.row(
            "SELECT * FROM contact WHERE (immutable_id = ? OR default_id = ?) AND mailbox = ?",
            identifier, identifier, mailbox.id,
        )  # fmt: skip
        if row is None or not _is_within(row, folder):
            raise item_not_found()
        return _contact(row)

    def at(self, positions: Sequence[int]) -> dict[int, Contact]:
        """Contacts by position, without those that are gone."""
        marks = ",".join("?" * len(positions))
        rows = self._storage.rows(
            f"SELECT * FROM contact WHERE position IN ({marks})",  # noqa: S608 - only marks
            *positions,
        )
        return {row["position"]: _contact(row) for row in rows}

    def slice(self, folder: Folder, skip: int, count: int) -> list[Contact]:
        """Visible contacts of a folder in order of creation."""
        rows = self._storage.rows(
            "SELECT * FROM contact WHERE folder = ? AND visible <= ? "
            "ORDER BY position LIMIT ? OFFSET ?",
            folder.id, self._now(), count, skip,
        )  # fmt: skip
        return [_contact(row) for row in rows]

    def count(self, folder: Folder) -> int:
        """How many contacts of a folder are visible."""
        row = self._storage.row(
            "SELECT count(*) AS n FROM contact WHERE folder = ? AND visible <= ?",
            folder.id, self._now(),
        )  # fmt: skip
        return int(row["n"]) if row else 0

    def with_keys(self, folder: Folder, keys: Iterable[Key]) -> list[Contact]:
        """Visible contacts of a folder that have one of these index keys."""
        found = [
            _contact(row)
            for kind, value in keys
            for row in self._storage.rows(
                "SELECT contact.* FROM contact_key JOIN contact ON position = contact "
                "WHERE kind = ? AND value = ? AND folder = ? AND visible <= ?",
                kind, value, folder.id, self._now(),
            )
        ]  # fmt: skip
        unique = {contact.position: contact for contact in found}
        return [unique[position] for position in sorted(unique)]

    def all(self, mailbox: Mailbox, folder: Folder | None = None) -> list[Contact]:
        """Everything stored in a mailbox or a folder, visible or not; what was deleted is not."""
        rows = self._storage.rows(
            "SELECT * FROM contact WHERE mailbox = ? AND folder = coalesce(?, folder) "
            "ORDER BY position",
            mailbox.id, folder and folder.id,
        )  # fmt: skip
        return [_contact(row) for row in rows if _is_within(row, folder)]

    # ---- changes as a folder's delta sees them --------------------------------------------------

    def horizon(self, folder: Folder) -> int:
        """The last change of a folder that may be delivered: those before the first invisible."""
        row = self._storage.row(
            "SELECT min(changed) AS first FROM presence WHERE folder = ? AND visible > ?",
            folder.id, self._now(),
        )  # fmt: skip
        if row is None or row["first"] is None:
            return self._storage.current("change")
        return int(row["first"]) - 1

    def presences(self, folder: Folder, state: Round, count: int) -> list[Row]:
        """The next rows of a round; what came and went within it is left out."""
        return self._storage.rows(
            "SELECT * FROM presence WHERE folder = ? AND changed > ? AND changed <= ? "
            "AND NOT (removed AND entered > ?) ORDER BY changed LIMIT ?",
            folder.id, state.cursor, state.until, state.after, count,
        )  # fmt: skip

    def earlier(self, folder: Folder, before: int, count: int) -> list[int]:
        """Numbers of the last changes up to one."""
        rows = self._storage.rows(
            "SELECT changed FROM presence WHERE folder = ? AND changed <= ? "
            "ORDER BY changed DESC LIMIT ?",
            folder.id, before, count,
        )  # fmt: skip
        return [row["changed"] for row in rows]

    # ---- writing --------------------------------------------------------------------------------

    def create(self, folder: Folder, body: Any) -> Contact:
        """Stores a new contact from a request's body; raises `Failure` (400)."""
        return self.create_many(folder, [body])[0]

    def create_many(self, folder: Folder, bodies: Sequence[Any]) -> list[Contact]:
        """As `create` for many at once."""
        read = [schema.read_contact(body) for body in bodies]
        first = self._storage.next("contact", len(read))
        change = self._storage.next("change", len(read))
        contacts = [
            self._new(folder, (first + n, change + n), values, extended)
            for n, (values, extended) in enumerate(read)
        ]
        self._storage.run_many(_INSERT, (_row(contact) for contact in contacts))
        self._storage.run_many(
            _INSERT_KEY, ((c.position, *key) for c in contacts for key in c.index_keys())
        )
        visible = self._environment.visible_from()
        entries = ((_presence(c, change + n, visible)) for n, c in enumerate(contacts))
        self._storage.run_many(_ENTER, entries)
        return contacts

    def update(self, contact: Contact, body: Any) -> Contact:
        """Changes what the body names; raises `Failure` (400)."""
        changes, extended = schema.read_contact(body)
        if not changes and not extended:
            return contact
        merged = {**contact.extended, **extended}
        return self._rewrite(
            contact,
            body={**contact.body, **with_generated_names(changes, contact.body)},
            extended={name: value for name, value in merged.items() if value is not None},
        )

    def touch(self, contact: Contact) -> Contact:
        """A new change key without a change, as the server itself makes at times."""
        return self._rewrite(contact)

    def move(self, contact: Contact, folder: Folder) -> Contact:
        """Puts a contact into another folder: its default id changes, its immutable id stays."""
        self._leave(contact)
        return self._rewrite(contact, folder=folder.id, default_id=self._next_placement())

    def delete(self, contact: Contact) -> None:
        """Puts a contact into Deleted Items."""
        self._leave(contact)
        self._storage.run(
            "UPDATE contact SET folder = ?, default_id = ? WHERE position = ?",
            ids.deleted_items_id(contact.mailbox), self._next_placement(), contact.position,
        )  # fmt: skip

    def erase(self, contact: Contact) -> None:
        """Removes a contact for good."""
        self._storage.run("DELETE FROM contact WHERE position = ?", contact.position)
        self._storage.run("DELETE FROM contact_key WHERE contact = ?", contact.position)
        self._leave(contact)

    def delete_within(self, folders: Iterable[str]) -> None:
        """Removes all contacts of folders that are gone."""
        for folder in folders:
            for row in self._storage.rows("SELECT * FROM contact WHERE folder = ?", folder):
                self.erase(_contact(row))

    def check_version(self, contact: Contact, condition: str | None) -> None:
        """Raises `Failure` (412) unless an `If-Match` names the current version."""
        if condition is None or condition.strip() == "*":
            return
        if self._environment.quirks.fires("if-match-ignored"):
            return
        wanted = {part.strip().removeprefix("W/").strip('"') for part in condition.split(",")}
        if contact.change_key not in wanted:
            raise conflict()

    def _new(
        self,
        folder: Folder,
        numbers: tuple[int, int],
        values: dict[str, Any],
        extended: Mapping[str, str | None],
    ) -> Contact:
        position, change = numbers
        stamp = schema.format_instant(self._environment.stamp())
        return Contact(
            position=position,
            mailbox=folder.mailbox,
            immutable_id=ids.immutable_id(position),
            default_id=ids.default_id(position),
            folder=folder.id,
            body={**schema.empty_contact(), **with_generated_names(values, None)},
            extended={name: value for name, value in extended.items() if value is not None},
            change_key=ids.change_key(change),
            created=stamp,
            modified=stamp,
            visible=self._environment.visible_from(),
        )

    def _rewrite(self, contact: Contact, **changes: Any) -> Contact:
        change = self._storage.next("change")
        stamp = schema.format_instant(self._environment.stamp())
        facts = {**contact.__dict__, "change_key": ids.change_key(change), "modified": stamp}
        changed = Contact(**{**facts, **changes})
        self._storage.run("DELETE FROM contact WHERE position = ?", contact.position)
        self._storage.run(_INSERT, *_row(changed))
        self._storage.run("DELETE FROM contact_key WHERE contact = ?", contact.position)
        self._storage.run_many(
            _INSERT_KEY, ((changed.position, *key) for key in changed.index_keys())
        )
        self._storage.run(_ENTER, *_presence(changed, change, self._environment.visible_from()))
        return changed

    def _next_placement(self) -> str:
        return ids.default_id(self._storage.next("placement") + 1_000_000_000)

    def _leave(self, contact: Contact) -> None:
        self._storage.run(
            "UPDATE presence SET removed = 1, changed = ?, visible = ? "
            "WHERE folder = ? AND contact = ?",
            self._storage.next("change"), self._environment.visible_from(),
            contact.folder, contact.position,
        )  # fmt: skip

    def _now(self) -> float:
        return self._environment.clock.now().timestamp()


def _is_within(row: Row, folder: Folder | None) -> bool:
    """Whether a contact lies in a folder, or in any but Deleted Items."""
    if folder is None:
        return bool(row["folder"] != ids.deleted_items_id(row["mailbox"]))
    return bool(row["folder"] == folder.id)


def _row(contact: Contact) -> tuple[Any, ...]:
    return (
        contact.position, contact.mailbox, contact.immutable_id, contact.default_id, contact.folder,
        json.dumps(contact.body), json.dumps(contact.extended), contact.change_key,
        contact.created, contact.modified, contact.visible,
    )  # fmt: skip


def _presence(contact: Contact, change: int, visible: float) -> tuple[Any, ...]:
    return (
        contact.folder, contact.position, contact.immutable_id, contact.default_id, change, change,
        visible,
    )  # fmt: skip


def _contact(row: Row) -> Contact:
    facts = dict(row)
    body, extended = json.loads(facts["body"]), json.loads(facts["extended"])
    return Contact(**{**facts, "body": body, "extended": extended})
