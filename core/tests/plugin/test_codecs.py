"""Codecs that several services need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.plugin.codecs import OneOfSet, Text, text_of


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
