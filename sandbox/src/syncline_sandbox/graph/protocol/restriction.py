"""What a filter means for one type: checked, evaluated, and narrowed by an index.

Texts are compared without regard to case, as Exchange does. `contains` on a property of the type is
refused as it is by the service (littlebearapps/outlook-assistant issue 37).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syncline_sandbox.graph.errors import Failure, bad_request
from syncline_sandbox.graph.protocol.any_of import Key, collection_key, collection_test
from syncline_sandbox.graph.protocol.comparing import compares, text_passes
from syncline_sandbox.graph.protocol.extended import Value, extended_kind
from syncline_sandbox.graph.protocol.filter import (
    AnyOf,
    Both,
    Cast,
    Comparison,
    Contains,
    Either,
    Node,
    Not,
    StartsWith,
)
from syncline_sandbox.graph.protocol.vocabulary import Subject, Vocabulary, no_such_property


def check(node: Node, vocabulary: Vocabulary) -> None:
    """Raises `Failure` (400) for names and forms the service does not take."""
    match node:
        case Both(left, right) | Either(left, right):
            check(left, vocabulary)
            check(right, vocabulary)
        case Not(inner):
            check(inner, vocabulary)
        case AnyOf():
            if collection_test(node, vocabulary) is None:
                raise _invalid_nodes()
        case Comparison(path, _, value):
            _check_comparison(path, value, vocabulary)
        case StartsWith(path):
            _check_name(path, vocabulary, vocabulary.texts)
        case Contains(path) | Cast(path):
            _check_name(path, vocabulary, vocabulary.texts | vocabulary.instants)
            raise _invalid_nodes()


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


def _invalid_nodes() -> Failure:
    return bad_request(
        "The query filter contains one or more invalid nodes.", "ErrorInvalidUrlQueryFilter"
    )


def holds(node: Node, subject: Subject, vocabulary: Vocabulary) -> bool:
    """Whether something passes a filter that was checked."""
    match node:
        case Both(left, right):
            return all(holds(part, subject, vocabulary) for part in (left, right))
        case Either(left, right):
            return any(holds(part, subject, vocabulary) for part in (left, right))
        case Not(inner):
            return not holds(inner, subject, vocabulary)
        case StartsWith(path):
            return text_passes(str(subject.values.get(path[0]) or ""), node)
        case Comparison(path, operation, value):
            return compares(subject.values.get(path[0]), operation, value)
        case AnyOf():
            test = collection_test(node, vocabulary)
            return test is not None and test(subject)
        case Contains() | Cast():
            return False  # refused by `check`


def index_key(node: Node, vocabulary: Vocabulary) -> Key | None:
    """The index entry a condition asks for, `None` if it is not of that kind."""
    match node:
        case Comparison((name,), "eq", str(value)) if name in vocabulary.indexed:
            return name, value.casefold()
        case AnyOf():
            return collection_key(node, vocabulary)
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
    item: Mapping[str, Any], extended: Mapping[str, Value], vocabulary: Vocabulary
) -> frozenset[Key]:
    """What the index holds of an item."""
    texts = {(name, item[name].casefold()) for name in vocabulary.indexed if item.get(name)}
    addresses = {
        (name, entry["address"].casefold())
        for name in vocabulary.addressed
        for entry in item.get(name, ())
        if entry.get("address")
    }
    marks = {
        (extended_kind(name), value.casefold())
        for name, value in extended.items()
        if isinstance(value, str)
    }
    return frozenset(texts | addresses | marks)


def ordered_first(node: Node) -> list[str]:
    """The names a filter uses, in order; `$orderby` must begin with them."""
    match node:
        case Both(left, right) | Either(left, right):
            return ordered_first(left) + ordered_first(right)
        case Not(inner):
            return ordered_first(inner)
        case Comparison(path) | StartsWith(path) | Contains(path) | Cast(path) | AnyOf(path):
            return [path[0]]
