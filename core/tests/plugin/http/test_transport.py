"""Ways out of this machine, and what is said about them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.errors import Retry, Stop
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import Purpose, Refusals
from syncline.plugin.http.messages import MAX_BODY
from syncline.plugin.http.transport import proxy_for
from syncline.testing.dripping import dripping
from syncline.testing.scripted import Answer, in_turn, scripted

READ = Purpose(name="read cards", kind="read")
Served = Callable[..., Any]


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_for("https", "api.example") is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    assert proxy_for("https", "api.example") == "http://proxy.example:3128"
    assert proxy_for("https", "inside.example") is None
    assert proxy_for("http", "api.example") is None
    monkeypatch.setenv("ALL_PROXY", "http://all.example")
    assert proxy_for("http", "api.example") == "http://all.example"


def test_this_machine_is_reached_without_a_proxy(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(in_turn(Answer.json({}))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with served() as (client, service):
            client.get("/x", READ)
    assert (len(service.seen), proxy.seen) == (1, [])


def test_a_call_goes_through_the_proxy_with_its_password(
    context: ConnectorContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(in_turn(Answer.json({"through": "proxy"}))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//ada:pass%40word@"))
        client = context.http("http://rolodex.example", refusals=Refusals("Rolodex"))
        assert client.get("/cards", READ) == {"through": "proxy"}
        client.close()
    [asked] = proxy.seen
    assert asked.path == "http://rolodex.example/cards"
    assert asked.headers["proxy-authorization"] == "Basic YWRhOnBhc3NAd29yZA=="


def test_no_password_is_taken_from_a_netrc(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("default login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with served() as (client, service):
        client.get("/x", READ)
    assert "authorization" not in service.seen[0].headers


@pytest.mark.parametrize("url", ["http:///x", "ftp://api.example/x", "x"])
def test_an_address_that_cannot_be_called_is_said_so(context: ConnectorContext, url: str) -> None:
    client = context.http("http://127.0.0.1:1", refusals=Refusals("Rolodex"))
    with pytest.raises(Stop, match="Rolodex"):
        client.exchange("GET", url, READ)
    client.close()


def test_an_answer_of_the_largest_size_is_read(served: Served) -> None:
    body = b'"' + b"x" * (MAX_BODY - 2) + b'"'
    with served(Answer(200, {}, body), timeout=300.0) as (client, _):
        assert len(client.send("GET", "/x", READ).body) == MAX_BODY - 2


def test_an_answer_is_waited_for_as_long_as_was_configured(context: ConnectorContext) -> None:
    """Not as long for each of its bytes."""
    with dripping("body") as drip:
        timely = replace(context, clock=drip.now)
        client = timely.http(drip.url, refusals=Refusals("Rolodex"), timeout=120.0)
        with pytest.raises(Retry):
            client.get("/x", READ)
        client.close()
    assert drip.sent > 0
    assert drip.time <= 240.0


def test_what_was_looked_for_is_in_no_log(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    for logger in ("", "httpx"):  # whatever others have made of them
        caplog.set_level(logging.DEBUG, logger)
    cookie = Answer(200, {"Set-Cookie": "session=secret"}, b"{}")
    with served(cookie) as (client, _):
        client.get("/cards?mail=ada@example.test", READ)
    assert "/cards?" in caplog.text
    assert "ada@example.test" not in caplog.text
    assert "secret" not in caplog.text


def test_a_cookie_is_not_kept(served: Served) -> None:
    """It would be another way to be known, which nobody configured."""
    with served(Answer(200, {"Set-Cookie": "session=1"}, b"{}")) as (client, service):
        client.get("/x", READ)
        client.get("/x", READ)
    assert [("cookie" in asked.headers) for asked in service.seen] == [False, False]


def test_a_name_that_nobody_has_was_not_sent_to(context: ConnectorContext) -> None:
    client = context.http("https://rolodex.invalid", refusals=Refusals("Rolodex"))
    with pytest.raises(Retry) as failure:
        client.get("/x", READ)
    client.close()
    assert (failure.value.reached, failure.value.sent) == (False, False)
