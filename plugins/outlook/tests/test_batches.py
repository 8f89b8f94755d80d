"""Batches of which a part is refused: for now (429), or with the token (401)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from syncline.errors import Reconnect, Retry
from syncline.plugin.connection import ConnectionHandle, open_connection
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import Bearer, Purpose
from syncline.plugin.requests import (
    Applied,
    ApplyRequest,
    Create,
    IdsRequest,
    MatchKey,
    MatchRequest,
    RecordId,
)
from syncline.plugin.wrappers.retry import Patience
from syncline.testing.scripted import Answer, Asked, NumberedTokens, scripted
from syncline_outlook.config import OutlookConfig
from syncline_outlook.connector import OutlookConnector
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import REFUSALS
from syncline_outlook.graph.kept import KEPT_SECONDS
from syncline_outlook.graph.messages import Inner

READ = Purpose(name="read something", kind="read", account="ada")
WRITE = Purpose(name="write something", kind="write", account="ada")


Inside = Callable[[str, str], dict[str, Any]]
"""What answers one request of a batch, given its address and the token of the batch."""


@dataclass
class Batches:
    """A service that answers `$batch`, and the addresses it was asked for, call by call."""

    inside: Inside
    calls: list[list[str]] = field(default_factory=list)
    time: float = 0.0

    def __call__(self, asked: Asked) -> Answer:
        requests = json.loads(asked.body)["requests"]
        self.calls.append([each["url"] for each in requests])
        token = asked.headers["authorization"].removeprefix("Bearer ")
        answers = [{"id": each["id"], **self.inside(each["url"], token)} for each in requests]
        return Answer.json({"responses": answers})


@pytest.fixture
def serving(make_context: Callable[..., ConnectorContext]) -> Any:
    @contextmanager
    def serve(inside: Inside) -> Iterator[tuple[GraphClient, Batches]]:
        batches = Batches(inside)
        with scripted(batches) as service:
            http = make_context([]).http(
                service.url, refusals=REFUSALS, auth=Bearer(NumberedTokens()), timeout=5.0
            )
            yield GraphClient(http, clock=lambda: batches.time), batches
            http.close()

    return serve


def gets(count: int) -> list[Inner]:
    return [Inner(method="GET", url=f"/{n}") for n in range(count)]


def good(url: str) -> dict[str, Any]:
    return {"status": 200, "body": {"at": url}}


def throttled(seconds: int) -> dict[str, Any]:
    error = {"error": {"code": "TooManyRequests"}}
    return {"status": 429, "headers": {"Retry-After": str(seconds)}, "body": error}


# ---- refused for now -----------------------------------------------------------------------------


class FewAtATime:
    """Refuses the addresses it is told to, the first time they are asked for."""

    def __init__(self, **waits: int) -> None:
        self.waits = {f"/{name.removeprefix('n')}": wait for name, wait in waits.items()}

    def __call__(self, url: str, _token: str) -> dict[str, Any]:
        return throttled(self.waits.pop(url)) if url in self.waits else good(url)


def test_only_what_was_refused_is_asked_again_after_the_longest_wait(serving: Any) -> None:
    with serving(FewAtATime(n1=3, n3=11)) as (client, batches):

        def read() -> Any:
            return client.kept.during("read", lambda: batch.read(client, gets(4), READ))

        with pytest.raises(Retry) as refused:
            read()
        found = read()
    assert refused.value.after == 11.0
    assert batches.calls == [["/0", "/1", "/2", "/3"], ["/1", "/3"]]
    assert [each.body["at"] for each in found] == ["/0", "/1", "/2", "/3"]


def test_a_refusal_in_one_batch_keeps_nobody_from_the_next(serving: Any) -> None:
    """As long as some are let through; they would be refused one batch at a time otherwise."""
    with serving(FewAtATime(n1=1, n21=1)) as (client, batches), pytest.raises(Retry):
        client.kept.during("read", lambda: batch.read(client, gets(40), READ))
    assert [len(call) for call in batches.calls] == [20, 20]


def test_a_mailbox_that_lets_nothing_through_is_left_alone(serving: Any) -> None:
    with serving(lambda _url, _token: throttled(5)) as (client, batches), pytest.raises(Retry):
        client.kept.during("read", lambda: batch.read(client, gets(60), READ))
    assert len(batches.calls) == 1


def test_answers_are_kept_for_the_repetition_of_the_same_call_only(serving: Any) -> None:
    def read(request: str) -> Any:
        return client.kept.during(request, lambda: batch.read(client, gets(2), READ))

    with serving(FewAtATime(n0=1)) as (client, batches):
        with pytest.raises(Retry):
            read("these")
        read("those")
        read("these")
    assert batches.calls == [["/0", "/1"]] * 3


def test_answers_are_not_kept_beyond_the_call_they_were_for(serving: Any) -> None:
    with serving(FewAtATime()) as (client, batches):
        for _ in range(2):
            client.kept.during("read", lambda: batch.read(client, gets(2), READ))
    assert batches.calls == [["/0", "/1"]] * 2


def test_answers_that_have_grown_old_are_asked_for_again(serving: Any) -> None:
    with serving(FewAtATime(n0=1)) as (client, batches):
        with pytest.raises(Retry):
            client.kept.during("read", lambda: batch.read(client, gets(2), READ))
        batches.time = KEPT_SECONDS + 1
        client.kept.during("read", lambda: batch.read(client, gets(2), READ))
    assert batches.calls == [["/0", "/1"]] * 2


@dataclass
class Patient:
    """A connection that notes how long it would wait."""

    handle: ConnectionHandle
    waits: list[float]


@pytest.fixture
def patient(
    settings: dict[str, Any], make_context: Callable[..., ConnectorContext]
) -> Iterator[Patient]:
    waits: list[float] = []
    patience = Patience(sleep=waits.append, now=lambda: 0.0, jitter=lambda: 0.0)
    context = replace(make_context([]), clock=lambda: 0.0)
    handle = open_connection(
        "outlook", OutlookConnector, OutlookConfig(**settings), context, patience=patience
    )
    yield Patient(handle, waits)
    handle.close()


def test_sixty_contacts_get_through_where_one_request_in_five_is_refused(
    outlook: Any, patient: Patient
) -> None:
    """Looked for, written and read again, each in one call of core's."""
    sandbox, feed = outlook.box.sandbox, outlook.feed()
    sandbox.quirk("rate-limit", every=5, scope="inner", retry_after=2)
    keys = tuple(MatchKey(kind="marker", value=f"key-{n}") for n in range(60))

    def found() -> dict[int, RecordId]:
        page = patient.handle.fetch(MatchRequest(spec=CONTACTS, feed=feed, keys=keys))
        return {int(each.marker.removeprefix("key-")): each.id for each in page.records}

    def look(positions: Any, _outcomes: Any) -> dict[int, Applied]:
        there = {n - start: id for n, id in found().items()}
        return {n: Applied(id=there[n]) for n in positions if n in there}

    assert found() == {}
    for start in range(0, 60, 20):
        creates = tuple(
            Create(key=f"key-{n}", account=outlook.account, fields={"given_name": f"P{n}"})
            for n in range(start, start + 20)
        )
        request = ApplyRequest(spec=CONTACTS, feed=feed, operations=creates)
        outcomes = patient.handle.apply(request, look=look)
        assert all(isinstance(each, Applied) for each in outcomes)
    made = found()
    assert len(made) == 60
    ids = tuple(made[n] for n in range(20))
    page = patient.handle.fetch(IdsRequest(spec=CONTACTS, feed=feed, ids=ids))
    assert len(page.records) == 20
    assert len(outlook.box.contacts()) == 60
    assert set(patient.waits) == {2.0}


# ---- refused with the token ---------------------------------------------------------------------


def needs_second_token(url: str, token: str) -> dict[str, Any]:
    if token == "token-1" and url in {"/1", "/2"}:
        return {"status": 401, "body": {"error": {"code": "InvalidAuthenticationToken"}}}
    return good(url)


def test_what_was_refused_with_an_old_token_is_sent_again_with_a_new_one(serving: Any) -> None:
    with serving(needs_second_token) as (client, batches):
        found = batch.read(client, gets(3), READ)
    assert [each.body["at"] for each in found] == ["/0", "/1", "/2"]
    assert batches.calls == [["/0", "/1", "/2"], ["/1", "/2"]]


def test_a_create_that_was_refused_with_an_old_token_is_not_sent_again_by_itself(
    serving: Any,
) -> None:
    """There is a new token when core repeats it, after it has looked."""
    posts = [Inner(method="POST", url=f"/{n}", body={}) for n in range(3)]
    with serving(needs_second_token) as (client, batches):
        first = batch.run(client, posts, WRITE, once=True)
        again = batch.run(client, posts[1:], WRITE, once=True)
    assert [each and each.status for each in first] == [200, 401, 401]
    assert [each and each.status for each in again] == [200, 200]
    assert len(batches.calls) == 2


@pytest.mark.parametrize("once", [False, True])
def test_a_new_token_that_is_refused_as_well_needs_a_person(serving: Any, once: bool) -> None:
    def refused(_url: str, _token: str) -> dict[str, Any]:
        return {"status": 401, "body": {}}

    with serving(refused) as (client, batches), pytest.raises(Reconnect):
        for _ in range(2):
            batch.run(client, gets(2), WRITE, once=once)
    assert len(batches.calls) == 2


def test_an_answer_is_not_lost_with_the_call_that_sends_the_others_again(serving: Any) -> None:
    def once_only(url: str, token: str) -> dict[str, Any]:
        return needs_second_token(url, token) if token == "token-1" else {"status": "none"}

    with serving(once_only) as (client, _):
        found = batch.run(client, gets(3), WRITE)
    assert [each and each.status for each in found] == [200, None, None]


def test_a_token_that_is_revoked_inside_a_batch_is_replaced(outlook: Any) -> None:
    made = [outlook.box.create_contact({"givenName": f"P{n}"})["id"] for n in range(3)]
    outlook.page()
    outlook.box.sandbox.quirk("token-revoked", 1, scope="inner", skip=1)
    assert len(outlook.look(*made).records) == 3
