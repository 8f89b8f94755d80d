"""Keyed digests of a record's fields, as they are kept in the state and compared with bases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syncline.engine.decide.deltas import Digest, Digests
from syncline.model.fields import NORMAL_FORM_VERSION, SetType, Value
from syncline.model.objects import ObjectType
from syncline.state.compact import dumped, loaded


@dataclass(frozen=True)
class Digester:
    """Digests for one object type. `keyed(name, normal form)` comes from the vault."""

    type: ObjectType
    keyed: Callable[[str, Any], str]

    def fields(self, values: Mapping[str, Value]) -> dict[str, Digest]:
        """One digest per given field; fields of other types are left out."""
        known = self.type.fields
        return {name: self.field(name, value) for name, value in values.items() if name in known}

    def field(self, name: str, value: Value) -> Digest:
        """None for an empty value, one digest per element for a set."""
        kind = self.type.fields[name].type
        if isinstance(kind, SetType):
            found = tuple(sorted(self.element(name, key) for key in kind.elements(value)))
            return found or None
        normal = kind.normal(value)
        return None if normal is None else self.keyed(name, normal)

    def element(self, name: str, key: str) -> str:
        """The digest of one element's key."""
        return self.keyed(name, key)


def base_tag(mapping_version: int, key_id: str) -> str:
    """The versions a digest depends on: normal form, mapping, key."""
    return f"{NORMAL_FORM_VERSION}.{mapping_version}.{key_id}"


def dump(digests: Digests | None) -> str | None:
    """Digests as the JSON text the state keeps."""
    return None if digests is None else dumped(digests).decode()


def load(text: str | None) -> dict[str, Digest] | None:
    """The digests `dump` wrote."""
    if text is None:
        return None
    found: dict[str, Any] = loaded(text)
    return {name: tuple(each) if isinstance(each, list) else each for name, each in found.items()}
