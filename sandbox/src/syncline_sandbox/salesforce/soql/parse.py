"""From the text of a query to its syntax."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import UnexpectedToken, VisitError

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.soql.failures import MalformedError, malformed
from syncline_sandbox.salesforce.soql.syntax import (
    Aggregate,
    ChildQuery,
    Compare,
    Condition,
    FieldSet,
    Item,
    Like,
    Literalish,
    Logic,
    Membership,
    Name,
    Not,
    Operator,
    Path,
    Query,
    RelativeDay,
    SemiJoin,
    Sort,
)
from syncline_sandbox.salesforce.stamps import parse_day, parse_instant

MAX_QUERY = 100_000
"""Characters a query may have."""
MAX_COUNT = 2**31 - 1
MAX_DAYS = 100_000


def parse(text: str) -> Query:
    """The syntax of a query; refuses with MALFORMED_QUERY what is not SOQL."""
    if len(text) > MAX_QUERY:
        raise malformed(text, 0, "SOQL statements cannot be longer than 100000 characters.")
    try:
        return cast(Query, _parser().parse(text))
    except VisitError as error:
        if isinstance(error.orig_exc, MalformedError):
            raise malformed(text, error.orig_exc.at, error.orig_exc.message) from None
        raise
    except MalformedError as error:
        raise malformed(text, error.at, error.message) from None
    except UnexpectedInput as error:
        raise _unexpected(text, error) from None


def _unexpected(text: str, error: UnexpectedInput) -> ApiError:
    at = error.pos_in_stream
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if ended or at is None or not 0 <= at < len(text.rstrip()):
        return malformed(text, len(text), "unexpected token: '<EOF>'")
    if isinstance(error, UnexpectedToken):
        return malformed(text, at, f"unexpected token: '{error.token}'")
    if text[at] == "'":
        return malformed(text, at, "mismatched character '<EOF>' expecting '''")
    return malformed(text, at, f"unexpected token: '{re.split(r'[^0-9A-Za-z_]', text[at:])[0]}'")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), propagate_positions=False)


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


def _unescape(token: Token, kept: str = "") -> str:
    """The text of a string literal; escapes named in `kept` stay (LIKE reads them itself)."""

    def replaced(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        if code in kept:
            return match.group(0)
        if code.lower() not in _ESCAPES:
            raise MalformedError(f"invalid string escape: \\{code}", _at(token))
        return _ESCAPES[code.lower()]

    text = _ESCAPE.sub(replaced, token[1:-1])
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise MalformedError("invalid unicode escape", _at(token)) from None


def _at(token: Token) -> int:
    return token.start_pos or 0


def _relative(token: Token) -> RelativeDay:
    word, _, count = token.lower().partition(":")
    number = int(count[:10] or 0)
    if number > MAX_DAYS:
        raise MalformedError(f"number of days out of range: {number}", _at(token))
    match word:
        case "today":
            return RelativeDay(0, 1)
        case "yesterday":
            return RelativeDay(-1, 1)
        case "tomorrow":
            return RelativeDay(1, 1)
        case "last_n_days":
            return RelativeDay(-number, number + 1)
        case _:
            return RelativeDay(1, number)


def _checked(read: Callable[[str], Literalish], token: Token) -> Literalish:
    value = read(str(token))
    if value is None:
        raise MalformedError(f"Invalid date or time: {token}", _at(token))
    return value


@v_args(inline=True)
class _Builder(Transformer[Token, Query]):
    """Builds syntax bottom up while the text is parsed."""

    def start(self, items: tuple[Item, ...], kind: Name, *rest: Any) -> Query:
        where, order_by, limit, offset, all_rows = rest
        return Query(items, kind, where, order_by or (), limit, offset or 0, bool(all_rows))

    def count_all(self, word: Token) -> tuple[Item, ...]:
        return ()

    def items(self, *items: Item) -> tuple[Item, ...]:
        return items

    def field(self, path: Path) -> Path:
        return path

    def field_set(self, name: Name) -> FieldSet:
        return FieldSet(name.text.upper(), name.at)

    def aggregate(self, function: Token, path: Path, alias: Name | None) -> Aggregate:
        return Aggregate(function.upper(), path, alias.text if alias else None)

    def item(self, child: ChildQuery) -> ChildQuery:
        return child

    def child(self, items: tuple[Path, ...], name: Name, *rest: Any) -> ChildQuery:
        where, order_by, limit = rest
        return ChildQuery(items, name, where, order_by or (), limit)

    def child_items(self, *paths: Path) -> tuple[Path, ...]:
        return paths

    def where(self, condition: Condition) -> Condition:
        return condition

    def all_of(self, *parts: Condition) -> Logic:
        return Logic("AND", parts)

    def any_of(self, *parts: Condition) -> Logic:
        return Logic("OR", parts)

    def negation(self, part: Condition) -> Not:
        return Not(part)

    def compare(self, path: Path, operator: Token, value: Literalish) -> Compare:
        sign = "!=" if operator == "<>" else str(operator)
        return Compare(path, cast(Operator, sign), value)

    def like(self, path: Path, pattern: Token) -> Like:
        return Like(path, _unescape(pattern, kept="_%\\"))

    def membership(
        self, path: Path, word: Token, members: tuple[Literalish, ...] | SemiJoin
    ) -> Membership:
        return Membership(path, members, negated=word.type == "NOT_IN")

    def values(self, *values: Literalish) -> tuple[Literalish, ...]:
        return values

    def semi_join(self, path: Path, kind: Name, where: Condition | None) -> SemiJoin:
        return SemiJoin(path, kind, where)

    def order_by(self, *sorts: Sort) -> tuple[Sort, ...]:
        return sorts

    def sort(self, path: Path, direction: Token | None, nulls: Token | None) -> Sort:
        return Sort(
            path,
            descending=direction is not None and direction.upper() == "DESC",
            nulls_last=nulls is not None and nulls.upper().endswith("LAST"),
        )

    def limit(self, count: Token) -> int:
        return self._natural(count)

    def offset(self, count: Token) -> int:
        return self._natural(count)

    def _natural(self, count: Token) -> int:
        if len(count) > 10 or not 0 <= int(count) <= MAX_COUNT:
            raise MalformedError(f"unexpected token: '{count}'", _at(count))
        return int(count)

    def all_rows(self) -> bool:
        return True

    def path(self, *parts: Token) -> Path:
        return Path(tuple(map(str, parts)), _at(parts[0]))

    def name(self, token: Token) -> Name:
        return Name(str(token), _at(token))

    def string(self, token: Token) -> str:
        return _unescape(token)

    def datetime(self, token: Token) -> Literalish:
        return _checked(parse_instant, token)

    def date(self, token: Token) -> Literalish:
        return _checked(parse_day, token)

    def number(self, token: Token) -> Decimal:
        return Decimal(token)

    def true(self) -> bool:
        return True

    def false(self) -> bool:
        return False

    def null(self) -> None:
        return None

    def relative_day(self, token: Token) -> RelativeDay:
        return _relative(token)
