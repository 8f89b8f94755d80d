"""Fields that a configuration names: text properties of Graph's contact that no field of ours lives
in, and extended properties.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from syncline.errors import ConfigurationError
from syncline.model.fields import LONG_TEXT, SHORT_TEXT, FieldType, Value
from syncline.model.kinds.instant import InstantType
from syncline.plugin.codecs import AsText, Text
from syncline.plugin.spec import Field
from syncline_outlook.contacts.codecs import texts_of
from syncline_outlook.contacts.extended import PUBLIC_STRINGS, SHORT, is_extended, property_field

TEXTS: Final = (
    "fileAs", "initials", "manager", "officeLocation", "profession", "spouseName",
    "yomiCompanyName", "yomiGivenName", "yomiSurname",
)  # fmt: skip
LISTS: Final = ("children", "imAddresses")
_PROPERTY_NAME: Final = re.compile(r"(?!\w+ 0x)[\w .-]{1,80}")
"""A name that people give a field; `Integer 0x3A45` is meant for a tag."""
_SEPARATOR: Final = ", "


class CommaList:
    """A list of texts, as one text with commas."""

    def read(self, native: tuple[Any, ...]) -> Value:
        """The texts, `None` if there are none."""
        return _SEPARATOR.join(text.strip() for text in texts_of(native[0]) if text.strip()) or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The list."""
        return ([text.strip() for text in (value or "").split(",") if text.strip()],)


def custom_field(name: str, native: str, type: FieldType = SHORT_TEXT) -> Field:
    """A text property of Graph's contact (`spouseName`, `manager`; a list such as `children` with
    commas), or `extension:` and an extended property: `Tier`, the text property Tier that people
    can define in Outlook itself; `String {GUID} Name Tier` or `String {GUID} Id 0x8005`, one in
    another property set; `String 0x3A45`, one by its MAPI tag. All of them are texts: a value of
    another type is kept as its text form.

    Raises:
        ConfigurationError: it is none of these, or a list that is to hold another type than text.

    """
    if native in LISTS and type is not SHORT_TEXT:
        raise ConfigurationError(
            f"Outlook's {native} is a list of texts and holds no {type.kind} (for {name!r})",
            hint='Name an extended property: "extension:Name".',
        )
    field = _text_field(name, native)
    if type in (SHORT_TEXT, LONG_TEXT):
        return field
    parts = frozenset({"at"}) if isinstance(type, InstantType) else None
    return replace(
        field,
        codec=AsText(type, field.codec),
        capacity=replace(field.capacity, parts=parts),
    )


def _text_field(name: str, native: str) -> Field:
    kind, extension, given = native.partition(":")
    given = given.strip()
    if extension and kind == "extension" and is_extended(given):
        return property_field(name, given)
    if extension and kind == "extension" and _PROPERTY_NAME.fullmatch(given):
        return property_field(name, f"String {PUBLIC_STRINGS} Name {given}")
    if native in TEXTS:
        return Field(name=name, native=(native,), capacity=SHORT, codec=Text())
    if native in LISTS:
        return Field(name=name, native=(native,), codec=CommaList())
    raise ConfigurationError(
        f"Outlook has no custom field {native!r} (for {name!r})",
        hint=f'Write "extension:Name" for a text property of that name, or one of {_known()}.',
    )


def _known() -> str:
    return _SEPARATOR.join((*TEXTS, *LISTS))
