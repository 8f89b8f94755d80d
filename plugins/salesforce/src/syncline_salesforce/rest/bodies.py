"""The bodies of answers: unpacked no further than somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from syncline.plugin.http import unpacked
from syncline_salesforce.rest.errors import malformed

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of one answer. 2,000 contacts with full descriptions stay below it."""
TOKEN_LIMIT = 1024 * 1024
"""Bytes of an answer of the token endpoint; a token is about a hundred."""


class LimitedBody:
    """A raw answer that stops being read when it grows beyond `at_most` bytes, unpacked."""

    def __init__(self, raw: Any, at_most: int) -> None:
        self._raw = raw
        self._at_most = at_most

    def stream(self, amount: int, decode_content: bool | None = None) -> Iterator[bytes]:
        """The pieces, unpacked: not as urllib3 does, which has no bound for one of them."""
        received = 0
        packed = self._raw.stream(amount, decode_content=False)
        try:
            for piece in unpacked(packed, self._raw.headers.get("Content-Encoding", "")):
                received += len(piece)
                if received > self._at_most:
                    raise malformed("it is too large")
                yield piece
        except ValueError as why:
            raise malformed(str(why)) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def read(response: requests.Response, at_most: int) -> requests.Response:
    """The answer with its body, however it was packed."""
    response.raw = LimitedBody(response.raw, at_most)
    _ = response.content
    return response
