"""Conditions on collections: `path/any(variable: …)`, each a test that an item passes or does not.

Of its collections the Outlook service takes addresses (`emailAddresses/any(a: a/address eq …)`,
learn.microsoft.com/graph/api/user-list-contacts), texts in lists by equality, open extensions by
their presence (opentypeextension-get), and extended properties by id and value: `eq`, `ne`,
`contains` and `startswith` for texts, comparisons for numbers, other types by `cast`
(singlevaluelegacyextendedproperty-get).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncline_sandbox.graph.protocol.comparing import (
    EQUALITY,
    can_cast,
    cast_passes,
    number_passes,
    text_passes,
)
from syncline_sandbox.graph.protocol.extended import SINGLE, extended_kind, is_numeric
from syncline_sandbox.graph.protocol.extensions import EXTENSIONS, extension_name
from syncline_sandbox.graph.protocol.filter import (
    AnyOf,
    Both,
    Cast,
    Comparison,
    Contains,
    Node,
    StartsWith,
)
from syncline_sandbox.graph.protocol.vocabulary import Subject, Vocabulary

Key = tuple[str, str]
"""Kind and folded value under which an item can be found in the index."""

Test = Callable[[Subject], bool]
Path = tuple[str, ...]


def collection_test(node: AnyOf, vocabulary: Vocabulary) -> Test | None:
    """The test of a condition; `None` for a form the service does not take."""
    if len(node.path) != 1:
        return None
    [name] = node.path
    if name in vocabulary.text_lists:
        return _listed(name, equality(node.inner, (node.variable,)))
    if name in vocabulary.addressed:
        return _addressed(name, equality(node.inner, (node.variable, "address")))
    if vocabulary.extended and name.casefold() == SINGLE.casefold():
        return _extended(node)
    if vocabulary.extensions and name.casefold() == EXTENSIONS:
        return _present(equality(node.inner, (node.variable, "id")))
    return None


def collection_key(node: AnyOf, vocabulary: Vocabulary) -> Key | None:
    """The index entry a condition asks for, `None` if it is not of that kind."""
    [name] = node.path[:1]
    if name in vocabulary.addressed:
        address = equality(node.inner, (node.variable, "address"))
        return None if address is None else (name, address.casefold())
    if vocabulary.extended and name.casefold() == SINGLE.casefold() and (found := _parts(node)):
        identifier, condition = found
        text = equality(condition, (node.variable, "value"))
        return None if text is None else (extended_kind(identifier), text.casefold())
    return None


def equality(node: Node, path: Path) -> str | None:
    """The text that a path must be equal to, whatever the case of its last name."""
    match node:
        case Comparison(found, "eq", str(value)) if _folded(found) == path:
            return value
    return None


def _listed(name: str, wanted: str | None) -> Test | None:
    if wanted is None:
        return None
    folded = wanted.casefold()
    return lambda subject: folded in {each.casefold() for each in subject.values.get(name, ())}


def _addressed(name: str, wanted: str | None) -> Test | None:
    if wanted is None:
        return None
    folded = wanted.casefold()

    def passes(subject: Subject) -> bool:
        entries = subject.values.get(name, ())
        return folded in {(each.get("address") or "").casefold() for each in entries}

    return passes


def _present(wanted: str | None) -> Test | None:
    if wanted is None:
        return None
    name = extension_name(wanted)
    return lambda subject: name in subject.extensions


def _extended(node: AnyOf) -> Test | None:
    found = _parts(node)
    if found is None:
        return None
    identifier, condition = found
    passes = _value_test(condition, identifier, (node.variable, "value"))
    if passes is None:
        return None
    kind, accepts = extended_kind(identifier), passes
    return lambda subject: any(
        isinstance(value, str) and accepts(value)
        for name, value in subject.extended.items()
        if extended_kind(name) == kind
    )


def _parts(node: AnyOf) -> tuple[str, Node] | None:
    """The id of an extended property and the condition on its value, in either order."""
    if not isinstance(node.inner, Both):
        return None
    for first, second in ((node.inner.left, node.inner.right), (node.inner.right, node.inner.left)):
        identifier = equality(first, (node.variable, "id"))
        if identifier is not None:
            return identifier, second
    return None


def _value_test(node: Node, identifier: str, path: Path) -> Callable[[str], bool] | None:
    match node:
        case Cast() if _folded(node.path) == path and can_cast(node):
            return lambda stored: cast_passes(stored, node)
        case StartsWith() | Contains() if _folded(node.path) == path:
            return lambda stored: text_passes(stored, node)
        case Comparison(found, operation, str() | None) if _folded(found) == path:
            if operation in EQUALITY:
                return lambda stored: text_passes(stored, node)
            if is_numeric(identifier) and node.value is not None:
                return lambda stored: number_passes(stored, node)
    return None


def _folded(path: Any) -> Path:
    """The variable as it is, the names below it whatever their case: `ep/Id` is `ep/id`."""
    return (*path[:1], *(name.casefold() for name in path[1:]))
