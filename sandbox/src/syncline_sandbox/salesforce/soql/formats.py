"""FORMAT(): numbers, dates and times as people read them in their locale.

SOQL and SOSL Reference, "FORMAT()": `4/10/2025, 3:31 PM` and `$44,000.00` for en_US. A few locales
are enough for a stand-in; the others read as en_US.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncline_sandbox.salesforce.stamps import from_stamp


@dataclass(frozen=True)
class Locale:
    """`day` and `time` are patterns of `str.format` over a datetime's parts."""

    day: str
    time: str
    thousands: str
    point: str
    money: str


_AMERICAN = Locale("{0.month}/{0.day}/{0.year}", "{hour12}:{0.minute:02} {half}", ",", ".", "${}")
LOCALES = {
    "en_US": _AMERICAN,
    "en_GB": Locale(
        "{0.day:02}/{0.month:02}/{0.year}", "{0.hour:02}:{0.minute:02}", ",", ".", "${}"
    ),
    "de_DE": Locale(
        "{0.day:02}.{0.month:02}.{0.year}", "{0.hour:02}:{0.minute:02}", ".", ",", "{} $"
    ),
    "fr_FR": Locale(
        "{0.day:02}/{0.month:02}/{0.year}", "{0.hour:02}:{0.minute:02}", "\u202f", ",", "{} $"
    ),
}


def formatted(
    value: str | float | None, kind: str, locale: str, zone: str
) -> str | int | float | None:
    """A stored value of a type of field for people; text stays as it is."""
    found = LOCALES.get(locale, _AMERICAN)
    if value is None:
        return None
    if isinstance(value, str):
        return _moment(value, kind, found, zone) if kind in ("date", "datetime") else value
    if kind == "currency":
        return found.money.format(_number(f"{value:,.2f}", found))
    return _number(f"{value:,}" if kind == "int" else f"{value:,.12g}", found)


def _moment(value: str, kind: str, locale: Locale, zone: str) -> str:
    if kind == "date":
        return locale.day.format(date.fromisoformat(value))
    moment: datetime = from_stamp(value).astimezone(ZoneInfo(zone))
    half, hour12 = "AM" if moment.hour < 12 else "PM", (moment.hour + 11) % 12 + 1
    time = locale.time.format(moment, half=half, hour12=hour12)
    return f"{locale.day.format(moment)}, {time}"


def _number(american: str, locale: Locale) -> str:
    swapped = {",": locale.thousands, ".": locale.point}
    return "".join(swapped.get(char, char) for char in american)
