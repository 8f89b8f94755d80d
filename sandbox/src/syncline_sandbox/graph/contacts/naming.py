"""Names that Exchange makes up from a contact's name parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME_PARTS = ("givenName", "middleName", "surname")


def display_name(contact: Mapping[str, Any]) -> str | None:
    """Given, middle and family name; without any, the company's name."""
    return _joined(contact, NAME_PARTS) or contact.get("companyName")


def file_as(contact: Mapping[str, Any]) -> str | None:
    """`Family, Given Middle`; without a family name, the display name."""
    given = _joined(contact, ("givenName", "middleName"))
    surname = contact.get("surname")
    if surname and given:
        return f"{surname}, {given}"
    return surname or given or contact.get("companyName")


def with_generated_names(
    changes: Mapping[str, Any], current: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Changes completed by the names the store generates.

    "displayName … may be overwritten by an auto-generated value when other name properties are
    updated" (description of the property in Graph's SDKs), unless the same call sends it. An own
    `fileAs` is kept, a generated one follows the name.
    """
    before = current or {}
    after = {**before, **changes}
    named = current is None or any(part in changes for part in NAME_PARTS)
    completed = dict(changes)
    if named and "displayName" not in changes:
        completed["displayName"] = display_name(after)
    if named and "fileAs" not in changes and before.get("fileAs") == file_as(before):
        completed["fileAs"] = file_as(after)
    return completed


def _joined(contact: Mapping[str, Any], parts: tuple[str, ...]) -> str | None:
    return " ".join(str(contact[part]) for part in parts if contact.get(part)) or None
