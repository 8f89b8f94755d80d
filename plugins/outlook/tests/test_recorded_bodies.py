"""Bodies Microsoft publishes are read; bodies we send fit the schemas made from its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.errors import Resync, Retry, Stop
from syncline.model.records import Record, RecordId
from syncline.plugin.http import Purpose, Reply
from syncline_outlook.contacts import mapping as contacts
from syncline_outlook.contacts.extended import is_extended
from syncline_outlook.contacts.mapping import CONTACTS
from syncline_outlook.graph.errors import codes_of, failure

REFERENCE = Path(__file__).parents[4] / "shared" / "reference"
EXAMPLES = REFERENCE / "graph-examples.jsonl"
SCHEMAS = REFERENCE / "graph-openapi-subset.json"
needs_examples = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="the recorded bodies are not here"
)
needs_schemas = pytest.mark.skipif(not SCHEMAS.exists(), reason="Graph's schemas are not here")
PURPOSE = Purpose(name="test", kind="read", account="ada")


def examples() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]


def example(title: str) -> dict[str, Any]:
    return next(each for each in examples() if each["title"].startswith(title))


@needs_examples
def test_the_documented_contact_is_read() -> None:
    fields = contacts.read_fields(CONTACTS, example("GET /me/contacts/{id}")["response_body"])
    assert fields["given_name"] == "Garth"
    assert fields["display_name"] is None
    assert fields["emails"] == ("garth@a830edad9050849NDA1.onmicrosoft.com",)
    assert fields["birthday"] == "1974-07-22"
    assert fields["business_address"] == {
        "street": "10 Contoso Way", "city": "Redmond", "region": "WA", "postal_code": "98075",
        "country": "USA",
    }  # fmt: skip
    assert fields["home_address"] is None
    beside = {each.name for each in CONTACTS.fields if is_extended(each.native[0])}
    assert set(fields) == CONTACTS.readable - beside


@needs_examples
@pytest.mark.parametrize(
    ("title", "error"),
    [
        ("GET /users/room@company.net/calendarView/delta (next round, deltatoken) -> 410", Resync),
        ("GET /me/calendars -> 412", Retry),
        ("GET /me/calendarView -> 429", Retry),
        ("PATCH /me/contacts/{id} -> 405", Stop),
    ],
)
def test_recorded_refusals_become_the_right_errors(title: str, error: type[Exception]) -> None:
    found = example(title)
    reply = Reply(found["status"], found["response_headers"], found["response_body"])
    assert isinstance(failure(reply, PURPOSE), error)
    assert codes_of(reply.body)


def validator(name: str) -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads(SCHEMAS.read_text("utf-8"))
    schema = {**document, "$ref": f"#/components/schemas/{name}"}
    return jsonschema.Draft202012Validator(schema)


words = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=20)
address = st.dictionaries(
    st.sampled_from(["street", "city", "region", "postal_code", "country"]), words
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        **{name: words | st.none() for name in ("given_name", "display_name", "notes", "web_page")},
        "emails": st.lists(words, max_size=3).map(tuple),
        "work_phones": st.lists(words, max_size=2).map(tuple),
        "home_address": address | st.none(),
        "birthday": st.sampled_from([None, "1990-05-05", "--02-29"]),
        "categories": st.lists(words, max_size=3).map(tuple),
    },
)


@needs_schemas
def test_bodies_we_send_fit_the_schemas() -> None:
    create, update = validator("contact.create"), validator("contact.update")
    current = Record(id=RecordId("1"), version="v", fields={"emails": ("a@b.test",)})

    @given(bodies)
    def check(fields: dict[str, Any]) -> None:
        create.validate(contacts.create_body(CONTACTS, fields, "home:key"))
        if fields:
            update.validate(contacts.update_body(CONTACTS, fields, current, {"a@b.test": "A"}))

    check()
