"""The stand-in against the documentation's own examples and Graph's published schema.

Both files lie outside the project; without them these tests are skipped.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import jsonschema
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

REFERENCE = Path(__file__).resolve().parents[3].parent / "shared" / "reference"
EXAMPLES = REFERENCE / "graph-examples.jsonl"
SCHEMA = REFERENCE / "graph-openapi-subset.json"
needs_examples = pytest.mark.skipif(not EXAMPLES.exists(), reason="no reference examples here")
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="no OpenAPI subset here")

Row = dict[str, Any]
READ_ONLY = {"id", "createdDateTime", "lastModifiedDateTime", "changeKey", "parentFolderId"}


@cache
def examples() -> list[Row]:
    with EXAMPLES.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def example(title: str) -> Row:
    """The first example whose title begins so."""
    return next(row for row in examples() if row["title"].startswith(title))


def contact_of(row: Row) -> Row:
    return {name: v for name, v in row["response_body"].items() if name not in READ_ONLY}


@pytest.fixture
def person(graph: GraphSandbox, ada: GraphMailbox) -> Any:
    """As the examples: a person's token, `/me`, ids in the default form."""
    headers = {"Authorization": f"Bearer {graph.new_token(mailbox=ada.address)}"}
    with httpx.Client(base_url=graph.graph_url, headers=headers) as client:
        yield client


@needs_examples
def test_contact_is_created_as_in_the_example(person: httpx.Client) -> None:
    row = example("POST /me/contacts")
    answer = person.post("/me/contacts", json=row["request_body"])

    assert answer.status_code == row["status"]
    assert row["response_body"].keys() <= answer.json().keys()
    assert answer.json()["displayName"] == row["response_body"]["displayName"]
    assert answer.json()["emailAddresses"] == [
        {"name": "Pavel Bansky", "address": "pavelb@fabrikam.onmicrosoft.com"}
    ]


@needs_examples
def test_contact_is_read_as_in_the_example(person: httpx.Client, ada: GraphMailbox) -> None:
    row = example("GET /me/contacts/{id}")
    made = ada.create_contact(contact_of(row))
    answer = person.get(f"/me/contacts/{quote(made['defaultId'], safe='')}")
    shown = {name: answer.json()[name] for name in contact_of(row)}

    assert answer.status_code == row["status"]
    assert shown == {**contact_of(row), "birthday": "1974-07-22T00:00:00Z"}


@needs_examples
def test_contact_is_changed_as_in_the_example(person: httpx.Client, ada: GraphMailbox) -> None:
    row = example("PATCH /me/contacts/{id}")
    made = ada.create_contact(contact_of(example("GET /me/contacts/{id}")))
    url = f"/me/contacts/{quote(made['defaultId'], safe='')}"
    answer = person.patch(url, json=row["request_body"])
    shown = {name: answer.json()[name] for name in contact_of(row)}

    assert answer.status_code == row["status"]
    assert shown == {**contact_of(row), "birthday": "1974-07-22T00:00:00Z"}


@needs_examples
def test_delta_begins_as_in_the_example(person: httpx.Client, ada: GraphMailbox) -> None:
    row = example("GET /me/contactFolders/{id}/contacts/delta (initial)")
    ada.create_contacts([{"displayName": str(n)} for n in range(3)])
    url = f"/me/contactFolders/{quote(ada.default_folder_id, safe='')}/contacts/delta"
    answer = person.get(
        url, params={"$select": "displayName"}, headers=row["request_headers"]
    ).json()

    assert len(answer["value"]) == 2
    assert "$skiptoken=" in answer["@odata.nextLink"]
    assert row["response_body"].keys() <= answer.keys()


@needs_examples
def test_folder_is_created_and_listed_as_in_the_examples(
    person: httpx.Client, ada: GraphMailbox
) -> None:
    row = example("POST /me/contactFolders")
    body = {**row["request_body"], "parentFolderId": ada.default_folder_id}
    created = person.post("/me/contactFolders", json=body)
    listed = person.get("/me/contactFolders").json()

    assert created.status_code == row["status"]
    assert row["response_body"].keys() <= created.json().keys()
    assert created.json()["displayName"] == row["response_body"]["displayName"]
    assert {f["id"] for f in listed["value"]} == {created.json()["id"]}


@needs_examples
def test_batch_of_the_example_is_answered_request_by_request(person: httpx.Client) -> None:
    row = example("POST /$batch")
    answer = person.post("/$batch", json=row["request_body"])
    expected = {response["id"] for response in row["response_body"]["responses"]}

    assert answer.status_code == row["status"]
    assert {response["id"] for response in answer.json()["responses"]} == expected
    for response in answer.json()["responses"]:
        assert response["body"]["error"]["code"] or response["status"] == 200


@needs_examples
@pytest.mark.parametrize(
    ("title", "quirk"),
    [
        ("GET /users/room@company.net/calendarView/delta", "delta-gone"),
        ("GET /me/calendars -> 412", "spurious-412"),
        ("GET /me/calendarView -> 429", "rate-limit"),
    ],
)
def test_refusals_have_the_words_of_the_examples(
    graph: GraphSandbox, person: httpx.Client, ada: GraphMailbox, title: str, quirk: str
) -> None:
    row = example(title)
    made = ada.create_contact({"givenName": "Grace"})
    link = person.get("/me/contacts/delta").json()["@odata.deltaLink"]
    graph.quirk(quirk, 1)
    if quirk == "spurious-412":
        answer = person.patch(f"/me/contacts/{quote(made['id'], safe='')}", json={"title": "x"})
    else:
        answer = person.get(link)
    error, expected = answer.json()["error"], row["response_body"]["error"]

    assert answer.status_code == row["status"]
    assert (error["code"], error["message"]) == (expected["code"], expected["message"])


# ---- the schema ---------------------------------------------------------------------------------


@cache
def schema() -> Row:
    found: Row = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def validate(value: Any, name: str) -> None:
    document = {"$ref": f"#/components/schemas/{name}", "components": schema()["components"]}
    jsonschema.Draft202012Validator(document).validate(value)


FULL = {
    "givenName": "Grace", "surname": "Hopper", "birthday": "1906-12-09T11:59:00Z",
    "emailAddresses": [{"name": "G", "address": "g@x.test"}, {"address": "h@x.test"}],
    "businessPhones": ["1", "2"], "homePhones": ["3"], "mobilePhone": "4",
    "homeAddress": {"street": "1 Road\nBack", "city": "Town", "countryOrRegion": "X"},
    "categories": ["red"], "children": ["A"], "imAddresses": ["sip:g@x.test"],
    "personalNotes": "Notes\nof two lines", "businessHomePage": "https://x.test",
}  # fmt: skip


@needs_schema
def test_answers_to_reads_and_writes_fit_the_schema(mine: httpx.Client) -> None:
    validate(FULL, "contact.create")
    created = mine.post("contacts", json=FULL).json()
    url = f"contacts/{quote(created['id'], safe='')}"

    for answer in (created, mine.get(url).json(), mine.patch(url, json={"title": "Dr."}).json()):
        validate(answer, "microsoft.graph.contact")
    validate(mine.get("contacts?$count=true").json(), "collection.contact")
    folder = mine.post("contactFolders", json={"displayName": "CRM"}).json()
    validate(folder, "microsoft.graph.contactFolder")
    validate(mine.get("contactFolders").json(), "collection.contactFolder")


@needs_schema
def test_delta_pages_and_tombstones_fit_the_schema(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contacts([FULL] * 3)
    ada.create_folder("CRM")
    page = mine.get("contacts/delta", headers={"Prefer": "odata.maxpagesize=2"}).json()
    last = mine.get(page["@odata.nextLink"]).json()
    ada.delete_contact(made[0]["id"])
    later = mine.get(last["@odata.deltaLink"]).json()
    folders = mine.get("contactFolders/delta").json()

    for answer in (page, last, later):
        validate(answer, "delta.contact")
    validate(later["value"][0], "tombstone")
    validate(folders, "delta.contactFolder")


@needs_schema
def test_batches_and_errors_fit_the_schema(http: httpx.Client, ada: GraphMailbox) -> None:
    body = {
        "requests": [
            {"id": "1", "method": "GET", "url": f"/users/{ada.id}/contacts"},
            {"id": "2", "method": "GET", "url": f"/users/{ada.id}/contacts/nonsense"},
        ]
    }
    validate(body, "batch.request")
    answer = http.post("/$batch", json=body).json()

    validate(answer, "batch.response")
    [failed] = [r["body"] for r in answer["responses"] if r["status"] >= 400]
    validate(failed, "ODataError")
