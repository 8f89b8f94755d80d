"""Open extensions, as the documentation's examples send them, of a contact."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

NAME = "Com.Contoso.Referral"
OUTLOOK = f"Microsoft.OutlookServices.OpenTypeExtension.{NAME}"
GRAPH = f"microsoft.graph.openTypeExtension.{NAME}"
REFERRAL: dict[str, Any] = {
    "@odata.type": "microsoft.graph.openTypeExtension",
    "extensionName": NAME,
    "companyName": "Wingtip Toys",
    "dealValue": 500050,
    "expirationDate": "2015-12-03T10:00:00.000Z",
    "topPicks": ["Employees only", "Add spouse or guest"],
}
SHOWN = {**REFERRAL, "@odata.type": "#microsoft.graph.openTypeExtension", "id": OUTLOOK}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def bare(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "@odata.context"}


@pytest.fixture
def url(ada: GraphMailbox) -> str:
    """A contact's."""
    return f"contacts/{ada.create_contact({'givenName': 'Grace'})['id']}"


@pytest.mark.parametrize("identifier", [NAME, OUTLOOK, GRAPH])
def test_extension_is_made_and_read_by_name_and_by_id(
    mine: httpx.Client, url: str, identifier: str
) -> None:
    made = mine.post(f"{url}/extensions", json=REFERRAL)

    assert (made.status_code, bare(made.json())) == (201, SHOWN)
    assert bare(mine.get(f"{url}/extensions/{identifier}").json()) == SHOWN
    assert mine.get(f"{url}/extensions").json()["value"] == [SHOWN]
    assert mine.get(f"{url}/extensions/$count").text == "1"
    assert "extensions" not in mine.get(url).json()


def test_extension_comes_with_a_new_contact_and_is_answered(mine: httpx.Client) -> None:
    made = mine.post("contacts", json={"givenName": "Grace", "extensions": [REFERRAL]}).json()

    assert made["extensions"] == [SHOWN]
    assert bare(mine.get(f"contacts/{made['id']}/extensions/{NAME}").json()) == SHOWN


@pytest.mark.parametrize("identifier", [NAME, OUTLOOK])
def test_contacts_are_found_by_an_extension_they_have_and_shown_with_it(
    mine: httpx.Client, ada: GraphMailbox, url: str, identifier: str
) -> None:
    ada.create_contact({"givenName": "without"})
    mine.post(f"{url}/extensions", json=REFERRAL)
    wanted = f"$filter=id eq '{identifier}'"
    query = {
        "$filter": f"Extensions/any(f:f/id eq '{identifier}')",
        "$expand": f"Extensions({wanted})",
    }
    [listed] = mine.get("contacts", params=query).json()["value"]
    single = mine.get(url, params={"$expand": f"extensions({wanted})"}).json()

    assert (listed["givenName"], listed["extensions"]) == ("Grace", [SHOWN])
    assert single["extensions"] == [SHOWN]


def test_update_puts_the_body_in_its_place_or_adds_to_it(
    graph: GraphSandbox, mine: httpx.Client, url: str
) -> None:
    mine.post(f"{url}/extensions", json=REFERRAL)
    one = f"{url}/extensions/{NAME}"
    changed = mine.patch(one, json={"@odata.type": REFERRAL["@odata.type"], "dealValue": None})
    graph.quirk("extension-merge")
    merged = mine.patch(one, json={"extensionName": NAME, "companyName": "Contoso"})

    assert changed.status_code == 200
    assert set(bare(changed.json())) == {"@odata.type", "id", "extensionName", "dealValue"}
    assert (merged.json()["companyName"], merged.json()["dealValue"]) == ("Contoso", None)


def test_deleted_extension_is_gone(mine: httpx.Client, url: str) -> None:
    mine.post(f"{url}/extensions", json=REFERRAL)

    assert mine.delete(f"{url}/extensions/{OUTLOOK}").status_code == 204
    assert code(mine.get(f"{url}/extensions/{NAME}")) == (404, "ErrorItemNotFound")
    assert code(mine.delete(f"{url}/extensions/{NAME}")) == (404, "ErrorItemNotFound")
    assert mine.get(url).status_code == 200


def test_ids_may_begin_with_the_other_prefix(
    graph: GraphSandbox, mine: httpx.Client, url: str
) -> None:
    graph.quirk("extension-graph-prefix")

    assert mine.post(f"{url}/extensions", json=REFERRAL).json()["id"] == GRAPH


def test_delta_tells_nothing_of_extensions_unless_the_service_does(
    graph: GraphSandbox, mine: httpx.Client, url: str
) -> None:
    link = mine.get("contacts/delta").json()["@odata.deltaLink"]
    version = mine.get(url).json()["changeKey"]
    mine.post(f"{url}/extensions", json=REFERRAL)

    assert mine.get(link).json()["value"] == []
    assert mine.get(url).json()["changeKey"] == version
    graph.quirk("extensions-reported")
    mine.delete(f"{url}/extensions/{NAME}")
    assert len(mine.get(link).json()["value"]) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"companyName": "x"}, (400, "RequestBodyRead")),
        ({"extensionName": 7}, (400, "RequestBodyRead")),
        ({"extensionName": NAME, "deal": {"value": 1}}, (400, "RequestBodyRead")),
        ({"extensionName": NAME, "deals": [[1]]}, (400, "RequestBodyRead")),
    ],
)
def test_extension_needs_a_name_and_holds_primitive_values(
    mine: httpx.Client, url: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert code(mine.post(f"{url}/extensions", json=body)) == expected
    assert code(mine.post("contacts", json={"extensions": [body]})) == expected


def test_name_that_is_taken_is_refused(mine: httpx.Client, url: str) -> None:
    mine.post(f"{url}/extensions", json=REFERRAL)

    assert mine.post(f"{url}/extensions", json=REFERRAL).status_code == 409
    other = {**REFERRAL, "extensionName": "Com.Contoso.Other"}
    assert mine.patch(f"{url}/extensions/{NAME}", json=other).status_code == 400
