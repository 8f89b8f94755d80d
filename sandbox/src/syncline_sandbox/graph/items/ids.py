"""Identifiers in the shapes that Graph's have: opaque, case-sensitive, with `=`, `/` and `+`.

All derive from numbers drawn in sequence, so that two runs of one test see the same ids.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

_ID = re.compile(r"[A-Za-z0-9+/_=-]{40,}")
_CHANGE_KEY_HEAD = bytes([0x11, 0, 0, 0, 0x16, 0, 0, 0])


def default_id(number: int) -> str:
    """The id of an item at one place: 140 characters; a move gives another."""
    return _opaque(b"\x00\x03\x24", f"item {number}", 104)


def immutable_id(number: int) -> str:
    """The id that survives a move: 72 characters."""
    return _opaque(b"\x00\x14\x44", f"immutable {number}", 53)


def folder_id(number: int) -> str:
    """A folder's id: 120 characters, the same in both forms."""
    return _opaque(b"\x01\x03\x24", f"folder {number}", 89)


def deleted_items_id(mailbox: str) -> str:
    """The id of the folder Deleted Items of a mailbox."""
    return _opaque(b"\x01\x03\x24", f"deleted items of {mailbox}", 89)


def change_key(number: int) -> str:
    """The version of an item; every change has its own."""
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
    return b64encode(head + rest).decode()
