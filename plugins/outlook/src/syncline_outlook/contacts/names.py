"""The names shown with e-mail addresses: kept from reading to writing.

The canonical contact has addresses only, but Graph replaces `emailAddresses` as a whole: without
its name a kept address would lose what its user typed beside it. The engine reads every target
right before it writes, so a short memory of what was read is nearly always enough; what is not in
it is read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from syncline.model.fields import EMAILS
from syncline_outlook.graph.items import version_of

_KEPT = 5000
"""Contacts remembered: two names each, under two megabytes."""

Names = Mapping[str, str]
"""Shown name by the address' key."""


class EmailNames:
    """Shown names by contact and version. Safe to use from several threads."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = Lock()
        self._names: OrderedDict[tuple[str, str], Names] = OrderedDict()

    def remember(self, native: Mapping[str, Any]) -> None:
        """Keeps the names of a contact that was read with its addresses."""
        identifier, version = native.get("id"), version_of(native)
        if isinstance(identifier, str) and version and "emailAddresses" in native:
            with self._lock:
                self._names[identifier, version] = shown_names(native)
                if len(self._names) > self._kept:
                    self._names.popitem(last=False)

    def of(self, identifier: str, version: str) -> Names | None:
        """The names in this version of a contact; None if they are not remembered."""
        with self._lock:
            return self._names.get((identifier, version))


def shown_names(native: Mapping[str, Any]) -> Names:
    """The names of a contact as Graph answered it."""
    entries = native.get("emailAddresses")
    return {
        EMAILS.key(str(entry["address"])): str(entry["name"])
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, Mapping) and entry.get("address") and entry.get("name")
    }
