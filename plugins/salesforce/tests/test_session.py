"""The session under simple-salesforce, against a server that answers as it is told."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from syncline.errors import ConnectionFailure, Reconnect, Retry, Stop
from syncline_salesforce.rest.session import BODY_LIMIT

EMPTY = json.dumps({"totalSize": 0, "done": True, "records": []}).encode()
DEAD = json.dumps([{"errorCode": "INVALID_SESSION_ID", "message": "expired"}]).encode()


@dataclass
class Scripted:
    """Answers each call with the next line of its script (the last one for ever)."""

    url: str = ""
    script: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server_state = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server_state.seen.append((self.command, self.path, dict(self.headers), body))
            if self.path.endswith("/token"):
                status, headers, answer = 200, {}, self._token()
            else:
                status, headers, answer = server_state.answer()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)
            self.close_connection = "close" in headers.get("Connection", "")

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the library's names

        def _token(self) -> bytes:
            number = sum(path.endswith("/token") for _, path, _, _ in server_state.seen)
            return json.dumps(
                {"access_token": f"token-{number}", "instance_url": server_state.url}
            ).encode()

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server_state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server_state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def service(org: Any, scripted: Scripted) -> Callable[..., Any]:
    def make(*script: tuple[int, dict[str, str], bytes], **settings: Any) -> Any:
        scripted.script = list(script)
        return org.connect(instance_url=scripted.url, **settings).connector._service

    return make


def test_a_repeated_write_carries_the_same_condition(service: Any, scripted: Scripted) -> None:
    answer = json.dumps({"compositeResponse": [{"httpStatusCode": 204}]}).encode()
    api = service((401, {}, DEAD), (200, {}, answer))

    api.composite([{"method": "PATCH", "httpHeaders": {"If-Unmodified-Since": "then"}}])

    first, second = [call for call in scripted.seen if call[1].endswith("/composite")]
    assert first[3] == second[3]
    changed = {name for name in first[2] if first[2][name] != second[2].get(name)}
    assert changed == {"Authorization"}
    assert "Sforce-Duplicate-Rule-Header" in second[2]


def test_a_create_that_is_refused_is_not_sent_again(service: Any, scripted: Scripted) -> None:
    """A gateway may have refused it after the effect: core looks for it first."""
    api = service((401, {}, DEAD), (200, {}, b'[{"id": "x", "success": true, "errors": []}]'))

    with pytest.raises(Retry) as refused:
        api.create([{}])

    assert (refused.value.reached, refused.value.sent) == (False, True)
    assert sum(path.endswith("/composite/sobjects") for _, path, _, _ in scripted.seen) == 1
    assert api.create([{}])


def test_a_create_that_every_token_is_refused_for_ends_it(service: Any) -> None:
    api = service((401, {}, DEAD))

    for _try in range(5):
        with pytest.raises(ConnectionFailure) as refused:
            api.create([{}])
    assert isinstance(refused.value, Reconnect)


def test_a_keyed_create_that_is_refused_is_sent_again(service: Any, scripted: Scripted) -> None:
    answer = b'[{"id": "x", "success": true, "errors": []}]'
    api = service((401, {}, DEAD), (200, {}, answer))

    assert api.upsert("Contact", "SyncKey__c", [{}])
    assert sum("/SyncKey__c" in path for _, path, _, _ in scripted.seen) == 2


def test_a_second_refusal_ends_it(service: Any, scripted: Scripted) -> None:
    api = service((401, {}, DEAD))

    with pytest.raises(Reconnect):
        api.query("SELECT Id FROM Contact")
    assert sum("/query" in path for _, path, _, _ in scripted.seen) == 2


def test_a_session_that_no_token_heals_is_not_tried_again(service: Any, scripted: Scripted) -> None:
    message = "This session is not valid for use with the REST API"
    body = json.dumps([{"errorCode": "INVALID_SESSION_ID", "message": message}]).encode()
    api = service((401, {}, body))

    with pytest.raises(Stop):
        api.query("SELECT Id FROM Contact")
    assert sum("/query" in path for _, path, _, _ in scripted.seen) == 1


def test_a_refusal_that_is_not_json_is_a_refusal_all_the_same(service: Any) -> None:
    with pytest.raises(Reconnect):
        service((401, {}, b"<html>who are you</html>")).query("SELECT Id FROM Contact")


def test_redirects_are_not_followed(service: Any, scripted: Scripted) -> None:
    api = service((302, {"Location": "https://elsewhere.example/"}, b""))

    with pytest.raises(Stop):
        api.query("SELECT Id FROM Contact")
    assert sum("/query" in path for _, path, _, _ in scripted.seen) == 1


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


def test_an_answer_cut_off_in_the_middle_may_have_been_carried_out(service: Any) -> None:
    headers = {"Content-Length": "5000", "Connection": "close"}

    with pytest.raises(Retry) as problem:
        service((200, headers, b'[{"id"')).create([{}])
    assert problem.value.reached


def test_an_answer_without_end_is_given_up(service: Any) -> None:
    endless = b'"' + b"x" * (BODY_LIMIT + 1) + b'"'

    with pytest.raises(Stop, match="too large"):
        service((200, {}, endless)).query("SELECT Id FROM Contact")


def test_it_stops_at_its_share_of_the_api_calls(service: Any, scripted: Scripted) -> None:
    used = {"Sforce-Limit-Info": "api-usage=80/100; per-app-api-usage=1/250(appName=x)"}
    api = service((200, used, EMPTY))
    api.query("SELECT Id FROM Contact")

    with pytest.raises(Stop, match="80 of 100"):
        api.query("SELECT Id FROM Contact")
    assert sum("/query" in path for _, path, _, _ in scripted.seen) == 1
    api.query("SELECT Id FROM Organization", kind="check")


def test_a_larger_share_may_be_allowed(service: Any) -> None:
    used = {"Sforce-Limit-Info": "api-usage=80/100"}
    api = service((200, used, EMPTY), stop_at_api_share=0.9)

    api.query("SELECT Id FROM Contact")
    api.query("SELECT Id FROM Contact")


def test_the_token_goes_to_its_own_instance_only(service: Any, scripted: Scripted) -> None:
    api = service((200, {}, EMPTY))
    api.query("SELECT Id FROM Contact")
    session = api._sessions.of_this_thread(scripted.url)

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
