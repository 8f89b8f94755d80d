"""Codecs that several services need: what is written is read back as the same value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncline.model.capacity import Capacity, Inexpressible
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.number import NUMBER
from syncline.plugin.codecs import Flag, Number, OneOfSet, Text, text_of
from syncline.plugin.spec import Codec
from syncline.testing.strategies import FLAGS, NUMBERS


def sent_and_read(codec: Codec, value: str) -> Any:
    """Over the wire and back."""
    return codec.read(tuple(json.loads(json.dumps(codec.write(value, None)))))


@given(flag=FLAGS)
def test_a_flag_is_read_back_as_it_was_written(flag: str) -> None:
    assert sent_and_read(Flag(), flag) == FLAG.normal(flag)


@given(number=NUMBERS)
def test_a_number_of_fifteen_digits_is_read_back_as_it_was_written(number: str) -> None:
    try:
        held = Capacity(max_length=15).stored(NUMBER, NUMBER.normal(number))
    except Inexpressible:
        assume(False)

    assert sent_and_read(Number(), held) == NUMBER.normal(number)


@pytest.mark.parametrize("codec", [Flag(), Number()])
def test_null_is_empty(codec: Codec) -> None:
    assert codec.read((None,)) is None
    assert codec.write(None, None) == (None,)


@pytest.mark.parametrize(
    ("codec", "native"),
    [(Flag(), "true"), (Flag(), 0), (Number(), True), (Number(), "7"), (Number(), float("nan"))],
)
def test_what_is_of_another_shape_is_unreadable_and_not_empty(codec: Codec, native: Any) -> None:
    with pytest.raises(ValueError, match=r"none|must"):
        codec.read((native,))


@given(st.text())
def test_a_text_has_one_kind_of_line_end_whatever_the_service_makes_of_it(text: str) -> None:
    read = text_of(text)
    assert "\r" not in (read or "")
    assert text_of(text.replace("\n", "\r\n")) == text_of(text.replace("\r\n", "\n"))
    assert Text().read(Text().write(read, None)) == read


def test_no_text_and_an_empty_one_are_the_same() -> None:
    assert Text().read((None,)) is None
    assert Text().read(("",)) is None
    assert Text().write(None, None) == (None,)


@pytest.mark.parametrize("native", [1, ["a"], {"a": 1}, True])
def test_what_is_no_text_is_not_empty(native: object) -> None:
    with pytest.raises(ValueError, match="text"):
        text_of(native)


def test_a_set_with_room_for_one_is_its_first_element() -> None:
    codec = OneOfSet()
    assert codec.write(("a", "b"), None) == ("a",)
    assert codec.write(None, ("a",)) == (None,)
    assert codec.read(("a",)) == ("a",)
    assert codec.read((None,)) is None
