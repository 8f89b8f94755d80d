"""DELETE moves to Deleted Items, and what that means for each of an item's two ids."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name SynclineId"
DELETED_ITEMS = "contactFolders/deleteditems/contacts"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def path(contact: dict[str, Any]) -> str:
    return f"contacts/{contact['id']}"


def test_deleted_contact_answers_by_its_immutable_id_from_deleted_items(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    assert mine.delete(path(made)).status_code == 204
    found = mine.get(path(made)).json()

    assert found["id"] == made["id"]
    assert found["parentFolderId"] == mine.get("contactFolders/deleteditems").json()["id"]
    assert found["changeKey"] != made["changeKey"]
    assert code(mine.get(f"contacts/{made['defaultId']}")) == (404, "ErrorItemNotFound")
    assert code(mine.delete(f"contacts/{made['defaultId']}")) == (404, "ErrorItemNotFound")
    within = f"contactFolders/contacts/{path(made)}"
    assert code(mine.get(within)) == (404, "ErrorItemNotFound")


def test_second_deletion_by_the_immutable_id_finds_nothing_or_is_refused(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    mine.delete(path(made))

    assert code(mine.delete(path(made))) == (404, "ErrorItemNotFound")
    graph.quirk("second-delete-forbidden")
    assert code(mine.delete(path(made))) == (403, "ErrorCannotDeleteObject")
    assert mine.get(path(made)).status_code == 200


@pytest.mark.parametrize("prefer", ['IdType="ImmutableId"', ""])
def test_deletion_out_of_deleted_items_is_for_good(
    mine: httpx.Client, ada: GraphMailbox, prefer: str
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    mine.delete(path(made))
    [listed] = mine.get(DELETED_ITEMS, headers={"Prefer": prefer}).json()["value"]

    assert mine.delete(f"{DELETED_ITEMS}/{listed['id']}").status_code == 204
    assert code(mine.get(path(made))) == (404, "ErrorItemNotFound")
    assert mine.get(DELETED_ITEMS).json()["value"] == []


def test_person_takes_a_deleted_contact_out_of_deleted_items_again(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    mine.delete(path(made))
    assert ada.contacts() == []
    ada.move_contact(made["id"], None)

    assert [each["id"] for each in mine.get("contacts").json()["value"]] == [made["id"]]
    assert mine.get(path(made)).json()["parentFolderId"] == ada.default_folder_id


def test_deleted_contact_may_answer_to_no_id_at_all(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    mine.delete(path(made))
    graph.quirk("deleted-unreadable")

    assert code(mine.get(path(made))) == (404, "ErrorItemNotFound")
    assert code(mine.patch(path(made), json={"title": "x"})) == (404, "ErrorItemNotFound")
    assert len(mine.get(DELETED_ITEMS).json()["value"]) == 1


def test_deleted_items_may_not_be_a_folder_of_contacts(
    graph: GraphSandbox, mine: httpx.Client
) -> None:
    graph.quirk("deleted-items-unlisted")

    assert code(mine.get(DELETED_ITEMS)) == (400, "ErrorInvalidIdMalformed")


def test_deleted_items_are_no_folder_to_change(mine: httpx.Client, ada: GraphMailbox) -> None:
    entry = {"id": MARK, "value": "x"}
    for body in ({"displayName": "Bin"}, {"singleValueExtendedProperties": [entry]}):
        assert mine.patch("contactFolders/deleteditems", json=body).status_code == 400

    assert mine.delete("contactFolders/deleteditems").status_code == 400
    assert mine.get("contactFolders/contacts").json()["id"] == ada.default_folder_id


def test_deleted_items_have_a_delta_of_their_own(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    link = mine.get(f"{DELETED_ITEMS}/delta").json()["@odata.deltaLink"]
    mine.delete(path(made))
    came = mine.get(link).json()
    ada.move_contact(made["id"], None)
    went = mine.get(came["@odata.deltaLink"]).json()["value"]

    assert [row["givenName"] for row in came["value"]] == ["Grace"]
    assert went == [{"id": made["id"], "@removed": {"reason": "deleted"}}]


def test_what_was_deleted_lies_in_deleted_items_and_nowhere_else(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    mark = {"id": MARK, "value": "key-1"}
    made = ada.create_contact({"givenName": "Grace", "singleValueExtendedProperties": [mark]})
    ada.create_contact({"givenName": "Alan"})
    wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq 'key-1')"

    assert mine.delete(path(made)).status_code == 204
    listed = mine.get(
        "contactFolders/deleteditems/contacts",
        params={"$filter": wanted}, headers={"Prefer": 'IdType="ImmutableId"'},
    ).json()["value"]  # fmt: skip
    assert [each["id"] for each in listed] == [made["id"]]
    assert listed[0]["createdDateTime"] == made["createdDateTime"]
    assert listed[0]["parentFolderId"] not in {each["id"] for each in ada.folders()}
    assert [each["givenName"] for each in ada.contacts()] == ["Alan"]
    assert [each["givenName"] for each in mine.get("contacts").json()["value"]] == ["Alan"]


def test_what_was_deleted_for_good_is_nowhere(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})

    assert mine.post(f"{path(made)}/permanentDelete").status_code == 204
    assert code(mine.get(path(made))) == (404, "ErrorItemNotFound")
    assert mine.get("contactFolders/deleteditems/contacts").json()["value"] == []
