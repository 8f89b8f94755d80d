"""A SOQL query as a value. `at` is where something stands in the text; it does not count in ==."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Name:
    """The name of an object or of a child relationship."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Path:
    """A field, perhaps through relationships: `("Account", "Owner", "Email")`."""

    parts: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class RelativeDay:
    """A date literal, as the first day it covers and how many, counted from today."""

    first: int
    days: int


Literalish = str | bool | Decimal | date | datetime | RelativeDay | None
"""What may stand on the right of an operator."""


@dataclass(frozen=True)
class Compare:
    """`path operator value`."""

    path: Path
    operator: Operator
    value: Literalish


@dataclass(frozen=True)
class Like:
    """`path LIKE pattern`, with `%`, `_` and their escapes as written."""

    path: Path
    pattern: str


@dataclass(frozen=True)
class SemiJoin:
    """`SELECT path FROM object WHERE …` inside IN."""

    path: Path
    object: Name
    where: Condition | None


@dataclass(frozen=True)
class Membership:
    """`path IN …` or `path NOT IN …`."""

    path: Path
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

    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class FieldSet:
    """`FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Aggregate:
    """A function over all rows; its name in the result is `alias`, else expr0, expr1, …."""

    function: str
    path: Path
    alias: str | None = None


@dataclass(frozen=True)
class ChildQuery:
    """Rows that refer to a parent: `(SELECT Email FROM Contacts)`."""

    items: tuple[Path, ...]
    relationship: Name
    where: Condition | None = None
    order_by: tuple[Sort, ...] = ()
    limit: int | None = None


Item = Path | FieldSet | Aggregate | ChildQuery


@dataclass(frozen=True)
class Query:
    """A whole query. `items` is empty for `SELECT COUNT()`."""

    items: tuple[Item, ...]
    object: Name
    where: Condition | None = None
    order_by: tuple[Sort, ...] = ()
    limit: int | None = None
    offset: int = 0
    all_rows: bool = False
