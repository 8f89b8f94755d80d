"""Contact folders: the default one hides from lists but has a name of its own."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from syncline_sandbox.testing import GraphMailbox


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
