"""Identifiers in the shapes that Graph's have: opaque, case-sensitive, ending in `=`.

Their base64 is the URL-safe one (`-` and `_`), as in the documentation's own examples and in the
ids public clients quote (`AAMkAGE1M2_bs88AACHsLqWAAA=`); that they "sometimes" hold `/` and `+` is
the quirk `slashed-ids`. All derive from numbers drawn in sequence, so that two runs of one test
see the same ids.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode

from syncline_sandbox.environment import Environment

_ID = re.compile(r"[A-Za-z0-9+/_=-]{40,}")
_CHANGE_KEY_HEAD = bytes([0x11, 0, 0, 0, 0x16, 0, 0, 0])


class Ids:
    """Makes ids; under `slashed-ids` those that are made meanwhile hold `/` and `+`."""

    def __init__(self, environment: Environment) -> None:
        self._quirks = environment.quirks

    def default(self, number: int) -> str:
        """The id of an item at one place: 140 characters; a move gives another."""
        return self._spelled(default_id(number))

    def immutable(self, number: int) -> str:
        """The id that survives a move: 72 characters."""
        return self._spelled(immutable_id(number))

    def folder(self, number: int) -> str:
        """A folder's id: 120 characters, the same in both forms."""
        return self._spelled(folder_id(number))

    def _spelled(self, identifier: str) -> str:
        slashed = self._quirks.on("slashed-ids") is not None
        return identifier.translate(_SLASHED) if slashed else identifier


_SLASHED = str.maketrans("-_", "+/")


def default_id(number: int) -> str:
    """The default id with a number."""
    return _opaque(b"\x00\x03\x24", f"item {number}", 104)


def immutable_id(number: int) -> str:
    """The immutable id with a number."""
    return _opaque(b"\x00\x14\x44", f"immutable {number}", 53)


def folder_id(number: int) -> str:
    """The folder's id with a number."""
    return _opaque(b"\x01\x03\x24", f"folder {number}", 89)


def deleted_items_id(mailbox: str) -> str:
    """The id of the folder Deleted Items of a mailbox."""
    return _opaque(b"\x01\x03\x24", f"deleted items of {mailbox}", 89)


def change_key(number: int) -> str:
    """The version of an item; every change has its own. Not URL-safe: no path holds it."""
    key = _CHANGE_KEY_HEAD + hashlib.sha256(b"store").digest()[:16] + number.to_bytes(8, "big")
    return b64encode(key).decode()


def etag(key: str) -> str:
    """The `@odata.etag` of a change key."""
    return f'W/"{key}"'


def is_well_formed(identifier: str) -> bool:
    """Whether a text could be an id at all."""
    return _ID.fullmatch(identifier) is not None


def _opaque(head: bytes, name: str, length: int) -> str:
    rest = hashlib.shake_128(name.encode()).digest(length - len(head))
    return urlsafe_b64encode(head + rest).decode()
