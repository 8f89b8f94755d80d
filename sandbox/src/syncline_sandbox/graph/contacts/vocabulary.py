"""What queries may say of contacts; `personalNotes` are not filtered."""

from __future__ import annotations

from syncline_sandbox.graph.contacts import schema
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE
from syncline_sandbox.graph.protocol.vocabulary import Vocabulary

CONTACT = Vocabulary(
    schema.TYPE_NAME,
    properties=schema.PROPERTIES,
    texts=frozenset(schema.TEXT_LIMITS) - {"personalNotes"},
    instants=frozenset({"createdDateTime", "lastModifiedDateTime", schema.BIRTHDAY}),
    text_lists=frozenset({"categories"}),
    unsearchable=frozenset({*schema.PROPERTIES, SINGLE, MULTI}),
    addressed=frozenset({schema.EMAILS}),
    indexed=frozenset({"displayName", "givenName", "surname", "companyName"}),
    searched=frozenset({*schema.TEXT_LIMITS, schema.EMAILS}) - {"personalNotes"},
    extended=True,
    extensions=True,
)
