"""Codecs that several services need: what is written is read back as the same value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given

from syncline.model.capacity import Capacity, Inexpressible
from syncline.model.kinds.flag import FLAG
from syncline.model.kinds.number import NUMBER
from syncline.plugin.codecs import Flag, Number
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
