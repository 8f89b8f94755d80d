"""Extended properties: what an item holds beyond its type, named by type, GUID and name."""

from __future__ import annotations

import re
from typing import Any

from syncline_sandbox.graph.errors import bad_request
from syncline_sandbox.graph.protocol.values import read_list, read_parts

EXTENDED = "singleValueExtendedProperties"
_TYPE_NAME = "microsoft.graph.singleValueLegacyExtendedProperty"
_ID = re.compile(
    r"(String|Integer|Boolean|SystemTime|Double|Long|Binary|CLSID) "
    r"(\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}? (Name .+|Id 0x[0-9a-f]+)|0x[0-9a-f]+)",
    re.IGNORECASE,
)


def extended_kind(identifier: str) -> str:
    """An extended property's id with its GUID in one spelling; the name's case counts."""
    head = re.match(r"(\w+) (\{?[0-9A-Fa-f-]{36}\}?)?", identifier)
    end = head.end() if head else 0
    return identifier[:end].lower().replace("{", "").replace("}", "") + identifier[end:]


def read_extended(value: Any) -> dict[str, str | None]:
    """The extended properties of a body by their ids; raises `Failure` (400)."""
    properties: dict[str, str | None] = {}
    for entry in read_list(EXTENDED, value, None):
        given = read_parts(EXTENDED, entry, ("id", "value"), _TYPE_NAME)
        identifier = given.get("id")
        if identifier is None or not _ID.fullmatch(identifier):
            raise bad_request(
                f"The extended property id '{identifier}' is not valid.", "ErrorInvalidProperty"
            )
        properties[identifier] = given.get("value")
    return properties
