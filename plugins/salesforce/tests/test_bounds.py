"""Whatever Salesforce, or what stands in its place, answers: time and memory have bounds."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from syncline.errors import Retry, Stop
from syncline.testing.dripping import dripping
from syncline.testing.scripted import Answer, scripted
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.rest.errors import not_reached
from syncline_salesforce.rest.service import SalesforceService
from syncline_salesforce.rest.session import TOKEN_LIMIT

Serve = Callable[..., SalesforceService]


@pytest.fixture
def service(org: Any) -> Serve:
    """Of an instance with a given session, or that is signed in to."""

    def connect(url: str, clock: Callable[[], float] = lambda: 0.0, **more: Any) -> Any:
        settings = org.settings(**more) | {"instance_url": url}
        config = SalesforceConfig.model_validate(settings)
        return SalesforceService(config, replace(org.context(), clock=clock))

    return connect


def given(org: Any) -> dict[str, Any]:
    return {"session_id": org.secret("session", "session-47")}


def packed(times: int) -> Answer:
    body = b" " * 20_000_000
    for _ in range(times):
        body = gzip.compress(body)
    return Answer(200, {"Content-Encoding": ", ".join(["gzip"] * times)}, body)


def test_encodings_on_top_of_each_other_are_not_even_begun(org: Any, service: Serve) -> None:
    with scripted(lambda _asked: packed(3)) as instance, pytest.raises(Stop, match="nobody asked"):
        service(instance.url, **given(org)).query("SELECT Id FROM Contact")
    assert instance.seen[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("times", [1, 2])
def test_a_token_endpoint_without_end_is_cut_off(service: Serve, times: int) -> None:
    with scripted(lambda _asked: packed(times)) as instance, pytest.raises(Stop):
        service(instance.url).query("SELECT Id FROM Contact")
    assert len(instance.seen) == 1


def test_a_token_larger_than_any_is_none(service: Serve) -> None:
    huge = Answer.json({"access_token": "x" * TOKEN_LIMIT, "instance_url": "https://x"})
    with scripted(lambda _asked: huge) as instance, pytest.raises(Stop, match="too large"):
        service(instance.url).query("SELECT Id FROM Contact")


def test_an_answer_is_waited_for_as_long_as_was_configured(org: Any, service: Serve) -> None:
    """Not as long for each of its bytes."""
    with dripping("body") as drip:
        connected = service(drip.url.rstrip("/"), drip.now, timeout=120, **given(org))
        with pytest.raises(Retry):
            connected.query("SELECT Id FROM Contact")
    assert drip.sent > 0
    assert drip.time <= 240.0


# ---- certificates -------------------------------------------------------------------------------


def refused_by_tls(reason: Exception) -> requests.RequestException:
    """As requests has it from urllib3."""
    return requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError(reason)))  # type: ignore[arg-type]


def test_a_certificate_that_nobody_vouches_for_needs_a_person() -> None:
    error = not_reached(refused_by_tls(ssl.SSLCertVerificationError("self-signed")))
    assert isinstance(error, Stop)
    assert "REQUESTS_CA_BUNDLE" in error.hint


def test_a_handshake_that_breaks_off_may_succeed_later() -> None:
    assert isinstance(not_reached(refused_by_tls(ssl.SSLEOFError("EOF"))), Retry)
