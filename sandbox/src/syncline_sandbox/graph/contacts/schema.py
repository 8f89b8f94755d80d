"""What a contact may hold: the properties of microsoft.graph.contact v1.0 and their limits.

Names and types: Graph's CSDL. At most 3 e-mail addresses and 2 business phones are public
(microsoft-graph-docs issue 15276); 2 home phones and 3 chat addresses follow by analogy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncline_sandbox.graph.protocol.content import Reader, Schema
from syncline_sandbox.graph.protocol.values import (
    SHORT_TEXT,
    format_instant,
    read_instant,
    read_list,
    read_parts,
    read_text,
)

TYPE_NAME = "microsoft.graph.contact"
LONG_TEXT, ADDRESS_TEXT = 32_768, 1_024

TEXT_LIMITS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "fileAs", "displayName", "givenName", "initials", "middleName", "nickName", "surname",
            "title", "yomiGivenName", "yomiSurname", "yomiCompanyName", "generation", "jobTitle",
            "companyName", "department", "officeLocation", "profession", "assistantName",
            "manager", "mobilePhone", "spouseName",
        ),
        SHORT_TEXT,
    ),
    "businessHomePage": 2_048,
    "personalNotes": LONG_TEXT,
}  # fmt: skip
LIST_LIMITS: Mapping[str, int | None] = {
    "categories": None, "children": None, "imAddresses": 3, "homePhones": 2, "businessPhones": 2,
}  # fmt: skip
ADDRESSES = ("homeAddress", "businessAddress", "otherAddress")
ADDRESS_PARTS = ("street", "city", "state", "countryOrRegion", "postalCode")
EMAILS, MAX_EMAILS = "emailAddresses", 3
EMAIL_PARTS = ("name", "address")
NUMBERED = ("primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress")
BIRTHDAY = "birthday"
READ_ONLY = ("id", "changeKey", "createdDateTime", "lastModifiedDateTime", "parentFolderId")
"""Ignored in a body, as in the documentation's own samples."""

ORDER = (
    "categories", "birthday", "fileAs", "displayName", "givenName", "initials", "middleName",
    "nickName", "surname", "title", "yomiGivenName", "yomiSurname", "yomiCompanyName", "generation",
    "imAddresses", "jobTitle", "companyName", "department", "officeLocation", "profession",
    "businessHomePage", "assistantName", "manager", "homePhones", "mobilePhone", "businessPhones",
    "spouseName", "personalNotes", "children", "emailAddresses", "homeAddress", "businessAddress",
    "otherAddress", *NUMBERED,
)  # fmt: skip
"""All writable properties, as an answer lists them."""

PROPERTIES = frozenset(ORDER) | frozenset(READ_ONLY)


def empty_contact() -> dict[str, Any]:
    """A contact that holds nothing."""
    blank: dict[str, Any] = dict.fromkeys(ORDER)
    blank.update({name: [] for name in (*LIST_LIMITS, EMAILS)})
    blank.update({name: {} for name in ADDRESSES})
    return blank


def _known_text(name: str, value: Any) -> str | None:
    return read_text(name, value, TEXT_LIMITS[name])


def _texts(name: str, value: Any) -> list[str]:
    found = (read_text(name, entry) for entry in read_list(name, value, LIST_LIMITS[name]))
    return [entry for entry in found if entry is not None]


def _emails(name: str, value: Any) -> list[dict[str, Any]]:
    return [_email(name, entry) for entry in read_list(name, value, MAX_EMAILS)]


def _numbered(name: str, value: Any) -> dict[str, Any] | None:
    return None if value is None else _email(name, value)


def _email(name: str, value: Any) -> dict[str, Any]:
    given = read_parts(name, value, EMAIL_PARTS, "microsoft.graph.emailAddress", SHORT_TEXT)
    return {part: given.get(part) for part in EMAIL_PARTS}


def _address(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    found = read_parts(name, value, ADDRESS_PARTS, "microsoft.graph.physicalAddress", ADDRESS_TEXT)
    return {part: entry for part, entry in found.items() if entry is not None}


def _birthday(name: str, value: Any) -> str | None:
    if value is None:
        return None
    return format_instant(read_instant(name, value))


_READERS: Mapping[str, Reader] = {
    **dict.fromkeys(TEXT_LIMITS, _known_text),
    **dict.fromkeys(LIST_LIMITS, _texts),
    **dict.fromkeys(ADDRESSES, _address),
    EMAILS: _emails,
    **dict.fromkeys(NUMBERED, _numbered),
    BIRTHDAY: _birthday,
}

SCHEMA = Schema(TYPE_NAME, _READERS, read_only=frozenset(READ_ONLY), extended=True, extensions=True)
