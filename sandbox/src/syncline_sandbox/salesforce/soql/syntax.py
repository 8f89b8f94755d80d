"""A SOQL query as a value. `at` is where something stands in the text; it does not count in ==."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from syncline_sandbox.salesforce.soql.dates import DateLiteral

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Subtotals = Literal["", "ROLLUP", "CUBE"]


@dataclass(frozen=True)
class Name:
    """The name of an object, of a scope or of a child relationship."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Path:
    """A field, perhaps through relationships: `("Account", "Owner", "Email")`."""

    parts: tuple[str, ...]
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True)
class Call:
    """A function of a field, of another function, or of nothing: `COUNT()`. The name is in capitals
    whatever its case in the text.
    """

    function: str
    argument: Expression | None = None
    at: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.function}({'' if self.argument is None else self.argument})"


Expression = Path | Call
Literalish = str | bool | Decimal | date | datetime | DateLiteral | None
"""What may stand on the right of an operator."""


@dataclass(frozen=True)
class Compare:
    """`expression operator value`."""

    expression: Expression
    operator: Operator
    value: Literalish


@dataclass(frozen=True)
class Like:
    """`expression LIKE pattern`, with `%`, `_` and their escapes as written."""

    expression: Expression
    pattern: str


@dataclass(frozen=True)
class SemiJoin:
    """`SELECT path FROM object WHERE …` inside IN."""

    path: Path
    object: Name
    where: Condition | None


@dataclass(frozen=True)
class Membership:
    """`expression IN …` or `expression NOT IN …`."""

    expression: Expression
    members: tuple[Literalish, ...] | SemiJoin
    negated: bool


@dataclass(frozen=True)
class Logic:
    """All of, or any of, two or more conditions."""

    operator: Literal["AND", "OR"]
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The contrary of a condition."""

    part: Condition


Condition = Compare | Like | Membership | Logic | Not


@dataclass(frozen=True)
class Sort:
    """One criterion of ORDER BY. Empty values come first unless `nulls_last`."""

    expression: Expression
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Selected:
    """An expression of the field list, with its alias."""

    expression: Expression
    alias: str | None = None


@dataclass(frozen=True)
class FieldSet:
    """`FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class When:
    """What TYPEOF selects of rows of one object."""

    object: Name
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class TypeOf:
    """`TYPEOF relationship WHEN object THEN paths … ELSE otherwise END`."""

    relationship: Path
    whens: tuple[When, ...]
    otherwise: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ChildQuery:
    """Rows that refer to a parent: `(SELECT Email FROM Contacts)`."""

    items: tuple[Item, ...]
    relationship: Name
    where: Condition | None = None
    order_by: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0


Item = Selected | FieldSet | TypeOf | ChildQuery


@dataclass(frozen=True)
class Source:
    """One entry of FROM: an object, or a relationship of one before it, and its alias."""

    path: Path
    alias: str | None = None


@dataclass(frozen=True)
class Grouping:
    """GROUP BY with what further rows of subtotals are wanted, and HAVING."""

    expressions: tuple[Expression, ...]
    subtotals: Subtotals = ""
    having: Condition | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Query:
    """A whole query. `tracking` has VIEW and REFERENCE, as far as FOR names them."""

    items: tuple[Item, ...]
    object: Name
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scope: Name | None = None
    where: Condition | None = None
    grouping: Grouping | None = None
    order_by: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0
    tracking: frozenset[str] = frozenset()
    all_rows: bool = False


@dataclass(frozen=True)
class Returning:
    """What a search wants of one object."""

    object: Name
    items: tuple[Item, ...] = ()
    where: Condition | None = None
    order_by: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True)
class Search:
    """A search in SOSL: `FIND {term} IN fields FIELDS RETURNING …`."""

    term: str
    fields: str = "ALL"
    returning: tuple[Returning, ...] = ()
    limit: int | None = None
    at: int = field(default=0, compare=False)
