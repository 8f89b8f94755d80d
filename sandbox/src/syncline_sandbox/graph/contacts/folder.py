"""What a folder of contacts is: microsoft.graph.contactFolder."""

from __future__ import annotations

from typing import Any

from syncline_sandbox.graph.items.folder import FolderType
from syncline_sandbox.graph.protocol.content import Schema
from syncline_sandbox.graph.protocol.vocabulary import Vocabulary

TYPE_NAME = "microsoft.graph.contactFolder"


def _as_given(name: str, value: Any) -> Any:
    """Names are checked against their siblings, where they are stored."""
    return value


CONTACT_FOLDERS = FolderType(
    "contact_folder",
    collection="contactFolders",
    children="childFolders",
    well_known="contacts",
    default_name="Contacts",
    title="displayName",
    schema=Schema(
        TYPE_NAME,
        {"displayName": _as_given},
        read_only=frozenset({"id", "parentFolderId"}),
        extended=True,
    ),
    vocabulary=Vocabulary(
        TYPE_NAME,
        properties=frozenset({"id", "displayName", "parentFolderId"}),
        texts=frozenset({"displayName", "id"}),
        extended=True,
    ),
    lists_deleted=True,
)
