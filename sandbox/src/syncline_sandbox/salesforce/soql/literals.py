"""Literals of a query: from tokens to values."""

from __future__ import annotations

import re
from collections.abc import Callable

from lark import Token

from syncline_sandbox.salesforce.soql.dates import DateLiteral, date_literal
from syncline_sandbox.salesforce.soql.failures import MalformedError
from syncline_sandbox.salesforce.soql.syntax import Literalish

MAX_COUNT = 2**31 - 1
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


def place(token: Token) -> int:
    """Where a token stands in the text."""
    return token.start_pos or 0


def unescape(token: Token, kept: str = "") -> str:
    """The text of a string literal; escapes named in `kept` stay (LIKE reads them itself)."""

    def replaced(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        if code in kept:
            return match.group(0)
        if code.lower() not in _ESCAPES:
            raise MalformedError(f"invalid string escape: \\{code}", place(token))
        return _ESCAPES[code.lower()]

    text = _ESCAPE.sub(replaced, token[1:-1])
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise MalformedError("invalid unicode escape", place(token)) from None


def checked(read: Callable[[str], Literalish], token: Token) -> Literalish:
    """A date or time; refuses one that is none."""
    value = read(str(token))
    if value is None:
        raise MalformedError(f"Invalid date or time: {token}", place(token))
    return value


def relative(token: Token) -> DateLiteral:
    """A date literal; refuses one that means nothing."""
    found = date_literal(str(token))
    if found is None:
        raise MalformedError(f"Invalid date literal: {token}", place(token))
    return found


def natural(count: Token) -> int:
    """The number of a LIMIT or an OFFSET."""
    if len(count) > 10 or not 0 <= int(count) <= MAX_COUNT:
        raise MalformedError(f"unexpected token: '{count}'", place(count))
    return int(count)
