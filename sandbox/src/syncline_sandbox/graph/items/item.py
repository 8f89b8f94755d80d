"""An item as it is stored, and what one type of item is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.protocol.content import Schema
from syncline_sandbox.graph.protocol.extended import Value
from syncline_sandbox.graph.protocol.vocabulary import Subject, Vocabulary
from syncline_sandbox.messages import JsonObject
from syncline_sandbox.storage import Row


@dataclass(frozen=True)
class ItemType:
    """One type of item.

    `name` is that of its table and of one item at the back door, `collection` that of many in a
    path. `empty` gives what an item holds that was told nothing; `completed(changes, current)` adds
    what the service itself makes up. `absent` are the properties that there are not while a quirk
    is on.
    """

    name: str
    collection: str
    schema: Schema
    vocabulary: Vocabulary
    empty: Callable[[], dict[str, Any]]
    completed: Callable[[Mapping[str, Any], Mapping[str, Any] | None], dict[str, Any]]
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """A stored item; `position` orders a mailbox's items by creation.

    `deleted`: it lies in Deleted Items, or in a folder that was deleted with it.
    """

    position: int
    mailbox: str
    immutable_id: str
    default_id: str
    folder: str
    deleted: int
    body: Mapping[str, Any]
    extended: Mapping[str, Value]
    extensions: Mapping[str, JsonObject]
    change_key: str
    created: str
    modified: str
    visible: float

    def rendered(self, *, immutable: bool) -> dict[str, Any]:
        """As Graph shows it, without what it holds beyond its type."""
        return {
            "@odata.etag": ids.etag(self.change_key),
            "id": self.immutable_id if immutable else self.default_id,
            "createdDateTime": self.created,
            "lastModifiedDateTime": self.modified,
            "changeKey": self.change_key,
            "parentFolderId": self.folder,
            **self.body,
        }

    def subject(self) -> Subject:
        """As conditions see it."""
        return Subject(self.rendered(immutable=True), self.extended, self.extensions)


def is_named(item: Item, condition: str) -> bool:
    """Whether an `If-Match` names the current version of an item."""
    wanted = {part.strip().removeprefix("W/").strip('"') for part in condition.split(",")}
    return item.change_key in wanted


def to_row(item: Item) -> tuple[Any, ...]:
    """The columns of an item's table."""
    return (
        item.position, item.mailbox, item.immutable_id, item.default_id, item.folder, item.deleted,
        json.dumps(item.body), json.dumps(item.extended), json.dumps(item.extensions),
        item.change_key, item.created, item.modified, item.visible,
    )  # fmt: skip


def from_row(row: Row) -> Item:
    """The item of a row."""
    facts = dict(row)
    read = {name: json.loads(facts[name]) for name in ("body", "extended", "extensions")}
    return Item(**{**facts, **read})
