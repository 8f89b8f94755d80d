"""What one type is called in queries, and what a condition is held against."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.extended import Value


@dataclass(frozen=True)
class Vocabulary:
    """The names a query may use on one type.

    `properties` may be selected. A filter takes `texts`, `instants`, entries of `text_lists` and
    addresses of `addressed` lists; `unsearchable` names exist and are refused there. `indexed` are
    texts that the index knows, `searched` those that `$search` looks into. `extended`,
    `extensions`: whether the type has extended properties and open extensions.
    """

    type_name: str
    properties: frozenset[str]
    texts: frozenset[str]
    instants: frozenset[str] = frozenset()
    text_lists: frozenset[str] = frozenset()
    unsearchable: frozenset[str] = frozenset()
    addressed: frozenset[str] = frozenset()
    indexed: frozenset[str] = frozenset()
    searched: frozenset[str] = frozenset()
    extended: bool = False
    extensions: bool = False


@dataclass(frozen=True)
class Subject:
    """An item or a folder as conditions see it: as shown, and what it holds beyond its type."""

    values: Mapping[str, Any]
    extended: Mapping[str, Value] = field(default_factory=dict)
    extensions: Collection[str] = ()


def no_such_property(name: str, type_name: str) -> Failure:
    """A query option names something the type does not have."""
    return bad_request(
        f"Could not find a property named '{name}' on type '{type_name}'.",
        "RequestBroker--ParseUri",
    )
