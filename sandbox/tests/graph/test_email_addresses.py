"""`primaryEmailAddress` and its siblings beside `emailAddresses`: three places, one list."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

PLACES = ("primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress")
A, B, C = ({"name": name, "address": f"{name}@x.test"} for name in "abc")


def held(contact: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The three places, and the list."""
    return [contact[name] for name in PLACES], contact["emailAddresses"]


@pytest.mark.parametrize(
    ("body", "places", "listed"),
    [
        ({}, [None, None, None], []),
        ({"emailAddresses": [A, B]}, [A, B, None], [A, B]),
        ({"primaryEmailAddress": A, "tertiaryEmailAddress": C}, [A, None, C], [A, C]),
        ({"secondaryEmailAddress": {"address": "b@x.test"}},
         [None, {"name": None, "address": "b@x.test"}, None],
         [{"name": None, "address": "b@x.test"}]),
        ({"emailAddresses": [A, B], "primaryEmailAddress": C}, [C, B, None], [C, B]),
    ],
)  # fmt: skip
def test_addresses_are_set_by_list_or_by_place(
    mine: httpx.Client, body: dict[str, Any], places: list[Any], listed: list[Any]
) -> None:
    made = mine.post("contacts", json=body).json()

    assert held(made) == (places, listed)
    assert held(mine.get(f"contacts/{made['id']}").json()) == (places, listed)


def test_place_is_changed_and_cleared_by_itself(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"emailAddresses": [A, B, C]})
    url = f"contacts/{made['id']}"

    cleared = mine.patch(url, json={"secondaryEmailAddress": None}).json()
    assert held(cleared) == ([A, None, C], [A, C])
    assert held(mine.patch(url, json={"title": "x"}).json()) == ([A, None, C], [A, C])
    assert held(mine.patch(url, json={"emailAddresses": [B]}).json()) == ([B, None, None], [B])
    found = {"$filter": "emailAddresses/any(a:a/address eq 'b@x.test')"}
    assert len(mine.get("contacts", params=found).json()["value"]) == 1


def test_places_are_selected_and_told_of_by_the_delta(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_contact({"emailAddresses": [A]})
    [row] = mine.get("contacts/delta?$select=primaryEmailAddress").json()["value"]

    assert row["primaryEmailAddress"] == A
    assert "emailAddresses" not in row


def test_there_may_be_no_places(graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox) -> None:
    graph.quirk("no-numbered-addresses")
    made = mine.post("contacts", json={"emailAddresses": [A]}).json()
    rows = mine.get("contacts/delta").json()["value"]

    assert made["emailAddresses"] == [A]
    assert not {*PLACES} & {*made, *rows[0]}
    assert mine.post("contacts", json={"primaryEmailAddress": A}).status_code == 400
    assert mine.get("contacts?$select=primaryEmailAddress").status_code == 400
