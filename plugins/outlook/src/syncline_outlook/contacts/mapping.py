"""Contacts: the declared mapping between canonical fields and microsoft.graph.contact. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from syncline.model.capacity import Capacity, cut_text
from syncline.model.fields import CATEGORIES, EMAILS, PHONES, Value
from syncline.model.records import AbsenceReason, Absent, AccountId, Record
from syncline.plugin.codecs import Text
from syncline.plugin.spec import ChangeDetection, Field, Native, TypeSpec
from syncline_outlook.contacts.codecs import (
    ADDRESS_PARTS,
    Address,
    Birthday,
    EmailSlots,
    TextSlots,
)
from syncline_outlook.contacts.extended import LENGTH, SHORT, is_extended, property_field
from syncline_outlook.graph.batch import BATCH
from syncline_outlook.graph.items import id_of, version_of
from syncline_outlook.graph.messages import literal

MARKER_PROPERTY: Final = "String {4b0ac7a6-6a1f-4f0e-9c57-0d3f5b8b7d21} Name SynclineKey"
"""Our mark on what we created. Fixed for the product: each name is a MAPI named property, of which
a mailbox has a finite number."""
EXTENDED: Final = "singleValueExtendedProperties"

NAME_PARTS: Final = ("prefix", "given_name", "middle_name", "family_name", "suffix")
_SHOWN_PARTS: Final = ("given_name", "middle_name", "family_name", "suffix")
_NATIVE_PARTS: Final = ("title", "givenName", "middleName", "surname", "generation")
_METADATA: Final = ("id", "parentFolderId", "createdDateTime", "lastModifiedDateTime")

_STREET: Final = Capacity(part_lengths=dict.fromkeys(ADDRESS_PARTS, LENGTH), unit="utf16")
_TEXT: Final = Text()


def _short(name: str, native: str, note: str = "") -> Field:
    return Field(name=name, native=(native,), capacity=SHORT, codec=_TEXT, note=note)


def _address(name: str, native: str) -> Field:
    return Field(name=name, native=(native,), capacity=_STREET, codec=Address())


def _phones(name: str, native: str, note: str) -> Field:
    held = Capacity(max_length=LENGTH, unit="utf16", many=2)
    return Field(name=name, native=(native,), capacity=held, codec=TextSlots(PHONES), note=note)


def stored_as(fields: Mapping[str, Value]) -> Mapping[str, Value]:
    """A contact with a name has no display name of its own: it is derived from the name."""
    if "display_name" in fields and any(fields.get(part) for part in NAME_PARTS):
        return {**fields, "display_name": None}
    return fields


CONTACTS: Final = TypeSpec(
    name="contact",
    feed="account",
    change_detection=ChangeDetection(kind="token"),
    deletions="reported",
    conditional="version",
    conditional_delete="version",
    moves_versions=True,
    idempotency="marker",
    match=frozenset({"marker", "email"}),
    finds_deleted=True,  # where the mailbox lists Deleted Items as a folder of contacts
    create_batch=BATCH,
    update_batch=BATCH,
    conditional_batch=BATCH,
    delete_batch=BATCH,
    read_batch=BATCH,
    spans_accounts=False,
    writes_per_account=1,
    containers=True,
    stored_as=stored_as,
    fields=(
        _short("prefix", "title"),
        _short("given_name", "givenName"),
        _short("middle_name", "middleName"),
        _short("family_name", "surname"),
        _short("suffix", "generation"),
        _short("nickname", "nickName"),
        _short("display_name", "displayName", "only of a contact without any part of a name"),
        _short("company", "companyName"),
        _short("department", "department"),
        _short("job_title", "jobTitle"),
        Field(
            name="emails",
            native=("emailAddresses",),
            capacity=Capacity(max_length=LENGTH, unit="utf16", many=3),
            codec=EmailSlots(EMAILS),
            note="at most 3; an address keeps its slot and its shown name",
        ),
        _phones("work_phones", "businessPhones", "at most 2"),
        _phones("home_phones", "homePhones", "at most 2"),
        _short("mobile_phone", "mobilePhone"),
        property_field("work_fax", "String 0x3A24", "a MAPI property: PidTagBusinessFaxNumber"),
        property_field("other_phone", "String 0x3A1F", "PidTagOtherTelephoneNumber"),
        _short("assistant_name", "assistantName"),
        property_field("assistant_phone", "String 0x3A2E", "PidTagAssistantTelephoneNumber"),
        _address("business_address", "businessAddress"),
        _address("home_address", "homeAddress"),
        _address("other_address", "otherAddress"),
        Field(
            name="birthday",
            native=("birthday",),
            codec=Birthday(),
            note="the day of the nearest midnight; year 1604 is a birthday without a year",
        ),
        Field(
            name="web_page",
            native=("businessHomePage",),
            codec=_TEXT,
            note="never cut: a shortened link leads nowhere",
        ),
        Field(
            name="categories",
            native=("categories",),
            capacity=SHORT,
            codec=TextSlots(CATEGORIES),
            note="names only; colours stay with each mailbox",
        ),
        Field(name="notes", native=("personalNotes",), codec=_TEXT, note="plain text"),
    ),
)


# ---- reading ------------------------------------------------------------------------------------


def extended_names(spec: TypeSpec) -> tuple[str, ...]:
    """The extended properties the mapping needs: they are read with `$expand` only."""
    return tuple(name for name in spec.native_names if is_extended(name))


def select(spec: TypeSpec) -> tuple[str, ...]:
    """The properties to ask for."""
    names = [name for name in spec.native_names if not is_extended(name)]
    parts = _NATIVE_PARTS if "display_name" in spec.by_name else ()
    return tuple(dict.fromkeys((*_METADATA, *names, *parts)))


def expand(spec: TypeSpec) -> str:
    """`$expand` for our mark and for custom fields."""
    return _expand(MARKER_PROPERTY, *extended_names(spec))


def marker_expand() -> str:
    """`$expand` for our mark alone."""
    return _expand(MARKER_PROPERTY)


def _expand(*names: str) -> str:
    condition = " or ".join(f"id eq {literal(name)}" for name in names)
    return f"{EXTENDED}($filter={condition})"


def marker_of(native: Native) -> str | None:
    """The key a contact was created with, as it was stored; None without one, or if the answer
    was not asked for it.
    """
    found = _extended(native).get(_folded(MARKER_PROPERTY))
    return found if isinstance(found, str) and found else None


def expanded(spec: TypeSpec, native: Native) -> dict[str, Any]:
    """An answer that was asked for with `expand`, extended properties lifted to its top level:
    one that did not come is empty, since it was asked for.
    """
    found, stored = _extended(native), native.get(EXTENDED)
    otherwise = None if stored is None or isinstance(stored, list) else ()  # not known to be empty
    lifted = {name: found.get(_folded(name), otherwise) for name in extended_names(spec)}
    return {**native, **lifted}


def _extended(native: Native) -> dict[str, Any]:
    stored = native.get(EXTENDED)
    return {
        _folded(str(each.get("id"))): each.get("value")
        for each in (stored if isinstance(stored, list) else ())
        if isinstance(each, Mapping)
    }


def _folded(identifier: str) -> str:
    """The service may spell the GUID in another case; the name's case counts."""
    head, separator, name = identifier.partition("} Name ")
    return head.lower() + separator + name


def read_fields(spec: TypeSpec, native: Native) -> dict[str, Value]:
    """The canonical fields of a contact, as far as the answer tells them."""
    fields = spec.read(native)
    if "display_name" in fields:
        if any(native.get(part) for part in _NATIVE_PARTS):
            fields["display_name"] = None
        elif not all(part in native for part in _NATIVE_PARTS):
            del fields["display_name"]
    return fields


def read_record(spec: TypeSpec, native: Native, account: AccountId) -> Record | Absent | None:
    """A contact as a record; as absent if its version cannot be read; None without usable id."""
    identifier, version = id_of(native), version_of(native)
    if identifier is None:
        return None
    if version is None:
        return Absent(identifier, AbsenceReason.UNREADABLE, why="version: is missing")
    container = native.get("parentFolderId")
    return Record(
        id=identifier,
        version=version,
        fields=read_fields(spec, native),
        owner=account,
        container=container if isinstance(container, str) else None,
        marker=marker_of(native),
        modified=_instant(native.get("lastModifiedDateTime")),
        created=_instant(native.get("createdDateTime")),
    )


def _instant(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError):
        return None


# ---- writing ------------------------------------------------------------------------------------


def create_body(spec: TypeSpec, fields: Mapping[str, Value], key: str) -> dict[str, Any]:
    """The body that creates a contact, marked with the create's key as it is given. Empty fields
    are left out: they are empty anyway.
    """
    filled = {name: value for name, value in fields.items() if value not in (None, (), [], {}, "")}
    body = _written(spec, filled, None)
    body["displayName"] = display_name(fields)
    marks = [{"id": MARKER_PROPERTY, "value": key}]
    return {**body, EXTENDED: [*body.get(EXTENDED, ()), *marks]}


def update_body(
    spec: TypeSpec, fields: Mapping[str, Value], current: Record, email_names: Mapping[str, str]
) -> dict[str, Any]:
    """The body that changes these fields. `email_names`: shown name by the address' key.

    "Later updates to other properties may cause an automatically generated value to overwrite the
    displayName" (Graph's own description of it): it goes with every change of a name.
    """
    body = _written(spec, fields, current_native(spec, current, email_names))
    merged = {**current.fields, **fields}
    named = any(part in fields for part in (*NAME_PARTS, "display_name"))
    if named and (any(merged.get(part) for part in NAME_PARTS) or "display_name" in merged):
        body["displayName"] = display_name(merged)
    return body


def display_name(fields: Mapping[str, Value]) -> str | None:
    """Given, middle and family name and suffix, as Outlook shows a contact, as far as there is
    room; without a name the contact's own display name.
    """
    shown = [fields[part] for part in _SHOWN_PARTS if fields.get(part)] or [fields.get("prefix")]
    derived = " ".join(part for part in shown if part)
    return cut_text(derived, LENGTH, "utf16") or fields.get("display_name") or None


def current_native(
    spec: TypeSpec, current: Record, email_names: Mapping[str, str]
) -> dict[str, Any]:
    """The target as Graph holds it, as far as codecs look at it: lists in slot order."""
    native: dict[str, Any] = {}
    for name, value in current.fields.items():
        if name in spec.by_name:
            native.update(spec.by_name[name].write(value, None))
    for entry in native.get("emailAddresses") or ():
        if shown := email_names.get(EMAILS.key(entry["address"])):
            entry["name"] = shown
    return native


def _written(spec: TypeSpec, fields: Mapping[str, Value], current: Native | None) -> dict[str, Any]:
    own = {name: value for name, value in fields.items() if name != "display_name"}
    body = spec.write(own, current)
    extended = [
        {"id": name, "value": body.pop(name)} for name in extended_names(spec) if name in body
    ]
    return {**body, EXTENDED: extended} if extended else body
