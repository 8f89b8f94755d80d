"""Date literals and date functions: pure decisions over days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncline_sandbox.salesforce.soql.dates import Calendar, date_literal, span
from syncline_sandbox.salesforce.soql.functions import date_part

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("TODAY", "2026-11-25", "2026-11-26"),
        ("yesterday", "2026-11-24", "2026-11-25"),
        ("TOMORROW", "2026-11-26", "2026-11-27"),
        ("LAST_90_DAYS", "2026-08-27", "2026-11-26"),
        ("NEXT_90_DAYS", "2026-11-26", "2027-02-24"),
        ("LAST_N_DAYS:1", "2026-11-24", "2026-11-26"),
        ("NEXT_N_DAYS:2", "2026-11-26", "2026-11-28"),
        ("N_DAYS_AGO:5", "2026-11-20", "2026-11-21"),
        ("THIS_WEEK", "2026-11-22", "2026-11-29"),
        ("LAST_WEEK", "2026-11-15", "2026-11-22"),
        ("LAST_N_WEEKS:2", "2026-11-08", "2026-11-22"),
        ("NEXT_N_WEEKS:2", "2026-11-29", "2026-12-13"),
        ("N_WEEKS_AGO:1", "2026-11-15", "2026-11-22"),
        ("THIS_MONTH", "2026-11-01", "2026-12-01"),
        ("NEXT_MONTH", "2026-12-01", "2027-01-01"),
        ("LAST_N_MONTHS:12", "2025-11-01", "2026-11-01"),
        ("N_MONTHS_AGO:11", "2025-12-01", "2026-01-01"),
        ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
        ("LAST_N_QUARTERS:2", "2026-04-01", "2026-10-01"),
        ("NEXT_QUARTER", "2027-01-01", "2027-04-01"),
        ("THIS_YEAR", "2026-01-01", "2027-01-01"),
        ("LAST_N_YEARS:2", "2024-01-01", "2026-01-01"),
        ("N_YEARS_AGO:2", "2024-01-01", "2025-01-01"),
        ("THIS_FISCAL_YEAR", "2026-02-01", "2027-02-01"),
        ("THIS_FISCAL_QUARTER", "2026-11-01", "2027-02-01"),
        ("NEXT_N_FISCAL_QUARTERS:2", "2027-02-01", "2027-08-01"),
        ("N_FISCAL_YEARS_AGO:1", "2025-02-01", "2026-02-01"),
    ],
)
def test_a_literal_covers_days(text: str, first: str, after: str):
    literal = date_literal(text)
    assert literal is not None
    days = span(literal, Calendar(WEDNESDAY, fiscal_start=2))
    assert days == (date.fromisoformat(first), date.fromisoformat(after))


def test_weeks_begin_when_the_organization_says():
    literal = date_literal("THIS_WEEK")
    assert literal is not None
    monday, sunday = (span(literal, Calendar(WEDNESDAY, day))[0] for day in (0, 6))
    assert (monday.isoformat(), sunday.isoformat()) == ("2026-11-23", "2026-11-22")


@pytest.mark.parametrize("text", ["THIS_FISCAL_WEEK", "LAST_N_FISCAL_DAYS:3", "LAST_N_DAYS:999999"])
def test_what_the_grammar_lets_through_may_mean_nothing(text: str):
    assert date_literal(text) is None


@settings(deadline=None)
@given(
    today=st.dates(date(1800, 1, 1), date(3000, 1, 1)),
    unit=st.sampled_from(["week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year"]),
    fiscal=st.integers(1, 12),
    week=st.integers(0, 6),
    count=st.integers(1, 30),
)
def test_spans_lie_side_by_side(today: date, unit: str, fiscal: int, week: int, count: int):
    """Last, this and next touch, today is in this one, and N of them are N in a row."""
    calendar = Calendar(today, week, fiscal)

    def days(text: str) -> tuple[date, date]:
        literal = date_literal(text)
        assert literal is not None
        return span(literal, calendar)

    last, this, following = (days(f"{word}_{unit}") for word in ("LAST", "THIS", "NEXT"))
    assert this[0] <= today < this[1]
    assert (last[1], following[0]) == this
    several = days(f"LAST_N_{unit}S:{count}")
    assert (several[0], several[1]) == (days(f"N_{unit}S_AGO:{count}")[0], this[0])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("CALENDAR_YEAR", 2026), ("CALENDAR_QUARTER", 4), ("CALENDAR_MONTH", 11),
        ("DAY_IN_MONTH", 29), ("DAY_IN_WEEK", 1), ("DAY_IN_YEAR", 333), ("WEEK_IN_MONTH", 5),
        ("WEEK_IN_YEAR", 48), ("DAY_ONLY", "2026-11-29"), ("HOUR_IN_DAY", 23),
        ("FISCAL_YEAR", 2027), ("FISCAL_QUARTER", 4), ("FISCAL_MONTH", 10),
    ],
)  # fmt: skip
def test_a_function_of_an_instant(function: str, expected: int | str):
    stamp = "2026-11-29T23:30:00.000+0000"
    assert date_part(function, stamp, "UTC", 2, 0) == expected
    assert date_part(function, None, "UTC", 2, 0) is None


def test_a_zone_moves_the_day_and_a_fiscal_year_may_be_named_by_its_start():
    stamp = "2026-12-31T23:30:00.000+0000"
    assert date_part("CALENDAR_YEAR", stamp, "Europe/Berlin", 1, 0) == 2027
    assert date_part("FISCAL_YEAR", stamp, "UTC", 2, 1) == 2026
    assert date_part("FISCAL_YEAR", stamp, "UTC", 1, 0) == 2026


@settings(deadline=None)
@given(day=st.dates(date(1700, 1, 1), date(4000, 12, 31)))
def test_parts_of_a_day_agree_with_each_other(day: date):
    def part(function: str) -> int:
        found = date_part(function, day.isoformat(), "UTC", 1, 0)
        assert isinstance(found, int)
        return found

    assert date(part("CALENDAR_YEAR"), part("CALENDAR_MONTH"), part("DAY_IN_MONTH")) == day
    assert date(day.year, 1, 1) + timedelta(part("DAY_IN_YEAR") - 1) == day
    assert part("FISCAL_QUARTER") == part("CALENDAR_QUARTER") == (day.month + 2) // 3
