"""What a contact is among the items of a mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.graph.contacts.addresses import with_numbered_addresses
from syncline_sandbox.graph.contacts.naming import with_generated_names
from syncline_sandbox.graph.contacts.schema import NUMBERED, SCHEMA, empty_contact
from syncline_sandbox.graph.contacts.vocabulary import CONTACT
from syncline_sandbox.graph.items.item import ItemType


def _completed(changes: Mapping[str, Any], current: Mapping[str, Any] | None) -> dict[str, Any]:
    return with_numbered_addresses(with_generated_names(changes, current), current)


CONTACTS = ItemType(
    "contact",
    collection="contacts",
    schema=SCHEMA,
    vocabulary=CONTACT,
    empty=empty_contact,
    completed=_completed,
    absent={"no-numbered-addresses": frozenset(NUMBERED)},
)
