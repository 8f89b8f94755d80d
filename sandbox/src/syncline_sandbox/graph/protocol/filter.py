"""`$filter` as a syntax tree of frozen values; what the names in it mean is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from syncline_sandbox.graph.errors import bad_request
from syncline_sandbox.graph.protocol.values import read_instant

Literal = str | float | bool | datetime | UUID | None


@dataclass(frozen=True)
class Comparison:
    path: tuple[str, ...]
    operator: str
    value: Literal


@dataclass(frozen=True)
class StartsWith:
    path: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Contains:
    path: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Cast:
    """`cast(path, type) operator value`; types are spelled as `Edm.Int32`."""

    path: tuple[str, ...]
    type: str
    operator: str
    value: Literal


@dataclass(frozen=True)
class AnyOf:
    """`path/any(variable: inner)`; paths in `inner` begin with the variable."""

    path: tuple[str, ...]
    variable: str
    inner: Node


@dataclass(frozen=True)
class Not:
    inner: Node


@dataclass(frozen=True)
class Both:
    left: Node
    right: Node


@dataclass(frozen=True)
class Either:
    left: Node
    right: Node


Node = Comparison | Cast | StartsWith | Contains | AnyOf | Not | Both | Either


def parse_filter(text: str) -> Node:
    """The tree of a filter; raises `Failure` (400) with the place of a syntax error."""
    try:
        node: Node = _Builder().transform(_parser().parse(text))
    except UnexpectedInput as error:
        position = getattr(error, "pos_in_stream", None)
        raise bad_request(
            f"Invalid filter clause: Syntax error at position {position} in '{text}'."
        ) from error
    except VisitError as error:
        raise error.orig_exc from error  # a literal that cannot be one: a `Failure` already
    except RecursionError as error:
        raise bad_request(
            "The restriction or sort order is too complex for this operation.", "InefficientFilter"
        ) from error
    return node


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("filter.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr")


class _Builder(Transformer[Token, Any]):
    """Turns lark's tree into ours."""

    def start(self, parts: list[Any]) -> Node:
        node: Node = parts[0]
        return node

    def either(self, parts: list[Any]) -> Either:
        return Either(*parts)

    def both(self, parts: list[Any]) -> Both:
        return Both(*parts)

    def negated(self, parts: list[Any]) -> Not:
        return Not(parts[0])

    def comparison(self, parts: list[Any]) -> Comparison:
        return Comparison(parts[0], str(parts[1]).lower(), parts[2])

    def starts_with(self, parts: list[Any]) -> StartsWith:
        return StartsWith(parts[0], _unquoted(parts[1]))

    def contains(self, parts: list[Any]) -> Contains:
        return Contains(parts[0], _unquoted(parts[1]))

    def cast(self, parts: list[Any]) -> Cast:
        return Cast(parts[0], str(parts[1]), str(parts[2]).lower(), parts[3])

    def any_of(self, parts: list[Any]) -> AnyOf:
        return AnyOf(parts[0], str(parts[1]), parts[2])

    def path(self, parts: list[Any]) -> tuple[str, ...]:
        *head, last = parts
        return (*(head[0] if head else ()), str(last))

    def text(self, parts: list[Any]) -> str:
        return _unquoted(parts[0])

    def instant(self, parts: list[Any]) -> datetime:
        return read_instant("$filter", str(parts[0]))

    def guid(self, parts: list[Any]) -> UUID:
        return UUID(str(parts[0]))

    def number(self, parts: list[Any]) -> float:
        return float(parts[0])

    def yes(self, parts: list[Any]) -> bool:
        return True

    def no(self, parts: list[Any]) -> bool:
        return False

    def nothing(self, parts: list[Any]) -> None:
        return None


def _unquoted(token: str) -> str:
    return str(token)[1:-1].replace("''", "'")
