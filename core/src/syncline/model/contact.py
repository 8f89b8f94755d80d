"""A person or organisation in an address book, canonical and system-neutral.

Which system holds which field, and where: `docs/connectors/`. Background: `data-model` §3 of the
project's research, summarised in `docs/explanation/model.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from syncline.model import fields as f
from syncline.model.fields import Value
from syncline.model.objects import CanonicalModel, Group, ObjectType, object_type

_NAME = Group("name")
_Text = Annotated[str | None, f.SHORT_TEXT]
_NamePart = Annotated[str | None, f.SHORT_TEXT, _NAME]
_Phone = Annotated[str | None, f.PHONE]
_Phones = Annotated[tuple[str, ...], f.PHONES]
_Address = Annotated[Mapping[str, str | None] | None, f.ADDRESS]


class Contact(CanonicalModel):
    """All fields are optional; an empty value is `None` or an empty tuple."""

    prefix: _NamePart = None
    given_name: _NamePart = None
    middle_name: _NamePart = None
    family_name: _NamePart = None
    suffix: _NamePart = None
    nickname: _Text = None
    display_name: _Text = None
    """Only for a contact without any name part (an organisation); otherwise derived, never
    merged: services rebuild it whenever a name part changes."""

    company: _Text = None
    department: _Text = None
    job_title: _Text = None
    emails: Annotated[tuple[str, ...], f.EMAILS] = ()
    work_phones: _Phones = ()
    home_phones: _Phones = ()
    mobile_phone: _Phone = None
    work_fax: _Phone = None
    other_phone: _Phone = None
    assistant_name: _Text = None
    assistant_phone: _Phone = None
    business_address: _Address = None
    home_address: _Address = None
    other_address: _Address = None
    birthday: Annotated[str | None, f.DATE] = None
    web_page: Annotated[str | None, f.URL] = None
    categories: Annotated[tuple[str, ...], f.CATEGORIES] = ()
    notes: Annotated[str | None, f.LONG_TEXT] = None


CONTACT: ObjectType = object_type(
    "contact",
    Contact,
    default_match=("email", "name+company"),
    weak_match=("name",),
    label_fields=("given_name", "family_name", "display_name", "company"),
    address_fields=("emails",),
)


def contact_fields(contact: Contact) -> dict[str, Value]:
    """A contact as the engine handles it: field name → value, every field present."""
    return {name: getattr(contact, name) or None for name in Contact.model_fields}
