"""Where a contact's fields live in Salesforce: declared once, narrowed later by `describe`.

Lengths are those of the standard fields (REST describe of Contact, v59); an organisation's own
description overrides them. Sources: Object Reference, Contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from syncline.model import text
from syncline.model.capacity import Capacity, cut_text
from syncline.model.fields import Value
from syncline.plugin.codecs import OneOfSet, Text, text_of
from syncline.plugin.spec import ChangeDetection, Field, TypeSpec

OBJECT = "Contact"
COMPANY = "Account.Name"
"""A company is read through the account; writing it is looking the account up (`accounts`)."""
NAMELESS = "(no name)"
"""The last name of a contact about whom nothing else is known either: Salesforce demands one."""
FIRST_YEAR, LAST_YEAR = 1700, 4000


class Email(OneOfSet):
    """One address. Salesforce takes ASCII domains only, so an international one is sent in its
    ASCII form, which is the same address.
    """

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The address; the first if there are several."""
        return (ascii_address(value[0]) if value else None,)


def ascii_address(address: str) -> str:
    """The address with the ASCII form of its domain; unchanged if it has none, or if that would
    be another address.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        changed = f"{local}{at}{domain.encode('idna').decode('ascii')}" if at else address
    except UnicodeError:
        return address
    return changed if text.email(changed) == text.email(address) else address


class Address:
    """Street (several lines), city, state, postal code, country."""

    parts = ("street", "city", "region", "postal_code", "country")

    def read(self, native: tuple[Any, ...]) -> Value:
        """The parts that are not empty; `None` if none is."""
        values = {name: text_of(each) for name, each in zip(self.parts, native, strict=True)}
        return {name: each for name, each in values.items() if each} or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """Every part, null where it is empty."""
        return tuple((value or {}).get(name) or None for name in self.parts)


ONE_OF_SET, EMAIL, LONG_TEXT, ADDRESS = OneOfSet(), Email(), Text(), Address()


def short(name: str, native: str, length: int, **more: Any) -> Field:
    """A line of text."""
    return Field(name=name, native=(native,), capacity=Capacity(max_length=length), **more)


def _phones(name: str, native: str) -> Field:
    capacity = Capacity(max_length=40, many=1)
    return Field(name=name, native=(native,), capacity=capacity, codec=ONE_OF_SET)


def _address(name: str, prefix: str) -> Field:
    lengths = {"street": 255, "city": 40, "region": 80, "postal_code": 20, "country": 80}
    names = ("Street", "City", "State", "PostalCode", "Country")
    return Field(
        name=name,
        native=tuple(f"{prefix}{each}" for each in names),
        capacity=Capacity(part_lengths=lengths),
        codec=ADDRESS,
    )


FIELDS: tuple[Field, ...] = (
    short("prefix", "Salutation", 40),
    short("given_name", "FirstName", 40),
    short("middle_name", "MiddleName", 40, note="only if the organisation has middle names on"),
    short("family_name", "LastName", 80, required=True,
          note="empty: display name, company, first e-mail or “(no name)” stands in for it"),
    short("suffix", "Suffix", 40, note="only if the organisation has name suffixes on"),
    short("company", COMPANY, 255,
          note="the account of exactly that name; none or several: left as it is"),
    short("department", "Department", 80),
    short("job_title", "Title", 128),
    Field(name="emails", native=("Email",), capacity=Capacity(many=1), codec=EMAIL,
          note="one; an address of more than 80 characters is left out, never cut"),
    _phones("work_phones", "Phone"),
    _phones("home_phones", "HomePhone"),
    short("mobile_phone", "MobilePhone", 40),
    short("work_fax", "Fax", 40),
    short("other_phone", "OtherPhone", 40),
    short("assistant_name", "AssistantName", 40),
    short("assistant_phone", "AssistantPhone", 40),
    _address("business_address", "Mailing"),
    _address("other_address", "Other"),
    Field(name="birthday", native=("Birthdate",), capacity=Capacity(full_dates=True),
          note="full dates only"),
    Field(name="notes", native=("Description",), capacity=Capacity(max_length=32_000),
          codec=LONG_TEXT),
)  # fmt: skip


STANDARD_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "LastName": 80,
        "Email": 80,
        "Description": 32_000,
        "MailingStreet": 255,
        "OtherStreet": 255,
    }
)
"""The lengths that a prediction needs beyond the declared capacities."""


@dataclass(frozen=True)
class Stored:
    """What Salesforce will hold of a contact; pure. `lengths` are those of the native fields.

    LastName must not be empty, so something stands in for it; since this is the prediction the
    engine keeps, the stand-in never travels back. E-mail addresses that are too long and dates
    that Salesforce refuses are left out. A line end counts as two characters there.
    """

    lengths: Mapping[str, int] = field(default_factory=lambda: STANDARD_LENGTHS)

    def __call__(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """The fields as they will be stored."""
        stored = dict(fields)
        if fields.get("emails"):
            stored["emails"] = tuple(filter(self._fits, fields["emails"]))
        if fields.get("birthday") and not _is_storable_date(fields["birthday"]):
            stored["birthday"] = None
        if fields.get("notes"):
            stored["notes"] = cut_lines(fields["notes"], self.lengths["Description"])
        for name, native in (("business_address", "Mailing"), ("other_address", "Other")):
            if fields.get(name) and fields[name].get("street"):
                street = cut_lines(fields[name]["street"], self.lengths[f"{native}Street"])
                stored[name] = {**fields[name], "street": street}
        if "family_name" in fields and not text.short_text(fields["family_name"] or ""):
            stored["family_name"] = self._stand_in(fields)
        return stored

    def _fits(self, email: str) -> bool:
        return len(ascii_address(email)) <= self.lengths["Email"]

    def _stand_in(self, fields: Mapping[str, Value]) -> str:
        email = next(iter(fields.get("emails") or ()), "")
        candidates = (fields.get("display_name"), fields.get("company"), email)
        found = next((c for c in candidates if c and text.short_text(c)), NAMELESS)
        return cut_text(text.short_text(found), self.lengths["LastName"])


def cut_lines(value: str, limit: int) -> str:
    """The beginning of a text that fits when each line end takes two characters."""
    plain = text_of(value) or ""
    taken = 0
    for position, character in enumerate(plain):
        taken += 2 if character == "\n" else 1
        if taken > limit:
            return cut_text(plain, position)
    return value


def _is_storable_date(value: str) -> bool:
    try:
        return FIRST_YEAR <= date.fromisoformat(value).year <= LAST_YEAR
    except ValueError:
        return False


def contact_type(
    *, key_field: str | None = None, overlap: float = 600.0, visibility_lag: float = 10.0
) -> TypeSpec:
    """The declared type; `key_field` makes creation exactly-once and batches of 200 safe."""
    kinds = {"email", "name+company", "name"} | ({"marker"} if key_field else set())
    return TypeSpec(
        name="contact",
        feed="connection",
        change_detection=ChangeDetection(
            kind="timestamp",
            granularity=1.0,
            overlap=overlap + visibility_lag,
            visibility_lag=visibility_lag,
        ),
        fields=FIELDS,
        deletions="reported",
        conditional="second",
        conditional_delete="none",
        idempotency="key" if key_field else "none",
        match=frozenset(kinds),
        finds_deleted=True,
        create_batch=200 if key_field else 50,
        update_batch=200,
        conditional_batch=25,
        delete_batch=200,
        read_batch=600,
        spans_accounts=True,
        stored_as=Stored(),
    )


CONTACT_TYPE = contact_type()
