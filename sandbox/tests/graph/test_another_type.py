"""Another type of item, in folders of another type, has all that contacts have by being described:
nothing of it is written again. Both are made up; they stand for events and calendars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from syncline_sandbox.backdoor import add_common_routes
from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.app import GraphService
from syncline_sandbox.graph.items.folder import FolderType
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.items.item import ItemType
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.content import Schema
from syncline_sandbox.graph.protocol.routes import Routes
from syncline_sandbox.graph.protocol.values import read_text
from syncline_sandbox.graph.protocol.vocabulary import Vocabulary
from syncline_sandbox.graph.quirks import QUIRKS
from syncline_sandbox.graph.resources.backdoor import ItemsBackDoor
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.resources.delta_routes import DeltaRoutes
from syncline_sandbox.graph.resources.extension_routes import ExtensionRoutes
from syncline_sandbox.graph.resources.folder_delta import FolderDelta
from syncline_sandbox.graph.resources.folder_routes import FolderRoutes
from syncline_sandbox.graph.resources.item_routes import ItemRoutes
from syncline_sandbox.graph.resources.list_routes import ListRoutes
from syncline_sandbox.quirks import Quirks
from syncline_sandbox.serving import running
from syncline_sandbox.testing import GraphMailbox, GraphSandbox

MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Mark"
READ_ONLY = frozenset({"id", "changeKey", "createdDateTime", "lastModifiedDateTime"})


def unchanged(changes: Mapping[str, Any], current: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(changes)


TALKS = ItemType(
    "talk",
    collection="talks",
    schema=Schema(
        "test.talk", {"subject": read_text}, read_only=READ_ONLY, extended=True, extensions=True
    ),
    vocabulary=Vocabulary(
        "test.talk",
        properties=READ_ONLY | {"subject"},
        texts=frozenset({"subject"}),
        indexed=frozenset({"subject"}),
        searched=frozenset({"subject"}),
        extended=True,
        extensions=True,
    ),
    empty=lambda: {"subject": None},
    completed=unchanged,
)
PROGRAMMES = FolderType(
    "programme",
    collection="programmes",
    children=None,
    well_known="programme",
    default_name="Programme",
    title="name",
    schema=Schema("test.programme", {"name": read_text}, extended=True),
    vocabulary=Vocabulary(
        "test.programme",
        properties=frozenset({"id", "name"}),
        texts=frozenset({"name"}),
        extended=True,
    ),
)


class WithTalks(GraphService):
    """The stand-in with one type more."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        folders, talks = Folders(environment, PROGRAMMES), Items(environment, TALKS)
        self.programmes = folders
        routes = Routes(self.router, environment, self.stores.mailboxes, self.stores.tokens)
        paths = ("/talks", "/programmes/{folder}/talks")
        collection = Collection(environment, talks, folders, "Calendars", paths)
        for each in (DeltaRoutes, ListRoutes, ItemRoutes, ExtensionRoutes):
            each(collection).add_to(routes)
        FolderDelta(environment, folders, "Calendars", "/programmes").add_to(routes)
        FolderRoutes(environment, folders, talks, "Calendars", "/programmes").add_to(routes)
        door = ItemsBackDoor(folders, talks, self._known)
        for method, path, handler in door.routes():
            self.backdoor.add(method, f"/_sandbox/mailboxes/{{mailbox}}{path}", handler)

    def _known(self, name: str) -> Any:
        return self.stores.mailboxes.find(name)


@pytest.fixture(scope="module")
def running_graph() -> Iterator[GraphSandbox]:
    service = WithTalks(Environment(quirks=Quirks(QUIRKS)))
    add_common_routes(service)
    service.prepare()
    with running(service) as url:
        graph = GraphSandbox.attach(url)
        ada = graph.add_mailbox("ada@example.test")
        service.programmes.create_default(ada.id)
        yield graph
        graph.close()


@pytest.fixture
def graph(running_graph: GraphSandbox) -> GraphSandbox:
    return running_graph


def test_items_of_another_type_are_written_listed_counted_and_followed(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    link = mine.get("talks/delta").json()["@odata.deltaLink"]
    made = mine.post("talks", json={"subject": "Nanoseconds"}).json()
    contact = ada.create_contact({"givenName": "Grace"})
    mine.patch(f"talks/{made['id']}", json={"subject": "Compilers"})

    assert made["id"] != contact["id"]
    assert mine.get(f"contacts/{made['id']}").status_code == 404
    assert mine.get("talks?$search=comp").json()["value"][0]["id"] == made["id"]
    assert mine.get("talks/$count?$filter=subject eq 'compilers'").text == "1"
    assert [row["subject"] for row in mine.get(link).json()["value"]] == ["Compilers"]


def test_their_folders_hold_them_and_what_is_beyond_their_types(mine: httpx.Client) -> None:
    entry = {"id": MARK, "value": "x"}
    body = {"name": "Navy", "singleValueExtendedProperties": [entry]}
    folder = mine.post("programmes", json=body).json()
    expand = {"$expand": f"singleValueExtendedProperties($filter=id eq '{MARK}')"}
    talk = mine.post(
        f"programmes/{folder['id']}/talks",
        json={"subject": "A", "extensions": [{"extensionName": "Com.X", "n": 1}]},
    ).json()

    assert set(folder) == {"@odata.context", "id", "name"}
    shown = mine.get(f"programmes/{folder['id']}", params=expand).json()
    assert shown["singleValueExtendedProperties"] == [entry]
    assert mine.get(f"talks/{talk['id']}/extensions/Com.X").json()["n"] == 1
    assert folder["id"] in {row["id"] for row in mine.get("programmes/delta").json()["value"]}


def test_they_are_deleted_as_any_item_is(mine: httpx.Client, ada: GraphMailbox) -> None:
    talks = ada.items("talks", "programmes")
    made = talks.create({"subject": "Nanoseconds"})

    assert mine.delete(f"talks/{made['id']}").status_code == 204
    assert mine.get(f"talks/{made['id']}").json()["parentFolderId"] != made["parentFolderId"]
    assert made["id"] not in {each["id"] for each in talks.all()}
    assert mine.get("programmes/deleteditems/talks").status_code == 400
    talks.move(made["id"], None)
    assert made["id"] in {each["id"] for each in talks.all()}
