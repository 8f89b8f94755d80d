"""Each misbehaviour of Graph, switched on by name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox


def path(contact: dict[str, Any]) -> str:
    return f"contacts/{quote(contact['id'], safe='')}"


def page(client: httpx.Client, url: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(url).json()
    return found


def given(rows: dict[str, Any]) -> list[str]:
    return [row["givenName"] for row in rows["value"]]


def test_late_visibility_hides_new_contacts_until_time_has_passed(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    graph.freeze()
    old = ada.create_contact({"givenName": "old"})
    graph.quirk("late-visibility", seconds=30)
    new = mine.post("contacts", json={"givenName": "new"}).json()
    ada.update_contact(old["id"], {"title": "x"})
    early = page(mine, "contacts/delta")
    search = {"$filter": "givenName eq 'new'"}

    assert given(page(mine, "contacts")) == ["old"]
    assert mine.get("contacts", params=search).json()["value"] == []
    assert mine.get(path(new)).status_code == 200
    graph.advance(31)
    late = page(mine, early["@odata.deltaLink"])
    assert {row["id"] for row in early["value"] + late["value"]} == {old["id"], new["id"]}
    assert len(mine.get("contacts", params=search).json()["value"]) == 1


def test_equal_stamps_share_one_modification_time(graph: GraphSandbox, ada: GraphMailbox) -> None:
    graph.freeze(datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC))
    graph.quirk("equal-stamps", seconds=60)
    for _ in range(3):
        ada.create_contact({})
        graph.advance(20)

    assert [c["lastModifiedDateTime"][-9:] for c in ada.contacts()] == ["12:00:00Z"] * 3


def test_small_pages(graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox) -> None:
    ada.create_contacts([{"givenName": str(n)} for n in range(5)])
    graph.quirk("small-pages", size=2)

    assert len(page(mine, "contacts?$top=100")["value"]) == 2
    assert len(page(mine, "contacts/delta")["value"]) == 2


@pytest.mark.parametrize(("quirk", "stored"), [("drop-before-commit", 0), ("commit-then-drop", 1)])
def test_dropped_connection(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox, quirk: str, stored: int
) -> None:
    graph.quirk(quirk, 1)
    with pytest.raises(httpx.TransportError):
        mine.post("contacts", json={"givenName": "x"})

    assert len(ada.contacts()) == stored


def test_spurious_412_leaves_the_item_alone(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "x"})
    graph.quirk("spurious-412", 1)
    change = {"title": "Dr."}

    assert mine.patch(path(made), json=change).status_code == 412
    assert ada.contacts() == [made]
    assert mine.patch(path(made), json=change).status_code == 200


def test_delta_gone_once(graph: GraphSandbox, mine: httpx.Client) -> None:
    link = page(mine, "contacts/delta")["@odata.deltaLink"]
    graph.quirk("delta-gone", 1)

    assert [mine.get(link).status_code for _ in range(2)] == [410, 200]


def test_delta_replay_delivers_old_rows_again(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contacts([{"givenName": str(n)} for n in range(5)])
    link = page(mine, "contacts/delta")["@odata.deltaLink"]
    ada.create_contact({"givenName": "new"})
    graph.quirk("delta-replay", times=1, rows=2)
    again = page(mine, link)

    assert given(again) == ["3", "4", "new"]
    assert given(page(mine, again["@odata.deltaLink"])) == []


def test_delta_repeat_delivers_a_row_twice_in_a_page(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contacts([{"givenName": "a"}, {"givenName": "b"}])
    graph.quirk("delta-repeat", 1)

    assert given(page(mine, "contacts/delta")) == ["a", "b", "a"]


def test_empty_page_has_a_next_link(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contact({"givenName": "a"})
    graph.quirk("empty-page", 1)
    first = page(mine, "contacts/delta")

    assert first["value"] == []
    assert given(page(mine, first["@odata.nextLink"])) == ["a"]


def test_looping_next_link_leads_to_the_same_page(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contacts([{"givenName": str(n)} for n in range(25)])
    graph.quirk("looping-next-link")
    for start in ("contacts", "contacts/delta"):
        first = page(mine, start)
        assert page(mine, first["@odata.nextLink"])["value"] == first["value"]


def test_if_match_ignored_lets_a_stale_write_through(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "x"})
    graph.quirk("if-match-ignored")
    stale = {"If-Match": 'W/"old"'}

    assert mine.patch(path(made), json={"title": "x"}, headers=stale).status_code == 200


def test_change_key_bump_moves_the_version_after_the_answer(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    graph.quirk("change-key-bump", 1)
    answered = mine.post("contacts", json={"givenName": "x"}).json()
    [stored] = ada.contacts()

    assert stored["changeKey"] != answered["changeKey"]
    assert stored["givenName"] == "x"


def test_mailbox_concurrency_refuses_the_second_batch_at_a_time(
    graph: GraphSandbox, http: httpx.Client, ada: GraphMailbox
) -> None:
    other = graph.add_mailbox("bob@example.test")
    graph.quirk("mailbox-concurrency", hold_ms=150)

    def batch(mailbox: str) -> set[int]:
        url = f"/users/{mailbox}/contacts"
        steps = [{"id": str(n), "method": "GET", "url": url} for n in range(4)]
        answer = http.post("/$batch", json={"requests": steps})
        return {response["status"] for response in answer.json()["responses"]}

    with ThreadPoolExecutor(3) as pool:
        both = list(pool.map(batch, [ada.id, ada.id, other.id]))
    assert sorted(both[:2], key=max) == [{200}, {429}]
    assert both[2] == {200}
    assert batch(ada.id) == {200}


def test_quirk_text_of_the_command_line_is_understood(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    graph.quirk("server-error", "times:1,status:502,method:GET")
    url = f"{graph.graph_url}/users/{ada.id}/contacts"
    headers = {"Authorization": f"Bearer {graph.token}"}

    assert [httpx.get(url, headers=headers).status_code for _ in range(2)] == [502, 200]
