"""What Salesforce will hold of a contact, which the engine keeps as that side's base. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from syncline.model import text
from syncline.model.capacity import cut_text
from syncline.model.fields import Value
from syncline.plugin.codecs import text_of
from syncline_salesforce.contacts.places import Places

NAMELESS: Final = "(no name)"
"""The last name of a contact about whom nothing else is known either: Salesforce demands one."""
FIRST_YEAR, LAST_YEAR = 1700, 4000

ADDRESSES: Final[Mapping[str, str]] = MappingProxyType(
    {"business_address": "Mailing", "other_address": "Other"}
)
"""Each address with the prefix of its native fields."""

STANDARD_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "LastName": 80,
        "Description": 32_000,
        "MailingStreet": 255,
        "OtherStreet": 255,
    }
)
"""The lengths that a prediction needs beyond the declared capacities."""


@dataclass(frozen=True)
class Stored:
    """What Salesforce will hold of a contact; pure. `lengths` are those of the native fields,
    `places` the states and countries of each address that has picklists of them.

    LastName must not be empty, so something stands in for it; since this is the prediction the
    engine keeps, the stand-in never travels back. Dates that Salesforce refuses are left out. A
    line end counts as two characters there.
    """

    lengths: Mapping[str, int] = field(default_factory=lambda: STANDARD_LENGTHS)
    places: Mapping[str, Places] = field(default_factory=dict)

    def __call__(self, fields: Mapping[str, Value]) -> Mapping[str, Value]:
        """The fields as they will be stored."""
        stored = dict(fields)
        if fields.get("birthday") and not _is_storable_date(fields["birthday"]):
            stored["birthday"] = None
        if fields.get("notes"):
            stored["notes"] = cut_lines(fields["notes"], self.lengths["Description"])
        for name in ADDRESSES:
            if fields.get(name):
                stored[name] = self._address(name, fields[name])
        if "family_name" in fields and not text.short_text(fields["family_name"] or ""):
            stored["family_name"] = self._stand_in(fields)
        return stored

    def _address(self, name: str, parts: Mapping[str, Value]) -> Mapping[str, Value] | None:
        held = dict(parts)
        if held.get("street"):
            held["street"] = cut_lines(held["street"], self.lengths[f"{ADDRESSES[name]}Street"])
        placed = self.places[name].known(held) if name in self.places else held
        return {part: value for part, value in placed.items() if value} or None

    def _stand_in(self, fields: Mapping[str, Value]) -> str:
        email = next(iter(fields.get("emails") or ()), "")
        candidates = (shown_name(fields), fields.get("company"), email)
        found = next((c for c in candidates if c and text.short_text(c)), NAMELESS)
        return cut_text(text.short_text(found), self.lengths["LastName"])


def shown_name(fields: Mapping[str, Value]) -> str:
    """The display name: of a person with any part of a name it is made of the parts, and no field
    of its own (see `model.contact`).
    """
    own = fields.get("display_name")
    parts = (fields.get(name) for name in ("given_name", "middle_name"))
    return own or " ".join(part for part in parts if part)


def cut_lines(value: str, limit: int) -> str:
    """The beginning of a text that fits when each line end takes two characters."""
    plain = text_of(value) or ""
    taken = 0
    for position, character in enumerate(plain):
        taken += 2 if character == "\n" else 1
        if taken > limit:
            return cut_text(plain, position)
    return value


def _is_storable_date(value: str) -> bool:
    try:
        return FIRST_YEAR <= date.fromisoformat(value).year <= LAST_YEAR
    except ValueError:
        return False
