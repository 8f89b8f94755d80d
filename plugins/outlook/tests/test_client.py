"""The client against a service that lies: a small server of our own on a real socket."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from syncline.errors import Reconnect, Retry, Stop
from syncline.model.records import AbsenceReason, AccountId, RecordId
from syncline.plugin.requests import Feed, MatchKey, MatchRequest, Page
from syncline_outlook.contacts.folders import Folders
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.graph import batch
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import retry_after
from syncline_outlook.graph.messages import Inner, Purpose
from syncline_outlook.graph.transport import MAX_BODY, Transport

PURPOSE = Purpose(name="read something", kind="read", account="ada")
Reply = tuple[int, dict[str, str], bytes]


class FixedToken:
    """Hands out a numbered token."""

    def __init__(self) -> None:
        self.number = 1

    def token(self) -> str:
        return f"token-{self.number}"

    def renewed(self, refused: str) -> str:
        assert refused == self.token()
        self.number += 1
        return self.token()


@contextmanager
def serving(*replies: Reply) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives these replies, the last one again and again; and what it was sent."""
    left, seen = list(replies), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            status, headers, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def client(url: str, calls: list[str] | None = None) -> Iterator[GraphClient]:
    transport = Transport(5.0, local=True)
    counter = (calls if calls is not None else []).append
    try:
        yield GraphClient(url, transport, FixedToken(), counter, new_id=lambda: "our-id")
    finally:
        transport.close()


def ok(body: Any) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def test_every_request_says_who_it_is() -> None:
    with serving(ok({})) as (url, seen), client(url) as graph:
        graph.get("/x", PURPOSE, page_size=7)
    (headers,) = seen
    assert headers["prefer"] == 'IdType="ImmutableId", odata.maxpagesize=7'
    assert headers["client-request-id"] == "our-id"
    assert headers["authorization"] == "Bearer token-1"


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1.example/x", "http://evil.example/x", "http:///x", "ftp://x",
        "http://127.0.0.1:1/x", "http://[bad", "x",
    ],
)  # fmt: skip
def test_a_link_to_another_host_is_refused_and_nothing_is_sent(link: str) -> None:
    with serving(ok({})) as (url, seen), client(url) as graph:
        for target in (link, url.replace("http://", "http://user@") + "/x"):
            with pytest.raises(Stop, match="another host"):
                graph.get(target, PURPOSE)
    assert seen == []


def test_a_redirect_is_not_followed() -> None:
    with serving(ok({})) as (other, elsewhere):
        moved: Reply = (302, {"Location": f"{other}/x"}, b"")
        with (
            serving(moved) as (url, _),
            client(url) as graph,
            pytest.raises(Stop, match="redirect"),
        ):
            graph.get("/x", PURPOSE)
    assert elsewhere == []


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe{}", b"[]", b"7", b"", b"null", b'"text"', b"[" * 200_000]
)
def test_an_answer_that_is_no_json_object_stops(body: bytes) -> None:
    with (
        serving((200, {"request-id": "theirs"}, body)) as (url, _),
        client(url) as graph,
        pytest.raises(Stop) as caught,
    ):
        graph.get("/x", PURPOSE)
    assert "read something" in str(caught.value)
    assert caught.value.context["request_id"] == "theirs"


def test_an_endless_answer_is_cut_off() -> None:
    bomb = gzip.compress(b" " * (MAX_BODY + 1), compresslevel=9)
    with (
        serving((200, {"Content-Encoding": "gzip"}, bomb)) as (url, _),
        client(url) as graph,
        pytest.raises(Stop, match="larger than"),
    ):
        graph.get("/x", PURPOSE)


def test_a_broken_compression_stops() -> None:
    with (
        serving((200, {"Content-Encoding": "gzip"}, b"no gzip")) as (url, _),
        client(url) as graph,
        pytest.raises(Stop, match="compression"),
    ):
        graph.get("/x", PURPOSE)


def test_a_refused_token_is_replaced_once_and_both_requests_are_counted() -> None:
    calls: list[str] = []
    with serving((401, {}, b""), ok({"a": 1})) as (url, seen), client(url, calls) as graph:
        assert graph.get("/x", PURPOSE) == {"a": 1}
    assert [each["authorization"] for each in seen] == ["Bearer token-1", "Bearer token-2"]
    assert calls == ["read", "read"]


def test_a_token_that_is_refused_again_needs_a_person() -> None:
    with serving((401, {}, b"")) as (url, seen), client(url) as graph, pytest.raises(Reconnect):
        graph.get("/x", PURPOSE)
    assert len(seen) == 2


def test_a_create_that_is_refused_is_not_sent_again_and_a_new_token_must_help() -> None:
    with serving((401, {}, b"")) as (url, seen), client(url) as graph:
        with pytest.raises(Retry) as first:
            graph.post("/$batch", PURPOSE, {}, once=True)
        with pytest.raises(Reconnect):
            graph.post("/$batch", PURPOSE, {}, once=True)
    assert (first.value.reached, first.value.sent) == (False, True)
    assert len(seen) == 2


def test_nothing_was_sent_where_nobody_listens() -> None:
    with client("http://127.0.0.1:1") as graph, pytest.raises(Retry) as failure:
        graph.get("/me", PURPOSE)
    assert (failure.value.reached, failure.value.sent) == (False, False)


def test_a_page_of_html_from_a_gateway_is_an_error_of_its_status() -> None:
    with (
        serving((403, {}, b"<html>blocked</html>")) as (url, _),
        client(url) as graph,
        pytest.raises(Stop, match="denies access"),
    ):
        graph.get("/x", PURPOSE)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"Retry-After": "999999"}, 3600.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}, None),
        (
            {
                "Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT",
                "Date": "Sat, 21 Nov 2026 12:00:00 GMT",
            },
            30.0,
        ),
        ({}, None),
    ],
)
def test_the_wait_is_read_in_every_documented_form(headers: dict[str, str], expected: Any) -> None:
    assert retry_after(headers) == expected


# ---- what the stand-in cannot show --------------------------------------------------------------


def in_batch(*bodies: Any) -> Reply:
    entries = [{"id": str(n), "status": 200, "body": body} for n, body in enumerate(bodies)]
    return ok({"responses": entries})


def refused_in_batch(status: int) -> Reply:
    error = {"error": {"code": "ErrorAccessDenied" if status == 403 else "ErrorInvalidRequest"}}
    return ok({"responses": [{"id": "0", "status": status, "body": error}]})


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("trash", AbsenceReason.DELETED), ("archive", AbsenceReason.LEFT)],
)
def test_a_contact_that_can_be_read_in_deleted_items_is_deleted_not_moved(
    folder: str, reason: AbsenceReason
) -> None:
    contact = {"@odata.etag": "v", "id": "x", "parentFolderId": folder}
    folders = in_batch(
        {"id": "home"}, {"value": []}, {"value": [{"id": "archive", "displayName": "Archive"}]}
    )
    replies = (in_batch(contact), folders, in_batch({"value": []}))
    with serving(*replies) as (url, _), client(url) as graph:
        reader = Reader(graph, Folders(graph), EmailNames())
        page = reader.look(CONTACTS, AccountId("ada"), [RecordId("x")], "home")
    assert [each.reason for each in page.absent] == [reason]


def in_deleted_items(reply: Reply) -> Page:
    key = MatchKey(kind="marker", value="key-0")
    feed = Feed(type="contact", account=AccountId("ada"), container="home")
    with serving(reply) as (url, _), client(url) as graph:
        reader = Reader(graph, Folders(graph), EmailNames())
        return reader.match(MatchRequest(spec=CONTACTS, feed=feed, keys=(key,), deleted=True))


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_mailbox_that_does_not_list_deleted_items_holds_nothing_deleted(status: int) -> None:
    assert in_deleted_items(refused_in_batch(status)).records == ()


def test_deleted_items_that_may_not_be_read_are_not_taken_for_empty() -> None:
    with pytest.raises(Stop):
        in_deleted_items(refused_in_batch(403))


def test_an_answer_that_is_missing_from_a_batch_is_unclear_for_writes_and_a_retry_for_reads() -> (
    None
):
    requests = [Inner(method="GET", url="/a"), Inner(method="GET", url="/b")]
    with serving(in_batch({"a": 1})) as (url, _), client(url) as graph:
        found = batch.run(graph, requests, PURPOSE)
        assert [each and each.body for each in found] == [{"a": 1}, None]
        with pytest.raises(Retry):
            batch.read(graph, requests, PURPOSE)


@pytest.mark.parametrize("answer", [{}, {"responses": 7}, {"responses": [{"id": "0"}]}])
def test_a_malformed_batch_stops(answer: Any) -> None:
    with serving(ok(answer)) as (url, _), client(url) as graph, pytest.raises(Stop):
        batch.run(graph, [Inner(method="GET", url="/a")], PURPOSE)
