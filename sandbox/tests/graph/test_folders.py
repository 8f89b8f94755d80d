"""Contact folders: the default one hides from lists but has a name of its own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Mark"
LIST = "StringArray {66f5a359-4659-4830-9070-00047ec6ac6e} Name List"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def nested(ada: GraphMailbox, *names: str) -> list[str]:
    """Folders below each other; their ids from the top down."""
    ids: list[str] = []
    for name in names:
        ids.append(ada.create_folder(name, parent=ids[-1] if ids else None))
    return ids


def test_default_folder_is_not_listed_but_reached_by_name(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    assert mine.get("contactFolders").json()["value"] == []
    assert mine.get("contactFolders/contacts").json()["id"] == ada.default_folder_id


def test_folders_nest(mine: httpx.Client) -> None:
    crm = mine.post("contactFolders", json={"displayName": "CRM"})
    below = f"contactFolders/{quote(crm.json()['id'], safe='')}/childFolders"
    customers = mine.post(below, json={"displayName": "Customers"})

    assert (crm.status_code, customers.status_code) == (201, 201)
    assert customers.json()["parentFolderId"] == crm.json()["id"]
    assert [f["displayName"] for f in mine.get("contactFolders").json()["value"]] == ["CRM"]
    assert [f["displayName"] for f in mine.get(below).json()["value"]] == ["Customers"]


def test_name_is_required_free_and_alone(mine: httpx.Client) -> None:
    mine.post("contactFolders", json={"displayName": "CRM"})

    assert mine.post("contactFolders", json={"displayName": "crm"}).status_code == 409
    assert mine.post("contactFolders", json={}).status_code == 400
    assert mine.post("contactFolders", json={"displayName": "x", "colour": 1}).status_code == 400


def test_folder_is_renamed_and_deleted_with_its_contacts(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    folder = f"contactFolders/{quote(ada.create_folder('CRM'), safe='')}"
    ada.create_contact({"givenName": "Grace"}, folder="CRM")

    assert mine.patch(folder, json={"displayName": "Sales"}).json()["displayName"] == "Sales"
    assert mine.delete(folder).status_code == 204
    assert mine.get(f"{folder}/contacts").json()["error"]["code"] == "ErrorItemNotFound"
    assert ada.contacts() == []


def test_default_folder_cannot_be_deleted_or_renamed(mine: httpx.Client) -> None:
    assert mine.delete("contactFolders/contacts").status_code == 400
    assert mine.patch("contactFolders/contacts", json={"displayName": "x"}).status_code == 400


def test_folder_delta_reports_new_renamed_and_deleted_folders_at_any_depth(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_folder("CRM")
    ada.create_folder("Customers", parent="CRM")
    first = mine.get("contactFolders/delta").json()
    again = mine.get(first["@odata.deltaLink"]).json()
    ada.delete_folder("CRM/Customers")
    ada.create_folder("New")
    later = mine.get(again["@odata.deltaLink"]).json()

    assert [row["displayName"] for row in first["value"]] == ["CRM", "Customers"]
    assert again["value"] == []
    assert [row.get("displayName", row.get("@removed")) for row in later["value"]] == [
        {"reason": "deleted"},
        "New",
    ]


# ---- nested folders -----------------------------------------------------------------------------


def test_folders_and_their_contacts_are_reached_through_those_above(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle, low = nested(ada, "CRM", "Customers", "Big")
    made = ada.create_contact({"givenName": "Grace"}, folder=low)
    way = f"contactFolders/{top}/childFolders/{middle}"
    deep = f"{way}/childFolders/{low}/contacts"

    assert [f["id"] for f in mine.get(f"contactFolders/{top}/childFolders").json()["value"]] == [
        middle
    ]
    assert mine.get(way).json()["displayName"] == "Customers"
    assert [c["id"] for c in mine.get(deep).json()["value"]] == [made["id"]]
    assert mine.get(f"{deep}/{made['id']}").json()["givenName"] == "Grace"
    assert mine.post(deep, json={"givenName": "Alan"}).json()["parentFolderId"] == low
    assert mine.get(f"{deep}/$count").text == "2"
    assert mine.patch(way, json={"displayName": "Clients"}).json()["displayName"] == "Clients"


def test_folder_is_not_found_below_one_that_does_not_hold_it(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle, low = nested(ada, "CRM", "Customers", "Big")
    other = ada.create_folder("Other")

    assert mine.get(f"contactFolders/{other}/childFolders/{middle}").status_code == 404
    assert mine.get(f"contactFolders/{top}/childFolders/{low}/contacts").status_code == 404


def test_contacts_of_a_nested_folder_have_a_delta_of_their_own(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle = nested(ada, "CRM", "Customers")
    ada.create_contact({"givenName": "above"}, folder=top)
    made = ada.create_contact({"givenName": "below"}, folder=middle)
    url = f"contactFolders/{top}/childFolders/{middle}/contacts/delta"
    first = mine.get(url).json()
    ada.move_contact(made["id"], top)
    later = mine.get(first["@odata.deltaLink"]).json()["value"]
    same = mine.get(f"contactFolders/{middle}/contacts/delta").json()["value"]

    assert [row["givenName"] for row in first["value"]] == ["below"]
    assert later == [{"id": made["id"], "@removed": {"reason": "deleted"}}]
    assert same == []


# ---- moving -------------------------------------------------------------------------------------


def test_folder_is_moved_with_its_contacts_by_its_parent(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    [top] = nested(ada, "CRM")
    other = ada.create_folder("Archive")
    made = ada.create_contact({"givenName": "Grace"}, folder=top)
    link = mine.get(f"contactFolders/{top}/contacts/delta").json()["@odata.deltaLink"]
    moved = mine.patch(f"contactFolders/{top}", json={"parentFolderId": other})

    assert (moved.status_code, moved.json()["parentFolderId"]) == (200, other)
    assert [f["id"] for f in mine.get("contactFolders").json()["value"]] == [other]
    below = mine.get(f"contactFolders/{other}/childFolders").json()["value"]
    assert [f["id"] for f in below] == [top]
    assert mine.get(f"contacts/{made['id']}").json()["parentFolderId"] == top
    assert mine.get(link).json()["value"] == []


def test_folder_is_moved_and_renamed_at_once_and_told_of_by_the_delta(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle = nested(ada, "CRM", "Customers")
    link = mine.get("contactFolders/delta").json()["@odata.deltaLink"]
    body = {"parentFolderId": ada.default_folder_id, "displayName": "Clients"}
    mine.patch(f"contactFolders/{top}/childFolders/{middle}", json=body)
    [row] = mine.get(link).json()["value"]

    assert row == {"id": middle, **body}


def test_folder_that_moves_away_is_removed_from_those_below_another(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle = nested(ada, "CRM", "Customers")
    kept = ada.create_folder("Kept", parent=top)
    first = mine.get(f"contactFolders/{top}/childFolders/delta").json()
    ada.move_folder(middle, None)
    later = mine.get(first["@odata.deltaLink"]).json()
    ada.delete_folder(kept)
    ada.move_folder(middle, top)
    last = mine.get(later["@odata.deltaLink"]).json()["value"]

    assert [row["id"] for row in first["value"]] == [middle, kept]
    assert later["value"] == [{"id": middle, "@removed": {"reason": "deleted"}}]
    assert [(row["id"], "@removed" in row) for row in last] == [(kept, True), (middle, False)]


@pytest.mark.parametrize("target", ["itself", "below", "taken", "unknown", "malformed"])
def test_folder_is_not_moved_where_it_cannot_be(
    mine: httpx.Client, ada: GraphMailbox, target: str
) -> None:
    top, middle = nested(ada, "CRM", "Customers")
    taken = ada.create_folder("Other")
    ada.create_folder("crm", parent=taken)
    parent, expected = {
        "itself": (top, (400, "ErrorInvalidRequest")),
        "below": (middle, (400, "ErrorInvalidRequest")),
        "taken": (taken, (409, "ErrorFolderExists")),
        "unknown": (top.swapcase(), (404, "ErrorItemNotFound")),
        "malformed": ("x", (400, "ErrorInvalidIdMalformed")),
    }[target]

    assert code(mine.patch(f"contactFolders/{top}", json={"parentFolderId": parent})) == expected
    assert mine.get(f"contactFolders/{top}").json()["parentFolderId"] == ada.default_folder_id


def test_new_folder_goes_where_its_body_says(mine: httpx.Client, ada: GraphMailbox) -> None:
    [top] = nested(ada, "CRM")
    body = {"displayName": "Customers", "parentFolderId": top}

    assert mine.post("contactFolders", json=body).json()["parentFolderId"] == top


# ---- deletion -----------------------------------------------------------------------------------


def test_contacts_of_a_deleted_folder_answer_by_their_ids_from_where_they_lay(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle = nested(ada, "CRM", "Customers")
    made = ada.create_contact({"givenName": "Grace"}, folder=middle)
    assert mine.delete(f"contactFolders/{top}").status_code == 204

    assert mine.get(f"contacts/{made['id']}").json()["parentFolderId"] == middle
    assert code(mine.get(f"contactFolders/{middle}/contacts")) == (404, "ErrorItemNotFound")
    assert code(mine.get(f"contactFolders/{top}")) == (404, "ErrorItemNotFound")
    assert mine.get("contactFolders/deleteditems/contacts").json()["value"] == []
    assert ada.contacts() == []


def test_deleted_folder_may_go_on_answering_from_deleted_items(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    [top] = nested(ada, "CRM")
    ada.create_contact({"givenName": "Grace"}, folder=top)
    link = mine.get(f"contactFolders/{top}/contacts/delta").json()["@odata.deltaLink"]
    graph.quirk("deleted-folders-answer")
    mine.delete(f"contactFolders/{top}")
    bin_id = mine.get("contactFolders/deleteditems").json()["id"]

    assert mine.get(f"contactFolders/{top}").json()["parentFolderId"] == bin_id
    assert len(mine.get(f"contactFolders/{top}/contacts").json()["value"]) == 1
    assert mine.get(link).json()["value"] == []
    assert mine.get("contactFolders").json()["value"] == []


def test_folder_moved_to_deleted_items_is_deleted(mine: httpx.Client, ada: GraphMailbox) -> None:
    [top] = nested(ada, "CRM")
    link = mine.get("contactFolders/delta").json()["@odata.deltaLink"]
    mine.patch(f"contactFolders/{top}", json={"parentFolderId": "deleteditems"})

    assert mine.get(link).json()["value"] == [{"id": top, "@removed": {"reason": "deleted"}}]
    assert mine.get(f"contactFolders/{top}").status_code == 404


def test_folder_deleted_for_good_takes_its_contacts_along(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    top, middle = nested(ada, "CRM", "Customers")
    made = ada.create_contact({"givenName": "Grace"}, folder=middle)
    graph.quirk("deleted-folders-answer")

    assert mine.post(f"contactFolders/{top}/permanentDelete").status_code == 204
    assert code(mine.get(f"contacts/{made['id']}")) == (404, "ErrorItemNotFound")
    assert code(mine.get(f"contactFolders/{top}")) == (404, "ErrorItemNotFound")


# ---- extended properties ------------------------------------------------------------------------


def expand(mark: str = MARK) -> dict[str, Any]:
    return {"$expand": f"singleValueExtendedProperties($filter=id eq '{mark}')"}


def test_folder_has_extended_properties_shown_when_asked_for(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    entry = {"id": MARK, "value": "one"}
    body = {"displayName": "CRM", "singleValueExtendedProperties": [entry]}
    made = mine.post("contactFolders", json=body).json()
    url = f"contactFolders/{made['id']}"

    assert "singleValueExtendedProperties" not in made
    assert mine.get(url, params=expand()).json()["singleValueExtendedProperties"] == [entry]
    [listed] = mine.get("contactFolders", params=expand()).json()["value"]
    assert listed["singleValueExtendedProperties"] == [entry]
    change = {"singleValueExtendedProperties": [{"id": MARK, "value": "two"}]}
    assert mine.patch(url, json=change).status_code == 200
    shown = mine.get(url, params=expand()).json()
    assert shown["singleValueExtendedProperties"][0]["value"] == "two"
    assert shown["displayName"] == "CRM"


def test_folder_has_lists_of_values(mine: httpx.Client, ada: GraphMailbox) -> None:
    entry = {"id": LIST, "value": ["a", "b"]}
    url = f"contactFolders/{ada.create_folder('CRM')}"
    mine.patch(url, json={"multiValueExtendedProperties": [entry]})
    shown = mine.get(
        url, params={"$expand": f"multiValueExtendedProperties($filter=id eq '{LIST}')"}
    ).json()

    assert shown["multiValueExtendedProperties"] == [entry]


def test_folders_are_found_by_an_extended_property(mine: httpx.Client) -> None:
    for name in ("one", "two"):
        entry = {"id": MARK, "value": name}
        mine.post(
            "contactFolders",
            json={"displayName": name, "singleValueExtendedProperties": [entry]},
        )
    wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'TWO')"
    found = mine.get("contactFolders", params={"$filter": wanted}).json()["value"]

    assert [folder["displayName"] for folder in found] == ["two"]
