"""What a contact may hold: the properties of microsoft.graph.contact v1.0 and their limits.

Names and types: Graph's CSDL. At most 3 e-mail addresses and 2 business phones are public
(microsoft-graph-docs issue 15276); 2 home phones and 3 chat addresses follow by analogy. Lengths
are documented nowhere: `SHORT_TEXT` is the size of the columns Exchange indexes and can be changed
here in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_body, bad_request

SHORT_TEXT = 255
LONG_TEXT = 32_768

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
BIRTHDAY = "birthday"
READ_ONLY = ("id", "changeKey", "createdDateTime", "lastModifiedDateTime", "parentFolderId")
"""Ignored in a body, as in the documentation's own samples."""

ORDER = (
    "categories", "birthday", "fileAs", "displayName", "givenName", "initials", "middleName",
    "nickName", "surname", "title", "yomiGivenName", "yomiSurname", "yomiCompanyName", "generation",
    "imAddresses", "jobTitle", "companyName", "department", "officeLocation", "profession",
    "businessHomePage", "assistantName", "manager", "homePhones", "mobilePhone", "businessPhones",
    "spouseName", "personalNotes", "children", "emailAddresses", "homeAddress", "businessAddress",
    "otherAddress",
)  # fmt: skip
"""All writable properties, as an answer lists them."""

PROPERTIES = frozenset(ORDER) | frozenset(READ_ONLY)

EXTENDED = "singleValueExtendedProperties"
_EXTENDED_ID = re.compile(
    r"(String|Integer|Boolean|SystemTime|Double|Long|Binary|CLSID) "
    r"(\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}? (Name .+|Id 0x[0-9a-f]+)|0x[0-9a-f]+)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(\.\d{1,12})?(Z|[+-]\d\d:\d\d)", re.IGNORECASE
)


def empty_contact() -> dict[str, Any]:
    """A contact that holds nothing."""
    blank: dict[str, Any] = dict.fromkeys(ORDER)
    blank.update({name: [] for name in (*LIST_LIMITS, EMAILS)})
    blank.update({name: {} for name in ADDRESSES})
    return blank


def read_contact(body: Any) -> tuple[dict[str, Any], dict[str, str | None]]:
    """The properties a body sets and its extended properties by id; raises `Failure` (400)."""
    if not isinstance(body, dict):
        raise bad_body("A node of type 'StartObject' was expected from the JSON reader.")
    extended = _extended(body.get(EXTENDED, []))
    values: dict[str, Any] = {}
    for name, value in body.items():
        if "@" in name or name in READ_ONLY or name == EXTENDED:
            continue
        values[name] = _READERS.get(name, _unknown)(name, value)
    return values, extended


def _unknown(name: str, value: Any) -> Any:
    raise bad_body(
        f"The property '{name}' does not exist on type 'microsoft.graph.contact'. Make sure to "
        "only use property names that are defined by the type."
    )


def _text(name: str, value: Any, limit: int = SHORT_TEXT) -> str | None:
    if value is not None and not (isinstance(value, str) and _is_unicode(value)):
        raise bad_body(
            f"Cannot convert the value of property '{name}' to target type 'Edm.String' because of "
            "conversion error."
        )
    if value is not None and len(value) > limit:
        raise _too_large(name, f"is {len(value)} characters long", limit)
    return value


def _is_unicode(value: str) -> bool:
    """Whether a text is free of lone surrogates, which JSON can spell but UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _known_text(name: str, value: Any) -> str | None:
    return _text(name, value, TEXT_LIMITS[name])


def _list(name: str, value: Any, limit: int | None) -> list[Any]:
    if not isinstance(value, list):
        raise bad_body(
            f"The value of property '{name}' is no collection: a node of type 'StartArray' was "
            "expected from the JSON reader."
        )
    if limit is not None and len(value) > limit:
        raise bad_request(
            f"The multi value property {name[0].upper()}{name[1:]} has {len(value)} entries, that "
            f"exceeds the max allowed value of {limit}",
            "ErrorInvalidRequest",
        )
    return value


def _texts(name: str, value: Any) -> list[str]:
    found = (_text(name, entry) for entry in _list(name, value, LIST_LIMITS[name]))
    return [entry for entry in found if entry is not None]


def _complex(name: str, value: Any, parts: tuple[str, ...], kind: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_body(f"The value of property '{name}' is no '{kind}'.")
    given = {part: entry for part, entry in value.items() if "@" not in part}
    if surplus := given.keys() - set(parts):
        raise bad_body(
            f"The property '{min(surplus)}' does not exist on type '{kind}'. Make sure to only use "
            "property names that are defined by the type."
        )
    limit = SHORT_TEXT if kind.endswith("emailAddress") else 1_024
    texts = {part: _text(f"{name}/{part}", given.get(part), limit) for part in parts}
    return {part: entry for part, entry in texts.items() if part in given}


def _emails(name: str, value: Any) -> list[dict[str, Any]]:
    entries = _list(name, value, MAX_EMAILS)
    read = [_complex(name, e, EMAIL_PARTS, "microsoft.graph.emailAddress") for e in entries]
    return [{part: entry.get(part) for part in EMAIL_PARTS} for entry in read]


def _address(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    found = _complex(name, value, ADDRESS_PARTS, "microsoft.graph.physicalAddress")
    return {part: entry for part, entry in found.items() if entry is not None}


def _birthday(name: str, value: Any) -> str | None:
    if value is None:
        return None
    return format_instant(read_instant(name, value))


def read_instant(name: str, value: Any) -> datetime:
    """A DateTimeOffset or a bare date (midnight UTC); raises `Failure` (400)."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(_six_digits(value)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_instant(name) from error
    raise _no_instant(name)


def _no_instant(name: str) -> Failure:
    return bad_body(
        f"Cannot convert the value of property '{name}' to target type 'Edm.DateTimeOffset' "
        "because of conversion error."
    )


def format_instant(moment: datetime) -> str:
    """An instant as Graph writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _six_digits(value: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", value.upper())


def _extended(value: Any) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for entry in _list(EXTENDED, value, None):
        given = _complex(EXTENDED, entry, ("id", "value"), "microsoft.graph.singleValueLegacy"
                         "ExtendedProperty")  # fmt: skip
        identifier = given.get("id")
        if identifier is None or not _EXTENDED_ID.fullmatch(identifier):
            raise bad_request(
                f"The extended property id '{identifier}' is not valid.", "ErrorInvalidProperty"
            )
        found[identifier] = given.get("value")
    return found


def _too_large(name: str, what: str, limit: int) -> Failure:
    return bad_request(
        f"The value of property '{name}' {what}, that exceeds the max allowed length of {limit}",
        "ErrorInvalidRequest",
    )


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(TEXT_LIMITS, _known_text),
    **dict.fromkeys(LIST_LIMITS, _texts),
    **dict.fromkeys(ADDRESSES, _address),
    EMAILS: _emails,
    BIRTHDAY: _birthday,
}
