"""Believable values for any field of any object type, made from its declaration."""

from __future__ import annotations

from collections.abc import Mapping

from syncline.model.capacity import Inexpressible
from syncline.model.fields import CompositeType, Element, FieldType, SetType, Value
from syncline.model.kinds.choice import ChoiceType
from syncline.model.kinds.instant import InstantType
from syncline.model.kinds.people import PeopleType
from syncline.model.kinds.rich_text import RichTextType
from syncline.model.objects import ObjectType
from syncline.plugin.spec import Field, TypeSpec

DERIVED = frozenset({"display_name"})
"""Fields that services rebuild from others; only sent where a test is about them."""


def sample(type: ObjectType, spec: TypeSpec, number: int) -> dict[str, Value]:
    """A record with every field that can be written, as it will be stored; different numbers
    give records that no matcher takes for the same.
    """
    writable = [each for each in spec.fields if not each.read_only and each.name not in DERIVED]
    values = {each.name: sample_value(each, type, number) for each in writable}
    return predicted(type, spec, {name: value for name, value in values.items() if value})


def required(type: ObjectType, spec: TypeSpec, number: int) -> dict[str, Value]:
    """The least a create needs, or the first text field if nothing is required."""
    full = sample(type, spec, number)
    needed = {each.name for each in spec.fields if each.required} & full.keys()
    return {name: full[name] for name in needed or list(full)[:1]}


def sample_value(field: Field, type: ObjectType, number: int) -> Value:
    """A value of this field."""
    kind = type.fields[field.name].type
    if isinstance(kind, SetType):
        count = min(field.capacity.many or 2, 2)
        return tuple(sample_element(kind, field.name, number, each) for each in range(count))
    if field.capacity.vocabulary:
        return sorted(field.capacity.vocabulary)[number % len(field.capacity.vocabulary)]
    return _value(kind, field.name, number)


def sample_element(kind: SetType, name: str, number: int, index: int) -> Element:
    """One element of a set, another one for each index."""
    if isinstance(kind, PeopleType):
        role, response = (_word(choice, number + index) for choice in kind.choices.values())
        address = f"guest{number}.{index}@example.com"
        return {"address": address, "name": f"Guest {index}", "role": role, "response": response}
    if kind.kind == "e-mail set":
        return f"person{number}.{index}@example.com"
    if kind.kind == "phone set":
        return f"+49 30 66{len(name)}{index}{number:04d}"
    return f"{name.title()} {number} {index}"


def _value(kind: FieldType, name: str, number: int) -> Value:
    if isinstance(kind, InstantType):
        at = f"2026-0{1 + number % 9}-17T{number % 24:02d}:30:00+01:00"
        return {"at": at, "zone": "Africa/Lagos"}  # an hour ahead, the whole year
    if isinstance(kind, CompositeType):
        return {part: _value(its, part, number) for part, its in kind.parts.items()}
    if isinstance(kind, RichTextType):
        return {"html": f"<p>First line {number}</p><p><b>second</b> line of {name}</p>"}
    if isinstance(kind, ChoiceType):
        return _word(kind, number)
    return _text(kind, name, number)


def _word(kind: ChoiceType, number: int) -> str:
    return [*kind.classes][number % len(kind.classes)]


def _text(kind: FieldType, name: str, number: int) -> str:
    by_kind = {
        "date": f"19{60 + number % 40}-0{1 + number % 9}-17",
        "phone": f"+49 30 5550{number:04d}{len(name):02d}",
        "url": f"https://www.example.com/{number}",
        "long text": f"First line {number}\nsecond line of {name}",
        "street": f"{number} Long Street\nBuilding B",
        "flag": "true" if number % 2 else "false",
        "number": f"{number}.25",
    }
    known = {"country": "Germany", "region": "Berlin", "postal_code": f"{10000 + number}"}
    label = name.replace("_", " ").title()
    return known.get(name) or by_kind.get(kind.kind) or f"{label} {number}"


def within_capacity(
    type: ObjectType, spec: TypeSpec, fields: Mapping[str, Value]
) -> dict[str, Value]:
    """What core would send of these fields: cut to capacity, inexpressible ones left out."""
    cut: dict[str, Value] = {}
    for name, value in fields.items():
        try:
            cut[name] = spec.by_name[name].capacity.stored(type.fields[name].type, value)
        except Inexpressible:
            continue
    return cut


def predicted(type: ObjectType, spec: TypeSpec, fields: Mapping[str, Value]) -> dict[str, Value]:
    """What the declaration says will be stored when these fields are written."""
    cut = within_capacity(type, spec, fields)
    stored = spec.stored_as(cut)
    return {name: stored.get(name) for name in cut}
