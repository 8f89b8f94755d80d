"""What a filter may say of contacts and of their folders; `personalNotes` are not searched."""

from __future__ import annotations

from syncline_sandbox.graph.contacts import schema
from syncline_sandbox.graph.protocol.extended import EXTENDED
from syncline_sandbox.graph.protocol.restriction import Vocabulary

CONTACT = Vocabulary(
    schema.TYPE_NAME,
    texts=frozenset(schema.TEXT_LIMITS) - {"personalNotes"},
    instants=frozenset({"createdDateTime", "lastModifiedDateTime", schema.BIRTHDAY}),
    text_lists=frozenset({"categories"}),
    unsearchable=frozenset({*schema.PROPERTIES, EXTENDED}),
    addressed=frozenset({schema.EMAILS}),
    indexed=frozenset({"displayName", "givenName", "surname", "companyName"}),
    extended=True,
)
FOLDER = Vocabulary("microsoft.graph.contactFolder", texts=frozenset({"displayName", "id"}))
