"""Whatever Salesforce, or what stands in its place, answers: time and memory have bounds."""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from syncline.errors import Retry, Stop
from syncline.plugin.requests import AccountListRequest, ChangesRequest, Feed, KeysRequest
from syncline.testing.dripping import dripping
from syncline.testing.scripted import Answer, Asked, scripted
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.connector import SalesforceConnector
from syncline_salesforce.contacts.mapping import CONTACT_TYPE
from syncline_salesforce.rest.bodies import TOKEN_LIMIT
from syncline_salesforce.rest.errors import not_reached
from syncline_salesforce.rest.feed import MAX_ALIKE, Walk, following
from syncline_salesforce.rest.service import LIST_SECONDS, SalesforceService

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


# ---- lists --------------------------------------------------------------------------------------


def row(number: int) -> dict[str, Any]:
    stamp = "2026-01-01T00:00:00.000+0000"
    stamps = {"SystemModstamp": stamp, "LastModifiedDate": stamp, "CreatedDate": stamp}
    names = {"Username": f"u{number}", "Email": "e", "Name": "n"}
    return {"Id": f"003{number:015d}", "IsDeleted": False, **stamps, **names}


def pages(*, size: int, numbers: Iterator[int]) -> Callable[[Asked], Answer]:
    """Pages of so many rows, which begin at these numbers."""

    def answer(asked: Asked) -> Answer:
        if "/describe" in asked.path:
            return Answer.json({"fields": [{"name": "LastName", "type": "string"}]})
        first = next(numbers)
        rows = [row(first + n) for n in range(size)]
        return Answer.json({"done": False, "records": rows})

    return answer


@pytest.fixture
def sf(org: Any) -> Callable[[str], SalesforceConnector]:
    def connect(url: str) -> SalesforceConnector:
        settings = org.settings(**given(org)) | {"instance_url": url}
        return SalesforceConnector(SalesforceConfig.model_validate(settings), org.context())

    return connect


def test_a_list_of_ever_new_rows_ends_in_time(org: Any, service: Serve) -> None:
    seconds = count(step=10)
    answer = pages(size=1, numbers=count())
    with scripted(answer) as instance:
        connected = service(instance.url, lambda: float(next(seconds)), timeout=300, **given(org))
        with pytest.raises(Stop, match="do not end"):
            list(connected.rows("Id", "User", ()))
    assert 1 < len(instance.seen) <= LIST_SECONDS


CONTACTS = Feed(type="contact")


def read_on(read: Callable[[Any], Any]) -> None:
    """To the end of a list."""
    place = None
    while (place := read(place).next) is not None:
        pass


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_pages_that_come_in_turns_are_noticed(
    sf: Callable[[str], SalesforceConnector], turns: int
) -> None:
    with scripted(lambda _asked: Answer(500)) as instance:
        connector = sf(instance.url)
        lists: dict[str, Callable[[Any], Any]] = {
            "changes": lambda place: connector.fetch_changes(
                ChangesRequest(spec=CONTACT_TYPE, feed=CONTACTS, next=place)
            ),
            "keys": lambda place: connector.fetch_keys(
                KeysRequest(spec=CONTACT_TYPE, feed=CONTACTS, next=place)
            ),
            "users": lambda place: connector.list_accounts(AccountListRequest(next=place)),
        }
        for read in lists.values():
            instance.seen.clear()
            instance.answer = pages(size=3, numbers=cycle(range(0, turns * 10, 10)))
            with pytest.raises(Stop, match="same page again"):
                read_on(read)
            asked = [each for each in instance.seen if "FROM" in each.path]
            assert len(asked) <= turns + 3
        connector.close()


def test_more_rows_with_one_stamp_than_a_second_holds_are_no_feed() -> None:
    """Ever new ones, all of one second: no time would come at which they end."""
    walk = Walk(None, None, datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(Stop, match="one stamp"):
        for first in count(step=1_000):
            walk = following(walk, [row(first + n) for n in range(1_000)])
    assert walk.alike <= MAX_ALIKE


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
