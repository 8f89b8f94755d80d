"""Fields that a configuration names: any of Contact that holds a single value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from syncline.errors import ConfigurationError
from syncline.model.capacity import Capacity
from syncline.model.fields import DATE, LONG_TEXT, SHORT_TEXT, FieldType
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.number import NUMBER
from syncline.plugin.codecs import AsText
from syncline.plugin.spec import SAME_TEXT, Field
from syncline_salesforce.contacts import mapping
from syncline_salesforce.contacts.schema import Schema
from syncline_salesforce.contacts.typed import NUMBERS, TYPES

_TEXT_TYPES: Final = frozenset(
    {"string", "textarea", "picklist", "phone", "url", "email", "encryptedstring"}
)
_HELD_IN: Final[Mapping[FieldType, frozenset[str]]] = MappingProxyType(
    {
        SHORT_TEXT: frozenset(TYPES),
        FLAG: frozenset({"boolean"}),
        NUMBER: NUMBERS,
        DATE: frozenset({"date"}),
        INSTANT: frozenset({"datetime"}),
    }
)
"""In which native types that are no text a value of ours has room."""
_SPELLED: Final[Mapping[FieldType, int]] = MappingProxyType({DATE: 10, FLAG: 5, INSTANT: 20})
"""Characters of a value's text form, of types whose values all take as many, or up to."""
_MOMENT: Final = Capacity(parts=frozenset({"at"}))


def custom_field(schema: Schema, name: str, native: str, type: FieldType = SHORT_TEXT) -> Field:
    """The field of this API name, such as `Tier__c`, checked. Where Salesforce has a type of its
    own for the values, they are held in it; a text holds any of them as its text form.

    Raises:
        ConfigurationError: it is not there, not readable, of a type that is no single value, or
            one that holds no values of `type`.

    """
    described = _described(schema, native)
    theirs = str(described.get("type"))
    if theirs not in _TEXT_TYPES | TYPES.keys() or native in schema.mapped:
        raise ConfigurationError(
            f"Contact.{native} cannot be a custom field: {theirs}",
            hint="Text, picklist, phone, URL, e-mail, number, check box, date and date/time fields "
            "can, unless mapped already.",
        )
    if theirs in _TEXT_TYPES:
        _require_room(native, type, schema.length(native))
        return schema.narrowed_field(_text(name, native, type, theirs, schema.length(native)))
    if theirs not in _HELD_IN.get(type, ()):
        raise ConfigurationError(
            f"Contact.{native} is of type {theirs} and holds no {type.kind} (for {name!r})",
            hint='Give the custom field the type that fits, such as type = "number", or none.',
        )
    return schema.narrowed_field(_typed(name, native, type, theirs, described.get("scale")))


def _described(schema: Schema, native: str) -> Mapping[str, Any]:
    described = schema.fields.get(native)
    if described is not None:
        return described
    near = next((known for known in schema.fields if known.lower() == native.lower()), None)
    raise ConfigurationError(
        f"Contact has no field {native!r} that the integration user may read",
        hint=f"Did you mean {near}?"
        if near
        else "Check its API name (it ends in __c) and field-level security.",
    )


def _require_room(native: str, type: FieldType, length: int | None) -> None:
    needed = _SPELLED.get(type, 0)
    if length is not None and length < needed:
        raise ConfigurationError(
            f"Contact.{native} has {length} characters, and every {type.kind} takes {needed}",
            hint="Make the field longer, or give the custom field another one.",
        )


def _text(name: str, native: str, type: FieldType, theirs: str, length: int | None) -> Field:
    capacity = Capacity(max_length=length)
    codec = mapping.LONG_TEXT if theirs == "textarea" else SAME_TEXT
    if type in (SHORT_TEXT, LONG_TEXT):
        return Field(name=name, native=(native,), capacity=capacity, codec=codec)
    if type is INSTANT:
        capacity = replace(capacity, parts=_MOMENT.parts)
    return Field(name=name, native=(native,), capacity=capacity, codec=AsText(type, codec))


def _typed(name: str, native: str, type: FieldType, theirs: str, scale: Any) -> Field:
    known = TYPES[theirs]
    if type is INSTANT:
        codec = AsText(INSTANT, known.codec)
        return Field(name=name, native=(native,), capacity=_MOMENT, codec=codec)
    rounded = scale if theirs in NUMBERS and isinstance(scale, int) else None
    capacity = replace(known.capacity, scale=rounded)
    return Field(name=name, native=(native,), capacity=capacity, codec=known.codec)
