"""JSON as the state keeps it: without spaces, written and read by pydantic's serialiser.

A record passes through here a dozen times on its way to the other side. The standard library gives
the same text, five times slower; it takes what UTF-8 has no room for: halves of surrogate pairs,
which keys and values of an old database may hold.
"""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic_core import PydanticSerializationError, from_json, to_json

_LENIENT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumped(value: Any) -> bytes:
    """A JSON value; tuples are lists.

    Raises:
        TypeError: something in it is no JSON value.

    """
    try:
        return to_json(value)
    except PydanticSerializationError:
        return _LENIENT.encode(value).encode("utf-8", "surrogatepass")


def loaded(data: bytes | str) -> Any:
    """What `dumped` wrote, from its bytes or its text.

    Raises:
        ValueError: it is no JSON.

    """
    try:
        return from_json(data, cache_strings="keys")
    except ValueError:
        text = data if isinstance(data, str) else data.decode("utf-8", "surrogatepass")
        return json.loads(text)
