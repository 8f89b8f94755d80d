"""Salesforce ids: 15 characters that tell case, and 3 more that let a caseless reader tell too."""

from __future__ import annotations

import re

PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "User": "005",
    "Group": "00G",
    "RecordType": "012",
    "Lead": "00Q",
    "Organization": "00D",
    "PermissionSet": "0PS",
    "PermissionSetAssignment": "0Pa",
    "ObjectPermissions": "110",
    "QueryCursor": "01g",
}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
INSTANCE = "5b0"
"""Characters 4 to 6 name the instance ("pod") that made an id."""

_FORM = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")


def checksum(short: str) -> str:
    """The three characters that say which of the fifteen are capitals."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << i for i, char in enumerate(short[start : start + 5]) if "A" <= char <= "Z")
        suffix += CHECKSUM_ALPHABET[bits]
    return suffix


def make_id(prefix: str, serial: int) -> str:
    """The 18-character id of the `serial`-th row of the object with this key prefix."""
    digits = ""
    while serial:
        serial, rest = divmod(serial, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    short = f"{prefix}{INSTANCE}{digits.rjust(9, '0')}"
    return short + checksum(short)


def normal_id(text: object) -> str | None:
    """The 18-character form of an id in either form, or None if it is not an id.

    A wrong checksum is refused, as by the service.
    """
    if not isinstance(text, str) or not _FORM.fullmatch(text):
        return None
    short = text[:15]
    full = short + checksum(short)
    if len(text) == 18 and text[15:].upper() != full[15:]:
        return None
    return full
