"""Tokens: one login for everybody, four ways to sign in, nothing secret in what is said."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncline.errors import ConfigurationError, Reconnect, Retry
from syncline_salesforce.rest.tokens import Token, TokenProvider


class Endpoint:
    """A token endpoint and a clock of the test's own."""

    def __init__(self) -> None:
        self.logins = 0
        self.time = datetime(2026, 11, 21, tzinfo=UTC)

    def login(self) -> Token:
        self.logins += 1
        return Token("the same text again", "https://acme.my.salesforce.com")

    def provider(self) -> TokenProvider:
        return TokenProvider(self.login, lambda: self.time)


def test_twenty_threads_with_one_dead_token_make_one_login() -> None:
    endpoint = Endpoint()
    provider = endpoint.provider()
    dead = provider.current()
    provider.worked(dead)
    barrier = threading.Barrier(20)

    def renew() -> Token:
        barrier.wait()
        return provider.renewed(dead)

    with ThreadPoolExecutor(20) as threads:
        found = {id(future.result()) for future in [threads.submit(renew) for _ in range(20)]}

    assert endpoint.logins == 2
    assert len(found) == 1


def test_tokens_that_never_work_are_not_asked_for_without_end() -> None:
    endpoint = Endpoint()
    provider = endpoint.provider()
    second = provider.renewed(provider.current())

    with pytest.raises(Reconnect):
        provider.renewed(second)
    assert endpoint.logins == 2

    endpoint.time += timedelta(seconds=11)
    provider.renewed(second)
    assert endpoint.logins == 3


def test_a_token_that_worked_may_be_replaced_at_once() -> None:
    endpoint = Endpoint()
    provider = endpoint.provider()
    for _ in range(5):
        token = provider.current()
        provider.worked(token)
        provider.renewed(token)

    assert endpoint.logins == 6


def _ways(org: Any) -> dict[str, dict[str, Any]]:
    sandbox = org.sandbox
    return {
        "client_credentials": {},
        "jwt": {
            "client_id": sandbox.client_id,
            "username": sandbox.username,
            "private_key": org.secret("key.pem", sandbox.private_key_pem),
            "audience": "https://login.salesforce.com",
        },
        "refresh_token": {
            "client_id": sandbox.client_id,
            "refresh_token": org.secret("refresh", sandbox.refresh_token()),
        },
        "session": {"session_id": org.secret("session", sandbox.token)},
    }


@pytest.mark.parametrize("way", ["client_credentials", "jwt", "refresh_token", "session"])
def test_every_way_of_signing_in_leads_to_a_checked_connection(org: Any, way: str) -> None:
    connection = org.connect(**_ways(org)[way]).check()

    assert connection.connector.config.flow == way
    assert connection.report.ok


@pytest.mark.parametrize("way", ["client_credentials", "jwt", "refresh_token"])
def test_a_token_that_dies_is_replaced_and_nobody_notices(org: Any, way: str) -> None:
    connection = org.connect(**_ways(org)[way]).check()
    org.contact()
    org.sandbox.revoke_tokens()

    assert len(connection.round().records) == 1


def test_a_given_session_that_dies_is_a_matter_for_a_person(org: Any) -> None:
    connection = org.connect(**_ways(org)["session"]).check()
    org.sandbox.revoke_tokens()

    with pytest.raises(Reconnect):
        connection.round()


@pytest.mark.parametrize("way", ["client_credentials", "jwt", "refresh_token"])
def test_refused_credentials_are_said_so_without_showing_them(org: Any, way: str) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "client_credentials": {"client_secret": org.secret("wrong", "wrong-secret-7")},
        "jwt": _ways(org)["jwt"] | {"username": "nobody-7@example.test"},
        "refresh_token": _ways(org)["refresh_token"]
        | {"refresh_token": org.secret("dead", "wrong-secret-7")},
    }
    with pytest.raises(Reconnect) as refused:
        org.connect(**wrong[way]).check()
    assert "-7" not in f"{refused.value!r} {refused.value} {refused.value.context}"


def test_a_key_that_is_no_key_is_a_matter_of_configuration(org: Any) -> None:
    settings = _ways(org)["jwt"] | {"private_key": org.secret("bad.pem", "not-a-key-7")}

    with pytest.raises(ConfigurationError) as refused:
        org.connect(**settings).check()
    assert "not-a-key-7" not in repr(refused.value)


def test_a_rotated_refresh_token_is_kept_before_it_is_used(org: Any) -> None:
    org.sandbox.set(rotate_refresh_tokens=True)
    settings = _ways(org)["refresh_token"]
    org.connect(**settings).check()
    org.sandbox.revoke_tokens()

    org.connect(**settings).check()
    org.connect(**settings).check()

    kept = json.loads(org.tokens.kept["refresh_token"])
    assert kept["token"] not in (org.folder / "refresh").read_text()


def test_a_new_refresh_token_in_the_configuration_replaces_the_kept_one(org: Any) -> None:
    org.connect(**_ways(org)["refresh_token"]).check()
    org.sandbox.revoke_tokens("refresh")

    renewed = {"client_id": org.sandbox.client_id,
               "refresh_token": org.secret("new", org.sandbox.refresh_token())}  # fmt: skip
    assert org.connect(**renewed).check().report.ok


def test_a_token_endpoint_that_cannot_be_reached_is_tried_again_later(
    org: Any, unused_port: Callable[[], int]
) -> None:
    with pytest.raises(Retry) as unreachable:
        org.connect(instance_url=f"http://127.0.0.1:{unused_port()}").check()
    assert not unreachable.value.reached


def test_many_threads_share_one_login_over_the_wire(org: Any) -> None:
    sf = org.connect().check()
    org.contact()
    org.sandbox.revoke_tokens()
    org.sandbox.reset_calls()
    barrier = threading.Barrier(20)

    def read() -> int:
        barrier.wait()
        return len(sf.round().records)

    with ThreadPoolExecutor(20) as threads:
        assert [f.result() for f in [threads.submit(read) for _ in range(20)]] == [1] * 20
    logins = [c for c in org.sandbox.calls() if "oauth2/token" in str(c)]
    assert len(logins) == 1
