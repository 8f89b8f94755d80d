"""How canonical values live in Graph's contact properties. Pure; lens laws tested by property.

A native value of a shape Graph does not document raises an error: unreadable is not empty, and the
contact waits (see `TypeSpec.read`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from syncline.model.fields import SetType, Value
from syncline.plugin.codecs import Text, text_of

ADDRESS_PARTS: Mapping[str, str] = {
    "street": "street",
    "city": "city",
    "region": "state",
    "postal_code": "postalCode",
    "country": "countryOrRegion",
}
_NO_YEAR = 1604
"""Outlook keeps a birthday without a year in this leap year (public reports, undocumented)."""
_EMPTY_YEAR = 1
"""`0001-01-01` stands for "no date" in several Microsoft services."""
_NOON = time(12)
_EASTERN_MIDNIGHTS = frozenset({time(10, 15), time(11), time(11, 15)})
"""Midnight at UTC+13 (New Zealand in summer, Tonga, Samoa) and on the Chatham Islands, of the day
that follows. 10:00 is left to Hawaii, where it is midnight of the same day: UTC+14 has few people.
"""


class ClearedByBlank(Text):
    """An extended property: Graph keeps it once it is set, so that empty is an empty text."""

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The text, "" for empty."""
        return (value or "",)


class Address:
    """physicalAddress. All parts are sent, so that it does not matter whether Graph merges or
    replaces the old address.
    """

    def read(self, native: tuple[Any, ...]) -> Value:
        """The parts that are not empty, `None` if there are none."""
        stored = native[0]
        if stored is None:
            return None
        if not isinstance(stored, Mapping):
            raise ValueError("an address that is no object")
        parts = {name: text_of(stored.get(theirs)) for name, theirs in ADDRESS_PARTS.items()}
        return {name: part for name, part in parts.items() if part is not None} or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The whole address; empty parts as null."""
        parts = value or {}
        return ({theirs: parts.get(name) or None for name, theirs in ADDRESS_PARTS.items()},)


class Birthday:
    """Graph has an instant where a date is meant. Clients write midnight of their own zone, which
    may be the day before in UTC, or 11:59 UTC, which is the same day in nearly every zone
    (MS-ASCNTC 2.2.2.6; evolution-ews writes it, and so do we). So the date is that of the nearest
    midnight.
    """

    def read(self, native: tuple[Any, ...]) -> Value:
        """`YYYY-MM-DD`, or `--MM-DD` for a birthday without a year."""
        stored = text_of(native[0])
        if stored is None:
            return None
        moment = datetime.fromisoformat(stored)
        day = nearest_day(moment.astimezone(UTC)) if moment.tzinfo else moment.date()
        if day.year == _EMPTY_YEAR:
            return None
        return f"--{day:%m-%d}" if day.year == _NO_YEAR else day.isoformat()

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The date at 11:59 UTC."""
        if not value:
            return (None,)
        day = f"{_NO_YEAR}-{value[2:]}" if value.startswith("--") else value
        return (f"{day}T11:59:00Z",)


def nearest_day(moment: datetime) -> date:
    """The day that begins at the midnight an instant in UTC stands for, in zones from UTC-10 to
    UTC+13:45.
    """
    said = moment.time()
    follows = said >= _NOON or said in _EASTERN_MIDNIGHTS
    return moment.date() + timedelta(days=follows)


@dataclass(frozen=True)
class TextSlots:
    """A short list of texts in which places have a meaning (Business, Business 2): what stays
    keeps its slot and its spelling, what is new takes a slot that became free.
    """

    kind: SetType

    def read(self, native: tuple[Any, ...]) -> Value:
        """The elements in slot order, `None` if there are none."""
        return tuple(self._texts(native[0])) or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The new list."""
        stored = [] if current is None else self._texts(current[0])
        return (fill_slots(self.kind, value, stored, spelled=_same, made=_same),)

    def _texts(self, stored: Any) -> list[str]:
        return [entry for entry in texts_of(stored) if self.kind.key(entry)]


@dataclass(frozen=True)
class EmailSlots:
    """emailAddress {name, address}; an address that stays keeps its slot and its `name`."""

    kind: SetType

    def read(self, native: tuple[Any, ...]) -> Value:
        """The addresses in slot order, `None` if there are none."""
        return tuple(text_of(entry["address"]) for entry in self._filled(native[0])) or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The new list."""
        stored = [] if current is None else self._filled(current[0])
        return (
            fill_slots(
                self.kind,
                value,
                stored,
                spelled=lambda entry: str(entry["address"]),
                made=lambda address: {"address": address},
            ),
        )

    def _filled(self, stored: Any) -> list[dict[str, Any]]:
        entries = [entry for entry in _list(stored) if entry is not None]
        if not all(isinstance(entry, Mapping) for entry in entries):
            raise ValueError("an e-mail address that is no object")
        return [
            dict(entry) for entry in entries if self.kind.key(text_of(entry.get("address")) or "")
        ]


def fill_slots(
    kind: SetType,
    value: Value,
    stored: Sequence[Any],
    *,
    spelled: Callable[[Any], str],
    made: Callable[[str], Any],
) -> list[Any]:
    """The native elements for `value`: stored ones that stay keep their place, new ones take free
    places in order, places that stay free close up (the list cannot hold gaps).
    """
    wanted = kind.elements(value)
    kept = [entry if kind.key(spelled(entry)) in wanted else None for entry in stored]
    present = {kind.key(spelled(entry)) for entry in kept if entry is not None}
    new = [made(element) for key, element in wanted.items() if key not in present]
    filled = [entry if entry is not None or not new else new.pop(0) for entry in kept]
    return [entry for entry in filled if entry is not None] + new


def _same(text: str) -> str:
    return text


def texts_of(stored: Any) -> list[str]:
    """The texts of a collection that are not empty.

    Raises:
        ValueError: it is no collection of texts.

    """
    found = (text_of(entry) for entry in _list(stored))
    return [entry for entry in found if entry is not None]


def _list(stored: Any) -> list[Any]:
    if stored is None:
        return []
    if not isinstance(stored, list):
        raise ValueError("a collection that is no list")
    return stored
