"""Date literals: `TODAY`, `LAST_N_MONTHS:3`, `N_FISCAL_QUARTERS_AGO:2`, and the days they cover.

SOQL and SOSL Reference, "Date Formats and Date Literals". Days begin at midnight where the caller
lives; weeks on the day the organization says; fiscal years in the month that it says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]
MAX_COUNT = 100_000
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


@dataclass(frozen=True)
class DateLiteral:
    """`count` units in a row, the first of them `first` units from the one that today is in."""

    unit: Unit
    first: int
    count: int


@dataclass(frozen=True)
class Calendar:
    """What a literal counts from. `week_start` is 0 for Monday; `fiscal_start` is a month;
    `named_by_start` says that a fiscal year is called by the year it begins in.
    """

    today: date
    week_start: int = 6
    fiscal_start: int = 1
    named_by_start: bool = False


_DAYS = {
    "TODAY": DateLiteral("day", 0, 1),
    "YESTERDAY": DateLiteral("day", -1, 1),
    "TOMORROW": DateLiteral("day", 1, 1),
    "LAST_90_DAYS": DateLiteral("day", -90, 91),
    "NEXT_90_DAYS": DateLiteral("day", 1, 90),
}


def date_literal(text: str) -> DateLiteral | None:
    """The literal that a text is, or None: a word of the grammar that means nothing
    (`THIS_FISCAL_WEEK`), or a count out of range.
    """
    word, _, number = (part.strip() for part in text.upper().partition(":"))
    if word in _DAYS:
        return _DAYS[word]
    count = int(number[:10]) if number else None
    if count is not None and count > MAX_COUNT:
        return None
    ago = word.removeprefix("N_").removesuffix("_AGO") if word.endswith("_AGO") else None
    direction, _, rest = word.partition("_")
    name = ago or (rest.removeprefix("N_") if count is not None else rest)
    unit = _unit(name.lower().removesuffix("s"))
    return None if unit is None else _placed(unit, "AGO" if ago else direction, count)


def _unit(name: str) -> Unit | None:
    units: tuple[Unit, ...] = (
        *("day", "week", "month", "quarter", "year"), *("fiscal_quarter", "fiscal_year"),
    )  # fmt: skip
    return next((unit for unit in units if unit == name), None)


def _placed(unit: Unit, direction: str, count: int | None) -> DateLiteral:
    match direction, count:
        case "THIS", _:
            return DateLiteral(unit, 0, 1)
        case "AGO", int(number):
            return DateLiteral(unit, -number, 1)
        case "LAST", int(number):
            # Only of days does the range end with today.
            return DateLiteral(unit, -number, number + (unit == "day"))
        case "LAST", None:
            return DateLiteral(unit, -1, 1)
        case _, None:
            return DateLiteral(unit, 1, 1)
        case _, number:
            return DateLiteral(unit, 1, number)


def span(literal: DateLiteral, calendar: Calendar) -> tuple[date, date]:
    """The first day that a literal covers, and the first that it does not cover any more; raises
    `OverflowError` or `ValueError` where the calendar ends.
    """
    last = literal.first + literal.count
    if literal.unit in ("day", "week"):
        days = 1 if literal.unit == "day" else 7
        back = (calendar.today.weekday() - calendar.week_start) % 7 if days == 7 else 0
        start = calendar.today - timedelta(days=back)
        first, end = (start + timedelta(days=days * n) for n in (literal.first, last))
        return first, end
    months = _MONTHS[literal.unit]
    offset = calendar.fiscal_start - 1 if literal.unit.startswith("fiscal") else 0
    current = (calendar.today.year * 12 + calendar.today.month - 1 - offset) // months
    first, end = (_month(months * (current + n) + offset) for n in (literal.first, last))
    return first, end


def _month(number: int) -> date:
    """The first day of a month, counted from the beginning of the calendar."""
    year, month = divmod(number, 12)
    return date(year, month + 1, 1)
