"""Values as connectors are handed them: what core keeps in pieces is put together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from syncline.model.fields import Value
from syncline.model.kinds.people import PeopleType
from syncline.model.objects import ObjectType
from syncline.plugin.requests import Create, Delete, Update

Operation = TypeVar("Operation", Create, Update, Delete)


def handed(operation: Operation, type_: ObjectType | None) -> Operation:
    """The operation with everybody once in its sets of people: they are merged fact by fact."""
    if isinstance(operation, Delete) or type_ is None or type_.told_by.isdisjoint(operation.fields):
        return operation
    return replace(operation, fields=_whole(operation.fields, type_))


def _whole(fields: Mapping[str, Value], type_: ObjectType) -> dict[str, Value]:
    kinds = {name: type_.fields[name].type for name in fields if name in type_.told_by}
    people = {
        name: kind.people(fields[name]) or None
        for name, kind in kinds.items()
        if isinstance(kind, PeopleType)
    }
    return {**fields, **people}
