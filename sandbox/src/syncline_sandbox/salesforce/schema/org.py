"""The schema of one org: standard objects, its features, its custom fields, and field security."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from syncline_sandbox.salesforce.schema.fields import Field
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.schema.objects import STANDARD_OBJECTS

Access = Literal["hidden", "read"]

FEATURES = frozenset(
    {
        "middle_name",
        "suffix",
        "state_country_picklists",
        "record_types",
        "opt_out_fields",
        "person_accounts",
    }
)
"""What an org may switch on; each brings fields that are otherwise not there."""


@dataclass(frozen=True)
class OrgSchema:
    """The objects and fields as one kind of caller sees them."""

    objects: Mapping[str, ObjectType]

    def object(self, name: str) -> ObjectType | None:
        """An object by name, whatever its case; None if there is none or it is not visible."""
        return self.objects.get(name.lower())

    def by_prefix(self, record_id: str) -> ObjectType | None:
        """The object that an id belongs to."""
        return next((o for o in self.objects.values() if o.prefix == record_id[:3]), None)


@dataclass(frozen=True)
class Customisation:
    """What makes this org's schema its own. `access` has keys `Object.Field` or `Object`."""

    features: frozenset[str] = frozenset()
    custom: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    access: Mapping[str, Access] = field(default_factory=dict)
    picklists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def everything(self) -> OrgSchema:
        """The schema without field security: what the stand-in itself works with."""
        return _schema(_complete(kind, self) for kind in STANDARD_OBJECTS)

    def visible(self) -> OrgSchema:
        """The schema as the API user sees it."""
        kinds = (_complete(kind, self) for kind in STANDARD_OBJECTS)
        return _schema(
            _secured(kind, self) for kind in kinds if self.access.get(kind.name) != "hidden"
        )


def custom_field(name: str, **properties: Any) -> Field:
    """A custom field from its properties; text unless `type` says otherwise."""
    given: dict[str, Any] = {"type": "string", "length": 255} | properties
    given["values"] = tuple(given.get("values", ()))
    given["refers_to"] = tuple(given.get("refers_to", ()))
    if given["type"] == "reference":
        given = {"relationship": f"{name.removesuffix('__c')}__r"} | given
    given["labels"] = tuple(dict(given.get("labels", {})).items())
    return Field(name=name, custom=True, **given)


def _schema(kinds: Iterable[ObjectType]) -> OrgSchema:
    return OrgSchema({kind.name.lower(): kind for kind in kinds})


def _complete(kind: ObjectType, org: Customisation) -> ObjectType:
    standard = (f for f in kind.fields if f.needs is None or f.needs in org.features)
    fields = (*standard, *org.custom.get(kind.name, ()))
    return _composed(kind, [_with_values(kind.name, f, org) for f in fields])


def _composed(kind: ObjectType, fields: Sequence[Field]) -> ObjectType:
    """Compound fields are made of those parts only that are there."""
    names = {field.name for field in fields}
    return replace(
        kind,
        fields=tuple(
            replace(f, parts=tuple(p for p in f.parts if p in names)) if f.parts else f
            for f in fields
        ),
    )


def _with_values(kind: str, field: Field, org: Customisation) -> Field:
    name = f"{kind}.{field.name}"
    values, labels = org.picklists.get(name), org.labels.get(name)
    labelled = replace(field, labels=tuple(labels.items())) if labels else field
    return labelled if values is None else replace(labelled, values=values, restricted=True)


def _secured(kind: ObjectType, org: Customisation) -> ObjectType:
    def access(field: Field) -> Access | None:
        return org.access.get(f"{kind.name}.{field.name}")

    shown = (
        replace(field, createable=False, updateable=False) if access(field) == "read" else field
        for field in kind.fields
        if access(field) != "hidden"
    )
    secured = _composed(kind, tuple(shown))
    if org.access.get(kind.name) == "read":
        return replace(secured, createable=False, updateable=False, deletable=False)
    return secured
