"""The groups of a query in SQL: what their expressions stand for, and a SELECT for each level of
subtotals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncline_sandbox.salesforce.errors import ApiError
from syncline_sandbox.salesforce.schema.fields import TEXT_TYPES, FieldType
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.conditions import Conditions, Sql
from syncline_sandbox.salesforce.soql.failures import malformed
from syncline_sandbox.salesforce.soql.records import Record, plain
from syncline_sandbox.salesforce.soql.syntax import Call, Condition, Expression, Path, Sort
from syncline_sandbox.salesforce.soql.values import (
    AGGREGATES,
    Value,
    aggregate_value,
    field_value,
    function_value,
    is_date_function,
    row_value,
)


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
        numbers = {same(self.tables, key): n for n, key in enumerate(self.keys)}

        def valued(expression: Expression) -> Value:
            number = numbers.get(same(self.tables, expression))
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
                if same(self.tables, expression.argument) in numbers:
                    return function_value(self.tables, expression, valued)
            raise _not_grouped(self.tables, expression)

        return valued

    def _key(self, number: int, active: frozenset[int]) -> Value:
        value = row_value(self.tables)(self.keys[number])
        return value if number in active else replace(value, sql="NULL")

    def _subtotal(self, call: Call, numbers: Mapping[str, int], active: frozenset[int]) -> Value:
        number = numbers.get(same(self.tables, call.argument))
        if number is None:
            raise _not_grouped(self.tables, call)
        return Value(str(int(number not in active)), "int", str(call), call.at)


def same(tables: Tables, expression: Expression | None) -> str:
    """One spelling for each way to write an expression."""
    if isinstance(expression, Path):
        column = tables.column(expression)
        return f"{column.alias}.{column.field.name}"
    if expression is None:
        return ""
    return f"{expression.function}({same(tables, expression.argument)})"


def _not_grouped(tables: Tables, expression: Expression) -> ApiError:
    if isinstance(expression, Path):
        field_value(tables, expression)
    message = f"Field must be grouped or aggregated: {expression}"
    return malformed(tables.text, expression.at, message)
