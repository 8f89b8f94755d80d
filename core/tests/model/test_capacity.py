"""Capacities: what a side stores is a fixed point, and reads back as unchanged."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncline.model import fields as f
from syncline.model.capacity import Capacity, Inexpressible, cut_text
from syncline.model.contact import CONTACT
from syncline.model.fields import FieldType, SetType, Value
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.people import PEOPLE
from syncline.model.kinds.rich_text import RICH_TEXT
from syncline.plugin.spec import Field
from syncline.testing.every_kind import ERRAND, RULE, STATUS
from syncline.testing.strategies import CLUSTERS, TEXTS, capacities, values_of

KINDS = {spec.type.kind: spec.type for spec in (*CONTACT.specs, *ERRAND.specs)}
SETS = {name: kind for name, kind in KINDS.items() if isinstance(kind, SetType)}
RESPELLED = {name: KINDS[name] for name in ("instant", "status", "people", "flag", "number")}
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


@pytest.mark.parametrize("kind", RESPELLED.values(), ids=list(RESPELLED))
@given(data=st.data())
def test_what_a_service_spells_in_its_own_way_is_held_as_well(
    kind: FieldType, data: st.DataObject
) -> None:
    capacity = data.draw(capacities(kind))
    stored = _stored(capacity, kind, data.draw(values_of(kind)))
    respelled = kind.normal(stored)
    for unit in UNITS:  # no service respells beyond what it can hold, as "ß" would be by "ss"
        assume(_longest(respelled, unit) <= _longest(stored, unit))

    assert kind.normal(_stored(capacity, kind, respelled)) == respelled


def _longest(value: Any, unit: Unit) -> int:
    """The length of the longest text in a value."""
    if isinstance(value, str):
        return len(value) if unit == "characters" else len(value.encode("utf-16-le")) // 2
    parts = value.values() if isinstance(value, dict) else value
    return max((_longest(part, unit) for part in parts), default=0) if _has_parts(value) else 0


def _has_parts(value: Any) -> bool:
    return isinstance(value, dict | tuple | list)


@pytest.mark.parametrize("kind", SETS.values(), ids=list(SETS))
@given(data=st.data())
def test_an_element_a_side_holds_is_held_as_it_is(kind: SetType, data: st.DataObject) -> None:
    capacity = data.draw(capacities(kind))
    for element in kind.elements(data.draw(values_of(kind))).values():
        held = capacity.stored_element(kind, element)

        assert not held or capacity.stored_element(kind, held) == held


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


def test_the_conjuncts_of_indic_scripts_are_not_cut() -> None:
    assert cut_text("अक्षय", 3) == "अ"
    assert cut_text("अक्षय", 4) == "अक्ष"


@pytest.mark.parametrize("before", [0, 1, 511, 512, 513, 2000])
def test_where_a_long_text_is_cut_its_beginning_says_nothing(before: int) -> None:
    flags, marks = "🇩🇪" * (before // 2), "e" + "\u0301" * before
    assert cut_text(flags + "🇫🇷x", len(flags) + 1) == flags
    assert cut_text(marks + "x", len(marks) - 1) == ""
    assert cut_text("a" * before + "👩‍👩‍👧", before + 3) == "a" * before


def test_a_value_of_a_type_that_a_cut_would_spoil_cannot_be_held() -> None:
    with pytest.raises(Inexpressible):
        Capacity(max_length=8).stored(f.DATE, "2026-11-21")


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


def test_a_choice_is_held_as_a_word_of_its_class() -> None:
    poorer = Capacity(vocabulary=frozenset({"not_started", "completed"}))

    assert poorer.stored(STATUS, "waiting") == "not_started"
    assert poorer.stored(STATUS, "completed") == "completed"


def test_a_choice_without_a_word_of_its_class_is_inexpressible() -> None:
    with pytest.raises(Inexpressible):
        Capacity(vocabulary=frozenset({"waiting"})).stored(STATUS, "completed")


def test_rich_text_is_held_as_text_where_there_is_no_html() -> None:
    html = {"html": "<p>Dear <b>all</b></p><p>Bye</p>"}

    assert Capacity(plain_text=True).stored(RICH_TEXT, html) == {"text": "Dear all\n\nBye"}
    assert Capacity(plain_text=True, max_length=4).stored(RICH_TEXT, html) == {"text": "Dear"}
    assert Capacity().stored(RICH_TEXT, html) == html


def test_html_is_never_cut() -> None:
    html = {"html": "<p><b>Dear all</b></p>"}

    assert Capacity(max_length=10).stored(RICH_TEXT, html) == {"text": "Dear all"}


@pytest.mark.parametrize(
    ("capacity", "held"),
    [
        (Capacity(), {"at": "2026-03-01T00:30:15+01:00", "zone": "Europe/Vienna"}),
        (Capacity(parts=frozenset({"at"})), {"at": "2026-03-01T00:30:15+01:00"}),
        (
            Capacity(resolution="minute"),
            {"at": "2026-03-01T00:30:00+01:00", "zone": "Europe/Vienna"},
        ),
        (Capacity(resolution="day"), {"at": "2026-03-01T00:00:00Z"}),
    ],
)
def test_an_instant_is_held_at_a_sides_resolution(capacity: Capacity, held: Value) -> None:
    instant = {"at": "2026-03-01T00:30:15+01:00", "zone": "Europe/Vienna"}

    assert capacity.stored(INSTANT, instant) == held


def test_people_are_held_without_what_a_side_does_not_know_of_them() -> None:
    people = (
        {"address": "ada@x.example", "name": "Ada", "role": "chair", "response": "tentative"},
    )
    roles = frozenset({"required", "optional", "accepted"})

    assert Capacity(parts=frozenset({"response"})).stored(PEOPLE, people) == (
        {"address": "ada@x.example", "response": "tentative"},
    )
    assert Capacity(vocabulary=roles).stored(PEOPLE, people) == (
        {"address": "ada@x.example", "name": "Ada", "role": "required"},
    )


def test_an_atomic_value_is_held_whole_or_not_at_all() -> None:
    rule = {"every": "week", "times": "3"}

    assert Capacity(parts=frozenset({"every", "times"})).stored(RULE, rule) == rule
    for poorer in (Capacity(parts=frozenset({"every"})), Capacity(part_lengths={"every": 2})):
        with pytest.raises(Inexpressible):
            poorer.stored(RULE, rule)


def _length(text: str, unit: Unit) -> int:
    return len(text) if unit == "characters" else len(text.encode("utf-16-le")) // 2
