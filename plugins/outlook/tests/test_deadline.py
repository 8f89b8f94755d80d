"""An answer that comes a byte at a time ends by one deadline for the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncline.errors import Retry
from syncline.testing.dripping import BEGINNINGS, Drip, dripping
from syncline_outlook.graph.messages import Purpose
from syncline_outlook.graph.transport import ANSWER_SECONDS, Transport


@pytest.fixture(params=BEGINNINGS)
def drip(request: pytest.FixtureRequest) -> Iterator[Drip]:
    with dripping(request.param) as service:
        yield service


def test_an_answer_that_drips_ends_in_time(drip: Drip) -> None:
    transport = Transport(30.0, local=True, now=drip.now)

    with pytest.raises(Retry, match="ReadTimeout") as raised:
        transport.send(
            "GET", drip.url, Purpose(name="read", kind="read"),
            headers={"Authorization": "Bearer secret"},
        )  # fmt: skip
    transport.close()

    assert raised.value.reached
    assert "secret" not in repr(raised.value) + str(raised.value.context)
    assert drip.time <= ANSWER_SECONDS + 120.0
