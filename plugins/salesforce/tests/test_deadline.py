"""An answer that comes a byte at a time ends by one deadline for the whole of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from syncline.testing.dripping import BEGINNINGS, Drip, dripping
from syncline_salesforce.rest.deadline import ANSWER_SECONDS, PatientUntil
from syncline_salesforce.rest.errors import not_reached


@pytest.fixture(params=BEGINNINGS)
def drip(request: pytest.FixtureRequest) -> Iterator[Drip]:
    with dripping(request.param) as service:
        yield service


def test_an_answer_that_drips_ends_in_time(drip: Drip) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", PatientUntil(drip.now))
        with pytest.raises(requests.RequestException) as raised:
            session.get(drip.url, timeout=30.0, headers={"Authorization": "Bearer secret"})

    error = not_reached(raised.value)
    assert error.reached
    assert "secret" not in repr(error) + str(error.context)
    assert drip.time <= ANSWER_SECONDS + 120.0
