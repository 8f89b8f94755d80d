"""Extended properties: what items and folders hold beyond their type, by type, GUID and name.

Single and multiple values and the three forms of ids: learn.microsoft.com/graph/api/resources/
extended-properties-overview. They are stored as given, by id; ids are the same whatever the case of
type and GUID, while that of the name counts (singlevaluelegacyextendedproperty-get).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.values import read_list, read_parts, read_text

SINGLE = "singleValueExtendedProperties"
MULTI = "multiValueExtendedProperties"
LONG_TEXT = 32_768

Value = str | list[str]
Changes = dict[str, Value | None]
"""Values by the ids of their properties; `None` clears."""

_SINGLE_TYPE = "microsoft.graph.singleValueLegacyExtendedProperty"
_NUMERIC = frozenset({"integer", "long", "short", "double", "float", "currency"})
_TYPES = (
    "String|Integer|Long|Short|Double|Float|Currency|Boolean|SystemTime|ApplicationTime|"
    "Binary|CLSID"
)
_NAMED = r"(\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}? (Name .+|Id 0x[0-9a-f]+)|0x[0-9a-f]+)"
_SINGLE_ID = re.compile(rf"({_TYPES}) {_NAMED}", re.IGNORECASE)
_MULTI_ID = re.compile(rf"({_TYPES})Array {_NAMED}", re.IGNORECASE)


def extended_kind(identifier: str) -> str:
    """An extended property's id with its GUID in one spelling; the name's case counts."""
    head = re.match(r"(\w+) (\{?[0-9A-Fa-f-]{36}\}?)?", identifier)
    end = head.end() if head else 0
    return identifier[:end].lower().replace("{", "").replace("}", "") + identifier[end:]


def is_numeric(identifier: str) -> bool:
    """Whether the values of a property are numbers."""
    return identifier.partition(" ")[0].casefold() in _NUMERIC


def read_single(value: Any) -> Changes:
    """The single values of a body by their ids; raises `Failure` (400)."""
    properties: Changes = {}
    for entry in read_list(SINGLE, value, None):
        given = read_parts(SINGLE, entry, ("id", "value"), _SINGLE_TYPE, LONG_TEXT)
        properties[_checked(given.get("id"), _SINGLE_ID)] = given.get("value")
    return properties


def read_multi(value: Any) -> Changes:
    """The lists of values of a body by their ids; raises `Failure` (400)."""
    properties: Changes = {}
    for entry in read_list(MULTI, value, None):
        given = entry if isinstance(entry, dict) else {}
        texts = given.get("value")
        properties[_checked(given.get("id"), _MULTI_ID)] = None if texts is None else _texts(texts)
    return properties


def merged(current: Mapping[str, Value], changes: Changes) -> dict[str, Value]:
    """The properties after changes; one property has one value whatever the case of its id."""
    touched = {extended_kind(name) for name in changes}
    kept = {name: value for name, value in current.items() if extended_kind(name) not in touched}
    return {**kept, **{name: value for name, value in changes.items() if value is not None}}


def shown(properties: Mapping[str, Value], wanted: frozenset[str], kind: type) -> list[Any]:
    """The properties with these kinds of ids, as answers list them; `kind`: `str` or `list`."""
    return [
        {"id": name, "value": value}
        for name, value in properties.items()
        if isinstance(value, kind) and extended_kind(name) in wanted
    ]


def _texts(value: Any) -> list[str]:
    texts = (read_text(f"{MULTI}/value", each, LONG_TEXT) for each in read_list(MULTI, value, None))
    return [text for text in texts if text is not None]


def _checked(identifier: Any, form: re.Pattern[str]) -> str:
    if not isinstance(identifier, str) or not form.fullmatch(identifier):
        raise _not_an_id(identifier)
    return identifier


def _not_an_id(identifier: Any) -> Failure:
    return bad_request(
        f"The extended property id '{identifier}' is not valid.", "ErrorInvalidProperty"
    )
