"""How stored values compare with the literals of a filter; texts without regard to case."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from syncline_sandbox.graph.protocol.filter import Cast, Comparison, Contains, Literal, StartsWith

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge,
    "lt": operator.lt, "le": operator.le,
}  # fmt: skip
EQUALITY = frozenset({"eq", "ne"})

_NUMBERS = frozenset({"edm.int16", "edm.int32", "edm.int64", "edm.double", "edm.single",
                      "edm.decimal"})  # fmt: skip
_READERS: Mapping[str, tuple[type, Callable[[str], Any]]] = {
    **dict.fromkeys(_NUMBERS, (float, float)),
    "edm.guid": (UUID, UUID),
    "edm.datetimeoffset": (datetime, datetime.fromisoformat),
    "edm.boolean": (bool, lambda text: {"true": True, "false": False}[text.casefold()]),
    "edm.string": (str, str.casefold),
}


def compares(stored: Any, operation: str, value: Literal) -> bool:
    """A property of a type with a literal that fits it."""
    if value is None or not stored:
        return COMPARE[operation](stored or None, value or None) if operation in EQUALITY else False
    if isinstance(value, datetime):
        return COMPARE[operation](datetime.fromisoformat(stored), value)
    return COMPARE[operation](str(stored).casefold(), str(value).casefold())


def text_passes(stored: str, node: Comparison | StartsWith | Contains) -> bool:
    """A text by itself."""
    text = stored.casefold()
    match node:
        case StartsWith():
            return text.startswith(node.text.casefold())
        case Contains():
            return node.text.casefold() in text
        case Comparison():
            return compares(stored, node.operator, node.value)


def number_passes(stored: str, node: Comparison) -> bool:
    """A number that is written as a text, with one that is too."""
    try:
        return COMPARE[node.operator](float(stored), float(str(node.value)))
    except ValueError:
        return False


def can_cast(node: Cast) -> bool:
    """Whether a type is one that values are cast to, and the literal fits it."""
    known = _READERS.get(node.type.casefold())
    return known is not None and isinstance(node.value, known[0])


def cast_passes(stored: str, node: Cast) -> bool:
    """A text taken for a value of another type; what is none of it does not pass."""
    _, read = _READERS[node.type.casefold()]
    value = node.value.casefold() if isinstance(node.value, str) else node.value
    try:
        return COMPARE[node.operator](read(stored), value)
    except (ValueError, KeyError, TypeError):
        return False
