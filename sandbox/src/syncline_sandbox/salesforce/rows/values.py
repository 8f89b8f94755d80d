"""One value of one field: what is accepted, and in which form it is stored.

Salesforce trims text and turns empty text into null; lines of a text area end in CR LF. A value of
a wrong JSON type never reaches the row: the whole request fails with JSON_PARSER_ERROR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from syncline_sandbox.salesforce.errors import ApiError, RowError, refuse
from syncline_sandbox.salesforce.ids import normal_id
from syncline_sandbox.salesforce.schema.fields import NUMBER_TYPES, TEXT_TYPES, Field
from syncline_sandbox.salesforce.stamps import parse_day, parse_instant, stamp

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}"
)


@dataclass(frozen=True)
class Rewriting:
    """How an org rewrites text; `line_ends` is `crlf` or `keep`."""

    line_ends: str = "crlf"


def accept(field: Field, value: Any, rewriting: Rewriting) -> tuple[Any, RowError | None]:
    """The stored form of a value, or why the row is refused.

    Raises `ApiError` (JSON_PARSER_ERROR) if JSON type or date form are wrong.
    """
    if value is None:
        return None, None
    if field.type in TEXT_TYPES:
        return _accept_text(field, value, rewriting)
    if field.type in ("reference", "id"):
        return _accept_id(field, value)
    if field.type == "boolean":
        return _accept_boolean(field, value), None
    if field.type == "date":
        return _accept_date(field, value), None
    if field.type == "datetime":
        return _accept_datetime(field, value), None
    return _accept_number(field, value)


def _accept_text(
    field: Field, value: Any, rewriting: Rewriting
) -> tuple[str | None, RowError | None]:
    text = _scalar(field, value).strip()
    if field.type == "textarea" and rewriting.line_ends == "crlf":
        text = re.sub(r"\r\n|\r|\n", "\r\n", text)
    if not text:
        return None, None
    if field.length and len(text) > field.length:
        message = (
            f"{field.shown_label}: data value too large: {text[:255]} (max length={field.length})"
        )
        return None, RowError("STRING_TOO_LONG", message, (field.name,))
    if field.type == "email" and not _EMAIL.fullmatch(text):
        message = f"{field.shown_label}: invalid email address: {text}"
        return None, RowError("INVALID_EMAIL_ADDRESS", message, (field.name,))
    if field.restricted and text not in field.values:
        message = f"{field.shown_label}: bad value for restricted picklist field: {text}"
        return None, RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, (field.name,))
    return text, None


def _scalar(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise unreadable(field, "string", value)


def _accept_id(field: Field, value: Any) -> tuple[str | None, RowError | None]:
    if value == "":
        return None, None
    found = normal_id(_scalar(field, value))
    if found is None:
        message = f"{field.shown_label} ID: id value of incorrect type: {value}"
        return None, RowError("MALFORMED_ID", message, (field.name,))
    return found, None


def _accept_boolean(field: Field, value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return int(value.lower() == "true")
    raise unreadable(field, "boolean", value)


def _accept_date(field: Field, value: Any) -> str:
    # A whole instant is taken for its calendar day in UTC, as by the service.
    moment = parse_instant(value) if isinstance(value, str) and "T" in value else None
    day = moment.date() if moment else parse_day(value) if isinstance(value, str) else None
    if day is None:
        raise unreadable(field, "date", value)
    return day.isoformat()


def _accept_datetime(field: Field, value: Any) -> str:
    moment = parse_instant(value) if isinstance(value, str) else None
    if moment is None:
        raise unreadable(field, "datetime", value)
    return stamp(moment)


def _accept_number(field: Field, value: Any) -> tuple[float | int | None, RowError | None]:
    if field.type not in NUMBER_TYPES or isinstance(value, bool | list | dict):
        raise unreadable(field, field.type, value)
    if value == "":
        return None, None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise unreadable(field, field.type, value) from None
    if not number.is_finite():
        raise unreadable(field, field.type, value)
    if field.type == "int" and (number % 1 or abs(number) > 99_999_999):
        message = f"{field.shown_label}: value outside of valid range on numeric field: {value}"
        return None, RowError("NUMBER_OUTSIDE_VALID_RANGE", message, (field.name,))
    return (int(number) if field.type == "int" else float(number)), None


def unreadable(field: Field, kind: str, value: Any) -> ApiError:
    """JSON_PARSER_ERROR: the value cannot be read as the field's type."""
    token = "VALUE_STRING" if isinstance(value, str) else "START_OBJECT"
    shown = value if isinstance(value, str) else type(value).__name__
    message = (
        f"Cannot deserialize instance of {kind} from {token} value {shown} "
        f"or request may be missing a required field at [line:1, column:1] ({field.name})"
    )
    return refuse("JSON_PARSER_ERROR", message)
