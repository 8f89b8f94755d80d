"""Whatever a client sends, the stand-in answers as Graph would: never with a failure of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncline_sandbox.graph.contacts import schema
from syncline_sandbox.graph.protocol.extended import MULTI, SINGLE
from syncline_sandbox.graph.protocol.extensions import EXTENSIONS
from syncline_sandbox.testing import GraphMailbox, GraphSandbox

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
NAMES = st.sampled_from(
    [*sorted(schema.PROPERTIES), SINGLE, MULTI, EXTENSIONS, "@odata.type", "nonsense"]
)
PIECES = st.sampled_from(
    [
        "surname",
        "displayName",
        " eq ",
        " ne ",
        " gt ",
        "'x'",
        "'",
        "null",
        "(",
        ")",
        " and ",
        " or ",
        "not ",
        "startswith(surname,'x')",
        "7",
        "emailAddresses/any(a:a/address eq 'x')",
        "categories/any(c:c eq 'x')",
        "contains(surname,'x')",
        "cast(ep/value, Edm.Int32) eq ",
        "singleValueExtendedProperties/any(ep:ep/id eq 'x' and contains(ep/value,'y'))",
        "Extensions/any(f:f/id eq 'x')",
        "b9cf8971-7d55-4b73-9ffa-a584611b600b",
        "/any(",
        ":",
        "é",
        "birthday",
        "2026-01-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
    ]
)
STEP = st.fixed_dictionaries(
    {},
    optional={
        "id": SCALARS,
        "method": st.sampled_from(["GET", "get", "POST", "PATCH"]) | SCALARS,
        "url": st.sampled_from(["/me", "users?$top=1", "http://[x/v1.0/me", "//", "/$batch"])
        | SCALARS,
        "headers": st.dictionaries(st.text(), SCALARS) | SCALARS,
        "body": JSON,
        "dependsOn": st.lists(SCALARS) | SCALARS,
    },
)


@pytest.fixture(scope="module")
def client(running_graph: GraphSandbox) -> Iterator[httpx.Client]:
    running_graph.reset()
    ada: GraphMailbox = running_graph.add_mailbox("ada@example.test")
    ada.create_contact({"surname": "x", "birthday": "2026-01-01", "categories": ["x"]})
    headers = {
        "Authorization": f"Bearer {running_graph.token}",
        "Content-Type": "application/json",
    }
    with httpx.Client(base_url=running_graph.graph_url, headers=headers) as found:
        yield found


def send(client: httpx.Client, path: str, value: Any) -> int:
    return client.post(path, content=json.dumps(value).encode("utf-8", "replace")).status_code


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=4) | JSON)
@example({"emailAddresses": ["x"]})
@example({"singleValueExtendedProperties": [None]})
@example({"birthday": "0001-01-01T00:00:00+14:00"})
@example({"surname": "\ud800"})
def test_any_body(client: httpx.Client, body: Any) -> None:
    assert send(client, "/users/ada@example.test/contacts", body) in {201, 400}


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=7).map("".join))
@example("(" * 3_000 + "surname eq 'x'" + ")" * 3_000)
def test_any_filter(client: httpx.Client, text: str) -> None:
    answer = client.get("/users/ada@example.test/contacts", params={"$filter": text})

    assert answer.status_code in {200, 400}


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["$top", "$skip", "$select", "$orderby", "$expand", "$search", "$skiptoken", "x"]
        ),
        st.text(max_size=8) | st.sampled_from(["٣", "surname desc", "eyJhIjoxfQ", "latest"]),
        max_size=3,
    )
)
@example({"$skip": "9" * 30})
def test_any_query(client: httpx.Client, query: dict[str, str]) -> None:
    for path in ("contacts", "contacts/$count", "contacts/delta", "contactFolders/delta"):
        answer = client.get(f"/users/ada@example.test/{path}", params=query)
        assert answer.status_code in {200, 400, 410}


@settings(max_examples=150, deadline=None)
@given(JSON | st.fixed_dictionaries({"requests": st.lists(STEP | JSON, max_size=4)}))
def test_any_batch(client: httpx.Client, body: Any) -> None:
    assert send(client, "/$batch", body) in {200, 400}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=30))
def test_any_bytes(client: httpx.Client, body: bytes) -> None:
    assert client.post("/users/ada@example.test/contacts", content=body).status_code in {201, 400}


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["extensionName", "id", "@odata.type", "x"]), JSON) | JSON)
def test_any_extension(client: httpx.Client, body: Any) -> None:
    [contact] = client.get("/users/ada@example.test/contacts?$top=1").json()["value"]
    path = f"/users/ada@example.test/contacts/{contact['id']}/extensions"

    assert send(client, path, body) in {201, 400, 409}


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional={"inputIds": st.lists(SCALARS) | JSON, "sourceIdType": st.just("entryId"),
                      "targetIdType": st.sampled_from(["restId", "ewsId"]) | JSON}
    )
)  # fmt: skip
def test_any_translation(client: httpx.Client, body: Any) -> None:
    assert send(client, "/users/ada@example.test/translateExchangeIds", body) in {200, 400}


@pytest.mark.parametrize("path", ["/%ff%fe", "/users/%00/contacts", "/users/a/contacts('%27')"])
def test_odd_paths(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code in {400, 404}
