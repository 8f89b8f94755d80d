"""Extended properties as the documentation uses them: conditions, casts, lists of values.

The requests are those of learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get and
multivaluelegacyextendedproperty-get, sent of contacts.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox

GUID = "{66f5a359-4659-4830-9070-00047ec6ac6e}"
COLOR, PALETTE = f"String {GUID} Name Color", f"Integer {GUID} Name Pallete"
SENDER = "CLSID {00062008-0000-0000-C000-000000000046} Name ConnectorSenderGuid"
LIST = "StringArray {66f5a359-4659-4830-9070-00050ec6ac6e} Name Recreation"
SINGLE, MULTI = "singleValueExtendedProperties", "multiValueExtendedProperties"
OTHER_CASE = COLOR.lower().replace("name color", "Name Color")
OTHER_NAME = COLOR.replace("Color", "color")


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def holding(name: str, *properties: tuple[str, str]) -> dict[str, Any]:
    return {"displayName": name, SINGLE: [{"id": i, "value": v} for i, v in properties]}


def found(mine: httpx.Client, condition: str) -> list[str]:
    answer = mine.get("contacts", params={"$filter": condition})
    assert answer.status_code == 200, answer.text
    return sorted(contact["displayName"] for contact in answer.json()["value"])


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (f"{SINGLE}/Any(ep: ep/id eq '{COLOR}' and ep/value eq 'GREEN')", ["green"]),
        (f"{SINGLE}/any(ep:ep/Id eq '{COLOR}' and contains(ep/Value, 'green'))",
         ["green", "light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{COLOR}' and startswith(ep/value,'LIGHT'))", ["light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{COLOR}' and ep/value ne 'green')", ["light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{COLOR}' and ep/value ne null)", ["green", "light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{OTHER_NAME}' and ep/value eq 'green')", []),
        (f"{SINGLE}/any(ep:ep/id eq '{OTHER_CASE}' and ep/value eq 'green')", ["green"]),
        (f"{SINGLE}/any(ep:ep/id eq '{PALETTE}' and cast(ep/value, Edm.Int32) eq 12)", ["light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{PALETTE}' and cast(ep/value, Edm.Int32) gt 2)", ["light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{PALETTE}' and ep/value ge '2')", ["green", "light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{PALETTE}' and ep/value lt '12')", ["green"]),
        (f"{SINGLE}/any(ep:ep/id eq '{SENDER}' and cast(ep/value, Edm.Guid) eq "
         "(B9CF8971-7d55-4b73-9ffa-a584611b600b))", ["light"]),
        (f"{SINGLE}/any(ep:ep/id eq '{SENDER}' and cast(ep/value, Edm.Guid) eq "
         "b9cf8971-7d55-4b73-9ffa-a584611b600b)", ["light"]),
        (f"not {SINGLE}/any(ep:ep/id eq '{COLOR}' and ep/value ne null)", ["plain"]),
        (f"startswith(displayName,'l') and {SINGLE}/any(ep:ep/id eq '{COLOR}' "
         "and contains(ep/value,'g'))", ["light"]),
    ],
)  # fmt: skip
def test_contacts_are_found_by_what_an_extended_property_holds(
    mine: httpx.Client, ada: GraphMailbox, condition: str, names: list[str]
) -> None:
    sender = "b9cf8971-7d55-4b73-9ffa-a584611b600b"
    ada.create_contacts(
        [
            holding("green", (COLOR, "Green"), (PALETTE, "2")),
            holding("light", (COLOR, "Light green"), (PALETTE, "12"), (SENDER, sender)),
            holding("plain"),
        ]
    )

    assert found(mine, condition) == names


@pytest.mark.parametrize(
    "condition",
    [
        f"{SINGLE}/any(ep: ep/id eq '{COLOR}')",
        f"{SINGLE}/any(ep: ep/value eq 'green')",
        f"{SINGLE}/any(ep: ep/id eq '{COLOR}' and ep/value gt 'a')",
        f"{SINGLE}/any(ep: ep/id eq '{PALETTE}' and ep/value eq 12)",
        f"{SINGLE}/any(ep: ep/id eq '{PALETTE}' and cast(ep/value, Edm.Int32) eq '12')",
        f"{SINGLE}/any(ep: ep/id eq '{PALETTE}' and cast(ep/value, Edm.Colour) eq 12)",
        f"{MULTI}/any(ep: ep/id eq '{LIST}' and ep/value eq 'x')",
        "cast(surname, Edm.Int32) eq 1",
    ],
)
def test_condition_that_is_not_documented_is_refused(mine: httpx.Client, condition: str) -> None:
    answer = mine.get("contacts", params={"$filter": condition})

    assert code(answer) == (400, "ErrorInvalidUrlQueryFilter")


def test_list_of_values_is_stored_and_shown_only_when_expanded(mine: httpx.Client) -> None:
    entry = {"id": LIST, "value": ["Food", "Hiking", "Swimming"]}
    made = mine.post("contacts", json={"givenName": "Grace", MULTI: [entry]}).json()
    url = f"contacts/{made['id']}"
    expand = {"$expand": f"{MULTI}($filter=id eq '{LIST}')"}

    assert MULTI not in made
    assert MULTI not in mine.get(url).json()
    assert mine.get(url, params=expand).json()[MULTI] == [entry]
    mine.patch(url, json={MULTI: [{"id": LIST, "value": ["Food"]}]})
    assert mine.get(url, params=expand).json()[MULTI][0]["value"] == ["Food"]
    mine.patch(url, json={MULTI: [{"id": LIST, "value": None}]})
    assert MULTI not in mine.get(url, params=expand).json()


def test_several_properties_are_expanded_at_once(mine: httpx.Client) -> None:
    single = [{"id": COLOR, "value": "a, (b"}, {"id": PALETTE, "value": "1"}]
    multi = [{"id": LIST, "value": ["x"]}]
    made = mine.post("contacts", json={SINGLE: single, MULTI: multi}).json()
    wish = f"{SINGLE}($filter=id eq '{COLOR}' or id eq '{PALETTE}'),{MULTI}($filter=id eq '{LIST}')"
    shown = mine.get(f"contacts/{made['id']}", params={"$expand": wish}).json()

    assert (shown[SINGLE], shown[MULTI]) == (single, multi)


def test_one_property_has_one_value_however_its_id_is_spelled(mine: httpx.Client) -> None:
    made = mine.post("contacts", json={SINGLE: [{"id": COLOR, "value": "old"}]}).json()
    other = COLOR.replace("String {", "string ").replace("}", "").lower()
    spelled = other.replace("name color", "Name Color")
    url = f"contacts/{made['id']}"
    mine.patch(url, json={SINGLE: [{"id": spelled, "value": "new"}]})
    shown = mine.get(url, params={"$expand": f"{SINGLE}($filter=id eq '{COLOR}')"}).json()

    assert [each["value"] for each in shown[SINGLE]] == ["new"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({MULTI: [{"id": COLOR, "value": ["x"]}]}, "ErrorInvalidProperty"),
        ({SINGLE: [{"id": LIST, "value": "x"}]}, "ErrorInvalidProperty"),
        ({MULTI: [{"id": LIST, "value": "x"}]}, "RequestBodyRead"),
        ({MULTI: "x"}, "RequestBodyRead"),
        ({MULTI: [None]}, "ErrorInvalidProperty"),
    ],
)
def test_property_that_is_none_is_refused(
    mine: httpx.Client, body: dict[str, Any], expected: str
) -> None:
    assert code(mine.post("contacts", json=body)) == (400, expected)
