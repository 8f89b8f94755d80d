"""The lens laws of every field: GetPut, PutGet with the declared capacity, PutPut, stable slots."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.model.contact import CONTACT
from syncline.model.fields import CATEGORIES, EMAILS, PHONES, FieldType, PartsType, SetType
from syncline_outlook.contacts.codecs import Birthday, EmailSlots, TextSlots, fill_slots
from syncline_outlook.contacts.mapping import CONTACTS

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)
element = {
    "emails": st.from_regex(r"[a-z0-9.]{1,8}@[A-Za-z]{1,6}\.test", fullmatch=True),
    "work_phones": st.from_regex(r"\+?[0-9 ()-]{0,3}[0-9]{3,8}", fullmatch=True),
    "home_phones": st.from_regex(r"\+?[0-9 ()-]{0,3}[0-9]{3,8}", fullmatch=True),
    "categories": texts,
}
dates = st.dates(min_value=date(1700, 1, 1)).map(date.isoformat) | st.dates(
    min_value=date(2000, 1, 1), max_value=date(2000, 12, 31)
).map(lambda day: f"--{day:%m-%d}")


def values(name: str) -> st.SearchStrategy[Any]:
    kind = CONTACT.fields[name].type
    if isinstance(kind, SetType):
        return st.lists(element[name], max_size=5).map(tuple)
    if isinstance(kind, PartsType):
        return st.dictionaries(st.sampled_from(sorted(kind.parts)), texts)
    return (dates if kind.kind == "date" else texts) | st.none()


def kind_of(name: str) -> FieldType:
    return CONTACT.fields[name].type


def stored(name: str, value: Any) -> Any:
    return CONTACTS.by_name[name].capacity.stored(kind_of(name), value)


def put(name: str, value: Any, native: Any = None) -> dict[str, Any]:
    return CONTACTS.by_name[name].write(value, native)


def get(name: str, native: Any) -> Any:
    return CONTACTS.by_name[name].read(native)


FIELDS = sorted(CONTACTS.by_name)


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
def test_what_was_put_is_got_up_to_capacity(name: str, data: Any) -> None:
    wanted = stored(name, data.draw(values(name)))
    normal = kind_of(name).normal
    assert normal(get(name, put(name, wanted))) == normal(wanted)


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
def test_putting_back_what_was_got_changes_nothing(name: str, data: Any) -> None:
    native = put(name, stored(name, data.draw(values(name))))
    assert put(name, get(name, native), native) == native


@pytest.mark.parametrize("name", FIELDS)
@given(data=st.data())
def test_a_second_put_leaves_no_trace_of_the_first(name: str, data: Any) -> None:
    first, second = (stored(name, data.draw(values(name))) for _ in range(2))
    after = put(name, second, put(name, first))
    normal = kind_of(name).normal
    assert normal(get(name, after)) == normal(get(name, put(name, second)))


@given(st.lists(element["emails"], max_size=3), st.lists(element["emails"], max_size=3))
def test_addresses_that_stay_keep_slot_spelling_and_name(before: Any, after: Any) -> None:
    native = [{"address": each.upper(), "name": f"name of {each}"} for each in before]
    (written,) = EmailSlots(EMAILS).write(tuple(after), (native,))
    kept = [each for each in native if EMAILS.key(each["address"]) in EMAILS.elements(after)]
    assert [each for each in written if "name" in each] == kept
    if len(EMAILS.elements(after)) >= len(native) and not _repeats(before):
        assert all(each not in written or written.index(each) == n for n, each in enumerate(native))


def _repeats(addresses: list[str]) -> bool:
    return len(EMAILS.elements(addresses)) < len(addresses)


def test_a_new_element_takes_the_slot_that_became_free() -> None:
    assert fill_slots(PHONES, ("3", "9"), ["1", "3"], spelled=str, made=str) == ["9", "3"]
    assert fill_slots(PHONES, ("3",), ["1", "3"], spelled=str, made=str) == ["3"]
    assert fill_slots(PHONES, (), ["1", "3"], spelled=str, made=str) == []
    assert fill_slots(PHONES, ("3", "1", "4"), ["1", "3"], spelled=str, made=str) == ["1", "3", "4"]


def test_a_phone_keeps_the_spelling_its_user_typed() -> None:
    assert TextSlots(PHONES).write(("+49301234",), (["+49 (30) 12 34"],)) == (["+49 (30) 12 34"],)


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("1974-07-22", "1974-07-22"),
        ("1974-07-22T11:59:00Z", "1974-07-22"),
        ("1974-07-22T00:00:00Z", "1974-07-22"),
        ("1974-07-22T23:30:00-04:00", "1974-07-23"),
        ("1974-07-22T11:59:00.0000000Z", "1974-07-22"),
        ("1604-02-29T11:59:00Z", "--02-29"),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_a_birthday_without_a_zone_of_its_own_is_the_date_in_utc(
    native: str | None, expected: str | None
) -> None:
    assert Birthday().read((native,)) == expected


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("1968-03-20T23:00:00Z", "1968-03-21"),  # Berlin, winter
        ("1980-07-11T22:00:00Z", "1980-07-12"),  # Berlin, summer
        ("1996-02-28T23:00:00Z", "1996-02-29"),
        ("1999-12-31T18:30:00Z", "2000-01-01"),  # India
        ("1990-01-31T15:00:00Z", "1990-02-01"),  # Tokyo
        ("1990-06-30T12:00:00Z", "1990-07-01"),  # Auckland, winter
        ("1973-10-31T11:00:00Z", "1973-11-01"),  # Auckland, summer
        ("1990-06-30T11:15:00Z", "1990-07-01"),  # Chatham Islands, winter
        ("1990-12-31T10:15:00Z", "1991-01-01"),  # Chatham Islands, summer
        ("1990-02-01T05:00:00Z", "1990-02-01"),  # New York
        ("1990-02-01T03:30:00Z", "1990-02-01"),  # Newfoundland
        ("1990-02-01T10:00:00Z", "1990-02-01"),  # Hawaii
        ("1603-12-31T23:00:00Z", "--01-01"),  # Berlin, year not known
    ],
)
def test_a_birthday_entered_as_midnight_of_any_zone_is_that_day(native: str, expected: str) -> None:
    assert Birthday().read((native,)) == expected


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("emails", {"emailAddresses": [7]}),
        ("emails", {"emailAddresses": {"address": "x"}}),
        ("work_phones", {"businessPhones": "1"}),
        ("given_name", {"givenName": 7}),
        ("home_address", {"homeAddress": "Main Street"}),
        ("birthday", {"birthday": "soon"}),
    ],
)
def test_undocumented_shapes_are_refused_not_taken_for_empty(name: str, native: Any) -> None:
    with pytest.raises(ValueError):
        get(name, native)


@pytest.mark.parametrize(
    "native", [None, [], [None], [{}], [{"address": None}], [{"address": " "}]]
)
def test_no_address_in_any_form_is_empty(native: Any) -> None:
    assert EmailSlots(EMAILS).read((native,)) is None


@pytest.mark.parametrize("native", [None, {}, {"street": ""}, {"street": None, "@odata.type": "x"}])
def test_an_address_without_parts_is_empty(native: Any) -> None:
    assert get("home_address", {"homeAddress": native}) is None


def test_clearing_an_address_clears_every_part() -> None:
    (written,) = put("home_address", None).values()
    assert set(written) == {"street", "city", "state", "postalCode", "countryOrRegion"}
    assert set(written.values()) == {None}


def test_category_case_is_kept() -> None:
    assert TextSlots(CATEGORIES).write(("vip", "New"), (["VIP"],)) == (["VIP", "New"],)
