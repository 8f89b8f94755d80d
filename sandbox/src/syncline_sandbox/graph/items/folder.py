"""A folder as it is stored, and what one type of folder is: of contacts, calendars, task lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.protocol.content import Schema
from syncline_sandbox.graph.protocol.extended import Value
from syncline_sandbox.graph.protocol.vocabulary import Subject, Vocabulary
from syncline_sandbox.storage import Row

DELETED_ITEMS = "deleteditems"
IN_DELETED_ITEMS, FOR_GOOD = 1, 2
"""How a folder was removed."""


@dataclass(frozen=True)
class FolderType:
    """One type of folder.

    `name` is that of its table, `collection` that of many in a path, `children` that of those below
    one (none: they do not nest). Each mailbox has a default folder, `default_name`, that a path can
    name by `well_known`. `title` is the property that names a folder, alone among its siblings.
    `lists_deleted`: Deleted Items can be asked for as if it were such a folder.
    """

    name: str
    collection: str
    children: str | None
    well_known: str
    default_name: str
    title: str
    schema: Schema
    vocabulary: Vocabulary
    lists_deleted: bool = False


@dataclass(frozen=True)
class Folder:
    """A folder; `changed` is the number of its last change, `entered` that of its creation,
    `departed` that of its leaving each folder that it was below before.

    `generation` is that of the delta tokens over its items that are still known.
    """

    id: str
    mailbox: str
    parent: str
    departed: Mapping[str, int]
    title: str
    body: Mapping[str, Any]
    extended: Mapping[str, Value]
    is_default: int
    entered: int
    changed: int
    removed: int
    generation: int

    def rendered(self, type_: FolderType) -> dict[str, Any]:
        """As Graph shows it, without extended properties."""
        place = {"parentFolderId": self.parent} if type_.children else {}
        return {"id": self.id, **place, type_.title: self.title, **self.body}

    def subject(self, type_: FolderType) -> Subject:
        """As conditions see it."""
        return Subject(self.rendered(type_), self.extended)


def deleted_items(mailbox: str) -> Folder:
    """No folder of contacts, and in no list of them, yet its contacts are listed like those of one
    (as badbat75/MSOutlook-MCP does on a real mailbox, outlook_mcp/contacts.py `in_deleted_items`).
    """
    identifier = ids.deleted_items_id(mailbox)
    return Folder(identifier, mailbox, "", {}, "Deleted Items", {}, {}, 1, 0, 0, 0, 0)


def to_row(folder: Folder) -> tuple[Any, ...]:
    """The columns of a folder's table."""
    return (
        folder.id, folder.mailbox, folder.parent, json.dumps(folder.departed), folder.title,
        json.dumps(folder.body), json.dumps(folder.extended), folder.is_default,
        folder.entered, folder.changed, folder.removed, folder.generation,
    )  # fmt: skip


def from_row(row: Row) -> Folder:
    """The folder of a row."""
    facts = dict(row)
    read = {name: json.loads(facts[name]) for name in ("departed", "body", "extended")}
    return Folder(**{**facts, **read})
