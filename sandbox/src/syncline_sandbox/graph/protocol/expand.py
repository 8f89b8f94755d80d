"""`$expand`: which extended properties and open extensions an answer shows.

Each only by a `$filter` on ids (`or` between several); that is "the only way" to see extended
properties (learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from syncline_sandbox.graph.errors import bad_request
from syncline_sandbox.graph.protocol.any_of import equality
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE, extended_kind
from syncline_sandbox.graph.protocol.extensions import EXTENSIONS, extension_name
from syncline_sandbox.graph.protocol.filter import Either, Node, parse_filter
from syncline_sandbox.graph.protocol.vocabulary import Vocabulary

_ONE = re.compile(r"(?P<name>\w+)\(\s*\$filter\s*=(?P<filter>.+)\)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Expansion:
    """Kinds of ids of extended properties, and names of extensions."""

    single: frozenset[str] = field(default_factory=frozenset)
    multi: frozenset[str] = field(default_factory=frozenset)
    extensions: frozenset[str] = field(default_factory=frozenset)


NOTHING = Expansion()


def read_expand(text: str | None, vocabulary: Vocabulary) -> Expansion:
    """What is asked for; raises `Failure` (400)."""
    if text is None:
        return NOTHING
    found: dict[str, frozenset[str]] = {}
    for part in _parts(text):
        one = _ONE.fullmatch(part.strip())
        name = _known(one["name"], vocabulary) if one else None
        names = frozenset(_ids(parse_filter(one["filter"]))) if one and name else frozenset()
        if name is None or not names:
            raise bad_request(f"Parsing OData Select and Expand failed: '{text}'.")
        found[name] = names
    kinds = {name: frozenset(map(extended_kind, found.get(name, ()))) for name in (SINGLE, MULTI)}
    named = frozenset(map(extension_name, found.get(EXTENSIONS, ())))
    return Expansion(kinds[SINGLE], kinds[MULTI], named)


def _known(name: str, vocabulary: Vocabulary) -> str | None:
    extended = (SINGLE, MULTI) if vocabulary.extended else ()
    extensions = (EXTENSIONS,) if vocabulary.extensions else ()
    known = {each.casefold(): each for each in (*extended, *extensions)}
    return known.get(name.casefold())


def _ids(node: Node) -> Iterator[str]:
    """The ids of `id eq … or id eq …`; none at all if anything else is in it."""
    if isinstance(node, Either):
        left, right = tuple(_ids(node.left)), tuple(_ids(node.right))
        yield from (*left, *right) if left and right else ()
    elif (identifier := equality(node, ("id",))) is not None:
        yield identifier


def _parts(text: str) -> Iterator[str]:
    """The text cut at the commas that are neither in parentheses nor in quotes."""
    depth, quoted, start = 0, False, 0
    for position, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted and character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and not quoted and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]
