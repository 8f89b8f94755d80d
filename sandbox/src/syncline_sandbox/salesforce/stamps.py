"""Instants as Salesforce writes them: whole seconds, milliseconds always zero, offset +0000."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

_DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def stamp(moment: datetime) -> str:
    """`2026-11-21T20:21:25.000+0000`; in this form the order of text is the order of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000").rjust(28, "0")


def from_stamp(text: str) -> datetime:
    """The instant that `stamp` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.000%z")


def parse_instant(text: str) -> datetime | None:
    """An ISO instant cut to whole seconds (UTC if it names no offset), or None."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    day, clock, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock.split('.')[0]}{offset or '+00:00'}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_day(text: str) -> date | None:
    """A calendar date between the years 1700 and 4000, or None."""
    if not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1700 <= day.year <= 4000 else None


def http_date(moment: datetime) -> str:
    """An instant in the form of HTTP headers."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def parse_http_date(text: str) -> datetime | None:
    """An HTTP date (a wrong weekday is overlooked), or None."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def whole_minute(moment: datetime) -> datetime:
    """The minute an instant lies in: getDeleted and getUpdated ignore seconds."""
    return moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)
