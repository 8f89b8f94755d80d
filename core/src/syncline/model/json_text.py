"""What services send as JSON, read strictly and made fit to be sent on."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_HALF: Final = re.compile("[\ud800-\udfff]")
_MAY_HOLD_HALVES: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def json_of(raw: bytes) -> Any:
    """The JSON value in UTF-8, as JSON has to be; see `whole`.

    Raises:
        ValueError: it is none, or not UTF-8, or is nested deeper than anything sensible.

    """
    try:
        found = json.loads(raw.decode("utf-8-sig"))
        return whole(found) if _MAY_HOLD_HALVES.search(raw) else found
    except RecursionError:
        raise ValueError("nested too deep") from None


def whole(value: Any) -> Any:
    """A JSON value with U+FFFD for every half of a surrogate pair. JSON can spell a half, UTF-8
    cannot: one such name would keep a whole batch from being sent.
    """
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, dict):
        return {whole(key): whole(each) for key, each in value.items()}
    return [whole(each) for each in value] if isinstance(value, list) else value
