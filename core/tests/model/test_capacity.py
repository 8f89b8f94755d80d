"""Capacities: what a side stores is a fixed point, and reads back as unchanged."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncline.model import fields as f
from syncline.model.capacity import Capacity, Inexpressible, cut_text
from syncline.model.contact import CONTACT
from syncline.model.fields import FieldType, Value
from syncline.plugin.spec import Field
from syncline.testing.strategies import CLUSTERS, TEXTS, capacities, values_of

KINDS = {spec.type.kind: spec.type for spec in CONTACT.specs}
Unit = Literal["characters", "utf16"]
UNITS: list[Unit] = ["characters", "utf16"]


def _stored(capacity: Capacity, kind: FieldType, value: Value) -> Value:
    try:
        return capacity.stored(kind, value)
    except Inexpressible:
        assume(False)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_what_is_stored_is_a_fixed_point(kind: FieldType, data: st.DataObject) -> None:
    capacity = data.draw(capacities(kind))
    stored = _stored(capacity, kind, data.draw(values_of(kind)))

    assert capacity.stored(kind, stored) == stored


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_what_was_cut_and_read_back_counts_as_unchanged(
    kind: FieldType, data: st.DataObject
) -> None:
    capacity = data.draw(capacities(kind))
    stored = _stored(capacity, kind, data.draw(values_of(kind)))
    place = Field(name="field", native=("property",), capacity=capacity)

    read_back = place.read(place.write(stored, None))

    assert kind.normal(read_back) == kind.normal(stored)
    assert kind.normal(_stored(capacity, kind, read_back)) == kind.normal(stored)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@given(data=st.data())
def test_without_limits_nothing_is_lost(kind: FieldType, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))

    assert kind.normal(Capacity().stored(kind, value)) == kind.normal(value)


@given(text=TEXTS, limit=st.integers(0, 30), unit=st.sampled_from(UNITS))
def test_a_cut_text_is_within_the_limit_and_a_beginning(text: str, limit: int, unit: Unit) -> None:
    cut = cut_text(text, limit, unit)

    assert text.startswith(cut)
    assert _length(cut, unit) <= limit
    assert cut_text(cut, limit, unit) == cut


@given(
    parts=st.lists(st.sampled_from(CLUSTERS), max_size=10),
    limit=st.integers(0, 30),
    unit=st.sampled_from(UNITS),
)
def test_a_cut_text_ends_between_visible_characters(
    parts: list[str], limit: int, unit: Unit
) -> None:
    beginnings = {"".join(parts[:count]) for count in range(len(parts) + 1)}

    cut = cut_text("".join(parts), limit, unit)

    assert cut in beginnings | {each.rstrip() for each in beginnings}


@given(text=st.text("ab🚀", min_size=1), limit=st.integers(1, 10))
def test_a_cut_text_is_the_longest_possible(text: str, limit: int) -> None:
    cut = cut_text(text, limit, "utf16")

    assert cut == text or _length(text[: len(cut) + 1], "utf16") > limit


def test_flags_are_cut_between_flags() -> None:
    assert cut_text("🇩🇪🇫🇷", 3) == "🇩🇪"


def test_an_over_long_part_is_cut_and_the_others_stay() -> None:
    capacity = Capacity(part_lengths={"street": 6})

    stored = capacity.stored(f.ADDRESS, {"street": "Long Street 1", "city": "Köln"})

    assert stored == {"street": "Long S", "city": "Köln"}


def test_a_set_keeps_its_first_elements() -> None:
    assert Capacity(many=2).stored(f.EMAILS, ("c@x", "a@x", "b@x")) == ("c@x", "a@x")


def test_elements_that_a_cut_made_alike_are_one() -> None:
    three = Capacity(max_length=3)

    assert three.stored(f.CATEGORIES, ("abcd", "ABCE", "x")) == ("abc", "x")


def test_a_date_without_a_year_may_be_inexpressible() -> None:
    with pytest.raises(Inexpressible):
        Capacity(full_dates=True).stored(f.DATE, "--05-05")


def test_a_word_outside_the_vocabulary_is_inexpressible() -> None:
    with pytest.raises(Inexpressible):
        Capacity(vocabulary=frozenset({"Mr.", "Ms."})).stored(f.SHORT_TEXT, "Sir")


def _length(text: str, unit: Unit) -> int:
    return len(text) if unit == "characters" else len(text.encode("utf-16-le")) // 2
