"""`/translateExchangeIds`, as the documentation and as clients send it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox


def translated(mine: httpx.Client, source: str, target: str, *ids: str) -> list[dict[str, Any]]:
    wish = {"inputIds": list(ids), "sourceIdType": source, "targetIdType": target}
    answer = mine.post("translateExchangeIds", json=wish)
    assert answer.status_code == 200, answer.text
    pairs: list[dict[str, Any]] = answer.json()["value"]
    return pairs


@pytest.mark.parametrize(
    "names",
    [
        ("inputIds", "sourceIdType", "targetIdType"),
        ("InputIds", "SourceIdType", "TargetIdType"),
        ("inputids", "SOURCEIDTYPE", "targetidtype"),
    ],
)
def test_ids_are_translated_whatever_the_case_of_the_names(
    mine: httpx.Client, ada: GraphMailbox, names: tuple[str, str, str]
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    values = ([made["defaultId"]], "restId", "RestImmutableEntryId")
    wish = dict(zip(names, values, strict=True))
    answer = mine.post("translateExchangeIds", json=wish)

    assert answer.json()["value"] == [{"sourceId": made["defaultId"], "targetId": made["id"]}]


def test_forms_of_ids_lead_to_each_other(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    given, source = made["id"], "restImmutableEntryId"
    for target in ("entryId", "ewsId", "immutableEntryId", "restId"):
        [pair] = translated(mine, source, target, given)
        given, source = pair["targetId"], target
        assert ("=" in given) == (target in {"ewsId", "restId"})

    assert given == made["defaultId"]


def test_id_that_is_not_there_fails_alone(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    unknown = made["defaultId"].swapcase()
    good, bad = translated(mine, "restId", "restImmutableEntryId", made["defaultId"], unknown)

    assert good["targetId"] == made["id"]
    assert (bad["sourceId"], bad["errorDetails"]["code"]) == (unknown, "ErrorItemNotFound")
    assert "targetId" not in bad


def test_deleted_contact_is_translated_too(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    ada.delete_contact(made["id"])
    [pair] = translated(mine, "restImmutableEntryId", "restId", made["id"])

    assert mine.get(f"contacts/{pair['targetId']}").status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"inputIds": [], "sourceIdType": "restId"},
        {"inputIds": [], "sourceIdType": "restId", "targetIdType": "dream"},
        {"sourceIdType": "restId", "targetIdType": "restId"},
        {"inputIds": ["x"] * 1_001, "sourceIdType": "restId", "targetIdType": "restId"},
    ],
)
def test_wish_that_is_none_is_refused(mine: httpx.Client, wish: dict[str, Any]) -> None:
    assert mine.post("translateExchangeIds", json=wish).status_code == 400


def test_it_takes_a_permission_to_read_the_user_and_none_on_contacts(
    graph: GraphSandbox, ada: GraphMailbox
) -> None:
    wish = {"inputIds": [], "sourceIdType": "restId", "targetIdType": "restId"}
    url = f"{graph.graph_url}/users/{ada.id}/translateExchangeIds"

    def status(*roles: str) -> int:
        headers = {"Authorization": f"Bearer {graph.new_token(roles=list(roles))}"}
        return httpx.post(url, json=wish, headers=headers).status_code

    assert (status("User.Read.All"), status("Contacts.ReadWrite")) == (200, 403)
