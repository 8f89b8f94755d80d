"""Instants: a point in time, with the zone in which somebody meant it beside.

Two instants are the same if they are in UTC, to the second: Graph writes seven digits of a fraction
(resource `dateTimeTimeZone`), others none. The zone takes no part in that. Salesforce keeps none,
and of 589 IANA zones only 142 survive Windows' names (CLDR, `windowsZones`): Vienna comes back as
Berlin. A side that moves an instant without knowing zones leaves the other side its zone.

No zone is ever looked up, so that a value means the same on every machine: who reads a local time
writes down the offset it had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from syncline.model import text
from syncline.model.fields import SHORT_TEXT, FieldType, PartsType, Value

_NONE: Final = timedelta()
_MINUTE: Final = timedelta(minutes=1)

Resolution = Literal["second", "minute", "day"]


def instant(value: str) -> str:
    """The normal form of an instant's text: UTC, whole seconds.

    Raises:
        ValueError: it is none, or does not say its offset from UTC.

    """
    plain = text.short_text(value)
    return _spelled(_read(plain).astimezone(UTC)) if plain else ""


def _read(value: str) -> datetime:
    try:
        read = datetime.fromisoformat(value)
        read.astimezone(UTC)  # some years have no UTC
    except (ValueError, OverflowError):
        raise ValueError("instant must be ISO 8601, such as 2026-03-01T09:00:00+01:00") from None
    if read.utcoffset() is None:
        raise ValueError("instant must say its offset from UTC")
    return read


def _spelled(value: datetime) -> str:
    return value.isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class InstantType(PartsType):
    """`at`: ISO 8601 with an offset; `zone`: the zone's name, of IANA where the system has one."""

    kind: str = "instant"
    form: Callable[[str], str] = text.short_text
    parts: Mapping[str, FieldType] = field(
        default_factory=lambda: MappingProxyType(
            {"at": FieldType("instant", instant, whole=True), "zone": SHORT_TEXT}
        ),
        hash=False,
    )

    def normal(self, value: Value) -> Value:
        """The instant in UTC, without its zone; `None` if there is none."""
        parts = super().normal(value) or {}
        return {"at": parts["at"]} if "at" in parts else None

    def at_resolution(self, value: Mapping[str, Value], resolution: Resolution) -> Value:
        """What a system holds of an instant that is not empty, if it holds nothing smaller.

        Of days it is the day as written, at whatever offset, and written as its midnight in UTC:
        such a system knows neither times nor zones.
        """
        read = _read(text.short_text(value["at"]))
        if resolution == "day":
            return {"at": f"{read.date().isoformat()}T00:00:00Z"}
        exact = read.astimezone(UTC)
        if resolution == "second" or not (exact.second or exact.microsecond):
            return value
        whole = exact.replace(second=0, microsecond=0)
        if not (read.utcoffset() or _NONE) % _MINUTE:  # else local minutes begin elsewhere
            whole = whole.astimezone(read.tzinfo)
        return {**value, "at": _spelled(whole)}

    def shown(self, value: Value) -> str:
        """The local time, its offset and, where it is known, its zone."""
        if self.normal(value) is None:
            return ""
        read, zone = _read(text.short_text(value["at"])), text.short_text(value.get("zone") or "")
        clock = f"{read:%H:%M:%S}" if read.second else f"{read:%H:%M}"
        offset = _spelled(read)[19:].replace("Z", "UTC")
        return f"{read.date().isoformat()} {clock} {offset}" + (f" ({zone})" if zone else "")


INSTANT: Final = InstantType()
