"""`$batch`: many requests in one, each with its own answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

JSON = {"Content-Type": "application/json"}
Step = dict[str, Any]


def send(http: httpx.Client, steps: list[Step]) -> dict[str, dict[str, Any]]:
    answer = http.post("/$batch", json={"requests": steps})
    assert answer.status_code == 200, answer.text
    return {response["id"]: response for response in answer.json()["responses"]}


def create(ada: GraphMailbox, identifier: str, **more: Any) -> Step:
    step = {
        "id": identifier,
        "method": "POST",
        "url": f"/users/{ada.id}/contacts",
        "headers": JSON,
        "body": {"givenName": identifier},
    }
    return {**step, **more}


def test_twenty_creates_are_answered_one_by_one_in_any_order(
    http: httpx.Client, ada: GraphMailbox
) -> None:
    steps = [create(ada, str(n)) for n in range(20)]
    answer = http.post("/$batch", json={"requests": steps})
    responses = answer.json()["responses"]

    assert {r["status"] for r in responses} == {201}
    assert [r["id"] for r in responses] != [step["id"] for step in steps]
    assert all(r["body"]["givenName"] == r["id"] for r in responses)
    assert len(ada.contacts()) == 20


def test_inner_requests_have_headers_of_their_own(http: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    url = f"/users/{ada.id}/contacts/{quote(made['id'], safe='')}"
    found = send(
        http,
        [
            {"id": "a", "method": "GET", "url": url, "headers": {"Prefer": 'IdType="ImmutableId"'}},
            {"id": "b", "method": "GET", "url": url},
            {
                "id": "c",
                "method": "PATCH",
                "url": url,
                "headers": {**JSON, "if-match": 'W/"old"'},
                "body": {"title": "x"},
            },
        ],
    )

    assert found["a"]["body"]["id"] == made["id"]
    assert found["b"]["body"]["id"] == made["defaultId"]
    assert found["c"]["status"] == 412
    assert found["c"]["body"]["error"]["code"] == "ErrorIrresolvableConflict"


def test_urls_may_be_relative_absolute_or_without_a_slash(
    graph: GraphSandbox, http: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contact({"givenName": "Grace"})
    path = f"users/{ada.id}/contacts?%24select=givenName"
    urls = {"1": f"/{path}", "2": path, "3": f"{graph.graph_url}/{path}"}
    found = send(http, [{"id": i, "method": "GET", "url": url} for i, url in urls.items()])

    assert [r["body"]["value"][0]["givenName"] for r in found.values()] == ["Grace"] * 3


def test_failed_request_fails_those_that_depend_on_it_only(
    http: httpx.Client, ada: GraphMailbox
) -> None:
    bad = create(ada, "1", body={"nonsense": 1})
    found = send(http, [bad, create(ada, "2", dependsOn=["1"]), create(ada, "3")])

    assert {i: r["status"] for i, r in found.items()} == {"1": 400, "2": 424, "3": 201}
    assert found["2"]["body"]["error"]["innerError"]["request-id"]
    assert len(ada.contacts()) == 1


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)],
        [{"id": "1", "method": "GET", "url": "/me"}] * 2,
        [{"id": "1", "method": "POST", "url": "/$batch", "headers": JSON, "body": {}}],
        [{"id": "1", "method": "POST", "url": "/me/contacts", "body": {}}],
        [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}],
        [{"method": "GET", "url": "/me"}],
        [{"id": "1", "method": "DREAM", "url": "/me"}],
    ],
)
def test_malformed_batch_is_refused_as_a_whole(http: httpx.Client, steps: list[Step]) -> None:
    answer = http.post("/$batch", json={"requests": steps})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_throttled_inner_request_sits_inside_a_success(
    graph: GraphSandbox, http: httpx.Client, ada: GraphMailbox
) -> None:
    graph.quirk("rate-limit", times=2, scope="inner", retry_after=9)
    found = send(http, [create(ada, str(n)) for n in range(4)])
    throttled = [r for r in found.values() if r["status"] == 429]

    assert len(throttled) == 2
    assert throttled[0]["headers"]["Retry-After"] == "9"
    assert throttled[0]["body"]["error"]["code"] == "ApplicationThrottled"
    assert len(ada.contacts()) == 2


def test_inner_requests_are_counted_apart(
    graph: GraphSandbox, http: httpx.Client, ada: GraphMailbox
) -> None:
    send(http, [create(ada, str(n)) for n in range(3)])

    assert graph.call_counts() == {"POST /v1.0/$batch": 1}
    assert graph.call_counts(inner=True) == {"POST /v1.0/users/{user}/contacts": 3}
    outer, *inner = graph.calls()
    assert {call["outer"] for call in inner} == {outer["number"]}


def test_encoded_batch_path_and_chunked_body_are_taken(
    http: httpx.Client, ada: GraphMailbox
) -> None:
    pieces = iter([b'{"requests": [{"id": "1", "method"', b': "GET", "url": "/organization"}]}'])
    answer = http.post("/%24batch", content=pieces, headers=JSON)

    assert answer.json()["responses"][0]["status"] == 200
