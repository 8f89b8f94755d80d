"""The functions of SOQL as pure functions of stored values, made known to the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from syncline_sandbox.salesforce.soql.formats import formatted
from syncline_sandbox.salesforce.stamps import from_stamp
from syncline_sandbox.storage import Storage


def register(storage: Storage) -> None:
    """Teaches the database what queries call."""
    storage.function("soql_date_part", 5, date_part)
    storage.function("soql_label", 2, label)
    storage.function("soql_format", 4, formatted)


_DAY_PARTS: dict[str, Callable[[date], int]] = {
    "CALENDAR_MONTH": lambda day: day.month,
    "CALENDAR_QUARTER": lambda day: (day.month + 2) // 3,
    "CALENDAR_YEAR": lambda day: day.year,
    "DAY_IN_MONTH": lambda day: day.day,
    "DAY_IN_WEEK": lambda day: day.isoweekday() % 7 + 1,
    "DAY_IN_YEAR": lambda day: day.timetuple().tm_yday,
    "WEEK_IN_MONTH": lambda day: (day.day + 6) // 7,
    "WEEK_IN_YEAR": lambda day: (day.timetuple().tm_yday + 6) // 7,
}
_INSTANT_PARTS = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})
_FISCAL_PARTS = frozenset({"FISCAL_MONTH", "FISCAL_QUARTER", "FISCAL_YEAR"})
DATE_FUNCTIONS = _INSTANT_PARTS | _FISCAL_PARTS | _DAY_PARTS.keys()
"""The functions of a date or an instant."""


def date_part(
    function: str, value: str | None, zone: str, fiscal_start: int, named_by_start: int
) -> int | str | None:
    """A part of a stored date or instant, seen in a zone. A fiscal year is called by the year it
    ends in, unless the organization calls it by the one it starts in.
    """
    if value is None:
        return None
    moment = from_stamp(value).astimezone(ZoneInfo(zone)) if "T" in value else None
    day = moment.date() if moment else date.fromisoformat(value)
    match function:
        case "DAY_ONLY":
            return day.isoformat()
        case "HOUR_IN_DAY":
            return moment.hour if isinstance(moment, datetime) else None
        case "FISCAL_MONTH":
            return _fiscal_month(day, fiscal_start)
        case "FISCAL_QUARTER":
            return (_fiscal_month(day, fiscal_start) + 2) // 3
        case "FISCAL_YEAR":
            begun = day.year - (day.month < fiscal_start)
            return begun + (fiscal_start > 1 and not named_by_start)
    return _DAY_PARTS[function](day)


def _fiscal_month(day: date, start: int) -> int:
    return (day.month - start) % 12 + 1


def label(value: str | None, labels: str) -> str | None:
    """The label of a picklist's value; the value itself where it has none."""
    return None if value is None else _labels(labels).get(value, value)


@lru_cache(maxsize=64)
def _labels(text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(text)
    return found
