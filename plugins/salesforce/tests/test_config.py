"""Settings: exactly one way to sign in, and hosts that may be trusted with a token."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from syncline_salesforce.config import SalesforceConfig

SECRET = {"env": "SYNCLINE_TEST_SECRET"}
JWT = {"client_id": "key", "username": "u@example.test", "private_key": SECRET}
CLIENT = {"domain": "acme", "client_id": "key", "client_secret": SECRET}
REFRESH = {"client_id": "key", "refresh_token": SECRET}
SESSION = {"session_id": SECRET, "instance_url": "https://acme.my.salesforce.com"}


@pytest.mark.parametrize(
    ("settings", "flow"),
    [
        (JWT, "jwt"),
        (CLIENT, "client_credentials"),
        (REFRESH, "refresh_token"),
        (REFRESH | {"client_secret": SECRET}, "refresh_token"),
        (SESSION, "session"),
    ],
)
def test_the_keys_that_are_given_say_how_to_sign_in(settings: dict[str, Any], flow: str) -> None:
    assert SalesforceConfig.model_validate(settings).flow == flow


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"domain": "acme"},
        JWT | REFRESH,
        JWT | {"client_secret": SECRET},
        JWT | SESSION,
        {**JWT, "username": None},
        {**CLIENT, "client_id": None},
        {**CLIENT, "domain": None},
        {**CLIENT, "domain": None, "instance_url": "https://login.salesforce.com"},
        {**SESSION, "instance_url": None},
        CLIENT | {"instance_url": "https://acme.my.salesforce.com"},
        SESSION | {"instance_url": "http://acme.my.salesforce.com"},
        SESSION | {"instance_url": "https://user:pw@acme.my.salesforce.com"},
        SESSION | {"instance_url": "https://acme.my.salesforce.com/services?x"},
        SESSION | {"api_version": "v66"},
        SESSION | {"stop_at_api_share": 1.5},
        SESSION | {"key_field": "Sync Key"},
        SESSION | {"password": "hunter2"},
    ],
)
def test_anything_else_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SalesforceConfig.model_validate(settings)


def test_plain_http_is_for_this_machine_only() -> None:
    config = SalesforceConfig.model_validate(SESSION | {"instance_url": "http://127.0.0.1:8080/"})

    assert config.host == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("more", "host", "audience"),
    [
        ({}, "https://login.salesforce.com", "https://login.salesforce.com"),
        ({"domain": "acme"}, "https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ({"domain": "acme--uat.sandbox"}, "https://acme--uat.sandbox.my.salesforce.com",
         "https://test.salesforce.com"),
        ({"login_url": "https://test.salesforce.com"}, "https://test.salesforce.com",
         "https://test.salesforce.com"),
        ({"audience": "https://x.example"}, "https://login.salesforce.com", "https://x.example"),
    ],
)  # fmt: skip
def test_where_a_signed_login_goes(more: dict[str, Any], host: str, audience: str) -> None:
    config = SalesforceConfig.model_validate(JWT | more)

    assert (config.token_host, config.jwt_audience) == (host, audience)


def test_secrets_are_references_and_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCLINE_TEST_SECRET", "hunter2")

    assert "hunter2" not in repr(SalesforceConfig.model_validate(SESSION))
