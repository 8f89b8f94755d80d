"""Field types: what a value of a field is, and when two values are the same.

A value is JSON: `None` (empty), a text, a mapping of parts (an address) or, for a set, a tuple of
elements. `normal(value)` is the value's normal form and itself a value of the type;
`normal(normal(x)) == normal(x)` holds for every type and is tested by property.
`NORMAL_FORM_VERSION` goes into every digest: raise it when a normal form changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from syncline.model import text

NORMAL_FORM_VERSION: Final = 1

Value = Any
"""`None`, `str`, `Mapping[str, str | None]` or `tuple[str, ...]`; always JSON."""


@dataclass(frozen=True)
class FieldType:
    """A scalar: one text with a normal form. `None`, "" and white space are one value, empty."""

    kind: str
    form: Callable[[str], str]
    whole: bool = False
    """A part of such a value would be another value (an address, a number): it is never cut."""

    @property
    def is_set(self) -> bool:
        """Whether values are sets, merged element by element."""
        return False

    def normal(self, value: Value) -> Value:
        """The normal form of a value, `None` if it is empty.

        Raises:
            ValueError: the value is not of this type.

        """
        if value is None:
            return None
        if not isinstance(value, str):
            raise ValueError(f"{self.kind} must be text, not {type(value).__name__}")
        return self.form(value) or None


@dataclass(frozen=True)
class DateType(FieldType):
    """A calendar date `YYYY-MM-DD`, or `--MM-DD` where the year is not known.

    A date never passes through a time zone.
    """

    kind: str = "date"
    form: Callable[[str], str] = text.short_text

    def normal(self, value: Value) -> Value:
        """The date, checked; `None` if it is empty."""
        plain = super().normal(value)
        if plain is not None and not _is_date(plain):
            raise ValueError("date must be YYYY-MM-DD, or --MM-DD without a year")
        return plain


_DATE = re.compile(r"([0-9]{4}-|--)[0-9]{2}-[0-9]{2}")


def _is_date(value: str) -> bool:
    if not _DATE.fullmatch(value):
        return False
    try:
        # Without a year, 29 February must be possible: any leap year will do.
        date.fromisoformat(value.replace("--", "2000-", 1) if value.startswith("--") else value)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class PartsType(FieldType):
    """A value of several parts that belong together, such as an address: merged as one."""

    parts: Mapping[str, FieldType] = field(default_factory=dict, hash=False)

    def normal(self, value: Value) -> Value:
        """The parts that are not empty, in the declared order; `None` if none is left."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(f"{self.kind} must be a mapping of parts")
        if unknown := set(value) - set(self.parts):
            raise ValueError(f"{self.kind} has no part {sorted(unknown)[0]!r}")
        parts = {name: kind.normal(value.get(name)) for name, kind in self.parts.items()}
        return {name: part for name, part in parts.items() if part is not None} or None


@dataclass(frozen=True)
class SetType(FieldType):
    """A set of texts. An element's key is its normal form; order and case carry no meaning."""

    @property
    def is_set(self) -> bool:
        """Always: elements are added and removed one by one."""
        return True

    def key(self, element: str) -> str:
        """What makes two elements the same; "" for an element that is empty."""
        return self.form(element)

    def elements(self, value: Value) -> dict[str, str]:
        """Key → element as a person typed it, in the order given, the first of equal ones."""
        if value and not isinstance(value, list | tuple):
            raise ValueError(f"{self.kind} must be a list, not {type(value).__name__}")
        found: dict[str, str] = {}
        for element in value or ():
            if not isinstance(element, str):
                raise ValueError(f"{self.kind} must hold texts, not {type(element).__name__}")
            if key := self.key(element):
                found.setdefault(key, element)
        return found

    def normal(self, value: Value) -> Value:
        """The sorted keys; `None` if there are none."""
        return tuple(sorted(self.elements(value))) or None


SHORT_TEXT: Final = FieldType("text", text.short_text)
LONG_TEXT: Final = FieldType("long text", text.long_text)
PHONE: Final = FieldType("phone", text.phone, whole=True)
URL: Final = FieldType("url", text.url, whole=True)
DATE: Final = DateType()
EMAILS: Final = SetType("e-mail set", text.email, whole=True)
PHONES: Final = SetType("phone set", text.phone, whole=True)
CATEGORIES: Final = SetType("category set", text.folded)
ADDRESS: Final = PartsType(
    "address",
    text.short_text,
    parts=MappingProxyType(
        {
            "street": FieldType("street", text.long_text),
            "city": SHORT_TEXT,
            "region": SHORT_TEXT,
            "postal_code": SHORT_TEXT,
            "country": SHORT_TEXT,
        }
    ),
)
