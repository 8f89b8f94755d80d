"""What goes over the wire, as values: a call, its answer, a refusal.

The stand-ins are functions from `Call` to `Answer` and know nothing of the web server, so that an
inner request of a batch takes exactly the way of an outer one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

JsonObject = dict[str, Any]
"""A JSON object as `json.loads` gives it."""


@dataclass(frozen=True)
class Call:
    """One request as received.

    `path` is still percent-encoded and has no query; header names are lower-case; `base_url` is
    scheme and authority as the client addressed them. `outer` is the number of the call in the
    call log that carried this one (batch, composite), `None` for a call of its own.
    """

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""
    outer: int | None = None
    number: int = 0

    @cached_property
    def query(self) -> dict[str, str]:
        """Query options, decoded; of a repeated name the last one counts."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def url(self) -> str:
        """The whole URL as it was called."""
        query = f"?{self.query_string}" if self.query_string else ""
        return f"{self.base_url}{self.path}{query}"

    def header(self, name: str) -> str | None:
        """One request header by its lower-case name."""
        return self.headers.get(name)

    def json(self) -> Any:
        """The body as JSON; raises `ValueError` when it is none."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The body as an HTML form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """Status, headers and content: a JSON value, `bytes` as they are, or `None` for no body."""

    status: int
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def encoded(self) -> bytes:
        """The body as it goes over the wire."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode()


class Refused(Exception):
    """The stand-in says no; carries the whole answer and rolls back what the call had written."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with status {answer.status}")
        self.answer = answer


class Dropped(Exception):
    """The connection is to be closed without any answer."""
