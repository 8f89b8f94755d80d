"""The shared layer, over a real socket, with the smallest stand-in there is."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from syncline_sandbox.backdoor import add_common_routes
from syncline_sandbox.client import BackDoor, BackDoorError
from syncline_sandbox.environment import Environment
from syncline_sandbox.messages import Answer, Call, Refused
from syncline_sandbox.quirks import COMMON, Quirks
from syncline_sandbox.routing import Match
from syncline_sandbox.service import Service
from syncline_sandbox.serving import running


class Notes(Service):
    """Keeps lines of text."""

    name = "notes"

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.storage.script("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        self.router.add("POST", "/notes", self._create)
        self.router.add("GET", "/notes", self._list)
        self.router.add("GET", "/notes/{text}", self._one)
        self.revoked = False

    def _create(self, call: Call) -> Answer:
        text = call.json()["text"]
        self.environment.storage.run("INSERT INTO note VALUES (?)", text)
        if text == "refused":
            raise Refused(Answer(400, {"error": text}))
        return Answer(201, {"text": text})

    def _list(self, call: Call) -> Answer:
        rows = self.environment.storage.rows("SELECT text FROM note ORDER BY rowid")
        return Answer(200, [row["text"] for row in rows])

    def _one(self, call: Call, text: str) -> Answer:
        return Answer(200, {"text": text})

    def authorize(self, call: Call, match: Match) -> None:
        if self.revoked:
            raise Refused(Answer(401))

    def not_found(self, call: Call, template: str | None) -> Answer:
        return Answer(405 if template else 404)

    def rate_limited(self, call: Call, retry_after: int | None) -> Answer:
        return Answer(429, headers={} if retry_after is None else {"Retry-After": str(retry_after)})

    def server_error(self, call: Call, status: int) -> Answer:
        return Answer(status)

    def precondition_failed(self, call: Call) -> Answer:
        return Answer(412)

    def revoke_token(self, call: Call) -> None:
        self.revoked = True

    def credentials(self, base_url: str) -> dict[str, Any]:
        return {"url": base_url}

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        found = [(row["text"],) for row in rows]
        self.environment.storage.run_many("INSERT INTO note VALUES (?)", found)
        return len(found)

    def dump(self) -> dict[str, Any]:
        return {"notes": [row[0] for row in self.environment.storage.rows("SELECT * FROM note")]}

    def prepare(self) -> None:
        self.revoked = False


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    service = Notes(Environment(quirks=Quirks(COMMON)))
    add_common_routes(service)
    with running(service) as address:
        yield address


@pytest.fixture
def door(url: str) -> Iterator[BackDoor]:
    door = BackDoor.attach(url)
    door.reset()
    yield door
    door.close()


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as client:
        yield client


def test_chunked_body_is_read_whole(door: BackDoor, http: httpx.Client) -> None:
    pieces = iter([b'{"te', b'xt": "chu', b'nked"}'])

    assert http.post("/notes", content=pieces).json() == {"text": "chunked"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Host": "["},
        {"Origin": "https://page.example"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
def test_a_web_page_cannot_use_the_back_door(
    door: BackDoor, http: httpx.Client, headers: Mapping[str, str]
) -> None:
    http.post("/notes", json={"text": "mine"})

    assert http.post("/_sandbox/reset", headers=headers).status_code == 403
    assert door.dump() == {"notes": ["mine"]}


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:80"])
def test_this_machine_may_use_the_back_door_by_any_of_its_names(
    door: BackDoor, http: httpx.Client, host: str
) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}

    assert http.get("/_sandbox", headers=headers).status_code == 200


def test_path_parameter_may_hold_an_encoded_slash(door: BackDoor, http: httpx.Client) -> None:
    assert http.get("/notes/a%2Fb%3D").json() == {"text": "a/b="}


def test_wrong_method_differs_from_unknown_path(door: BackDoor, http: httpx.Client) -> None:
    assert http.delete("/notes").status_code == 405
    assert http.get("/nothing").status_code == 404


def test_refused_call_leaves_nothing_behind(door: BackDoor, http: httpx.Client) -> None:
    assert http.post("/notes", json={"text": "refused"}).status_code == 400
    assert door.dump() == {"notes": []}


def test_drop_before_commit_gives_no_answer_and_does_nothing(
    door: BackDoor, http: httpx.Client
) -> None:
    door.quirk("drop-before-commit", 1)

    with pytest.raises(httpx.TransportError):
        http.post("/notes", json={"text": "lost"})

    assert door.dump() == {"notes": []}
    assert http.post("/notes", json={"text": "kept"}).status_code == 201


def test_commit_then_drop_gives_no_answer_and_does_it(door: BackDoor, http: httpx.Client) -> None:
    door.quirk("commit-then-drop", 1, method="POST")
    http.get("/notes")

    with pytest.raises(httpx.TransportError):
        http.post("/notes", json={"text": "done"})

    assert door.dump() == {"notes": ["done"]}
    assert door.calls()[-1]["status"] is None


def test_rate_limit_with_and_without_retry_after(door: BackDoor, http: httpx.Client) -> None:
    door.quirk("rate-limit", 1)
    first = http.get("/notes")
    door.quirk("rate-limit", "times:1,retry_after:7")
    second = http.get("/notes")

    assert (first.status_code, first.headers.get("Retry-After")) == (429, None)
    assert (second.status_code, second.headers.get("Retry-After")) == (429, "7")
    assert http.get("/notes").status_code == 200


def test_every_seventh_call_is_the_seventh(door: BackDoor, http: httpx.Client) -> None:
    door.quirk("server-error", {"every": 7, "status": 502})

    statuses = [http.get("/notes").status_code for _ in range(15)]

    assert [at for at, status in enumerate(statuses, 1) if status == 502] == [7, 14]
    assert door.fired("server-error") == 2


def test_malformed_body_is_a_success_that_is_no_json(door: BackDoor, http: httpx.Client) -> None:
    door.load([{"text": "something"}])
    door.quirk("malformed-body", 1)
    answer = http.get("/notes")

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


def test_token_revoked_stays_revoked(door: BackDoor, http: httpx.Client) -> None:
    door.quirk("token-revoked", {"skip": 1, "times": 1})

    assert [http.get("/notes").status_code for _ in range(4)] == [200, 401, 401, 401]


def test_unknown_quirk_and_unknown_option_are_refused(door: BackDoor) -> None:
    with pytest.raises(BackDoorError, match="no quirk 'rate'"):
        door.quirk("rate")
    with pytest.raises(BackDoorError, match="no option"):
        door.quirk("rate-limit", "retryafter:3")


def test_call_log_counts_by_template_and_hides_the_token(
    door: BackDoor, http: httpx.Client
) -> None:
    http.get("/notes/a", headers={"Authorization": "Bearer secret"})
    http.get("/notes/b?x=1")

    assert door.call_counts() == {"GET /notes/{text}": 2}
    assert [call["path"] for call in door.calls()] == ["/notes/a", "/notes/b"]
    assert "authorization" not in door.calls()[0]["headers"]
    door.reset_calls()
    assert door.calls() == []


def test_clock_stands_still_and_moves_on(door: BackDoor, http: httpx.Client) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    door.freeze(moment)
    door.advance(90)

    assert door.now() == moment + timedelta(seconds=90)
    assert http.get("/notes").headers["Date"] == "Sun, 01 Mar 2026 12:01:30 GMT"


def test_two_threads_write_without_loss(door: BackDoor, url: str) -> None:
    def write(name: str) -> None:
        with httpx.Client(base_url=url) as client:
            for number in range(50):
                client.post("/notes", json={"text": f"{name}{number}"}).raise_for_status()

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(door.dump()["notes"])) == 100
