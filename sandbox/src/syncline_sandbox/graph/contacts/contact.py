"""What a contact is among the items of a mailbox."""

from __future__ import annotations

from syncline_sandbox.graph.contacts.naming import with_generated_names
from syncline_sandbox.graph.contacts.schema import SCHEMA, empty_contact
from syncline_sandbox.graph.contacts.vocabulary import CONTACT
from syncline_sandbox.graph.items.item import ItemType

CONTACTS = ItemType(
    "contact",
    collection="contacts",
    schema=SCHEMA,
    vocabulary=CONTACT,
    empty=empty_contact,
    completed=with_generated_names,
)
