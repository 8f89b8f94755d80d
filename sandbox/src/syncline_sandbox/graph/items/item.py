"""An item as it is stored, and what one type of item is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syncline_sandbox.graph.items import ids
from syncline_sandbox.graph.protocol.extended import extended_kind
from syncline_sandbox.graph.protocol.restriction import Vocabulary
from syncline_sandbox.storage import Row

Read = tuple[dict[str, Any], dict[str, str | None]]
"""What a body sets, and its extended properties by their ids."""


@dataclass(frozen=True)
class ItemType:
    """One type of item.

    `name` is that of its table, `presence` that of the table of its places. `read` raises `Failure`
    for a body that does not fit. `empty` gives what an item holds that was told nothing;
    `completed(changes, current)` adds what the service itself makes up.
    """

    name: str
    presence: str
    vocabulary: Vocabulary
    read: Callable[[Any], Read]
    empty: Callable[[], dict[str, Any]]
    completed: Callable[[Mapping[str, Any], Mapping[str, Any] | None], dict[str, Any]]


@dataclass(frozen=True)
class Item:
    """A stored item; `position` orders a mailbox's items by creation."""

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
        """As Graph shows it, without extended properties."""
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


def is_named(item: Item, condition: str) -> bool:
    """Whether an `If-Match` names the current version of an item."""
    wanted = {part.strip().removeprefix("W/").strip('"') for part in condition.split(",")}
    return item.change_key in wanted


def is_deleted(item: Item) -> bool:
    """Whether an item lies in Deleted Items."""
    return item.folder == ids.deleted_items_id(item.mailbox)


def to_row(item: Item) -> tuple[Any, ...]:
    """The columns of an item's table."""
    return (
        item.position, item.mailbox, item.immutable_id, item.default_id, item.folder,
        json.dumps(item.body), json.dumps(item.extended), item.change_key,
        item.created, item.modified, item.visible,
    )  # fmt: skip


def from_row(row: Row) -> Item:
    """The item of a row."""
    facts = dict(row)
    body, extended = json.loads(facts["body"]), json.loads(facts["extended"])
    return Item(**{**facts, "body": body, "extended": extended})
