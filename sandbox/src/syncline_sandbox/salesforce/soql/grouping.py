"""GROUP BY, HAVING, aggregate functions: what of a query can be grouped, and how.

SOQL and SOSL Reference, "GROUP BY", "HAVING" and "Aggregate Functions". Rows of subtotals (ROLLUP,
CUBE) are groups over fewer expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.failures import invalid_field, malformed
from syncline_sandbox.salesforce.soql.groups import Entry, Groups, same
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
)
from syncline_sandbox.salesforce.soql.values import AGGREGATES, is_date_function, row_value

MAX_SUBTOTALS = 3
"""Expressions that may stand within ROLLUP or CUBE."""


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
        grouped = {same(tables, key) for key in keys}
        if same(tables, expression.argument) in grouped:
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
