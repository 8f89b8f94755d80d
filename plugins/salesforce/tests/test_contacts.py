"""The declared mapping: both directions, and the laws they keep."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.model.capacity import Inexpressible
from syncline.model.contact import CONTACT
from syncline.plugin import Field
from syncline_salesforce.contacts.mapping import CONTACT_TYPE
from syncline_salesforce.contacts.schema import Schema
from syncline_salesforce.contacts.stored import NAMELESS, Stored, cut_lines

KINDS = {field.name: CONTACT.fields[field.name].type for field in CONTACT_TYPE.fields}

_line = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=120)
_text = st.text(st.characters(blacklist_categories=("Cs",)), max_size=400)
_dates = st.dates().map(lambda day: day.isoformat())
_addresses = st.dictionaries(
    st.sampled_from(["street", "city", "region", "postal_code", "country"]), _text, max_size=5
)


def _values(name: str) -> st.SearchStrategy[Any]:
    kind = KINDS[name].kind
    if kind == "date":
        return st.none() | _dates
    if kind == "address":
        return st.none() | _addresses
    if KINDS[name].is_set:
        return st.lists(_line, max_size=4).map(tuple)
    return st.none() | (_text if kind == "long text" else _line)


records = st.fixed_dictionaries({name: _values(name) for name in KINDS} | {"display_name": _line})


def _held(mapped: Field, value: Any) -> Any:
    """What Salesforce can hold of a value; a number too long to be kept whole is left out."""
    try:
        return mapped.capacity.stored(KINDS[mapped.name], value)
    except Inexpressible:
        return None


def put(fields: dict[str, Any]) -> dict[str, Any]:
    """The native body core would have sent: cut to capacity, predicted, written."""
    cut = {each.name: _held(each, fields[each.name]) for each in CONTACT_TYPE.fields}
    stored = CONTACT_TYPE.stored_as(cut | {"display_name": fields["display_name"]})
    return CONTACT_TYPE.write({name: stored[name] for name in KINDS}, None)


def normal(fields: dict[str, Any]) -> dict[str, Any]:
    return CONTACT.normal({name: fields[name] for name in KINDS})


@given(records)
def test_what_is_written_and_read_back_is_what_was_predicted(fields: dict[str, Any]) -> None:
    cut = {each.name: _held(each, fields[each.name]) for each in CONTACT_TYPE.fields}
    stored = CONTACT_TYPE.stored_as(cut | {"display_name": fields["display_name"]})

    assert normal(CONTACT_TYPE.read(put(fields))) == normal(dict(stored))


@given(records)
def test_writing_back_what_was_read_changes_nothing(fields: dict[str, Any]) -> None:
    native = put(fields)
    again = CONTACT_TYPE.write(CONTACT_TYPE.read(native), native)

    assert normal(CONTACT_TYPE.read(again)) == normal(CONTACT_TYPE.read(native))


@given(records)
def test_what_is_stored_is_a_fixed_point(fields: dict[str, Any]) -> None:
    once = CONTACT_TYPE.stored_as(fields)

    assert CONTACT_TYPE.stored_as(once) == once


@given(records)
def test_nothing_longer_than_salesforce_takes_is_ever_sent(fields: dict[str, Any]) -> None:
    lengths = {"LastName": 80, "FirstName": 40, "Email": 80, "Title": 128, "MailingStreet": 255}
    native = put(fields)

    assert all(len(native[name] or "") <= length for name, length in lengths.items())


@given(records)
def test_a_last_name_is_never_empty(fields: dict[str, Any]) -> None:
    assert put(fields)["LastName"].strip()


@pytest.mark.parametrize(
    ("fields", "stand_in"),
    [
        ({"family_name": "Hopper", "company": "Navy"}, "Hopper"),
        ({"family_name": None, "display_name": "Grace", "company": "Navy"}, "Grace"),
        ({"family_name": None, "given_name": "Cher", "company": "Navy"}, "Cher"),
        ({"family_name": None, "given_name": "Anna", "middle_name": "Maria"}, "Anna Maria"),
        ({"family_name": None, "given_name": "\u00ad", "company": "Navy"}, "Navy"),
        ({"family_name": None, "prefix": "Dr.", "company": "Navy"}, "Navy"),
        ({"family_name": " ", "company": "Navy"}, "Navy"),
        ({"family_name": "", "emails": ("g@example.test", "h@example.test")}, "g@example.test"),
        ({"family_name": None}, NAMELESS),
        ({"family_name": None, "company": "N" * 100}, "N" * 80),
    ],
)
def test_something_stands_in_for_an_empty_last_name(fields: dict[str, Any], stand_in: str) -> None:
    assert Stored()(fields)["family_name"] == stand_in


def test_a_record_whose_name_is_not_known_gets_no_stand_in() -> None:
    assert "family_name" not in Stored()({"company": "Navy"})


EMAILS = CONTACT_TYPE.by_name["emails"].capacity


@pytest.mark.parametrize(
    "unusable",
    [
        "a" * 75 + "@example.test",
        "/o=Org/ou=AG/cn=Recipients/cn=two",
        "Omega <omega@example.org>",
        "taro..yamada@mobile.example",
        ".taro@mobile.example",
        "jürgen@aut.example",
        "semi@colon.example;",
        "mailto:mail@to.example",
        "two@at@example.test",
        "no at",
        "some@host",
        "a b@example.test",
    ],
)
def test_what_is_no_address_is_left_out_and_the_next_one_is_sent(unusable: str) -> None:
    assert EMAILS.stored(KINDS["emails"], (unusable,)) is None
    assert EMAILS.stored(KINDS["emails"], (unusable, "two@mails.example")) == ("two@mails.example",)


@pytest.mark.parametrize(
    "usable",
    [
        "grace@example.test",
        "O'Neill+tag@sub.example.test",
        "ann_b=c@x-y.example",
        "a@müller.example",
    ],
)
def test_an_address_is_held_as_it_was_typed(usable: str) -> None:
    assert EMAILS.stored(KINDS["emails"], (usable,)) == (usable,)


def test_the_organisation_says_how_long_an_address_may_be() -> None:
    described = {"name": "Email", "type": "email", "length": 20, "updateable": True}
    narrowed = Schema({"fields": [described]}).narrowed(CONTACT_TYPE).by_name["emails"].capacity

    held = narrowed.stored(KINDS["emails"], ("longer.than.that@example.test", "ok@example.test"))
    assert held == ("ok@example.test",)


@pytest.mark.parametrize("value", ["1604-02-29", "2001-02-29", "4001-01-01"])
def test_dates_that_salesforce_refuses_are_left_out(value: str) -> None:
    assert Stored()({"birthday": value})["birthday"] is None


def test_line_ends_count_twice() -> None:
    assert cut_lines("a\nb\nc", 7) == "a\nb\nc"
    assert cut_lines("a\nb\nc", 6) == "a\nb"
    assert Stored()({"notes": "x\n" * 20_000})["notes"] == cut_lines("x\n" * 20_000, 32_000)


@given(_text, st.integers(1, 300))
def test_cutting_lines_is_a_fixed_point(value: str, limit: int) -> None:
    once = cut_lines(value, limit)

    assert cut_lines(once, limit) == once
    assert len(once.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")) <= limit


def test_a_birthday_without_a_year_cannot_be_held() -> None:
    with pytest.raises(Inexpressible):
        CONTACT_TYPE.by_name["birthday"].capacity.stored(KINDS["birthday"], "--02-29")


def test_line_ends_are_salesforces_own_on_one_side_only() -> None:
    native = dict.fromkeys(CONTACT_TYPE.native_names) | {
        "MailingStreet": "1 Navy Yard\r\nRoom 2",
        "Description": "a\r\nb\rc",
    }
    fields = CONTACT_TYPE.read(native)

    assert fields["business_address"] == {"street": "1 Navy Yard\nRoom 2"}
    assert fields["notes"] == "a\nb\nc"


def test_clearing_sends_null_for_every_part() -> None:
    cleared = {"business_address": None, "emails": (), "notes": None}
    body = CONTACT_TYPE.write(cleared, {})

    assert body == {
        "MailingStreet": None,
        "MailingCity": None,
        "MailingState": None,
        "MailingPostalCode": None,
        "MailingCountry": None,
        "Email": None,
        "Description": None,
    }


def test_a_property_that_was_not_answered_is_unknown_not_empty() -> None:
    assert "mobile_phone" not in CONTACT_TYPE.read({"FirstName": None})
