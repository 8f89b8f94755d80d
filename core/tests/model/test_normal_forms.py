"""Normal forms: when two values of a field are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.model import fields as f
from syncline.model.contact import CONTACT
from syncline.model.fields import FieldType, Value
from syncline.testing.strategies import values_of

KINDS = {spec.type.kind: spec.type for spec in CONTACT.specs}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_a_normal_form_is_a_fixed_point(kind: FieldType, data: st.DataObject) -> None:
    normal = kind.normal(data.draw(values_of(kind)))

    assert kind.normal(normal) == normal


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
        (f.ADDRESS, {"city": "Köln"}, {"region": "Köln"}),
    ],
)
def test_different_values_are_different(kind: FieldType, one: Value, other: Value) -> None:
    assert kind.normal(one) != kind.normal(other)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_empty_missing_and_white_space_are_one_value(kind: FieldType) -> None:
    empty: dict[type, list[Value]] = {
        f.SetType: [None, (), ("", " ")],
        f.PartsType: [None, {}, {"city": " "}],
    }

    assert {kind.normal(value) for value in empty.get(type(kind), [None, "", " \t"])} == {None}


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
