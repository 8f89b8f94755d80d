"""Reading and writing single contacts, as strictly as Graph."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from syncline_sandbox.testing import GraphMailbox, GraphSandbox

MARK = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name SynclineId"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def path(contact: dict[str, Any]) -> str:
    return f"contacts/{quote(contact['id'], safe='')}"


def test_created_contact_is_answered_with_everything_and_stored(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    body = {"givenName": "Grace", "surname": "Hopper", "businessPhones": ["+1 555 0100"]}
    answer = mine.post("contacts", json=body)
    created = answer.json()

    assert answer.status_code == 201
    assert answer.headers["Location"]
    assert created["@odata.etag"] == f'W/"{created["changeKey"]}"'
    assert created["displayName"] == "Grace Hopper"
    assert created["fileAs"] == "Hopper, Grace"
    assert created["middleName"] is None
    assert created["emailAddresses"] == []
    assert created["parentFolderId"] == ada.default_folder_id
    assert ada.contacts()[0]["businessPhones"] == ["+1 555 0100"]


def test_patch_changes_what_is_named_and_answers_with_the_whole_item(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace", "jobTitle": "Admiral", "companyName": "Navy"})
    answer = mine.patch(path(made), json={"jobTitle": None, "department": "Research"})

    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["jobTitle"], changed["department"]) == (None, "Research")
    assert (changed["companyName"], changed["givenName"]) == ("Navy", "Grace")
    assert changed["changeKey"] != made["changeKey"]


def test_collections_and_addresses_are_replaced_whole(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact(
        {
            "emailAddresses": [{"address": "a@x.test", "name": "A"}, {"address": "b@x.test"}],
            "homeAddress": {"street": "1 Road", "city": "Town"},
        }
    )
    changed = mine.patch(
        path(made),
        json={"emailAddresses": [{"address": "c@x.test"}], "homeAddress": {"city": "City"}},
    ).json()

    assert changed["emailAddresses"] == [{"name": None, "address": "c@x.test"}]
    assert changed["homeAddress"] == {"city": "City"}


def test_display_name_is_made_up_again_unless_it_is_sent_along(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace", "surname": "Hopper", "displayName": "Amazing"})

    assert made["displayName"] == "Amazing"
    assert mine.patch(path(made), json={"jobTitle": "x"}).json()["displayName"] == "Amazing"
    assert mine.patch(path(made), json={"surname": "H"}).json()["displayName"] == "Grace H"
    kept = mine.patch(path(made), json={"surname": "X", "displayName": "Amazing"}).json()
    assert kept["displayName"] == "Amazing"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"favouriteColour": "blue"}, (400, "RequestBodyRead")),
        ({"phones": []}, (400, "RequestBodyRead")),
        ({"givenName": 7}, (400, "RequestBodyRead")),
        ({"businessPhones": "+1"}, (400, "RequestBodyRead")),
        ({"businessPhones": None}, (400, "RequestBodyRead")),
        ({"homeAddress": {"zip": "1"}}, (400, "RequestBodyRead")),
        ({"emailAddresses": [{"mail": "a@x.test"}]}, (400, "RequestBodyRead")),
        ({"birthday": "tomorrow"}, (400, "RequestBodyRead")),
        ({"birthday": "2026-02-30"}, (400, "RequestBodyRead")),
        ({"businessPhones": ["1", "2", "3"]}, (400, "ErrorInvalidRequest")),
        ({"homePhones": ["1", "2", "3"]}, (400, "ErrorInvalidRequest")),
        ({"emailAddresses": [{"address": f"{n}@x.test"} for n in range(4)]},
         (400, "ErrorInvalidRequest")),
        ({"surname": "x" * 256}, (400, "ErrorInvalidRequest")),
        ({"singleValueExtendedProperties": [{"id": "Colour", "value": "x"}]},
         (400, "ErrorInvalidProperty")),
    ],
)  # fmt: skip
def test_body_that_does_not_fit_is_refused_and_nothing_is_stored(
    mine: httpx.Client, ada: GraphMailbox, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    made = ada.create_contact({"givenName": "Grace"})

    assert code(mine.post("contacts", json=body)) == expected
    assert code(mine.patch(path(made), json=body)) == expected
    assert ada.contacts() == [made]


def test_surplus_phone_is_refused_in_graphs_words(mine: httpx.Client) -> None:
    answer = mine.post("contacts", json={"businessPhones": ["1", "2", "3"]})

    assert answer.json()["error"]["message"] == (
        "The multi value property BusinessPhones has 3 entries, that exceeds the max allowed "
        "value of 2"
    )


def test_error_body_names_date_and_request(mine: httpx.Client) -> None:
    answer = mine.post("contacts", json={"x": 1}, headers={"client-request-id": "mine-1"})
    inner = answer.json()["error"]["innerError"]

    assert inner["client-request-id"] == "mine-1" == answer.headers["client-request-id"]
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["date"]


def test_read_only_properties_in_a_body_are_passed_over(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    changed = mine.patch(path(made), json={**made, "id": "x", "changeKey": "y", "title": "Dr."})

    assert code(changed) == (400, "RequestBodyRead")  # `defaultId` is the back door's own
    del made["defaultId"]
    changed = mine.patch(path(made), json={**made, "id": "x", "changeKey": "y", "title": "Dr."})
    assert (changed.status_code, changed.json()["id"]) == (200, made["id"])


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("1906-12-09", "1906-12-09T00:00:00Z"),
        ("1906-12-09T11:59:00Z", "1906-12-09T11:59:00Z"),
        ("1906-12-09T23:00:00.0000000-02:00", "1906-12-10T01:00:00Z"),
        (None, None),
    ],
)
def test_birthday_is_an_instant_in_utc(
    mine: httpx.Client, sent: str | None, stored: str | None
) -> None:
    assert mine.post("contacts", json={"birthday": sent}).json()["birthday"] == stored


def test_body_must_be_json_and_say_so(mine: httpx.Client) -> None:
    assert code(mine.post("contacts", content=b"{}")) == (400, "BadRequest")
    headers = {"Content-Type": "application/json"}
    assert code(mine.post("contacts", content=b"{nope", headers=headers)) == (400, "BadRequest")


def test_stale_if_match_is_refused_for_update_and_deletion(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    stale, current = made["@odata.etag"], ada.update_contact(made["id"], {"title": "Dr."})

    refused = mine.patch(path(made), json={"title": "x"}, headers={"If-Match": stale})
    assert code(refused) == (412, "ErrorIrresolvableConflict")
    assert mine.delete(path(made), headers={"If-Match": stale}).status_code == 412
    assert ada.contact(made["id"]) == current
    fresh = {"If-Match": current["@odata.etag"]}
    assert mine.patch(path(made), json={"title": "x"}, headers=fresh).status_code == 200
    assert mine.delete(path(made), headers={"If-Match": "*"}).status_code == 204


def test_immutable_id_survives_a_move_and_the_default_one_does_not(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    ada.create_folder("CRM")
    made = ada.create_contact({"givenName": "Grace"})
    moved = ada.move_contact(made["id"], "CRM")

    assert moved["id"] == made["id"]
    assert moved["defaultId"] != made["defaultId"]
    assert mine.get(path(made)).json()["id"] == made["id"]
    assert mine.get(f"contacts/{quote(made['defaultId'], safe='')}").status_code == 404


def test_ids_are_taken_in_both_forms_and_answered_in_the_form_asked(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    by_default_id = f"contacts/{quote(made['defaultId'], safe='')}"

    asked = mine.get(by_default_id)
    assert asked.json()["id"] == made["id"]
    assert asked.headers["Preference-Applied"] == 'IdType="ImmutableId"'
    unasked = mine.get(path(made), headers={"Prefer": ""})
    assert unasked.json()["id"] == made["defaultId"]
    assert "Preference-Applied" not in unasked.headers


def test_ids_are_case_sensitive_and_malformed_ones_told_apart(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})

    swapped = quote(made["id"].swapcase(), safe="")
    assert code(mine.get(f"contacts/{swapped}")) == (404, "ErrorItemNotFound")
    assert code(mine.get("contacts/nonsense")) == (400, "ErrorInvalidIdMalformed")


def test_extended_property_is_found_by_value_and_shown_only_when_expanded(
    mine: httpx.Client,
) -> None:
    body = {"givenName": "Grace", "singleValueExtendedProperties": [{"id": MARK, "value": "Op-1"}]}
    created = mine.post("contacts", json=body).json()
    found = mine.get(
        "contacts",
        params={
            "$filter": "singleValueExtendedProperties/Any(ep: ep/id eq "
            f"'{MARK}' and ep/value eq 'OP-1')",
            "$expand": f"singleValueExtendedProperties($filter=id eq '{MARK}')",
        },
    ).json()["value"]

    assert "singleValueExtendedProperties" not in created
    assert "singleValueExtendedProperties" not in mine.get(path(created)).json()
    assert [item["id"] for item in found] == [created["id"]]
    assert found[0]["singleValueExtendedProperties"] == [{"id": MARK, "value": "Op-1"}]


def test_extended_property_is_set_and_cleared_by_patch(
    mine: httpx.Client, ada: GraphMailbox
) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    entry = {"id": MARK, "value": "1"}

    mine.patch(path(made), json={"singleValueExtendedProperties": [entry]})
    assert ada.contacts()[0]["singleValueExtendedProperties"] == [entry]
    mine.patch(path(made), json={"title": "Dr."})
    assert ada.contacts()[0]["singleValueExtendedProperties"] == [entry]
    mine.patch(path(made), json={"singleValueExtendedProperties": [{**entry, "value": None}]})
    assert ada.contacts()[0]["singleValueExtendedProperties"] == []


def test_select_keeps_id_and_annotations(mine: httpx.Client, ada: GraphMailbox) -> None:
    made = ada.create_contact({"givenName": "Grace"})
    shown = mine.get(path(made), params={"$select": "displayName"}).json()

    assert {name for name in shown if not name.startswith("@")} == {"id", "displayName"}
    assert "@odata.etag" in shown
    assert code(mine.get(path(made), params={"$select": "colour"}))[0] == 400


def test_wrong_method_and_unknown_path_are_told_apart(mine: httpx.Client) -> None:
    assert code(mine.put("contacts", json={})) == (405, "ErrorInvalidRequest")
    assert code(mine.get("dreams")) == (400, "BadRequest")


def test_mailbox_problems_differ_from_a_missing_item(
    graph: GraphSandbox, http: httpx.Client, ada: GraphMailbox
) -> None:
    assert code(http.get("/users/nobody@example.test/contacts")) == (404, "ErrorInvalidUser")
    ada.set_access("denied")
    assert code(http.get(f"/users/{ada.id}/contacts")) == (403, "ErrorAccessDenied")
    ada.set_access("none")
    expected = (404, "MailboxNotEnabledForRESTAPI")
    assert code(http.get(f"/users/{ada.id}/contacts")) == expected


def test_item_of_another_mailbox_is_not_found(
    graph: GraphSandbox, mine: httpx.Client, ada: GraphMailbox
) -> None:
    other = graph.add_mailbox("bob@example.test").create_contact({"givenName": "Bob"})

    assert code(mine.get(path(other))) == (404, "ErrorItemNotFound")
