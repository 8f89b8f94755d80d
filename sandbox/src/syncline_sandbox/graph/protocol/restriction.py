"""What a filter means for one type: checked, evaluated, and narrowed by an index.

The Outlook service restricts: of the collections only addresses (`emailAddresses/any(a: a/address
eq …)`), texts in lists by equality and extended properties by id and value. Texts are compared
without regard to case, as Exchange does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.extended import EXTENDED, extended_kind
from syncline_sandbox.graph.protocol.filter import (
    AnyOf,
    Both,
    Comparison,
    Either,
    Node,
    Not,
    StartsWith,
)

Key = tuple[str, str]
"""Kind and folded value under which an item can be found in the index."""

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge,
    "lt": operator.lt, "le": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """The names a filter may use on one type.

    `addressed` are lists whose entries are asked for by their address; `indexed` are texts that
    the index knows. `extended`: whether the type has extended properties.
    """

    type_name: str
    texts: frozenset[str]
    instants: frozenset[str] = frozenset()
    text_lists: frozenset[str] = frozenset()
    unsearchable: frozenset[str] = frozenset()
    addressed: frozenset[str] = frozenset()
    indexed: frozenset[str] = frozenset()
    extended: bool = False


def check(node: Node, vocabulary: Vocabulary) -> None:
    """Raises `Failure` (400) for names and forms the service does not take."""
    match node:
        case Both(left, right) | Either(left, right):
            check(left, vocabulary)
            check(right, vocabulary)
        case Not(inner):
            check(inner, vocabulary)
        case AnyOf():
            _check_any(node, vocabulary)
        case Comparison(path, _, value):
            _check_comparison(path, value, vocabulary)
        case StartsWith(path):
            _check_name(path, vocabulary, vocabulary.texts)


def _check_comparison(path: tuple[str, ...], value: Any, vocabulary: Vocabulary) -> None:
    _check_name(path, vocabulary, vocabulary.texts | vocabulary.instants)
    fits = isinstance(value, datetime if path[0] in vocabulary.instants else str)
    if value is not None and not fits:
        raise bad_request(
            "A binary operator with incompatible types was detected in the filter clause for "
            f"property '{path[0]}'."
        )


def _check_name(path: tuple[str, ...], vocabulary: Vocabulary, allowed: frozenset[str]) -> None:
    if len(path) == 1 and path[0] in allowed:
        return
    if path[0] in vocabulary.unsearchable:
        raise _invalid_nodes()
    raise no_such_property(path[0], vocabulary.type_name)


def _check_any(node: AnyOf, vocabulary: Vocabulary) -> None:
    if len(node.path) == 1 and node.path[0] in vocabulary.text_lists:
        if _equality(node.inner, (node.variable,)) is not None:
            return
    elif index_key(node, vocabulary) is not None:
        return
    raise _invalid_nodes()


def _invalid_nodes() -> Failure:
    return bad_request(
        "The query filter contains one or more invalid nodes.", "ErrorInvalidUrlQueryFilter"
    )


def no_such_property(name: str, type_name: str) -> Failure:
    """A query option names something the type does not have."""
    return bad_request(
        f"Could not find a property named '{name}' on type '{type_name}'.",
        "RequestBroker--ParseUri",
    )


def holds(
    node: Node,
    item: Mapping[str, Any],
    vocabulary: Vocabulary,
    keys: frozenset[Key] = frozenset(),
) -> bool:
    """Whether an item passes; `keys` are what the index holds of it."""
    match node:
        case Both(left, right):
            return all(holds(part, item, vocabulary, keys) for part in (left, right))
        case Either(left, right):
            return any(holds(part, item, vocabulary, keys) for part in (left, right))
        case Not(inner):
            return not holds(inner, item, vocabulary, keys)
        case StartsWith(path, text):
            return str(item.get(path[0]) or "").casefold().startswith(text.casefold())
        case Comparison(path, operation, value):
            return _compare(item.get(path[0]), operation, value)
        case AnyOf():
            return _any_holds(node, item, vocabulary, keys)


def _any_holds(
    node: AnyOf, item: Mapping[str, Any], vocabulary: Vocabulary, keys: frozenset[Key]
) -> bool:
    wanted = _equality(node.inner, (node.variable,))
    if wanted is not None:
        return wanted.casefold() in {text.casefold() for text in item.get(node.path[0], ())}
    return index_key(node, vocabulary) in keys


def _compare(stored: Any, operation: str, value: Any) -> bool:
    if value is None or not stored:
        return _COMPARE[operation](stored or None, value or None) if operation in _EQ else False
    if isinstance(value, datetime):
        return _COMPARE[operation](datetime.fromisoformat(stored), value)
    return _COMPARE[operation](str(stored).casefold(), str(value).casefold())


_EQ = frozenset({"eq", "ne"})


def index_key(node: Node, vocabulary: Vocabulary) -> Key | None:
    """The index entry a condition asks for, `None` if it is not of that kind."""
    match node:
        case Comparison((name,), "eq", str(value)) if name in vocabulary.indexed:
            return name, value.casefold()
        case AnyOf((name,), variable, inner) if name in vocabulary.addressed:
            address = _equality(inner, (variable, "address"))
            return None if address is None else (name, address.casefold())
        case AnyOf((name,), variable, Both(left, right)) if _is_extended(name, vocabulary):
            return _extended_key(variable, left, right) or _extended_key(variable, right, left)
    return None


def _is_extended(name: str, vocabulary: Vocabulary) -> bool:
    return vocabulary.extended and name == EXTENDED


def _extended_key(variable: str, first: Node, second: Node) -> Key | None:
    identifier = _equality(first, (variable, "id"))
    value = _equality(second, (variable, "value"))
    if identifier is None or value is None:
        return None
    return extended_kind(identifier), value.casefold()


def _equality(node: Node, path: tuple[str, ...]) -> str | None:
    match node:
        case Comparison(found, "eq", str(value)) if found == path:
            return value
    return None


def candidates(node: Node, vocabulary: Vocabulary) -> frozenset[Key] | None:
    """Keys of which every match has at least one; `None`: the index cannot help."""
    match node:
        case Both(left, right):
            return candidates(left, vocabulary) or candidates(right, vocabulary)
        case Either(left, right):
            one, other = candidates(left, vocabulary), candidates(right, vocabulary)
            return one | other if one and other else None
        case Not():
            return None
    key = index_key(node, vocabulary)
    return None if key is None else frozenset({key})


def keys_of(
    item: Mapping[str, Any], extended: Mapping[str, str], vocabulary: Vocabulary
) -> frozenset[Key]:
    """What the index holds of an item."""
    texts = {(name, item[name].casefold()) for name in vocabulary.indexed if item.get(name)}
    addresses = {
        (name, entry["address"].casefold())
        for name in vocabulary.addressed
        for entry in item.get(name, ())
        if entry.get("address")
    }
    marks = {(extended_kind(name), value.casefold()) for name, value in extended.items()}
    return frozenset(texts | addresses | marks)


def ordered_first(node: Node) -> list[str]:
    """The names a filter uses, in order; `$orderby` must begin with them."""
    match node:
        case Both(left, right) | Either(left, right):
            return ordered_first(left) + ordered_first(right)
        case Not(inner):
            return ordered_first(inner)
        case Comparison(path) | StartsWith(path) | AnyOf(path):
            return [path[0]]
