"""Which addresses may be called, and what may be a part of one."""

from __future__ import annotations

import pytest

from syncline.errors import Stop
from syncline.plugin.http import checked_url, is_loopback, origin, segment


def test_loopback_is_decided_by_address_not_by_spelling() -> None:
    assert is_loopback("127.9.9.9")
    assert is_loopback("LOCALHOST")
    assert is_loopback("::1")
    assert not is_loopback("localhost.example")
    assert not is_loopback("")


@pytest.mark.parametrize(
    "url", ["https://api.example", "https://api.example:8443/v1", "http://127.0.0.1:8080"]
)
def test_a_safe_address_is_taken_as_it_is(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example", "ftp://api.example", "api.example", "https://", "",
        "https://user@api.example", "https://api.example/?key=1", "https://api.example/#x",
    ],
)  # fmt: skip
def test_an_address_that_would_show_a_token_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        checked_url(url)


def test_two_addresses_are_one_host_whatever_their_spelling() -> None:
    assert origin("https://API.example/x") == origin("https://api.example:443/y?z")
    assert origin("https://api.example") != origin("http://api.example")
    assert origin("https://api.example") != origin("https://api.example:444")
    assert origin("https://ada@api.example") != origin("https://api.example")
    assert origin("https://api.example:port") == ("", "", None)


def test_an_id_is_one_part_of_a_path() -> None:
    assert segment("AB=/+ü") == "AB%3D%2F%2B%C3%BC"
    for step in ("", ".", ".."):
        with pytest.raises(Stop):
            segment(step)
