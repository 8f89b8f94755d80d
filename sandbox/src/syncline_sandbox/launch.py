"""Builds a stand-in by its name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from syncline_sandbox.backdoor import add_common_routes
from syncline_sandbox.environment import Environment
from syncline_sandbox.quirks import Quirks, Value, parse_quirk
from syncline_sandbox.service import Service
from syncline_sandbox.storage import Storage


class BadRows(Exception):
    """A file to load holds something that cannot be stored; nothing of it was."""


SERVICES = ("graph", "salesforce")


def build(
    name: str,
    *,
    data: Path | str | None = None,
    quirks: Iterable[str | tuple[str, Value]] = (),
    seed: int = 20,
) -> Service:
    """A stand-in, ready to be served.

    `data` is its SQLite file (memory if none), `quirks` are `"name"`, `"name=value"` or
    `(name, value)`. Raises `BadQuirk`.
    """
    kind = _kind(name)
    environment = Environment(Storage(data), quirks=Quirks(kind.quirks), seed=seed)
    for quirk in quirks:
        environment.quirks.arm(*(parse_quirk(quirk) if isinstance(quirk, str) else quirk))
    service = kind(environment)
    add_common_routes(service)
    service.prepare()
    return service


def load_file(service: Service, path: Path) -> int:
    """Stores a JSONL file, one object a line, all or nothing; returns the number of rows.

    Raises `BadRows`, saying which line is no JSON or which record the service refuses.
    """

    def rows() -> Iterator[dict[str, Any]]:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(line, f"{path.name}, line {number}")

    try:
        with service.environment.storage.transaction():
            return service.load(rows())
    except (ValueError, KeyError, TypeError) as error:
        raise BadRows(str(error)) from error


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{place} is no JSON: {error}") from error
    if not isinstance(row, dict):
        raise TypeError(f"{place} is no JSON object")
    return row


def _kind(name: str) -> type[Service]:
    if name == "graph":
        from syncline_sandbox.graph.app import GraphService

        return GraphService
    if name == "salesforce":
        from syncline_sandbox.salesforce.app import SalesforceService

        return SalesforceService
    raise ValueError(f"no stand-in {name!r}; there are: {', '.join(SERVICES)}")
