"""States and countries, where an organisation made picklists of them.

Each is stored twice: as a code (`MailingCountryCode`, a picklist), and as a text that follows it
(`MailingCountry`), the "integration value", which an administrator may have changed and which no
description tells. So the code is what we read and write; the word for it is the picklist's label.
Source: Salesforce Help, "Integration Values for State and Country/Territory Picklists" and "State
and Country/Territory Picklist Field-Syncing Logic".
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from syncline.model import text
from syncline.model.fields import Value
from syncline_salesforce.contacts.addresses import Address
from syncline_salesforce.contacts.country_names import ENGLISH

CODES: Final = ("StateCode", "CountryCode")

Described = Mapping[str, Any]
"""One field of a describe."""


@dataclass(frozen=True)
class Choices:
    """Codes with their labels; found by code, label or, of a country, its English name."""

    labels: Mapping[str, str] = field(default_factory=dict)
    _found: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        codes = {text.folded(code): code for code in self.labels}
        labels = {text.folded(label): code for code, label in self.labels.items()}
        object.__setattr__(self, "_found", {**labels, **codes})

    def code(self, spelled: str | None) -> str | None:
        """The code that somebody means; None for none of them."""
        return self._found.get(text.folded(spelled or ""))


@dataclass(frozen=True)
class Places:
    """The countries, and by country code the states."""

    countries: Choices
    states: Mapping[str, Choices]

    @classmethod
    def described(cls, states: Described, countries: Described) -> Places | None:
        """From the two picklists; None if they list nothing."""
        listed = _listed(countries)
        labels = {value["value"]: str(value["label"]) for value in listed if _is_active(value)}
        if not labels:
            return None
        order = [value["value"] for value in listed]
        found: dict[str, dict[str, str]] = {}
        for value in filter(_is_active, _listed(states)):
            for country in _valid_for(value, order):
                found.setdefault(country, {})[value["value"]] = str(value["label"])
        return cls(Choices(labels), {country: Choices(its) for country, its in found.items()})

    def country(self, spelled: str | None) -> str | None:
        """The code of a country in any of its three spellings."""
        english = ENGLISH.get(text.folded(spelled or ""), "")
        return self.countries.code(spelled) or self.countries.code(english)

    def state(self, spelled: str | None, country: str | None) -> str | None:
        """The code of a state of this country."""
        return self._states(country).code(spelled)

    def known(self, parts: Mapping[str, Value]) -> dict[str, Value]:
        """The address as it will be stored: a country or state that is on no list is left out,
        and with the country its state, since Salesforce takes no state without one.
        """
        country = self.country(parts.get("country"))
        state = self.state(parts.get("region"), country)
        named = {"region": self.state_label(state, country), "country": self.country_label(country)}
        return {name: named.get(name, part) for name, part in parts.items()}

    def country_label(self, code: str | None) -> str | None:
        """What people read for a country's code; None for one that is not listed."""
        return self.countries.labels.get(code or "")

    def state_label(self, code: str | None, country: str | None) -> str | None:
        """What people read for a state's code."""
        return self._states(country).labels.get(code or "")

    def _states(self, country: str | None) -> Choices:
        return self.states.get(country or "", Choices())


@dataclass(frozen=True)
class PlacedAddress:
    """As `Address`, with the codes of state and country behind the five texts."""

    places: Places

    def read(self, native: tuple[Any, ...]) -> Value:
        """The labels of the codes; the text where there is no code (from before the picklists)."""
        *texts, state, country = native
        parts = Address().read(tuple(texts)) or {}
        labels = {
            "region": self.places.state_label(state, country),
            "country": self.places.country_label(country),
        }
        return {**parts, **{name: label for name, label in labels.items() if label}} or None

    def write(self, value: Value, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """Every part, with the codes; null where it is empty or not listed."""
        parts = self.places.known(value or {})
        country = self.places.country(parts.get("country"))
        state = self.places.state(parts.get("region"), country)
        return (*Address().write(parts, None), state, country)


def sent(body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a body is sent: where there is a code, without the text that follows it, which would
    have to be the integration value.
    """
    followed = {name.removesuffix("Code") for name, code in body.items() if _is_code(name) and code}
    return {name: value for name, value in body.items() if name not in followed}


def _is_code(name: str) -> bool:
    return name.endswith(CODES)


def _listed(described: Described) -> list[Described]:
    return list(described.get("picklistValues") or ())


def _is_active(value: Described) -> bool:
    return bool(value.get("active", True)) and bool(value.get("value")) and bool(value.get("label"))


def _valid_for(value: Described, controlling: list[str]) -> Iterator[str]:
    """The controlling values one is valid for: a bit for each, from the left, in base 64 (REST
    guide, sObject Describe, `validFor`). All of them where nothing is said.
    """
    said = value.get("validFor")
    if not isinstance(said, str) or not said:
        yield from controlling
        return
    bits = b64decode(said)
    for position, each in enumerate(controlling):
        byte, bit = divmod(position, 8)
        if byte < len(bits) and bits[byte] & (0x80 >> bit):
            yield each
