"""A client of a service that answers what it is told, over a real socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import HttpClient, Refusals
from syncline.testing.scripted import Answer, ScriptedService, in_turn, scripted

Served = Callable[..., Any]


@pytest.fixture
def calls() -> list[str]:
    """The kinds of the calls so far."""
    return []


@pytest.fixture
def context(context: ConnectorContext, calls: list[str]) -> ConnectorContext:
    """One that tells what is counted."""
    return replace(context, count_call=calls.append)


@pytest.fixture
def served(context: ConnectorContext) -> Served:
    """A client of a service that gives these answers in turn, and the service."""

    @contextmanager
    def serve(*answers: Answer, **options: Any) -> Iterator[tuple[HttpClient, ScriptedService]]:
        with scripted(in_turn(*(answers or (Answer.json({}),)))) as service:
            clock = options.pop("clock", context.clock)
            client = replace(context, clock=clock).http(
                service.url, refusals=Refusals("Rolodex"), **{"timeout": 5.0, **options}
            )
            try:
                yield client, service
            finally:
                client.close()

    return serve
