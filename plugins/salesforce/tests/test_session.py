"""The session under simple-salesforce, against a server that answers as it is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from syncline.errors import ConnectionFailure, Reconnect, Retry, Stop
from syncline.testing.scripted import Answer, Asked, ScriptedService, in_turn, scripted
from syncline_salesforce.rest.session import BODY_LIMIT

EMPTY = json.dumps({"totalSize": 0, "done": True, "records": []}).encode()
DEAD = json.dumps([{"errorCode": "INVALID_SESSION_ID", "message": "expired"}]).encode()


@dataclass
class Script:
    """The answers of an instance, each once and the last one for ever; tokens it always gives."""

    answers: Callable[[Asked], Answer] = lambda _asked: Answer()
    tokens: int = 0
    url: str = ""

    def __call__(self, asked: Asked) -> Answer:
        if not asked.path.endswith("/token"):
            return self.answers(asked)
        self.tokens += 1
        return Answer.json({"access_token": f"token-{self.tokens}", "instance_url": self.url})


@pytest.fixture
def instance() -> Iterator[ScriptedService]:
    script = Script()
    with scripted(script) as service:
        script.url = service.url
        yield service


@pytest.fixture
def service(org: Any, instance: ScriptedService) -> Callable[..., Any]:
    """A connection to an instance that gives these answers."""

    def make(*answers: tuple[int, dict[str, str], bytes], **settings: Any) -> Any:
        script = cast(Script, instance.answer)
        script.answers = in_turn(*(Answer(*answer) for answer in answers))
        return org.connect(instance_url=instance.url, **settings).connector._service

    return make


def asked_for(instance: ScriptedService, part: str) -> list[Asked]:
    return [asked for asked in instance.seen if part in asked.path]


def test_a_repeated_write_carries_the_same_condition(
    service: Any, instance: ScriptedService
) -> None:
    answer = json.dumps({"compositeResponse": [{"httpStatusCode": 204}]}).encode()
    api = service((401, {}, DEAD), (200, {}, answer))

    api.composite([{"method": "PATCH", "httpHeaders": {"If-Unmodified-Since": "then"}}])

    first, second = asked_for(instance, "/composite")
    assert first.body == second.body
    changed = {n for n, value in first.headers.items() if value != second.headers.get(n)}
    assert changed == {"authorization"}
    assert "sforce-duplicate-rule-header" in second.headers


def test_a_create_that_is_refused_is_not_sent_again(
    service: Any, instance: ScriptedService
) -> None:
    """A gateway may have refused it after the effect: core looks for it first."""
    api = service((401, {}, DEAD), (200, {}, b'[{"id": "x", "success": true, "errors": []}]'))

    with pytest.raises(Retry) as refused:
        api.create([{}])

    assert (refused.value.reached, refused.value.sent) == (False, True)
    assert len(asked_for(instance, "/composite/sobjects")) == 1
    assert api.create([{}])


def test_a_create_that_every_token_is_refused_for_ends_it(service: Any) -> None:
    api = service((401, {}, DEAD))

    for _try in range(5):
        with pytest.raises(ConnectionFailure) as refused:
            api.create([{}])
    assert isinstance(refused.value, Reconnect)


def test_a_keyed_create_that_is_refused_is_sent_again(
    service: Any, instance: ScriptedService
) -> None:
    answer = b'[{"id": "x", "success": true, "errors": []}]'
    api = service((401, {}, DEAD), (200, {}, answer))

    assert api.upsert("Contact", "SyncKey__c", [{}])
    assert len(asked_for(instance, "/SyncKey__c")) == 2


def test_a_second_refusal_ends_it(service: Any, instance: ScriptedService) -> None:
    api = service((401, {}, DEAD))

    with pytest.raises(Reconnect):
        api.query("SELECT Id FROM Contact")
    assert len(asked_for(instance, "/query")) == 2


def test_a_session_that_no_token_heals_is_not_tried_again(
    service: Any, instance: ScriptedService
) -> None:
    message = "This session is not valid for use with the REST API"
    body = json.dumps([{"errorCode": "INVALID_SESSION_ID", "message": message}]).encode()
    api = service((401, {}, body))

    with pytest.raises(Stop):
        api.query("SELECT Id FROM Contact")
    assert len(asked_for(instance, "/query")) == 1


def test_a_refusal_that_is_not_json_is_a_refusal_all_the_same(service: Any) -> None:
    with pytest.raises(Reconnect):
        service((401, {}, b"<html>who are you</html>")).query("SELECT Id FROM Contact")


@pytest.mark.parametrize(
    "body", [b"", b"[1", b"<html>", b'"text"', b'{"records": 7}', b"[]", b"null"]
)
def test_an_answer_that_makes_no_sense_is_said_so(service: Any, body: bytes) -> None:
    with pytest.raises(ConnectionFailure) as problem:
        service((200, {}, body)).query("SELECT Id FROM Contact")
    assert "understood" in problem.value.message


def test_answers_that_are_not_one_for_each_row_are_refused(service: Any) -> None:
    with pytest.raises(ConnectionFailure):
        service((200, {}, b'[{"id": "x", "success": true, "errors": []}]')).create([{}, {}])


def test_an_answer_without_end_is_given_up(service: Any) -> None:
    endless = b'"' + b"x" * (BODY_LIMIT + 1) + b'"'

    with pytest.raises(Stop, match="too large"):
        service((200, {}, endless)).query("SELECT Id FROM Contact")


def test_it_stops_at_its_share_of_the_api_calls(service: Any, instance: ScriptedService) -> None:
    used = {"Sforce-Limit-Info": "api-usage=80/100; per-app-api-usage=1/250(appName=x)"}
    api = service((200, used, EMPTY))
    api.query("SELECT Id FROM Contact")

    with pytest.raises(Stop, match="80 of 100"):
        api.query("SELECT Id FROM Contact")
    assert len(asked_for(instance, "/query")) == 1
    api.query("SELECT Id FROM Organization", kind="check")


def test_a_larger_share_may_be_allowed(service: Any) -> None:
    used = {"Sforce-Limit-Info": "api-usage=80/100"}
    api = service((200, used, EMPTY), stop_at_api_share=0.9)

    api.query("SELECT Id FROM Contact")
    api.query("SELECT Id FROM Contact")


def test_the_token_goes_to_its_own_instance_only(service: Any, instance: ScriptedService) -> None:
    api = service((200, {}, EMPTY))
    api.query("SELECT Id FROM Contact")
    session = api._sessions.of_this_thread(instance.url)

    with pytest.raises(Retry):
        session.get("https://elsewhere.example/services/data")


def test_no_secret_is_logged_shown_or_raised(
    service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = service((500, {}, b"token-1 sandbox-consumer-secret"))

    with pytest.raises(Retry) as problem:
        api.query("SELECT Id FROM Contact WHERE Email = 'ada-secret@example.test'")

    told = f"{problem.value!r} {problem.value} {problem.value.context} {api._tokens.current()!r}"
    for secret in ("token-1", "sandbox-consumer-secret", "ada-secret"):
        assert secret not in told
        assert secret not in caplog.text
    assert problem.value.__cause__ is None
