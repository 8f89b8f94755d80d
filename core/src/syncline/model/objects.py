"""Object types: the kinds of things Syncline keeps the same, as lists of typed fields.

An object type is declared once, as a frozen pydantic model whose fields are annotated with a
field type; everything else (`ObjectType`) is read from that declaration. The engine knows only
`ObjectType` and works for any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict

from syncline.model.fields import FieldType, Value
from syncline.model.kinds.people import PeopleType


class CanonicalModel(BaseModel):
    """The base of `Contact` and of what plugins declare: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class FieldSpec:
    """One canonical field. Fields of one `group` (the parts of a name) are merged as a unit, which
    is `atomic` if its group says so.
    """

    name: str
    type: FieldType
    group: str | None = None
    atomic: bool = False


@dataclass(frozen=True)
class Group:
    """Annotation: fields with the same group are decided together.

    `atomic`: half of them is wrong, not only incomplete (begin and end of an appointment), so that
    they all travel the same way, and none of them fills what is empty without the others.
    """

    name: str
    atomic: bool = False


@dataclass(frozen=True)
class ObjectType:
    """A kind of thing: its name, its fields, and by what its records are recognised and called.

    `default_match` and `weak_match` are names of matchers, strongest first; the weak ones pair
    nothing unless a policy says so. A record is called by the first two of `label_fields` together,
    or else by one of the others; where it has none of them, by an address. `address_fields` are
    sets of addresses.
    """

    name: str
    specs: tuple[FieldSpec, ...]
    default_match: tuple[str, ...] = ()
    label_fields: tuple[str, ...] = ()
    weak_match: tuple[str, ...] = ()
    address_fields: tuple[str, ...] = ()

    @property
    def matchers(self) -> tuple[str, ...]:
        """All by which a record may be recognised, strongest first."""
        return self.default_match + self.weak_match

    def addresses(self, fields: Mapping[str, Value]) -> tuple[str, ...]:
        """All addresses of a record."""
        return tuple(str(each) for name in self.address_fields for each in fields.get(name) or ())

    @cached_property
    def fields(self) -> Mapping[str, FieldSpec]:
        """The fields by name."""
        return {spec.name: spec for spec in self.specs}

    @cached_property
    def atomic(self) -> frozenset[str]:
        """The fields that are never split by direction, filled or merged part by part: those of
        atomic groups, and those whose values are whole.
        """
        whole = (s.name for s in self.specs if s.type.whole and not s.type.is_set)
        return frozenset(whole) | {s.name for s in self.specs if s.atomic}

    @cached_property
    def _atomic_groups(self) -> Mapping[str, frozenset[str]]:
        groups: dict[str, set[str]] = {}
        for spec in self.specs:
            if spec.atomic and spec.group is not None:
                groups.setdefault(spec.group, set()).add(spec.name)
        return {name: frozenset(names) for names in groups.values() for name in names}

    def together(self, names: Iterable[str]) -> frozenset[str]:
        """These fields, and all those that mean nothing without them."""
        return frozenset[str]().union(*(self._atomic_groups.get(n, frozenset({n})) for n in names))

    @cached_property
    def told_by(self) -> frozenset[str]:
        """The fields that name the people whom a service tells of a change."""
        return frozenset(spec.name for spec in self.specs if isinstance(spec.type, PeopleType))

    def with_custom(self, types: Mapping[str, FieldType]) -> ObjectType:
        """The same type with further fields (name → type), as the configuration adds them."""
        added = tuple(FieldSpec(name, type) for name, type in types.items())
        return replace(self, specs=self.specs + added)

    def normal(self, fields: Mapping[str, Value]) -> dict[str, Value]:
        """Every given field in normal form. Fields that are not given stay not given.

        Raises:
            KeyError: a field this type does not have.
            ValueError: a value that is not of its field's type.

        """
        return {name: self.fields[name].type.normal(value) for name, value in fields.items()}

    def units(self) -> dict[str, tuple[str, ...]]:
        """What is decided together: group name or field name → its fields, in order."""
        found: dict[str, tuple[str, ...]] = {}
        for spec in self.specs:
            unit = spec.group or spec.name
            found[unit] = (*found.get(unit, ()), spec.name)
        return found


def object_type(
    name: str,
    model: type[CanonicalModel],
    *,
    default_match: tuple[str, ...] = (),
    label_fields: tuple[str, ...] = (),
    weak_match: tuple[str, ...] = (),
    address_fields: tuple[str, ...] = (),
) -> ObjectType:
    """Read an object type from its model: each field's `FieldType` and `Group` annotation. The rest
    is as `ObjectType` says.
    """
    hints = get_type_hints(model, include_extras=True)
    specs = tuple(_field_spec(field, hints[field]) for field in model.model_fields)
    return ObjectType(name, specs, default_match, label_fields, weak_match, address_fields)


def _field_spec(name: str, hint: Any) -> FieldSpec:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"field {name!r} needs a field type: Annotated[…, SHORT_TEXT]")
    marks = get_args(hint)[1:]
    kind = next(mark for mark in marks if isinstance(mark, FieldType))
    group = next((mark for mark in marks if isinstance(mark, Group)), None)
    if group is None:
        return FieldSpec(name, kind)
    return FieldSpec(name, kind, group.name, group.atomic)
