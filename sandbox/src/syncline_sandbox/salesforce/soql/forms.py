"""What the grammar allows and the service does not."""

from __future__ import annotations

from syncline_sandbox.salesforce.errors import refuse
from syncline_sandbox.salesforce.soql.failures import malformed
from syncline_sandbox.salesforce.soql.syntax import (
    Call,
    Condition,
    FieldSet,
    Logic,
    Membership,
    Not,
    Query,
    Selected,
    SemiJoin,
    TypeOf,
)

MAX_OFFSET = 2000
FIELDS_LIMIT = 200
MAX_DEPTH = 100
"""Conditions within each other; where the service's own limit is, is not documented."""


def check_form(text: str, query: Query) -> None:
    """Refuses with MALFORMED_QUERY, or with the code of a limit."""
    if query.offset > MAX_OFFSET:
        message = f"Maximum SOQL offset allowed is {MAX_OFFSET}"
        raise refuse("NUMBER_OUTSIDE_VALID_RANGE", message)
    for condition in (query.where, query.grouping.having if query.grouping else None):
        if condition is not None and _depth(condition) > MAX_DEPTH:
            raise refuse("QUERY_TOO_COMPLICATED", "Query is either selecting too many fields or "
                         "the filter conditions are too complicated.")  # fmt: skip
    _check_field_sets(text, query)
    _check_count(text, query)
    if query.grouping and any(isinstance(item, TypeOf) for item in query.items):
        raise malformed(text, query.grouping.at, "TYPEOF cannot be used with GROUP BY")


def _depth(condition: Condition) -> int:
    """How deep conditions lie within each other."""
    deepest, waiting = 0, [(condition, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(inner, depth + 1) for inner in _inner(each)]
    return deepest


def _inner(condition: Condition) -> tuple[Condition, ...]:
    match condition:
        case Logic(_, parts):
            return parts
        case Not(part):
            return (part,)
        case Membership(_, SemiJoin(_, _, where), _) if where is not None:
            return (where,)
        case _:
            return ()


def _check_field_sets(text: str, query: Query) -> None:
    unbounded = any(isinstance(i, FieldSet) and i.name != "STANDARD" for i in query.items)
    if unbounded and (query.limit is None or query.limit > FIELDS_LIMIT):
        message = "The SOQL FIELDS function must have a LIMIT of at most 200"
        raise malformed(text, 0, message)


def _check_count(text: str, query: Query) -> None:
    """`COUNT()` stands alone, and what it counts has no order and no groups."""
    counts = [
        item.expression
        for item in query.items
        if isinstance(item, Selected) and item.expression == Call("COUNT")
    ]
    if not counts:
        return
    if len(query.items) > 1:
        raise malformed(text, counts[0].at, "COUNT() must be the only element in the SELECT list")
    if query.order_by or query.grouping:
        word = "GROUP BY" if query.grouping else "ORDER BY"
        raise malformed(text, counts[0].at, f"COUNT() cannot be used with {word}")
