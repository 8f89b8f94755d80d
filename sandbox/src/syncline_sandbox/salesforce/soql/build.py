"""Builds syntax bottom up while the text is parsed: a method for each rule of `grammar.lark`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from lark import Token, Transformer, v_args

from syncline_sandbox.salesforce.soql.dates import DateLiteral
from syncline_sandbox.salesforce.soql.failures import MalformedError
from syncline_sandbox.salesforce.soql.literals import checked, natural, place, relative, unescape
from syncline_sandbox.salesforce.soql.sources import aliases, driving
from syncline_sandbox.salesforce.soql.syntax import (
    Call,
    ChildQuery,
    Compare,
    Condition,
    Expression,
    FieldSet,
    Grouping,
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
    Returning,
    Search,
    Selected,
    SemiJoin,
    Sort,
    Source,
    Subtotals,
    TypeOf,
    When,
)
from syncline_sandbox.salesforce.stamps import parse_day, parse_instant

MAX_NESTING = 4
"""Functions within each other: `HOUR_IN_DAY(convertTimezone(…))` has two."""


@v_args(inline=True)
class Builder(Transformer[Token, Query | Search]):
    """Each method gets the parts of its rule, those that are not there as None."""

    def start(
        self, items: tuple[Item, ...], sources: tuple[Source, ...], scope: Name | None, *rest: Any
    ) -> Query:
        where, grouping, order_by, limit, offset, tracking, all_rows = rest
        return Query(
            items, driving(sources), aliases(sources), scope, where, grouping, order_by or (),
            limit, offset or 0, tracking or frozenset(), bool(all_rows),
        )  # fmt: skip

    # ---- FIND -----------------------------------------------------------------------------------

    def search(self, term: Token, fields: str | None, *rest: Any) -> Search:
        returning, limit = rest
        return Search(str(term[1:-1]), fields or "ALL", returning or (), limit, place(term))

    def fields(self, _: Token, group: Token) -> str:
        return group.upper()

    def returning(self, *returned: Returning) -> tuple[Returning, ...]:
        return returned

    def returned(self, kind: Name, items: tuple[Item, ...] | None, *rest: Any) -> Returning:
        where, order_by, limit, offset = rest
        return Returning(kind, items or (), where, order_by or (), limit, offset or 0)

    # ---- SELECT ---------------------------------------------------------------------------------

    def items(self, *items: Item) -> tuple[Item, ...]:
        return items

    def selected(self, expression: Expression, alias: Token | None) -> Item:
        if isinstance(expression, Call) and expression.function == "FIELDS":
            chosen = expression.argument
            if alias is not None or not isinstance(chosen, Path):
                raise MalformedError("unexpected token: 'FIELDS'", expression.at)
            return FieldSet(str(chosen).upper(), expression.at)
        return Selected(expression, None if alias is None else str(alias))

    def child(self, items: tuple[Item, ...], source: Source, *rest: Any) -> ChildQuery:
        where, order_by, limit, offset = rest
        relationship = Name(source.path.parts[-1], source.path.at)
        return ChildQuery(items, relationship, where, order_by or (), limit, offset or 0)

    def type_of(self, relationship: Path, *rest: Any) -> TypeOf:
        *whens, otherwise = rest
        return TypeOf(relationship, tuple(whens), otherwise or ())

    def when(self, kind: Name, paths: tuple[Path, ...]) -> When:
        return When(kind, paths)

    def otherwise(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        return paths

    def paths(self, *paths: Path) -> tuple[Path, ...]:
        return paths

    # ---- FROM -----------------------------------------------------------------------------------

    def sources(self, *sources: Source) -> tuple[Source, ...]:
        return sources

    def source(self, path: Path, alias: Token | None) -> Source:
        return Source(path, None if alias is None else str(alias))

    def scope(self, name: Name) -> Name:
        return name

    # ---- WHERE, HAVING --------------------------------------------------------------------------

    def where(self, condition: Condition) -> Condition:
        return condition

    def all_of(self, *parts: Condition) -> Logic:
        return Logic("AND", parts)

    def any_of(self, *parts: Condition) -> Logic:
        return Logic("OR", parts)

    def negation(self, part: Condition) -> Not:
        return Not(part)

    def compare(self, expression: Expression, operator: Token, value: Literalish) -> Compare:
        sign = "!=" if operator == "<>" else str(operator)
        return Compare(expression, cast(Operator, sign), value)

    def like(self, expression: Expression, pattern: Token) -> Like:
        return Like(expression, unescape(pattern, kept="_%\\"))

    def membership(
        self, expression: Expression, word: Token, members: tuple[Literalish, ...] | SemiJoin
    ) -> Membership:
        return Membership(expression, members, negated=word.type == "NOT_IN")

    def values(self, *values: Literalish) -> tuple[Literalish, ...]:
        return values

    def semi_join(self, path: Path, kind: Name, where: Condition | None) -> SemiJoin:
        return SemiJoin(path, kind, where)

    # ---- GROUP BY, ORDER BY, the rest -----------------------------------------------------------

    def group_by(self, grouping: Grouping, having: Condition | None) -> Grouping:
        return Grouping(grouping.expressions, grouping.subtotals, having, grouping.at)

    def plain(self, *expressions: Expression) -> Grouping:
        return Grouping(expressions, at=expressions[0].at)

    def subtotals(self, word: Token, *expressions: Expression) -> Grouping:
        return Grouping(expressions, cast(Subtotals, word.upper()), at=place(word))

    def having(self, condition: Condition) -> Condition:
        return condition

    def order_by(self, *sorts: Sort) -> tuple[Sort, ...]:
        return sorts

    def sort(self, expression: Expression, direction: Token | None, nulls: Token | None) -> Sort:
        return Sort(
            expression,
            descending=direction is not None and direction.upper() == "DESC",
            nulls_last=nulls is not None and nulls.upper().endswith("LAST"),
        )

    def limit(self, count: Token) -> int:
        return natural(count)

    def offset(self, count: Token) -> int:
        return natural(count)

    def tracking(self, *uses: Token) -> frozenset[str]:
        return frozenset(use.upper() for use in uses)

    def all_rows(self) -> bool:
        return True

    # ---- expressions ----------------------------------------------------------------------------

    def call(self, function: Token, argument: Expression | None) -> Call:
        if _depth(argument) >= MAX_NESTING:
            raise MalformedError(f"unexpected token: '{function}'", place(function))
        return Call(function.upper(), argument, place(function))

    def path(self, *parts: Token) -> Path:
        return Path(tuple(map(str, parts)), place(parts[0]))

    def name(self, token: Token) -> Name:
        return Name(str(token), place(token))

    def string(self, token: Token) -> str:
        return unescape(token)

    def datetime(self, token: Token) -> Literalish:
        return checked(parse_instant, token)

    def date(self, token: Token) -> Literalish:
        return checked(parse_day, token)

    def number(self, token: Token) -> Decimal:
        return Decimal(token)

    def true(self, _: Token) -> bool:
        return True

    def false(self, _: Token) -> bool:
        return False

    def null(self, _: Token) -> None:
        return None

    def date_literal(self, token: Token) -> DateLiteral:
        return relative(token)


def _depth(expression: Expression | None) -> int:
    depth = 0
    while isinstance(expression, Call):
        expression, depth = expression.argument, depth + 1
    return depth
