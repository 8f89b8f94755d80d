"""Delta rounds: everything once, changes after that, and what happens to old tokens."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

Row = dict[str, Any]
IMMUTABLE = 'IdType="ImmutableId"'


def run(client: httpx.Client, url: str, size: int = 100) -> tuple[list[Row], str, int]:
    """A whole round: its rows, the link for the next, the number of pages."""
    rows: list[Row] = []
    pages = 0
    prefer = f'IdType="ImmutableId", odata.maxpagesize={size}'
    while True:
        page = client.get(url, headers={"Prefer": prefer}).json()
        rows += page["value"]
        pages += 1
        assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
        if "@odata.deltaLink" in page:
            return rows, page["@odata.deltaLink"], pages
        url = page["@odata.nextLink"]


def removed(rows: list[Row]) -> set[str]:
    return {row["id"] for row in rows if "@removed" in row}


@pytest.mark.parametrize(
    "path",
    [
        "contacts/delta",
        "contacts/delta()",
        "contacts/microsoft.graph.delta()",
        "contactFolders/contacts/contacts/delta",
        "contactfolders/contacts/contacts/delta()",
    ],
)
def test_first_round_gives_everything_in_pages(
    mine: httpx.Client, ada: GraphMailbox, path: str
) -> None:
    made = ada.create_contacts([{"givenName": f"G{n}"} for n in range(25)])
    rows, link, pages = run(mine, path, size=10)

    assert [row["id"] for row in rows] == [contact["id"] for contact in made]
    assert pages == 3
    assert run(mine, link)[0] == []


def test_later_round_gives_what_changed_once(mine: httpx.Client, ada: GraphMailbox) -> None:
    kept, changed, deleted = ada.create_contacts([{"givenName": name} for name in "abc"])
    _, link, _ = run(mine, "contacts/delta")
    ada.update_contact(changed["id"], {"title": "1"})
    ada.update_contact(changed["id"], {"title": "2"})
    ada.delete_contact(deleted["id"])
    fleeting = ada.create_contact({"givenName": "fleeting"})
    ada.delete_contact(fleeting["id"])
    created = ada.create_contact({"givenName": "new"})
    rows, _, _ = run(mine, link)

    assert {row["id"]: row.get("title") for row in rows} == {
        changed["id"]: "2",
        deleted["id"]: None,
        created["id"]: None,
    }
    assert removed(rows) == {deleted["id"]}
    assert {"id": deleted["id"], "@removed": {"reason": "deleted"}} in rows
    assert kept["id"] not in {row["id"] for row in rows}


def test_move_is_removed_here_and_added_there(mine: httpx.Client, ada: GraphMailbox) -> None:
    folder = f"contactFolders/{quote(ada.create_folder('CRM'), safe='')}/contacts/delta"
    made = ada.create_contact({"givenName": "Grace"})
    _, here, _ = run(mine, "contacts/delta")
    _, there, _ = run(mine, folder)
    ada.move_contact(made["id"], "CRM")
    gone, here, _ = run(mine, here)
    came, there, _ = run(mine, there)
    ada.move_contact(made["id"], None)
    back, _, _ = run(mine, here)

    assert removed(gone) == {made["id"]}
    assert [row["id"] for row in came] == [made["id"]] == [row["id"] for row in back]
    assert removed(run(mine, there)[0]) == {made["id"]}


def test_change_while_pages_are_read_comes_in_this_or_the_next_round(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contacts([{"givenName": f"G{n}"} for n in range(6)])
    first = mine.get("contacts/delta", headers={"Prefer": "odata.maxpagesize=2"}).json()
    ada.update_contact(made[0]["id"], {"title": "early"})
    ada.update_contact(made[5]["id"], {"title": "late"})
    ada.delete_contact(made[4]["id"])
    rest, link, _ = run(mine, first["@odata.nextLink"])
    later, _, _ = run(mine, link)

    titles = {row["id"]: row.get("title") for row in [*rest, *later]}
    assert (titles[made[0]["id"]], titles[made[5]["id"]]) == ("early", "late")
    assert removed([*rest, *later]) == {made[4]["id"]}


def test_select_is_baked_into_the_round_and_extended_properties_never_come(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    mark = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Mark"
    body = {"givenName": "G", "singleValueExtendedProperties": [{"id": mark, "value": "1"}]}
    ada.create_contacts([body, body])
    page = mine.get(
        "contacts/delta?%24select=givenName", headers={"Prefer": "odata.maxpagesize=1"}
    ).json()
    rows, _, _ = run(mine, page["@odata.nextLink"])

    assert set(page["value"][0]) == {"@odata.etag", "id", "givenName"} == set(rows[0])
    whole, _, _ = run(mine, "contacts/delta")
    assert "singleValueExtendedProperties" not in whole[0]


def test_forgotten_token_is_410_with_a_way_to_begin_anew(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contact({"givenName": "Grace"})
    _, link, _ = run(mine, "contacts/delta")
    ada.expire_delta_tokens()
    answer = mine.get(link)

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "SyncStateNotFound")
    assert len(run(mine, answer.headers["Location"])[0]) == 1


def test_token_that_is_none_and_token_of_another_folder_are_refused(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    folder = quote(ada.create_folder("CRM"), safe="")
    _, link, _ = run(mine, "contacts/delta")
    token = httpx.URL(link).params["$deltatoken"]

    assert mine.get("contacts/delta?$deltatoken=nonsense").status_code == 400
    other = mine.get(f"contactFolders/{folder}/contacts/delta?$deltatoken={token}")
    assert other.status_code == 400


def test_top_of_the_first_call_is_the_page_size_of_the_round(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contacts([{"givenName": str(n)} for n in range(7)])
    first = mine.get("contacts/delta?$top=3").json()
    second = mine.get(first["@odata.nextLink"]).json()

    assert [len(page["value"]) for page in (first, second)] == [3, 3]


@pytest.mark.parametrize("option", ["$filter=surname eq 'x'", "$orderby=surname"])
def test_options_that_delta_does_not_know_are_refused(mine: httpx.Client, option: str) -> None:
    answer = mine.get(f"contacts/delta?{option}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ErrorInvalidUrlQuery")


def test_latest_gives_a_link_without_rows(mine: httpx.Client, ada: GraphMailbox) -> None:
    ada.create_contact({"givenName": "old"})
    rows, link, _ = run(mine, "contacts/delta?$deltatoken=latest")
    new = ada.create_contact({"givenName": "new"})

    assert rows == []
    assert [row["id"] for row in run(mine, link)[0]] == [new["id"]]


def test_ids_of_rows_follow_the_form_asked(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    first = mine.get("contacts/delta", headers={"Prefer": ""}).json()
    ada.delete_contact(made["id"])
    tombstones = mine.get(first["@odata.deltaLink"], headers={"Prefer": ""}).json()["value"]

    assert first["value"][0]["id"] == made["defaultId"] == tombstones[0]["id"]


def moved_away_and_back(mine: httpx.Client, ada: GraphMailbox, prefer: str) -> list[Row]:
    """The round after a contact left the folder and came back, as read with a `Prefer`."""
    ada.create_folder("CRM")
    made = ada.create_contact({"givenName": "Grace"})
    link = mine.get("contacts/delta", headers={"Prefer": prefer}).json()["@odata.deltaLink"]
    ada.move_contact(made["id"], "CRM")
    ada.move_contact(made["id"], None)
    rows: list[Row] = mine.get(link, headers={"Prefer": prefer}).json()["value"]
    return rows


def test_item_that_left_and_came_back_is_still_there(mine: httpx.Client, ada: GraphMailbox) -> None:
    [row] = moved_away_and_back(mine, ada, IMMUTABLE)

    assert row["givenName"] == "Grace"
    assert row["id"] == ada.contacts()[0]["id"]


def test_item_that_left_and_came_back_has_another_default_id(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    old, new = moved_away_and_back(mine, ada, "")

    assert "@removed" in old
    assert (new["givenName"], new["id"]) == ("Grace", ada.contacts()[0]["defaultId"])
    assert old["id"] != new["id"]


def test_item_that_came_back_may_stay_removed_until_it_changes(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    graph.quirk("moved-back-unreported")
    [row] = moved_away_and_back(mine, ada, IMMUTABLE)
    [contact] = ada.contacts()
    _, link, _ = run(mine, "contacts/delta?$deltatoken=latest")

    assert row == {"id": contact["id"], "@removed": {"reason": "deleted"}}
    assert run(mine, link)[0] == []
    assert [each["id"] for each in run(mine, "contacts/delta")[0]] == [contact["id"]]
    ada.update_contact(contact["id"], {"title": "Dr."})
    assert [each["title"] for each in run(mine, link)[0]] == ["Dr."]


def test_item_that_came_back_is_reported_where_its_leaving_was_read(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    graph.quirk("moved-back-unreported")
    ada.create_folder("CRM")
    made = ada.create_contact({"givenName": "Grace"})
    _, link, _ = run(mine, "contacts/delta")
    ada.move_contact(made["id"], "CRM")
    gone, link, _ = run(mine, link)
    ada.move_contact(made["id"], None)

    assert removed(gone) == {made["id"]}
    assert [row["givenName"] for row in run(mine, link)[0]] == ["Grace"]


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["create", "update", "delete", "move", "read"]), st.integers(0, 7)),
    max_size=25,
)


@pytest.mark.parametrize(("form", "name"), [(f"{IMMUTABLE}, ", "id"), ("", "defaultId")])
@settings(max_examples=40, deadline=None)
@given(operations=OPERATIONS, size=st.integers(1, 4))
def test_a_reader_that_applies_all_pages_ends_with_what_is_stored(
    running_graph: GraphSandbox,
    form: str,
    name: str,
    operations: list[tuple[str, int]],
    size: int,
) -> None:
    running_graph.reset()
    ada = running_graph.add_mailbox("ada@example.test")
    ada.create_folder("CRM")
    known: dict[str, str] = {}
    headers = {
        "Authorization": f"Bearer {running_graph.token}",
        "Prefer": f"{form}odata.maxpagesize={size}",
    }
    start = f"{running_graph.graph_url}/users/{ada.id}/contacts/delta"
    with httpx.Client(headers=headers) as client:

        def read_page(url: str) -> str:
            page = client.get(url).json()
            for row in page["value"]:
                if "@removed" in row:
                    known.pop(row["id"], None)
                else:
                    known[row["id"]] = row["changeKey"]
            following: str = page.get("@odata.nextLink") or page["@odata.deltaLink"]
            return following

        url = start
        for operation, number in operations:
            url = read_page(url) if operation == "read" else url
            act(ada, operation, number)
        for _ in range(2):
            url = read_page(url)
            while "skiptoken" in url:
                url = read_page(url)

    stored = ada.contacts(ada.default_folder_id)
    assert known == {contact[name]: contact["changeKey"] for contact in stored}


def act(ada: GraphMailbox, operation: str, number: int) -> None:
    contacts = ada.contacts()
    if operation == "create":
        ada.create_contact({"givenName": f"G{number}"})
    elif contacts:
        target = contacts[number % len(contacts)]
        here = target["parentFolderId"] == ada.default_folder_id
        if operation == "update":
            ada.update_contact(target["id"], {"title": f"T{number}"})
        elif operation == "delete":
            ada.delete_contact(target["id"])
        elif operation == "move":
            ada.move_contact(target["id"], "CRM" if here else None)
