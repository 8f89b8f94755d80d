"""Normal forms: when two values of a field are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.model import fields as f
from syncline.model.contact import CONTACT
from syncline.model.fields import FieldType, Value
from syncline.state.compact import dumped, loaded
from syncline.testing.every_kind import ERRAND
from syncline.testing.strategies import values_of

KINDS = {spec.type.kind: spec.type for spec in (*CONTACT.specs, *ERRAND.specs)}
SETS = {name: kind for name, kind in KINDS.items() if isinstance(kind, f.SetType)}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_a_normal_form_is_a_fixed_point(kind: FieldType, data: st.DataObject) -> None:
    normal = kind.normal(data.draw(values_of(kind)))

    assert kind.normal(normal) == normal


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_a_value_kept_as_json_is_the_same_value(kind: FieldType, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))
    kept = loaded(dumped(value))

    assert kind.normal(kept) == kind.normal(value)
    assert kind.shown(kept) == kind.shown(value)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_a_normal_form_that_is_not_empty_passes_for_nothing_empty(
    kind: FieldType, data: st.DataObject
) -> None:
    value = data.draw(values_of(kind))

    assert (kind.normal(value) is None) == (not kind.normal(value))


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_people_are_shown_exactly_what_is_not_empty(kind: FieldType, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))

    assert (kind.shown(value) == "") == (kind.normal(value) is None)


@pytest.mark.parametrize("kind", SETS.values(), ids=list(SETS))
@given(data=st.data())
def test_sets_are_equal_if_they_have_the_same_keys(kind: f.SetType, data: st.DataObject) -> None:
    one, other = data.draw(values_of(kind)), data.draw(values_of(kind))

    same = kind.elements(one).keys() == kind.elements(other).keys()
    assert same == (kind.normal(one) == kind.normal(other))


@pytest.mark.parametrize("kind", SETS.values(), ids=list(SETS))
@given(data=st.data())
def test_a_set_made_of_its_elements_is_the_same_set(kind: f.SetType, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))
    elements = kind.elements(value)

    assert {kind.key(element) for element in elements.values()} == elements.keys()
    assert kind.normal(tuple(elements.values())) == kind.normal(value)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (f.SHORT_TEXT, "Zoë\u00a0 Noe\u0301mie ", "Zoe\u0308 Noémie"),
        (f.SHORT_TEXT, "in\u200bvisible", "invisible"),
        (f.SHORT_TEXT, "two\r\nlines\there", "two lines here"),
        (f.LONG_TEXT, "one  \r\ntwo\rthree\n\n", "one\ntwo\nthree"),
        (f.PHONE, "+49 (30) 123-45 67", "+49301234567"),
        (f.PHONE, "030 1234 ext. 12", "0301234x12"),
        (f.PHONE, "Ask Reception", "ask  reception"),
        (f.URL, "HTTPS://Example.COM/", "https://example.com"),
        (f.URL, "https://Example.com?Q=A", "https://example.com?Q=A"),
        (f.EMAILS, ("Ada@Example.COM",), ("ada@example.com",)),
        (f.EMAILS, ("a@bücher.example", "b@x.example"), ("b@x.example", "a@xn--bcher-kva.example")),
        (f.EMAILS, ("a@x.example", "A@X.example "), ("a@x.example",)),
        (f.EMAILS, ("a@FAẞ.de",), ("a@xn--fa-hia.de",)),
        (f.EMAILS, ("a@例え。テスト",), ("a@xn--r8jz45g.xn--zckzah",)),
        (f.EMAILS, ("a@💩.la",), ("a@xn--ls8h.la",)),
        (f.EMAILS, ("a@my_host.Bücher.de",), ("a@my_host.xn--bcher-kva.de",)),
        (f.CATEGORIES, ("Customer", "VIP"), ("vip", "customer")),
        (f.ADDRESS, {"city": "Köln ", "region": None}, {"city": "Köln", "street": " "}),
    ],
)
def test_spellings_of_one_value_are_equal(kind: FieldType, one: Value, other: Value) -> None:
    assert kind.normal(one) == kind.normal(other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (f.SHORT_TEXT, "ada", "Ada"),
        (f.LONG_TEXT, "a\nb", "a b"),
        (f.PHONE, "+49 30 1234567", "030 1234567"),
        (f.PHONE, "1234", "1234 ext. 5"),
        (f.URL, "https://example.com/Path", "https://example.com/path"),
        (f.URL, "https://example.com?Q=A", "https://example.com?q=a"),
        (f.DATE, "1990-05-05", "--05-05"),
        (f.EMAILS, ("a@faß.de",), ("a@fass.de",)),
        (f.EMAILS, ("a@βόλος.com",), ("a@βόλοσ.com",)),
        (f.ADDRESS, {"city": "Köln"}, {"region": "Köln"}),
    ],
)
def test_different_values_are_different(kind: FieldType, one: Value, other: Value) -> None:
    assert kind.normal(one) != kind.normal(other)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_empty_missing_and_white_space_are_one_value(kind: FieldType) -> None:
    empty: dict[str, list[Value]] = {
        "address": [None, {}, {"city": " "}],
        "rule": [None, {}, {"every": " "}],
        "instant": [None, {}, {"at": " "}, {"zone": "Europe/Vienna"}],
        "rich text": [None, {}, {"text": " "}, {"html": "<p>&nbsp;</p><style>p {}</style>"}],
        "people": [None, (), ({"address": " "},), ({"of": "ada@x.example", "role": "chair"},)],
    }
    sets: list[Value] = [None, (), ("", " ")]
    values = empty.get(kind.kind, sets if kind.is_set else [None, "", " \t"])

    assert [kind.normal(value) for value in values] == [None] * len(values)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2023-13-01",
        "--02-30",
        "1990-5-5",
        "yesterday",
        "0000-01-01",
        "\u0661990-01-01",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        f.DATE.normal(text)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (f.SHORT_TEXT, 7),
        (f.SHORT_TEXT, ("a",)),
        (f.EMAILS, "ada@example.com"),
        (f.EMAILS, {"a": "b"}),
        (f.EMAILS, (7,)),
        (f.ADDRESS, "Long Street 1"),
        (f.ADDRESS, {"planet": "Earth"}),
    ],
)
def test_a_value_of_another_type_is_refused(kind: FieldType, value: Value) -> None:
    with pytest.raises(ValueError, match=kind.kind):
        kind.normal(value)


def test_refusals_show_no_value() -> None:
    with pytest.raises(ValueError, match="date") as refused:
        f.DATE.normal("born in 1990")

    assert "1990" not in str(refused.value)
