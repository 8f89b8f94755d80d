"""What survives a restart, what a file brings in, what two threads do at once."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import httpx
import pytest

from syncline_sandbox.testing import BackDoorError, GraphMailbox, GraphSandbox


def test_restart_with_the_same_file_keeps_everything(tmp_path: Path) -> None:
    file = tmp_path / "graph.sqlite"
    with GraphSandbox.start(data=file) as graph:
        ada = graph.add_mailbox("ada@example.test")
        ada.create_contact({"givenName": "Grace"}, folder=ada.create_folder("CRM"))
        before = graph.dump()
        url = f"{graph.graph_url}/users/{ada.id}/contacts/delta"
        link = httpx.get(url, headers={"Authorization": f"Bearer {graph.token}"}).json()
        port = int(graph.url.rsplit(":", 1)[1])
    with GraphSandbox.start(data=file, port=port) as graph:
        headers = {"Authorization": f"Bearer {graph.token}"}
        assert graph.dump() == before
        assert httpx.get(link["@odata.deltaLink"], headers=headers).json()["value"] == []
        made = graph.mailbox("ada@example.test").create_contact({"givenName": "New"})
        assert made["id"] not in json.dumps(before)


def test_quirks_can_be_on_from_the_start() -> None:
    with GraphSandbox.start(quirks=["small-pages=size:1", ("rate-limit", 1)]) as graph:
        armed = graph.request("GET", "/quirks")["armed"]

    assert armed["small-pages"]["options"]["size"] == 1
    assert armed["rate-limit"]["options"]["times"] == 1


def test_attached_client_works_on_the_same_stand_in(graph: GraphSandbox) -> None:
    graph.add_mailbox("ada@example.test")
    other = GraphSandbox.attach(graph.url)

    assert [box.address for box in other.mailboxes()] == ["ada@example.test"]
    other.close()


def test_rows_are_loaded_into_mailboxes_and_folders(graph: GraphSandbox) -> None:
    loaded = graph.load(
        [
            {"mailbox": "ada@example.test", "displayName": "Ada"},
            {"mailbox": "ada@example.test", "contact": {"givenName": "A"}},
            {"mailbox": "ada@example.test", "folder": "CRM/Customers", "contact": {"surname": "B"}},
            {"mailbox": "bob@example.test", "folder": "Empty"},
        ]
    )
    ada = graph.mailbox("ada@example.test")

    assert loaded == 4
    assert [c["givenName"] for c in ada.contacts("")] == ["A", None]
    assert [c["surname"] for c in ada.contacts("CRM/Customers")] == ["B"]
    names = [f["displayName"] for f in graph.mailbox("bob@example.test").folders()]
    assert names == ["Contacts", "Empty"]


def test_refused_row_loads_nothing(graph: GraphSandbox) -> None:
    good = {"mailbox": "ada@example.test", "contact": {"givenName": "A"}}
    with pytest.raises(BackDoorError, match="does not exist on type"):
        graph.load([good, {**good, "contact": {"nonsense": 1}}])

    assert graph.dump() == {"mailboxes": []}


def test_ten_thousand_contacts_go_in_with_one_call(ada: GraphMailbox) -> None:
    made = ada.create_contacts([{"givenName": f"G{n}"} for n in range(10_000)])

    assert len({contact["id"] for contact in made}) == 10_000


def test_two_threads_write_into_two_mailboxes_without_disturbing_each_other(
    graph: GraphSandbox,
) -> None:
    boxes = [graph.add_mailbox(f"{name}@example.test") for name in ("ada", "bob")]
    token = graph.token

    def work(box: GraphMailbox) -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
            for number in range(60):
                url = f"{graph.graph_url}/users/{box.id}/contacts"
                body = {"givenName": box.address, "title": str(number)}
                client.post(url, json=body).raise_for_status()

    threads = [threading.Thread(target=work, args=(box,)) for box in boxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for box in boxes:
        found = box.contacts()
        assert {c["givenName"] for c in found} == {box.address}
        assert [c["title"] for c in found] == [str(n) for n in range(60)]


def test_stopped_stand_in_refuses_connections_at_once() -> None:
    with GraphSandbox.start() as graph:
        url = graph.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
