"""Ids as a foreign client meets them: in paths, in two forms, over several types of items."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from syncline_sandbox.testing import GraphMailbox, GraphSandbox


def test_ids_go_into_a_path_as_they_are(mine: httpx.Client, ada: GraphMailbox) -> None:
    folder = ada.create_folder("CRM")
    made = ada.create_contacts([{"surname": str(n)} for n in range(40)], folder)
    text = folder + "".join(contact["id"] + contact["defaultId"] for contact in made)

    assert not set(text) & set("/+ ?#%")
    for contact in made:
        for identifier in (contact["id"], contact["defaultId"]):
            answer = mine.get(f"contactFolders/{folder}/contacts/{identifier}")
            assert answer.json()["surname"] == contact["surname"]


def test_ids_with_slashes_are_made_while_the_quirk_is_on_and_must_be_encoded(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    before = ada.create_contact({"surname": "before"})
    graph.quirk("slashed-ids")
    folder = ada.create_folder("CRM")
    made = ada.create_contacts([{"surname": str(n)} for n in range(40)], folder)
    slashed = next(contact for contact in made if "/" in contact["id"])
    base = f"contactFolders/{quote(folder, safe='')}/contacts"

    encoded = mine.get(f"{base}/{quote(slashed['id'], safe='')}")
    assert encoded.json()["surname"] == slashed["surname"]
    assert mine.get(f"{base}/{slashed['id']}").status_code == 400
    assert mine.get(f"contacts/{before['id']}").json()["surname"] == "before"
