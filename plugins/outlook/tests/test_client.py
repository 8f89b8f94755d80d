"""What Graph is asked and answers, where the stand-in cannot show it: a service that is told its
answers, on a real socket.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from syncline.errors import Resync, Retry, Stop
from syncline.model.records import AbsenceReason, AccountId, RecordId
from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import Bearer, Purpose
from syncline.plugin.http.paging import MAX_EMPTY
from syncline.plugin.requests import AccountListRequest, Feed, MatchKey, MatchRequest, Page
from syncline.testing.scripted import Answer, Asked, ScriptedService, in_turn, scripted
from syncline_outlook.contacts.folders import Folders
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.contacts.names import EmailNames
from syncline_outlook.contacts.reading import Reader
from syncline_outlook.graph import batch, people
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.delta import Position, fetch_page
from syncline_outlook.graph.errors import REFUSALS
from syncline_outlook.graph.messages import Inner

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PURPOSE = Purpose(name="read something", kind="read", account="ada")
Graph = Callable[..., Any]


class FixedToken:
    """There is no other."""

    def token(self) -> str:
        return "token"

    def renewed(self, refused: str) -> str:
        return refused


@pytest.fixture
def graph(make_context: Callable[..., ConnectorContext]) -> Graph:
    """A client of a service that gives these answers, and the service."""

    @contextmanager
    def serving(*answers: Answer) -> Iterator[tuple[GraphClient, ScriptedService]]:
        with scripted(in_turn(*answers)) as service:
            http = make_context([]).http(
                service.url, refusals=REFUSALS, auth=Bearer(FixedToken()), timeout=5.0
            )
            yield GraphClient(http, new_id=lambda: "our-id"), service
            http.close()

    return serving


def test_every_request_says_who_it_is(graph: Graph) -> None:
    with graph(Answer.json({})) as (client, service):
        client.get("/x", PURPOSE, page_size=7)
    [asked] = service.seen
    assert asked.headers["prefer"] == 'IdType="ImmutableId", odata.maxpagesize=7'
    assert asked.headers["client-request-id"] == "our-id"


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
def test_what_cannot_be_read_says_by_which_ids_microsoft_finds_it(
    graph: Graph, body: bytes
) -> None:
    answer = Answer(200, {"request-id": "theirs"}, body)
    with graph(answer) as (client, _), pytest.raises(Stop) as raised:
        client.get("/x", PURPOSE)
    assert raised.value.context["request_id"] == "theirs"
    assert raised.value.context["client_request_id"] == "our-id"


def test_a_page_of_html_from_a_gateway_is_an_error_of_its_status(graph: Graph) -> None:
    answer = Answer(403, {}, b"<html>blocked</html>")
    with graph(answer) as (client, _), pytest.raises(Stop, match="denies access"):
        client.get("/x", PURPOSE)


def test_a_cursor_that_is_not_understood_is_dead(graph: Graph) -> None:
    resumed = Purpose(name="read changes", kind="read", resumes=True)
    with graph(Answer.json({}, 400)) as (client, _), pytest.raises(Resync):
        client.get("/x", resumed)


def test_every_page_of_a_list_is_asked_for_under_an_id_of_its_own(
    make_context: Callable[..., ConnectorContext],
) -> None:
    """Microsoft's support finds one request by it."""
    with scripted(in_turn(Answer.json({"value": []}))) as service:
        more = {"value": [1], "@odata.nextLink": f"{service.url}/2"}
        service.answer = in_turn(Answer.json(more), Answer.json({"value": [2]}))
        http = make_context([]).http(service.url, refusals=REFUSALS, timeout=5.0)
        assert list(GraphClient(http).pages("/1", PURPOSE)) == [[1], [2]]
        http.close()
    ids = [asked.headers["client-request-id"] for asked in service.seen]
    assert len(set(ids)) == 2


def test_a_list_that_leads_in_circles_is_no_list(graph: Graph) -> None:
    with graph(Answer.json({})) as (client, service):
        again = {"value": [], "@odata.nextLink": f"{service.url}/list"}
        service.answer = in_turn(Answer.json(again))
        with pytest.raises(Stop, match="circles"):
            list(client.pages("/list", PURPOSE))


@pytest.mark.parametrize("rows", [[], [{"nobody": "knows"}]])
def test_a_round_of_pages_without_contacts_does_not_go_on_for_ever(graph: Graph, rows: Any) -> None:
    numbers = count()
    with graph(Answer.json({})) as (client, service):
        service.answer = lambda _asked: Answer.json(
            {"value": rows, "@odata.nextLink": f"{service.url}/{next(numbers)}"}
        )
        position = Position(link=f"{service.url}/first", select="id")
        with pytest.raises(Stop, match="do not end"):
            while True:
                page = fetch_page(client, position, PURPOSE, 100)
                position = Position.read(page.position.json(), "id", NOW)
    assert len(service.seen) == MAX_EMPTY + 1


def test_folders_in_folders_without_end_are_no_list_of_folders(graph: Graph) -> None:
    """Each holds a hundred new ones."""
    numbers = count()

    def answer(asked: Asked) -> Answer:
        requests = json.loads(asked.body)["requests"]
        folders = [{"id": f"f{next(numbers)}", "displayName": "x"} for _ in range(100)]
        default = {"id": "home", "value": folders}
        return in_batch(*(default for _ in requests))

    with graph(Answer.json({})) as (client, service):
        service.answer = answer
        with pytest.raises(Stop, match="folders"):
            Folders(client).read("ada")
    assert len(service.seen) < 20


# ---- people -------------------------------------------------------------------------------------


def person(name: str, mail: str | None) -> dict[str, Any]:
    return {"id": f"id of {name}", "userPrincipalName": name, "mail": mail, "displayName": None}


def test_people_without_a_mailbox_of_the_tenant_are_not_listed(graph: Graph) -> None:
    rows = [
        person("ada@example.test", "Ada@Example.test"),
        person("bob@example.test", "bob.b@example.test"),
        person("carl_else.test#EXT#@example.test", "carl@else.test"),
        person("unlicensed@example.test", None),
        {"id": None}, "nobody",
    ]  # fmt: skip
    with graph(Answer.json({"value": rows})) as (client, service):
        page = people.page(client, AccountListRequest(page_size=5_000))
    assert {each.name: each.also for each in page.accounts} == {
        "ada@example.test": (), "bob@example.test": ("bob.b@example.test",),
    }  # fmt: skip
    assert page.next is None
    assert service.seen[0].path.startswith("/users?")
    assert "$top=999" in service.seen[0].path


@pytest.mark.parametrize("body", [{}, {"value": {}}, [], "people"])
def test_a_list_of_people_that_is_none_is_an_error(graph: Graph, body: Any) -> None:
    with graph(Answer.json(body)) as (client, _), pytest.raises(Stop, match="cannot be read"):
        people.page(client, AccountListRequest())


def test_people_whose_pages_lead_in_circles_are_an_error_also_after_a_restart(graph: Graph) -> None:
    with graph(Answer.json({})) as (client, service):
        links = ("/users?a", "/users?b", "/users?a")
        pages = [{"value": [], "@odata.nextLink": f"{service.url}{link}"} for link in links]
        service.answer = in_turn(*map(Answer.json, pages))
        following = None
        for _ in links[:-1]:
            following = people.page(client, AccountListRequest(next=following)).next
        with pytest.raises(Stop, match="circles"):
            people.page(client, AccountListRequest(next=following))


def test_people_are_not_looked_for_on_another_host(graph: Graph) -> None:
    elsewhere = {"value": [], "@odata.nextLink": "https://elsewhere.test/users"}
    with graph(Answer.json(elsewhere)) as (client, service), pytest.raises(Stop):
        people.page(client, AccountListRequest())
    assert len(service.seen) == 1


# ---- batches, and the mailbox --------------------------------------------------------------------


def in_batch(*bodies: Any) -> Answer:
    entries = [{"id": str(n), "status": 200, "body": body} for n, body in enumerate(bodies)]
    return Answer.json({"responses": entries})


def refused_in_batch(status: int) -> Answer:
    error = {"error": {"code": "ErrorAccessDenied" if status == 403 else "ErrorInvalidRequest"}}
    return Answer.json({"responses": [{"id": "0", "status": status, "body": error}]})


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("trash", AbsenceReason.DELETED), ("archive", AbsenceReason.LEFT)],
)
def test_a_contact_that_can_be_read_in_deleted_items_is_deleted_not_moved(
    graph: Graph, folder: str, reason: AbsenceReason
) -> None:
    contact = {"@odata.etag": "v", "id": "x", "parentFolderId": folder}
    folders = in_batch(
        {"id": "home"}, {"value": []}, {"value": [{"id": "archive", "displayName": "Archive"}]}
    )
    answers = (in_batch(contact), folders, in_batch({"value": []}))
    with graph(*answers) as (client, _):
        reader = Reader(client, Folders(client), EmailNames())
        page = reader.look(CONTACTS, AccountId("ada"), [RecordId("x")], "home")
    assert [each.reason for each in page.absent] == [reason]


def in_deleted_items(graph: Graph, answer: Answer) -> Page:
    key = MatchKey(kind="marker", value="key-0")
    feed = Feed(type="contact", account=AccountId("ada"), container="home")
    with graph(answer) as (client, _):
        reader = Reader(client, Folders(client), EmailNames())
        return reader.match(MatchRequest(spec=CONTACTS, feed=feed, keys=(key,), deleted=True))


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_mailbox_that_does_not_list_deleted_items_holds_nothing_deleted(
    graph: Graph, status: int
) -> None:
    assert in_deleted_items(graph, refused_in_batch(status)).records == ()


def test_deleted_items_that_may_not_be_read_are_not_taken_for_empty(graph: Graph) -> None:
    with pytest.raises(Stop):
        in_deleted_items(graph, refused_in_batch(403))


def test_an_answer_that_is_missing_from_a_batch_is_unclear_for_writes_and_a_retry_for_reads(
    graph: Graph,
) -> None:
    requests = [Inner(method="GET", url="/a"), Inner(method="GET", url="/b")]
    with graph(in_batch({"a": 1})) as (client, _):
        found = batch.run(client, requests, PURPOSE)
        assert [each and each.body for each in found] == [{"a": 1}, None]
        with pytest.raises(Retry):
            batch.read(client, requests, PURPOSE)


@pytest.mark.parametrize("entry", [{}, {"status": "200"}, {"status": None, "headers": 7}])
def test_an_answer_inside_a_batch_that_cannot_be_read_is_none_and_the_others_stand(
    graph: Graph, entry: Any
) -> None:
    good = {"id": "1", "status": 200, "headers": ["odd"], "body": {"b": 1}}
    answer = Answer.json({"responses": [{"id": "0", **entry}, "no answer", good]})
    with graph(answer) as (client, _):
        found = batch.run(client, [Inner(method="POST", url=url) for url in ("/a", "/b")], PURPOSE)
    assert [each and each.body for each in found] == [None, {"b": 1}]


def test_a_folder_without_a_name_is_there_all_the_same(graph: Graph) -> None:
    """What lies in it was moved there, and not deleted."""
    listed = [{"id": "odd", "displayName": ["x"]}, {"id": "good", "displayName": "Good"}]
    folders = in_batch({"id": "home"}, {"value": []}, {"value": listed})
    with graph(folders, in_batch({"value": []}, {"value": []})) as (client, _):
        found = Folders(client).read("ada")
    assert {each.id: each.path for each in found} == {"home": "", "odd": "odd", "good": "Good"}


@pytest.mark.parametrize("answer", [{}, {"responses": 7}])
def test_a_malformed_batch_stops(graph: Graph, answer: Any) -> None:
    with graph(Answer.json(answer)) as (client, _), pytest.raises(Stop):
        batch.run(client, [Inner(method="GET", url="/a")], PURPOSE)
