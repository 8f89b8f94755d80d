"""SOQL text: literals that cannot break out, lists that fit a URI, conditions that stay one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

URI_BUDGET = 15_000
"""Characters of an encoded query. The service refuses URIs over 16,384 (414, 431)."""

_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}
_ESCAPED = re.compile("[" + re.escape("".join(_ESCAPES)) + "]")
_CONTROL = re.compile(r"[\x00-\x07\x0b\x0e-\x1f\x7f]")


_ID = re.compile(r"[A-Za-z0-9]{15,18}")


def is_id(value: object) -> bool:
    """Whether it can be an id. Ids become parts of addresses and of lists: nothing else may."""
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def text(value: str) -> str:
    """A quoted literal. Control characters, which no stored value holds, become spaces."""
    return "'" + _CONTROL.sub(" ", _ESCAPED.sub(lambda m: _ESCAPES[m[0]], value)) + "'"


def instant(value: datetime) -> str:
    """An unquoted literal in UTC, whole seconds (SOQL has no quotes around dates)."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def encoded(query: str) -> str:
    """The query as part of a URI. What RFC 3986 allows there stays: it saves a third."""
    return quote(query, safe="',()=<>:!*/-._~")


def lists(values: Iterable[str], budget: int, at_most: int = 600) -> Iterator[str]:
    """The values as `('a','b')` literals, each within `budget` encoded characters."""
    group: list[str] = []
    size = 0
    for literal in dict.fromkeys(map(text, values)):
        width = len(encoded(literal)) + 1
        if group and (size + width > budget or len(group) == at_most):
            yield f"({','.join(group)})"
            group, size = [], 0
        group.append(literal)
        size += width
    if group:
        yield f"({','.join(group)})"


def all_of(conditions: Sequence[str]) -> str:
    """The conditions joined by AND, each in its own parentheses; "" if there are none."""
    return " AND ".join(f"({condition})" for condition in conditions if condition)


def select(
    columns: str, name: str, conditions: Sequence[str], *, order: str = "", limit: int = 0
) -> str:
    """A query over one object; every value in the conditions is a literal made here."""
    where = all_of(conditions)
    parts = ["SELECT", columns, "FROM", name]
    parts += ["WHERE", where] if where else []
    parts += ["ORDER BY", order] if order else []
    parts += ["LIMIT", str(limit)] if limit else []
    return " ".join(parts)


class BadConditionError(ValueError):
    """The text is not one condition; the message says what is wrong."""


_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*' | [A-Za-z_][\w.]* | [()] | \s+ | [^\s'()A-Za-z_]+""", re.VERBOSE
)
_CLAUSES = frozenset({"ORDER", "GROUP", "HAVING", "LIMIT", "OFFSET", "WITH", "USING", "UPDATE"})
_INNER = frozenset({"SELECT", "FROM", "WHERE"})


def checked_condition(condition: str) -> str:
    """The condition, trimmed, if it can only be a condition.

    Raises:
        BadConditionError: a quote or parenthesis that does not close, a further clause (`LIMIT`), a
            second statement. Names and types are left to the service.

    """
    plain = condition.strip()
    if not plain or len(plain) > 4_000:
        raise BadConditionError("it must have between 1 and 4000 characters")
    position = depth = 0
    while position < len(plain):
        found = _TOKEN.match(plain, position)
        if found is None:
            raise BadConditionError("a quote is not closed")
        depth = _depth_after(found[0], depth)
        position = found.end()
    if depth:
        raise BadConditionError("a parenthesis is not closed")
    return plain


def _depth_after(word: str, depth: int) -> int:
    """The depth of parentheses after a word, sign or literal."""
    if word in "()":
        depth += 1 if word == "(" else -1
        if depth < 0:
            raise BadConditionError("a parenthesis closes that was never opened")
    elif word.upper() in _CLAUSES or (word.upper() in _INNER and depth == 0):
        raise BadConditionError(f"{word.upper()} does not belong in a condition")
    elif not word.startswith("'") and any(sign in word for sign in (";", "--", "/*", "\\")):
        raise BadConditionError("a condition holds no second statement and no comment")
    return depth
