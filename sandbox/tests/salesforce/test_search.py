"""SOSL by the resource `search`, and its terms as pure decisions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncline_sandbox.salesforce.soql.terms import matches, parse_term

TEXTS = ["Ada Lovelace", "Analytical Engines Ltd.", "ada.lovelace@example.test"]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("ada", True),
        ("ADA engines", True),
        ("ada AND engines", True),
        ("ad", False),
        ("ad*", True),
        ("*lytical", True),
        ("lov?lace", True),
        ("lov?", False),
        ('"Ada Lovelace"', True),
        ('"Lovelace Ada"', False),
        ("babbage OR lovelace", True),
        ("ada AND NOT babbage", True),
        ("ada AND NOT engines", False),
        ("(babbage OR ada) AND (engines OR mills)", True),
        ("ada.lovelace@example.test", True),
        ("ada\\-lovelace", True),
    ],
)
def test_a_term_meets_texts(term: str, expected: bool):
    found = parse_term(term)
    assert found is not None
    assert matches(found, TEXTS) is expected


@pytest.mark.parametrize("term", ["", "a", "a*", "*", "(ada", '"ada', "ada AND", "(" * 99])
def test_what_is_no_term_or_too_short_is_none(term: str):
    assert parse_term(term) is None


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_term_or_none(text: str):
    found = parse_term(text)
    assert found is None or matches(found, TEXTS) in (True, False)


# ---- over the wire ------------------------------------------------------------------------------


@pytest.fixture
def people(sf):
    account = sf.create("Account", {"Name": "Acme Engines"})
    rows = [
        {"LastName": "Acme", "Email": "one@example.test", "Phone": "555 0100"},
        {"LastName": "Hopper", "Title": "of Acme", "AccountId": account},
        {"LastName": "Zuse"},
    ]
    sf.create_many("Contact", rows)
    return sf


def find(api: Any, text: str) -> list[dict[str, Any]]:
    response = api("GET", "search/", params={"q": text})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["searchRecords"]
    return found


def test_without_returning_every_object_is_searched_for_ids(people, api):
    found = find(api, "FIND {Acme}")
    assert [set(record) for record in found] == [{"attributes", "Id"}] * 3
    assert [record["attributes"]["type"] for record in found] == ["Account", "Contact", "Contact"]


def test_returning_says_which_fields_of_which_rows(people, api):
    text = (
        "FIND {acm*} IN ALL FIELDS RETURNING Contact(LastName, Account.Name"
        " WHERE Email = null ORDER BY LastName LIMIT 5), Account(Name)"
    )
    contact, account = find(api, text)
    assert (contact["LastName"], contact["Account"]["Name"]) == ("Hopper", "Acme Engines")
    assert account["Name"] == "Acme Engines"
    limited = find(api, "FIND {acme} RETURNING Contact(Id), Account LIMIT 2")
    assert [record["attributes"]["type"] for record in limited] == ["Contact", "Contact"]


@pytest.mark.parametrize(
    ("group", "term", "names"),
    [
        ("NAME", "acme", ["Acme"]),
        ("EMAIL", "example", ["Acme"]),
        ("PHONE", "0100", ["Acme"]),
        ("SIDEBAR", "0100 OR acme", ["Acme"]),
        ("ALL", "acme", ["Acme", "Hopper"]),
    ],
)
def test_a_group_names_the_fields_that_are_searched(people, api, group, term, names):
    text = f"FIND {{{term}}} IN {group} FIELDS RETURNING Contact(LastName ORDER BY LastName)"
    assert [record["LastName"] for record in find(api, text)] == names


def test_deleted_and_hidden_rows_are_not_found(people, api):
    first, second, _ = people.rows("Contact")
    people.delete("Contact", first["Id"])
    people.hide("Contact", second["Id"])
    assert find(api, "FIND {acme} RETURNING Contact") == []


def test_before_version_37_the_answer_is_the_list(people, api):
    old = api("GET", "search?q=FIND+%7Bzuse%7D", version="v36.0").json()
    assert [record["attributes"]["type"] for record in old] == ["Contact"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MALFORMED_SEARCH"),
        ("FIND acme", "MALFORMED_SEARCH"),
        ("FIND {a}", "MALFORMED_SEARCH"),
        ("FIND {acme} IN SOME FIELDS", "MALFORMED_SEARCH"),
        ("FIND {acme} RETURNING Contact(COUNT(Id))", "MALFORMED_SEARCH"),
        ("FIND {acme} RETURNING Nope", "INVALID_TYPE"),
        ("FIND {acme} RETURNING Organization", "INVALID_TYPE"),
        ("FIND {acme} RETURNING Contact(Nope)", "INVALID_FIELD"),
        ("SELECT Id FROM Contact", "MALFORMED_SEARCH"),
    ],
)
def test_what_is_no_search_is_refused(people, api, refused, text, code):
    assert refused(api("GET", "search", params={"q": text})) == (400, code)
