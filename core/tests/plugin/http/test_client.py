"""Calls of a connector: to its own host only, authorised, counted, and understood or refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from syncline.errors import Reconnect, Retry, Stop
from syncline.plugin.http import Bearer, Purpose, Reply
from syncline.testing.scripted import Answer, Asked, NumberedTokens

READ = Purpose(name="read cards", kind="read", account="ada")
WRITE = Purpose(name="write a card", kind="write", account="ada")
Served = Callable[..., Any]


@pytest.fixture
def bearer() -> Bearer:
    return Bearer(NumberedTokens())


def test_a_call_sends_json_and_gets_json(served: Served, calls: list[str]) -> None:
    with served(Answer.json({"id": 7})) as (client, service):
        assert client.post("/cards", WRITE, {"last": "Łukasz"}) == {"id": 7}
    [asked] = service.seen
    assert (asked.method, asked.path) == ("POST", "/cards")
    assert asked.body.decode() == '{"last": "Łukasz"}'
    assert asked.headers["content-type"] == "application/json"
    assert calls == ["write"]


def test_a_path_is_below_the_address_that_was_configured(served: Served) -> None:
    with served() as (client, service):
        client.base_url += "/v1"
        client.get("/cards", READ)
        client.get(f"{service.url}/v1/cards?page=2", READ)
    assert [asked.path for asked in service.seen] == ["/v1/cards", "/v1/cards?page=2"]


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1.example/x", "http://evil.example/x", "http:///x", "ftp://x",
        "http://127.0.0.1:1/x", "http://[bad", "x",
    ],
)  # fmt: skip
def test_a_link_to_another_host_is_refused_and_nothing_is_sent(
    served: Served, bearer: Bearer, link: str
) -> None:
    with served(auth=bearer) as (client, service):
        for target in (link, service.url.replace("http://", "http://user@") + "/x"):
            with pytest.raises(Stop):
                client.get(target, READ)
    assert service.seen == []


def test_a_refused_token_is_replaced_once_and_both_requests_are_counted(
    served: Served, bearer: Bearer, calls: list[str]
) -> None:
    with served(Answer(401), Answer.json({"a": 1}), auth=bearer) as (client, service):
        assert client.get("/x", READ) == {"a": 1}
    shown = [asked.headers["authorization"] for asked in service.seen]
    assert shown == ["Bearer token-1", "Bearer token-2"]
    assert calls == ["read", "read"]


def test_a_token_that_is_refused_again_needs_a_person(served: Served, bearer: Bearer) -> None:
    with served(Answer(401), auth=bearer) as (client, service), pytest.raises(Reconnect):
        client.get("/x", READ)
    assert len(service.seen) == 2


def test_a_create_that_is_refused_is_not_sent_again_and_a_new_token_must_help(
    served: Served, bearer: Bearer
) -> None:
    with served(Answer(401), auth=bearer) as (client, service):
        with pytest.raises(Retry) as first:
            client.post("/cards", WRITE, {}, once=True)
        with pytest.raises(Reconnect):
            client.post("/cards", WRITE, {}, once=True)
    assert (first.value.reached, first.value.sent) == (False, True)
    assert len(service.seen) == 2


def part_is_refused(reply: Reply) -> bool:
    return "refused" in reply.body


def test_a_token_that_is_refused_inside_of_an_answer_is_replaced_and_nothing_is_sent_again(
    served: Served, bearer: Bearer
) -> None:
    """What to send again is known to whoever asked for several things at once."""
    with served(Answer.json({"refused": [2]}), Answer.json({}), auth=bearer) as (client, service):
        first = client.send("POST", "/batch", READ, refuses=part_is_refused)
        second = client.send("POST", "/batch", READ, refuses=part_is_refused)
    assert [first.renewed, second.renewed] == [True, False]
    shown = [asked.headers["authorization"] for asked in service.seen]
    assert shown == ["Bearer token-1", "Bearer token-2"]


def test_a_new_token_that_is_refused_inside_as_well_is_not_replaced_again(
    served: Served, bearer: Bearer
) -> None:
    with served(Answer.json({"refused": [2]}), auth=bearer) as (client, _):
        replies = [client.send("POST", "/b", READ, refuses=part_is_refused) for _ in range(3)]
    assert [each.renewed for each in replies] == [True, False, False]


def test_an_error_names_the_call_and_nothing_that_was_sent(served: Served) -> None:
    with served(Answer(500, {}, b"Ada's secret")) as (client, _), pytest.raises(Retry) as raised:
        client.get("/cards?last=Lovelace", READ)
    told = f"{raised.value} {raised.value.hint} {raised.value.context}"
    assert "read cards" in told
    assert "Lovelace" not in told
    assert "secret" not in told


def test_no_more_calls_of_an_account_are_on_their_way_than_it_may_have(served: Served) -> None:
    """The third one comes when one of the first two has been answered."""
    both, answered = threading.Barrier(2), threading.Event()
    at_once, most = 0, 0
    lock = threading.Lock()

    def answer(_asked: Asked) -> Answer:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        if not answered.is_set():
            both.wait(10)
            answered.set()
        with lock:
            at_once -= 1
        return Answer.json({})

    with served(at_once=2) as (client, service):
        service.answer = answer
        workers = [threading.Thread(target=client.get, args=("/x", READ)) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert most == 2
    assert len(service.seen) == 6
