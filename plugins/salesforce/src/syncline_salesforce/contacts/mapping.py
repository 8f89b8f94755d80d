"""Where a contact's fields live in Salesforce: declared once, narrowed later by `describe`.

Lengths are those of the standard fields (REST describe of Contact, v59); an organisation's own
description overrides them. Sources: Object Reference, Contact.
"""

from __future__ import annotations

from typing import Any

from syncline.model.capacity import Capacity
from syncline.plugin.codecs import OneOfSet, Text
from syncline.plugin.spec import ChangeDetection, Field, TypeSpec
from syncline_salesforce.contacts.addresses import Address
from syncline_salesforce.contacts.emails import Email, EmailCapacity
from syncline_salesforce.contacts.stored import Stored

OBJECT = "Contact"
COMPANY = "Account.Name"
"""A company is read through the account; writing it is looking the account up (`accounts`)."""


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
    Field(name="emails", native=("Email",), codec=EMAIL,
          capacity=EmailCapacity(max_length=80, many=1),
          note="the first that is an address and fits; it is never cut"),
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
