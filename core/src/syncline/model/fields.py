"""Field types: what a value of a field is, and when two values are the same.

A value is JSON made of texts: `None` (empty), a text, a mapping of parts (an address) or, for a
set, a tuple of elements. JSON's own numbers and truth values are in no value: a number loses digits
where it passes for a float, and `0` and `false` pass for empty wherever somebody asks `if value`.

`normal(value)` is the value's normal form and itself a value of the type: what is compared.
`shown(value)` is what people read; it may be any wording, and nothing reads it back.
Laws, tested by property for every type: `normal(normal(x)) == normal(x)`; a value that was kept as
JSON has the same normal form; `shown(x) == ""` exactly where `normal(x) is None`.
`NORMAL_FORM_VERSION` goes into every digest: raise it when the normal form of many values changes.
Then everything is compared anew once, as at a first sync, also what was edited since the last run.
Of a few values (addresses at `faß.de`) that is too much: both sides seem edited, to the same.

Here are the types that contacts need; the others are in `syncline.model.kinds`.
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
"""`None`, `str`, `Mapping[str, str | None]` or a tuple of an `Element` each; always JSON."""

Element = Any
"""One element of a set: a text or, of people, a mapping of texts."""


@dataclass(frozen=True)
class FieldType:
    """A scalar: one text with a normal form. `None`, "" and white space are one value, empty."""

    kind: str
    form: Callable[[str], str]
    whole: bool = False
    """A piece of such a value would be another value (an address, a number): it is never cut, nor
    put together from what two sides hold. Of a set, this is said of each element."""

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

    def shown(self, value: Value) -> str:
        """The value as people read it; "" if it is empty."""
        return "" if self.normal(value) is None else str(value).strip()


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
class CompositeType(FieldType):
    """A value of several named parts, any of which may be empty."""

    parts: Mapping[str, FieldType] = field(default_factory=dict, hash=False)

    def normal(self, value: Value) -> Value:
        """The parts that are not empty, in the declared order; `None` if none is left."""
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(f"{self.kind} must be a mapping of parts")
        if unknown := set(value) - set(self.parts):
            raise ValueError(f"{self.kind} has no part {sorted(unknown, key=str)[0]!r}")
        parts = {name: kind.normal(value.get(name)) for name, kind in self.parts.items()}
        return {name: part for name, part in parts.items() if part is not None} or None

    def shown(self, value: Value) -> str:
        """The parts that are not empty, with commas."""
        if self.normal(value) is None:
            return ""
        parts = (kind.shown(value.get(name)) for name, kind in self.parts.items())
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class PartsType(CompositeType):
    """Parts such as an address's: merged as one, but what of a part a side had no room for stays
    as it is at the other one.
    """


@dataclass(frozen=True)
class AtomicType(CompositeType):
    """Parts that mean nothing without each other, such as those of a rule: a side holds all of them
    as they are, or cannot hold the value.
    """

    whole: bool = True


@dataclass(frozen=True)
class SetType(FieldType):
    """A set of texts. An element's key is its normal form; order and case carry no meaning."""

    @property
    def is_set(self) -> bool:
        """Always: elements are added and removed one by one."""
        return True

    def key(self, element: Element) -> str:
        """What makes two elements the same; "" for an element that is empty."""
        return self.form(element)

    def counts_as(self, element: Element) -> str:
        """What takes up room of a side that holds so `many`; "" for what takes none, beside another
        element.
        """
        return self.key(element)

    def answers(self, element: Element) -> str:
        """The question that an element answers; "" if any number of others may stand beside it. Of
        two answers to one question, only one is kept.
        """
        return ""

    def elements(self, value: Value) -> dict[str, Element]:
        """Key → element as a person typed it, in the order given, the first of equal ones."""
        if value and not isinstance(value, list | tuple):
            raise ValueError(f"{self.kind} must be a list, not {type(value).__name__}")
        found: dict[str, Element] = {}
        for element in value or ():
            if not isinstance(element, str):
                raise ValueError(f"{self.kind} must hold texts, not {type(element).__name__}")
            if key := self.key(element):
                found.setdefault(key, element)
        return found

    def normal(self, value: Value) -> Value:
        """The sorted keys; `None` if there are none."""
        return tuple(sorted(self.elements(value))) or None

    def shown(self, value: Value) -> str:
        """The elements as they were typed, with commas."""
        return ", ".join(element.strip() for element in self.elements(value).values())


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
