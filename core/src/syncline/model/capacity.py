"""Capacities: what one system can hold of a value, and what it will make of it.

A side that cannot hold a value declares it. The engine then predicts what will be stored, keeps
the prediction as that side's base, and so never carries the loss back to the richer side. Laws,
tested by property: `stored(stored(x)) == stored(x)`, and `stored(x)` read back is unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from syncline.model.characters import last_boundary
from syncline.model.fields import CompositeType, Element, FieldType, SetType, Value
from syncline.model.kinds.choice import ChoiceType
from syncline.model.kinds.instant import InstantType, Resolution
from syncline.model.kinds.people import PeopleType
from syncline.model.kinds.rich_text import RichTextType

Unit = Literal["characters", "utf16"]


class Inexpressible(ValueError):
    """A side has no way to hold the value at all (a date without a year): it stays as it is."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """The limits of one field at one side. The default is: no limits.

    `max_length` counts in `unit`, for each element of a set; texts are cut to it, addresses and
    numbers that are longer cannot be held (`FieldType.whole`). For a value of parts, `part_lengths`
    holds the limit of each part. `parts` names those there are at all: of a value of parts, of an
    instant (`at`, and perhaps `zone`), or of people (`name`, `role`, `response`, besides the
    address). `many` is the number of elements a set may have. `vocabulary` lists the only texts
    allowed; elements of a set that are not among them are left out, and a choice becomes a word of
    its class. `full_dates`: a date without a year cannot be held. `plain_text`: rich text is held
    as its text form, as it is where its HTML is longer than `max_length`. `resolution`: the
    smallest step of instants; `day` for a system that knows dates only.
    """

    max_length: int | None = None
    unit: Unit = "characters"
    part_lengths: Mapping[str, int] | None = None
    many: int | None = None
    vocabulary: frozenset[str] | None = None
    full_dates: bool = False
    parts: frozenset[str] | None = None
    plain_text: bool = False
    resolution: Resolution = "second"

    def stored(self, kind: FieldType, value: Value, *, filled: bool = False) -> Value:
        """What this side will hold after `value` was written: a fixed point. `filled`: it is known
        that the value is not empty.

        A set is cut to its first `many` elements; which elements come first is decided by
        `syncline.engine.decide.sets`, which knows the slots.

        Raises:
            Inexpressible: nothing like the value can be stored.

        """
        if isinstance(kind, SetType):
            if isinstance(kind, PeopleType):
                return self._stored_people(kind, value)
            return self._stored_elements(kind, value, single=filled and len(value) == 1)
        if not filled and kind.normal(value) is None:
            return None
        if isinstance(kind, CompositeType):
            return self._stored_parts(kind, value)
        if isinstance(kind, RichTextType):
            return self._stored_rich_text(kind, value)
        if isinstance(kind, ChoiceType):
            return self._stored_word(kind, value)
        self._check_expressible(kind, value)
        cut = self._cut(value)
        if cut == value:
            return value
        if kind.whole:
            raise Inexpressible("too long, and a part of it would be something else")
        try:
            return cut if kind.normal(cut) is not None else None
        except ValueError:
            raise Inexpressible("too long, and a part of it would be none of its kind") from None

    def stored_element(self, kind: SetType, element: Element) -> Element:
        """What one element of a set becomes; "" if this side cannot hold it."""
        if isinstance(kind, PeopleType):
            return self._stored_person(kind, element)
        if self.vocabulary is not None and element not in self.vocabulary:
            return ""
        cut = self._cut(element)
        return "" if kind.whole and cut != element else cut

    def _stored_elements(self, kind: SetType, value: Value, *, single: bool) -> Value:
        elements = tuple(value) if single else tuple(kind.elements(value).values())
        held = tuple(self.stored_element(kind, each) for each in elements)
        if held != elements:  # what was cut may be empty, or equal to another one
            held = tuple(kind.elements(held).values())
        return held[: self.many] or None

    def _stored_people(self, kind: PeopleType, value: Value) -> Value:
        held = (self._stored_person(kind, person) for person in kind.people(value))
        return tuple(person for person in held if person)[: self.many] or None

    def _stored_person(self, kind: PeopleType, entry: Mapping[str, Value]) -> Element:
        """A person or a fact of one, without what this side does not hold of people."""
        held = {part: said for part, said in entry.items() if said and self._has(kind, part)}
        for part, choice in kind.choices.items():
            if part in held and self.vocabulary is not None:
                held[part] = choice.nearest(held[part], self.vocabulary)
        held = {part: said for part, said in held.items() if said is not None}
        address = held.get("address", "")
        says_something = address or not held.keys().isdisjoint(kind.choices)
        return held if says_something and self._cut(address) == address else ""

    def _has(self, kind: FieldType, part: str) -> bool:
        always = isinstance(kind, PeopleType) and part in ("address", "of")
        return always or self.parts is None or part in self.parts

    def _stored_parts(self, kind: CompositeType, value: Mapping[str, Value]) -> Value:
        limits = self.part_lengths or {}
        given = {name: part for name, part in value.items() if part is not None}
        parts = {
            name: cut_text(part, limits[name], self.unit) if name in limits else part
            for name, part in given.items()
            if self._has(kind, name)
        }
        if parts != given and kind.whole:
            raise Inexpressible("some of its parts have no room, and it means nothing without them")
        if parts != given and kind.normal(parts) is None:
            return None
        if isinstance(kind, InstantType):
            return kind.at_resolution(parts, self.resolution)
        return parts

    def _stored_rich_text(self, kind: RichTextType, value: Mapping[str, Value]) -> Value:
        html = value.get("html")
        if html and not self.plain_text and self._cut(html) == html:
            return value
        held = {"text": self._cut(kind.text_form(value) if html else value["text"])}
        return held if kind.normal(held) is not None else None

    def _stored_word(self, kind: ChoiceType, value: str) -> Value:
        if self.vocabulary is None:
            return value
        if (word := kind.nearest(value, self.vocabulary)) is None:
            raise Inexpressible("this system has no word for it")
        return word

    def _check_expressible(self, kind: FieldType, value: str) -> None:
        if self.full_dates and kind.kind == "date" and value.startswith("--"):
            raise Inexpressible("a date without a year")
        if self.vocabulary is not None and value not in self.vocabulary:
            raise Inexpressible("not one of the values this system allows")

    def _cut(self, value: str) -> str:
        return value if self.max_length is None else cut_text(value, self.max_length, self.unit)


UNLIMITED = Capacity()


def cut_text(value: str, limit: int, unit: Unit = "characters") -> str:
    """The longest beginning of `value` within `limit` that does not split a visible character.

    Trailing white space is cut as well, since services trim it.
    """
    position = _position(value, limit, unit)
    if position == len(value):
        return value
    return value[: last_boundary(value, position)].rstrip()


def _position(value: str, limit: int, unit: Unit) -> int:
    if unit == "characters":
        return min(limit, len(value))
    width = 0
    for position, character in enumerate(value):
        width += 2 if ord(character) > 0xFFFF else 1
        if width > limit:
            return position
    return len(value)
