"""What the body of a write holds: a type's own properties, and those beyond it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.graph.errors import bad_body
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE, Changes, read_multi, read_single
from syncline_sandbox.graph.protocol.extensions import EXTENSIONS, Extensions, read_extensions
from syncline_sandbox.graph.protocol.values import unknown_property

Reader = Callable[[str, Any], Any]
"""Gives a property's value as it is stored; raises `Failure` (400)."""


@dataclass(frozen=True)
class Schema:
    """The properties that a body may set, each with its reader.

    `read_only` ones are passed over, as in the documentation's own samples. `extended`,
    `extensions`: whether the type has extended properties and open extensions.
    """

    type_name: str
    readers: Mapping[str, Reader]
    read_only: frozenset[str] = frozenset()
    extended: bool = False
    extensions: bool = False


@dataclass(frozen=True)
class Content:
    """What a body sets."""

    values: dict[str, Any] = field(default_factory=dict)
    extended: Changes = field(default_factory=dict)
    extensions: Extensions = field(default_factory=dict)


def read_content(body: Any, schema: Schema) -> Content:
    """A body as values; raises `Failure` (400)."""
    if not isinstance(body, dict):
        raise bad_body("A node of type 'StartObject' was expected from the JSON reader.")
    beyond = _beyond(schema)
    values: dict[str, Any] = {}
    for name, value in body.items():
        if "@" in name or name in schema.read_only or name in beyond:
            continue
        reader = schema.readers.get(name)
        if reader is None:
            raise unknown_property(name, schema.type_name)
        values[name] = reader(name, value)
    extended: Changes = {}
    if schema.extended:
        extended = read_single(body.get(SINGLE, [])) | read_multi(body.get(MULTI, []))
    extensions = read_extensions(body.get(EXTENSIONS, [])) if schema.extensions else {}
    return Content(values, extended, extensions)


def _beyond(schema: Schema) -> frozenset[str]:
    extended = {SINGLE, MULTI} if schema.extended else set()
    return frozenset(extended | ({EXTENSIONS} if schema.extensions else set()))
