"""States and countries where they are picklists: any of three spellings, and no echo of ours."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from syncline.plugin.requests import Applied, Create
from syncline_salesforce.contacts.mapping import CONTACT_TYPE
from syncline_salesforce.contacts.places import PlacedAddress, Places, sent
from syncline_salesforce.contacts.schema import Schema


def choice(value: str, label: str, *positions: int, active: bool = True) -> dict[str, Any]:
    bits = sum(0x800000 >> position for position in positions)
    valid_for = b64encode(bits.to_bytes(3, "big")).decode() if positions else None
    return {"value": value, "label": label, "active": active, "validFor": valid_for}


COUNTRIES = {
    "name": "MailingCountryCode",
    "picklistValues": [
        choice("AU", "Australien"),
        choice("DD", "Deutsche Demokratische Republik", active=False),
        choice("DE", "Deutschland"),
        *(choice(f"X{letter}", f"Land {letter}") for letter in "ABCDEF"),
        choice("US", "Vereinigte Staaten"),
    ],
}
STATES = {
    "name": "MailingStateCode",
    "picklistValues": [
        choice("BY", "Bayern", 2),
        choice("WA", "Western Australia", 0),
        choice("WA", "Washington", 9),
        choice("TX", "Texas", 9),
        choice("OH", "Ohio", 9, active=False),
    ],
}
"""A list in German. Texas is valid for the tenth country only."""


@pytest.fixture
def places() -> Places:
    found = Places.described(STATES, COUNTRIES)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("Deutschland", "DE"),
        ("deutschland ", "DE"),
        ("Germany", "DE"),
        ("USA", "US"),
        ("United States", "US"),
        ("France", None),
        ("DD", None),
        ("Atlantis", None),
        ("", None),
        (None, None),
    ],
)
def test_a_country_is_known_by_code_label_or_english_name(
    places: Places, country: str | None, code: str | None
) -> None:
    assert places.country(country) == code


@pytest.mark.parametrize(
    ("state", "country", "label"),
    [
        ("TX", "USA", "Texas"),
        ("texas", "US", "Texas"),
        ("WA", "US", "Washington"),
        ("WA", "AU", "Western Australia"),
        ("BY", "DE", "Bayern"),
        ("TX", "DE", None),
        ("OH", "US", None),
        ("TX", None, None),
    ],
)
def test_a_state_is_one_of_its_country(
    places: Places, state: str, country: str | None, label: str | None
) -> None:
    assert places.known({"region": state, "country": country})["region"] == label


def test_a_list_that_says_nothing_is_no_list() -> None:
    assert Places.described({}, {}) is None
    assert Places.described(STATES, {"picklistValues": []}) is None


def test_states_without_a_controlling_value_are_valid_everywhere() -> None:
    found = Places.described({"picklistValues": [choice("XX", "Everywhere")]}, COUNTRIES)
    assert found is not None
    assert found.state("everywhere", "DE") == "XX"


def test_the_code_is_read_whatever_text_the_administrator_gave_it(places: Places) -> None:
    native = ("1 Main", "Austin", "Tex.", None, "America", "TX", "US")

    assert PlacedAddress(places).read(native) == {
        "street": "1 Main",
        "city": "Austin",
        "region": "Texas",
        "country": "Vereinigte Staaten",
    }


def test_a_text_from_before_the_lists_is_read_as_it_is(places: Places) -> None:
    native = (None, None, "Tex.", None, "America", None, None)

    assert PlacedAddress(places).read(native) == {"region": "Tex.", "country": "America"}


def test_what_is_written_is_read_back_and_is_a_fixed_point(places: Places) -> None:
    codec = PlacedAddress(places)
    stored = places.known({"street": "1 Main", "region": "TX", "country": "US", "city": "Austin"})

    assert codec.read(codec.write(stored, None)) == stored
    assert places.known(stored) == stored


def test_a_text_is_sent_only_where_there_is_no_code_for_it() -> None:
    body = {"MailingState": "Texas", "MailingStateCode": "TX", "MailingCity": "Austin"}
    assert sent(body) == {"MailingStateCode": "TX", "MailingCity": "Austin"}

    empty = {"MailingCountry": None, "MailingCountryCode": None}
    assert sent(empty) == empty


def test_codes_that_may_not_be_seen_leave_the_texts() -> None:
    native = CONTACT_TYPE.by_name["business_address"].native
    described = [{"name": each, "type": "string", "updateable": True} for each in native]
    narrowed = Schema({"fields": [*described, COUNTRIES]}).narrowed(CONTACT_TYPE)

    assert narrowed.by_name["business_address"].native == native


# ---- against the stand-in -----------------------------------------------------------------------


@pytest.fixture
def listed(org: Any) -> Any:
    """A connection to an organisation that has lists of states and countries."""
    org.sandbox.set(features=["state_country_picklists"])
    connection = org.connect().check()
    org.calls.clear()
    return connection


def address(**parts: str) -> dict[str, Any]:
    return {"family_name": "Hopper", "business_address": parts}


@pytest.mark.parametrize(
    ("region", "country"), [("TX", "US"), ("Texas", "United States"), ("texas", "USA")]
)
def test_an_address_is_stored_and_predicted_as_the_service_spells_it(
    org: Any, listed: Any, region: str, country: str
) -> None:
    fields = address(street="1 Main", city="Austin", region=region, country=country)
    (made,) = listed.create(fields)

    stored = org.stored(made.id)
    assert (stored["MailingState"], stored["MailingCountry"]) == ("Texas", "United States")
    predicted = listed.spec.stored_as(fields)["business_address"]
    assert listed.record(made.id).fields["business_address"] == predicted
    assert made.incomplete == ()


def test_a_place_that_is_on_no_list_does_not_hold_the_contact_up(org: Any, listed: Any) -> None:
    fields = address(street="1 Main", city="Vineta", region="Pomerania", country="Atlantis")
    (made,) = listed.create(fields)

    stored = org.stored(made.id)
    assert (stored["MailingStreet"], stored["MailingCity"]) == ("1 Main", "Vineta")
    assert (stored["MailingState"], stored["MailingCountry"]) == (None, None)


def test_an_address_can_be_changed_and_cleared(org: Any, listed: Any) -> None:
    contact = org.contact(MailingState="Texas", MailingCountry="United States", MailingCity="A")
    org.sandbox.advance(60)
    moved = listed.spec.stored_as(address(region="Milano", country="IT"))["business_address"]
    listed.update(listed.record(contact), business_address=moved)

    stored = org.stored(contact)
    assert (stored["MailingStateCode"], stored["MailingCountryCode"]) == ("MI", "IT")
    assert (stored["MailingState"], stored["MailingCity"]) == ("Milano", None)

    org.sandbox.advance(60)
    listed.update(listed.record(contact), business_address=None)
    stored = org.stored(contact)
    assert {stored[f"Mailing{each}"] for each in ("State", "StateCode", "Country")} == {None}


def test_a_list_that_changed_since_the_check_leaves_the_address_out(org: Any, sf: Any) -> None:
    """The organisation switched its lists on a moment ago."""
    org.sandbox.set(features=["state_country_picklists"])
    (outcome,) = sf.create(address(city="Vineta", country="Atlantis"))

    assert outcome == Applied(id=outcome.id, incomplete=("business_address",))
    assert org.stored(outcome.id)["LastName"] == "Hopper"


def test_a_part_core_did_not_foresee_is_not_sent(org: Any, listed: Any) -> None:
    """Whatever is asked for: what has no code is left out."""
    operation = Create(key="k", account=org.ada.id, fields=address(city="V", country="Atlantis"))
    (outcome,) = listed.send([operation])

    assert isinstance(outcome, Applied)
    assert org.stored(outcome.id)["MailingCity"] == "V"
