"""Bodies are unpacked as they say, and never faster than somebody looks at them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.errors import Stop
from syncline.plugin.http import Purpose
from syncline.plugin.http.unpacking import unpacked
from syncline.testing.scripted import Answer

READ = Purpose(name="read cards", kind="read")
MIB = 1024 * 1024
Served = Callable[..., Any]


def whole(pieces: list[bytes], encoding: str) -> bytes:
    return b"".join(unpacked(pieces, encoding))


@given(st.binary(max_size=5_000), st.integers(1, 300), st.sampled_from(["gzip", "X-GZIP", " gzip"]))
def test_a_body_is_the_same_however_it_arrives(body: bytes, size: int, encoding: str) -> None:
    packed = gzip.compress(body)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert whole(pieces, encoding) == body


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_a_body_that_is_not_packed_is_left_as_it_is(encoding: str) -> None:
    assert whole([b"a", b"b"], encoding) == b"ab"


def test_several_files_in_a_row_are_one_body() -> None:
    assert whole([gzip.compress(b"a") + gzip.compress(b"b")], "gzip") == b"ab"


def test_an_answer_without_a_body_may_name_an_encoding_all_the_same() -> None:
    assert whole([], "gzip") == b""


def test_no_piece_is_large_however_small_it_came() -> None:
    packed = gzip.compress(b" " * (50 * MIB))
    assert len(packed) < MIB
    sizes = [len(piece) for piece in unpacked([packed], "gzip")]
    assert sum(sizes) == 50 * MIB
    assert max(sizes) == MIB


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
        (zlib.compress(b"{}"), "deflate"),
        (b"{}", "br"),
        (b"no file", "gzip"),
        (gzip.compress(b"{}" * 1000)[:-10], "gzip"),
    ],
    ids=["twice", "deflate", "br", "not at all", "cut off"],
)
def test_what_is_packed_otherwise_than_asked_for_is_said_so(body: bytes, encoding: str) -> None:
    with pytest.raises(ValueError, match=r"packed|compression"):
        whole([body], encoding)


def test_encodings_on_top_of_each_other_are_not_even_begun(served: Served) -> None:
    """Twenty gigabytes in a few KiB, if each were unpacked."""
    body = b" " * (20 * MIB)
    for _ in range(3):
        body = gzip.compress(body)
    stacked = Answer(200, {"Content-Encoding": "gzip, gzip, gzip"}, body)
    with served(stacked) as (client, service), pytest.raises(Stop, match="nobody asked for"):
        client.get("/x", READ)
    assert service.seen[0].headers["accept-encoding"] == "gzip"
