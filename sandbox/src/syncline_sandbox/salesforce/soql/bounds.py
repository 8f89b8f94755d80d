"""The right side of a comparison: a literal in the form in which the left side is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from syncline_sandbox.salesforce.errors import ApiError, refuse
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.schema.fields import NUMBER_TYPES, TEXT_TYPES, FieldType
from syncline_sandbox.salesforce.soql.columns import Tables
from syncline_sandbox.salesforce.soql.dates import DateLiteral, span
from syncline_sandbox.salesforce.soql.failures import invalid_field, malformed, pointed
from syncline_sandbox.salesforce.soql.syntax import Literalish
from syncline_sandbox.salesforce.soql.values import Value
from syncline_sandbox.salesforce.stamps import stamp


def bound(tables: Tables, value: Value, literal: Literalish) -> Any:
    """A literal as what it is compared with is stored; refuses one of another type. Of a boolean,
    null means false.
    """
    if literal is None and value.type == "boolean":
        return 0
    if literal is None or literal == "":
        return None
    if value.type in ("id", "reference") and isinstance(literal, str):
        found = normal_id(literal)
        if found is None:
            raise bad_operator(tables, value, f"invalid ID field: {literal}")
        return found
    stored = _stored(value.type, literal)
    if stored is None:
        raise wrong_type(tables, value)
    return stored


def day_edges(tables: Tables, value: Value, literal: DateLiteral) -> tuple[str, str]:
    """Where the span of a date literal begins and where it is over, in the viewer's zone."""
    try:
        days = span(literal, tables.catalogue.calendar)
    except (OverflowError, ValueError):
        raise malformed(tables.text, value.at, "Invalid date: out of range") from None
    zone = ZoneInfo(tables.catalogue.viewer.zone)
    first, end = (_edge(value.type, day, zone) for day in days)
    return first, end


def _edge(kind: FieldType, day: date, zone: ZoneInfo) -> str:
    if kind == "date":
        return day.isoformat()
    try:
        return stamp(datetime.combine(day, time(), zone))
    except OverflowError:
        return stamp(datetime.combine(day, time(), UTC))


def _stored(kind: FieldType, literal: Literalish) -> Any:
    if kind in TEXT_TYPES and isinstance(literal, str):
        return literal
    if kind == "boolean" and isinstance(literal, bool):
        return int(literal)
    if kind == "datetime" and isinstance(literal, datetime):
        return stamp(literal)
    if kind == "date" and isinstance(literal, date) and not isinstance(literal, datetime):
        return literal.isoformat()
    if kind in NUMBER_TYPES and isinstance(literal, Decimal):
        return float(literal)
    return None


def wrong_type(tables: Tables, value: Value) -> ApiError:
    """The literal is of another type than what it is compared with."""
    text = value.type in TEXT_TYPES or value.type in ("id", "reference")
    kind = {"datetime": "dateTime", "id": "ID", "reference": "ID"}.get(
        value.type, "string" if text else value.type
    )
    quotes = "should be enclosed in quotes" if text else "should not be enclosed in quotes"
    message = (
        f"value of filter criterion for field '{value.name}' must be of type {kind} and {quotes}"
    )
    return invalid_field(tables.text, value.at, message)


def bad_operator(tables: Tables, value: Value, message: str) -> ApiError:
    """The operator does not fit what it stands behind."""
    return refuse("INVALID_QUERY_FILTER_OPERATOR", pointed(tables.text, value.at, message))
