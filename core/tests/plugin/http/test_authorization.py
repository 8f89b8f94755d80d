"""Ways to show who we are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from syncline.errors import ConfigurationError, Reconnect
from syncline.plugin.http import ApiKey, Basic, Purpose
from syncline.plugin.secrets import Secret
from syncline.testing.scripted import Answer

READ = Purpose(name="read cards", kind="read")
KEY = Secret(env="ROLODEX_KEY")
Served = Callable[..., Any]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLODEX_KEY", "open sesame")


def test_a_key_goes_in_the_header_that_the_service_wants(served: Served) -> None:
    with served(auth=ApiKey(KEY, "X-Card-Key")) as (client, service):
        client.get("/x", READ)
    assert service.seen[0].headers["x-card-key"] == "open sesame"


def test_a_name_and_a_password_are_basic(served: Served) -> None:
    with served(auth=Basic("Aladdin", KEY)) as (client, service):
        client.get("/x", READ)
    assert service.seen[0].headers["authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize("auth", [ApiKey(KEY), Basic("Aladdin", KEY)])
def test_what_does_not_change_by_itself_is_not_tried_again(served: Served, auth: Any) -> None:
    with served(Answer(401), auth=auth) as (client, service), pytest.raises(Reconnect):
        client.get("/x", READ)
    assert len(service.seen) == 1


def test_a_secret_that_is_gone_is_said_so_and_nothing_is_sent(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ROLODEX_KEY")
    with served(auth=ApiKey(KEY)) as (client, service), pytest.raises(ConfigurationError):
        client.get("/x", READ)
    assert service.seen == []


def test_no_way_shows_its_secret() -> None:
    assert "sesame" not in repr((ApiKey(KEY), Basic("Aladdin", KEY)))
