"""Contacts from real address books go through the model without an error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncline.model.capacity import Capacity
from syncline.model.contact import CONTACT, Contact, contact_fields
from syncline.model.fields import PartsType
from syncline.model.matching import BUILT_IN

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "pim-corpus" / "contacts.jsonl"


@pytest.fixture(scope="module")
def cards() -> list[dict[str, Any]]:
    if not CORPUS.exists():
        pytest.skip("the corpus of address books is not on this machine")
    with CORPUS.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_card_has_a_normal_form(cards: list[dict[str, Any]]) -> None:
    for card in cards:
        normal = CONTACT.normal(contact_fields(_contact(card)))

        assert CONTACT.normal(normal) == normal, card["id"]


def test_every_card_fits_after_cutting(cards: list[dict[str, Any]]) -> None:
    narrow = Capacity(max_length=16, many=2, unit="utf16")
    for card in cards:
        for name, value in contact_fields(_contact(card)).items():
            kind = CONTACT.fields[name].type
            capacity = (
                Capacity(part_lengths=dict.fromkeys(kind.parts, 16))
                if isinstance(kind, PartsType)
                else narrow
            )
            stored = capacity.stored(kind, value)

            assert capacity.stored(kind, stored) == stored, card["id"]


def test_every_matcher_takes_every_card(cards: list[dict[str, Any]]) -> None:
    keys = [
        key
        for card in cards
        for matcher in BUILT_IN.values()
        for key in matcher(contact_fields(_contact(card)))
    ]

    assert all(keys)
    assert len(set(keys)) > len(cards) / 2


def _contact(card: dict[str, Any]) -> Contact:
    name, org = card.get("n") or {}, card.get("org") or []
    return Contact(
        prefix=name.get("prefix"),
        given_name=name.get("given"),
        middle_name=name.get("additional"),
        family_name=name.get("family"),
        suffix=name.get("suffix"),
        display_name=card.get("fn"),
        company=org[0] if org else None,
        department=org[1] if len(org) > 1 else None,
        job_title=card.get("title"),
        emails=tuple(each["value"] for each in card.get("emails", ())),
        work_phones=tuple(_values(card, "tels", "work")),
        home_phones=tuple(_values(card, "tels", "home")),
        business_address=next(_addresses(card, "work"), None),
        home_address=next(_addresses(card, "home"), None),
        notes=card.get("note"),
    )


def _values(card: dict[str, Any], of: str, type: str) -> Iterator[str]:
    return (each["value"] for each in card.get(of, ()) if type in each.get("type", ()))


def _addresses(card: dict[str, Any], type: str) -> Iterator[dict[str, str | None]]:
    for each in card.get("adrs", ()):
        if type in each.get("type", ()):
            yield {
                "street": each.get("street"),
                "city": each.get("locality"),
                "region": each.get("region"),
                "postal_code": each.get("code"),
                "country": each.get("country"),
            }
