"""What every item of a mailbox carries, whatever it is: its id and its version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from syncline.model.records import RecordId
from syncline.plugin.spec import Native

_ID: Final = re.compile(r"[A-Za-z0-9_+/=-]{1,1024}")


def id_of(native: Any) -> RecordId | None:
    """The item's id; None if it has none that could be one. Ids become parts of addresses."""
    found = native.get("id") if isinstance(native, Mapping) else None
    return RecordId(found) if isinstance(found, str) and _ID.fullmatch(found) else None


def version_of(native: Native) -> str | None:
    """The etag; it comes with every item, whatever was selected."""
    etag, key = native.get("@odata.etag"), native.get("changeKey")
    if isinstance(etag, str) and etag:
        return etag
    return f'W/"{key}"' if isinstance(key, str) and key else None
