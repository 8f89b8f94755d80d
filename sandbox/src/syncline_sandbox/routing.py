"""A table of path templates, matched on the percent-encoded path.

Matching happens before decoding because ids of both services may contain an encoded slash.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

Handler = Callable[..., Any]
"""Called as `handler(call, **parameters)`, the parameters decoded."""


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler


@dataclass(frozen=True)
class Match:
    """A route and the decoded values of its placeholders."""

    template: str
    handler: Handler
    parameters: dict[str, str]


class Router:
    """Routes in the order they were added; the first that fits wins."""

    def __init__(self, *, ignore_case: bool = False) -> None:
        self._flags = re.IGNORECASE if ignore_case else re.NOFLAG
        self._by_length: dict[int, list[Route]] = {}

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Adds a route; `{name}` in the template stands for one whole path segment."""
        pattern = "/".join(_segment(part) for part in template.split("/"))
        route = Route(method, template, re.compile(pattern, self._flags), handler)
        self._by_length.setdefault(template.count("/"), []).append(route)

    def match(self, method: str, path: str) -> Match | None:
        """The route of a call, or `None`."""
        for route in self._by_length.get(path.count("/"), ()):
            if route.method == method and (found := route.pattern.fullmatch(path)):
                parameters = {name: unquote(value) for name, value in found.groupdict().items()}
                return Match(route.template, route.handler, parameters)
        return None

    def template_of(self, path: str) -> str | None:
        """The template of a path that exists under another method, or `None`."""
        for route in self._by_length.get(path.count("/"), ()):
            if route.pattern.fullmatch(path):
                return route.template
        return None


def _segment(part: str) -> str:
    pieces = re.split(r"\{(\w+)\}", part)
    return "".join(
        f"(?P<{piece}>[^/]+)" if index % 2 else re.escape(piece)
        for index, piece in enumerate(pieces)
    )
