"""GROUP BY, HAVING, aggregate functions: one record for each group of rows.

SOQL and SOSL Reference, "GROUP BY", "HAVING" and "Aggregate Functions". Rows of subtotals (ROLLUP,
CUBE) are groups over fewer expressions, each in a SELECT of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES, FieldType
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.conditions import Conditions, Sql
from syncline_sandbox.salesforce.soql.failures import invalid_field, malformed
from syncline_sandbox.salesforce.soql.records import Record, plain
from syncline_sandbox.salesforce.soql.select import field_set
from syncline_sandbox.salesforce.soql.syntax import (
    Call,
    Condition,
    Expression,
    FieldSet,
    Grouping,
    Item,
    Membership,
    Path,
    Query,
    Selected,
    SemiJoin,
    Sort,
)
from syncline_sandbox.salesforce.soql.values import (
    AGGREGATES,
    Value,
    aggregate_value,
    field_value,
    function_value,
    is_date_function,
    row_value,
)

MAX_SUBTOTALS = 3
"""Expressions that may stand within ROLLUP or CUBE."""


@dataclass(frozen=True)
class Entry:
    """A member of the records: its name, and the expression it stands for."""

    name: str
    expression: Expression


@dataclass(frozen=True)
class Groups:
    """A query that groups its rows."""

    tables: Tables
    keys: tuple[Expression, ...]
    sets: tuple[frozenset[int], ...]
    entries: tuple[Entry, ...]
    having: Condition | None
    order_by: tuple[Sort, ...]

    def sql(self, where: Sql, limit: str) -> Sql:
        """All groups of the rows that meet `where`, in order."""
        parts = [self._select(active, where) for active in self.sets]
        union = " UNION ALL ".join(sql for sql, _ in parts)
        values = [value for _, each in parts for value in each]
        columns = ", ".join(f'"{number}"' for number in range(len(self.entries)))
        return f"SELECT {columns} FROM ({union}){self._order()}{limit}", values  # noqa: S608 - compiled

    def type_of(self, expression: Expression) -> FieldType:
        """The type of what an expression of these groups gives."""
        return self._valued(frozenset(range(len(self.keys))))(expression).type

    def record(self, row: Mapping[str, Any]) -> Record:
        """One group as a record."""
        valued = self._valued(frozenset(range(len(self.keys))))
        result: Record = {"attributes": {"type": "AggregateResult"}}
        for number, entry in enumerate(self.entries):
            result[entry.name] = plain(valued(entry.expression).type, row[str(number)])
        return result

    def _select(self, active: frozenset[int], where: Sql) -> Sql:
        valued = self._valued(active)
        shown = [f'{valued(e.expression).sql} AS "{n}"' for n, e in enumerate(self.entries)]
        sorted_by = [
            f'{valued(sort.expression).sql} AS "s{n}"' for n, sort in enumerate(self.order_by)
        ]
        having, having_values = self._having(active)
        keys = [valued(self.keys[number]).sql for number in sorted(active)]
        grouped = f" GROUP BY {', '.join(keys)}" if keys else " GROUP BY NULL" if self.keys else ""
        condition, values = where
        sql = (
            f"SELECT {', '.join(shown + sorted_by)} "  # noqa: S608 - compiled
            f"FROM {self.tables.sql()} WHERE {condition}{grouped}{having}"
        )
        return sql, [*values, *having_values]

    def _having(self, active: frozenset[int]) -> Sql:
        if self.having is None:
            return "", []
        sql, values = Conditions(self.tables, self._valued(active)).sql(self.having)
        return f" HAVING ({sql})", values

    def _order(self) -> str:
        valued = self._valued(frozenset(range(len(self.keys))))
        terms = []
        for number, sort in enumerate(self.order_by):
            text = valued(sort.expression).type in TEXT_TYPES
            direction = " DESC" if sort.descending else ""
            nulls = " NULLS LAST" if sort.nulls_last else " NULLS FIRST"
            terms.append(f'"s{number}"{" COLLATE SALESFORCE" if text else ""}{direction}{nulls}')
        return f" ORDER BY {', '.join(terms)}" if terms else ""

    def _valued(self, active: frozenset[int]) -> Callable[[Expression], Value]:
        """What expressions stand for in the groups over the keys numbered in `active`."""
        numbers = {_same(self.tables, key): n for n, key in enumerate(self.keys)}

        def valued(expression: Expression) -> Value:
            number = numbers.get(_same(self.tables, expression))
            if number is not None:
                return self._key(number, active)
            if isinstance(expression, Call):
                if expression.function == "GROUPING":
                    return self._subtotal(expression, numbers, active)
                if expression.function in AGGREGATES:
                    return aggregate_value(self.tables, expression)
                if not is_date_function(expression):
                    return function_value(self.tables, expression, valued)
                # Of a date, a part may be shown where the date itself is grouped.
                if _same(self.tables, expression.argument) in numbers:
                    return function_value(self.tables, expression, valued)
            raise _not_grouped(self.tables, expression)

        return valued

    def _key(self, number: int, active: frozenset[int]) -> Value:
        value = row_value(self.tables)(self.keys[number])
        return value if number in active else replace(value, sql="NULL")

    def _subtotal(self, call: Call, numbers: Mapping[str, int], active: frozenset[int]) -> Value:
        number = numbers.get(_same(self.tables, call.argument))
        if number is None:
            raise _not_grouped(self.tables, call)
        return Value(str(int(number not in active)), "int", str(call), call.at)


def is_grouped(query: Query) -> bool:
    """Whether a query's records are groups: it says GROUP BY, or selects what only groups have."""
    return query.grouping is not None or any(
        isinstance(item, Selected) and _of_groups(item.expression) for item in query.items
    )


def groups(tables: Tables, query: Query) -> Groups:
    """The groups of a query; refuses what cannot be grouped, aggregated or selected so."""
    grouping = query.grouping or Grouping(())
    _check_clauses(tables, query)
    for key in grouping.expressions:
        _check_key(tables, key)
    entries = _entries(tables, query.items)
    found = Groups(
        tables, grouping.expressions, _sets(tables, grouping), entries, grouping.having,
        query.order_by,
    )  # fmt: skip
    for entry in entries:
        _check_not_aggregated(tables, entry.expression, grouping.expressions)
    found.sql(("1", []), "")  # every expression is looked at once, also those of no rows
    return found


def _of_groups(expression: Expression | None) -> bool:
    """Whether an expression is made of groups, as opposed to rows: an aggregate, part of a date."""
    if not isinstance(expression, Call):
        return False
    counted = expression.function in AGGREGATES and expression.argument is not None
    return counted or is_date_function(expression) or _of_groups(expression.argument)


def _check_clauses(tables: Tables, query: Query) -> None:
    if query.grouping is None:
        for word, there in (
            ("LIMIT", query.limit is not None),
            ("OFFSET", bool(query.offset)),
            ("ORDER BY", bool(query.order_by)),
        ):
            if there:
                message = "Non-grouped query that uses overall aggregate functions cannot also use "
                raise malformed(tables.text, 0, message + word)
    elif _has_semi_join(query.grouping.having):
        message = "semi join sub-selects are not allowed in HAVING"
        raise malformed(tables.text, query.grouping.at, message)


def _has_semi_join(condition: Condition | None) -> bool:
    if isinstance(condition, Membership):
        return isinstance(condition.members, SemiJoin)
    parts = getattr(condition, "parts", None) or (getattr(condition, "part", None),)
    return any(_has_semi_join(part) for part in parts if part is not None)


def _check_key(tables: Tables, key: Expression) -> None:
    if isinstance(key, Call) and not is_date_function(key):
        raise malformed(tables.text, key.at, f"unexpected token: '{key.function}'")
    value = row_value(tables)(key)
    field = value.column.field if value.column else None
    if field is None or not (field.groupable if value.is_column else field.filterable):
        message = f"field '{value.name}' can not be grouped in a query call"
        raise invalid_field(tables.text, key.at, message)


def _check_not_aggregated(
    tables: Tables, expression: Expression, keys: Sequence[Expression]
) -> None:
    if not isinstance(expression, Call) or expression.argument is None:
        return
    if expression.function in AGGREGATES:
        grouped = {_same(tables, key) for key in keys}
        if _same(tables, expression.argument) in grouped:
            message = f"Grouped field should not be aggregated: {expression.argument}"
            raise malformed(tables.text, expression.at, message)
    _check_not_aggregated(tables, expression.argument, keys)


def _entries(tables: Tables, items: Sequence[Item]) -> tuple[Entry, ...]:
    found: list[Entry] = []
    unnamed = 0
    for item in items:
        match item:
            case Selected(Path() as path, alias):
                found.append(Entry(alias or _last(tables, path), path))
            case Selected(Call() as call, alias):
                if call.argument is None:
                    raise malformed(tables.text, call.at, f"unexpected token: '{call.function}'")
                found.append(Entry(alias or f"expr{unnamed}", call))
                unnamed += alias is None
            case FieldSet():
                found += [Entry(_last(tables, path), path) for path in field_set(tables, item)]
            case _:
                message = "only root queries without GROUP BY support this in the field list"
                raise malformed(tables.text, 0, message)
    _check_names(tables, found)
    return tuple(found)


def _check_names(tables: Tables, entries: Sequence[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        if entry.name.lower() in seen:
            raise malformed(tables.text, entry.expression.at, f"duplicate alias: {entry.name}")
        seen.add(entry.name.lower())


def _last(tables: Tables, path: Path) -> str:
    return tables.column(path).names[-1]


def _sets(tables: Tables, grouping: Grouping) -> tuple[frozenset[int], ...]:
    count = len(grouping.expressions)
    everything = frozenset(range(count))
    if grouping.subtotals and count > MAX_SUBTOTALS:
        message = f"at most {MAX_SUBTOTALS} fields may be grouped by {grouping.subtotals}"
        raise malformed(tables.text, grouping.at, message)
    if grouping.subtotals == "ROLLUP":
        return tuple(frozenset(range(size)) for size in range(count, -1, -1))
    if grouping.subtotals == "CUBE":
        sizes = range(count, -1, -1)
        return tuple(frozenset(c) for size in sizes for c in combinations(range(count), size))
    return (everything,)


def _same(tables: Tables, expression: Expression | None) -> str:
    """One spelling for each way to write an expression."""
    if isinstance(expression, Path):
        column = tables.column(expression)
        return f"{column.alias}.{column.field.name}"
    if expression is None:
        return ""
    return f"{expression.function}({_same(tables, expression.argument)})"


def _not_grouped(tables: Tables, expression: Expression) -> ApiError:
    if isinstance(expression, Path):
        field_value(tables, expression)
    message = f"Field must be grouped or aggregated: {expression}"
    return malformed(tables.text, expression.at, message)
