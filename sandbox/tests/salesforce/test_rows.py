"""One record at a time: what is stored, what is refused, and on which condition."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from syncline_sandbox.salesforce.ids import make_id

CONTACT = "sobjects/Contact"
NOBODY = "0035b00000000zzAAA"


def http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def test_create_read_change_delete(sf, api, refused):
    made = api("POST", CONTACT, json={"LastName": " Hopper ", "firstname": "Grace", "Title": ""})
    assert made.status_code == 201
    record_id = made.json()["id"]
    assert made.json() == {"id": record_id, "success": True, "errors": []}
    assert made.headers["Location"].endswith(record_id)
    changed = api("PATCH", f"{CONTACT}/{record_id}", json={"Phone": "1", "FirstName": None})
    assert (changed.status_code, changed.content) == (204, b"")
    row = api("GET", f"{CONTACT}/{record_id[:15]}").json()
    assert (row["Name"], row["LastName"], row["Title"], row["Phone"]) == ("Hopper",) * 2 + (
        None,
        "1",
    )
    part = api("GET", f"{CONTACT}/{record_id}", params={"fields": "Phone,LastName"}).json()
    assert list(part) == ["attributes", "Phone", "LastName", "Id"]
    assert api("DELETE", f"{CONTACT}/{record_id}").status_code == 204
    for method in ("GET", "DELETE"):
        assert refused(api(method, f"{CONTACT}/{record_id}")) == (404, "ENTITY_IS_DELETED")


def test_ids_have_18_characters_with_their_checksum(api):
    record_id = api("POST", CONTACT, json={"LastName": "A"}).json()["id"]
    assert (len(record_id), record_id[:3]) == (18, "003")
    wrong = record_id[:17] + ("A" if record_id[17] != "A" else "B")
    for method in ("GET", "PATCH", "DELETE"):
        response = api(method, f"{CONTACT}/{wrong}", json={})
        assert response.status_code == 404
        assert response.json() == [
            {
                "errorCode": "NOT_FOUND",
                "message": (
                    f"Provided external ID field does not exist or is not accessible: {wrong}"
                ),
            }
        ]


def test_an_id_that_no_row_has_is_not_found_or_an_invalid_reference(sf, api, refused):
    unknown = f"{CONTACT}/{make_id('003', 999)}"
    read = api("GET", unknown)
    assert read.status_code == 404
    assert read.json() == [
        {"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}
    ]
    reference = {
        "message": "invalid cross reference id",
        "errorCode": "INVALID_CROSS_REFERENCE_KEY",
        "fields": [],
    }
    for method in ("PATCH", "DELETE"):
        written = api(method, unknown, json={"Phone": "1"})
        assert (written.status_code, written.json()) == (404, [reference])
        sf.set(unknown_id="not_found")
        assert refused(api(method, unknown, json={"Phone": "1"})) == (404, "NOT_FOUND")
        sf.set(unknown_id="cross_reference")


def test_the_id_of_another_object_is_malformed_where_it_is_written(sf, api, refused):
    account = sf.create("Account", {"Name": "Acme"})
    assert refused(api("GET", f"{CONTACT}/{account}")) == (404, "NOT_FOUND")
    response = api("PATCH", f"{CONTACT}/{account}", json={"Phone": "1"})
    assert refused(response) == (400, "MALFORMED_ID")


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": "A", "Nope": 1}, "INVALID_FIELD", []),
        ({"LastName": "A", "MiddleName": "B"}, "INVALID_FIELD", []),
        ({"LastName": "A", "Name": "B"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]),
        ({"LastName": "A", "Id": NOBODY}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Id"]),
        ({"LastName": "A" * 81}, "STRING_TOO_LONG", ["LastName"]),
        ({"LastName": "A", "Email": "no mail"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({"LastName": "A", "AccountId": "xyz"}, "MALFORMED_ID", ["AccountId"]),
        ({"LastName": "A", "AccountId": NOBODY}, "MALFORMED_ID", ["AccountId"]),
        (
            {"LastName": "A", "ReportsToId": NOBODY},
            "INVALID_CROSS_REFERENCE_KEY",
            ["ReportsToId"],
        ),
        (
            {"LastName": "A", "CleanStatus": "Nope"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            ["CleanStatus"],
        ),
    ],
)
def test_a_bad_row_is_refused(sf, api, fields, code, named):
    response = api("POST", CONTACT, json=fields)
    assert response.status_code == 400
    (error,) = response.json()
    assert (error["errorCode"], error.get("fields")) == (code, named)
    assert sf.rows("Contact") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"Birthdate": "2026-13-01"},
        {"Birthdate": "01.02.2026"},
        {"EmailBouncedDate": "yesterday"},
        {"HasOptedOutOfEmail": "perhaps"},
        {"Title": {"nested": 1}},
    ],
)
def test_a_value_of_a_wrong_type_is_not_json_for_this_field(sf, api, refused, fields):
    sf.set(features=["opt_out_fields"])
    response = api("POST", CONTACT, json={"LastName": "A"} | fields)
    assert refused(response) == (400, "JSON_PARSER_ERROR")


def test_bodies_must_be_json_objects(api, refused):
    assert refused(
        api("POST", CONTACT, data=b"{", headers={"Content-Type": "application/json"})
    ) == (
        400,
        "JSON_PARSER_ERROR",
    )
    assert refused(api("POST", CONTACT, json=[1])) == (400, "JSON_PARSER_ERROR")
    plain = {"Content-Type": "text/plain"}
    assert refused(api("POST", CONTACT, data=b"{}", headers=plain))[0] == 415


def test_a_chunked_body_is_read(sf, api):
    chunks = iter([b'{"LastName": "Ho', b'pper"}'])
    headers = {"Content-Type": "application/json"}
    assert api("POST", CONTACT, data=chunks, headers=headers).status_code == 201
    assert sf.rows("Contact")[0]["LastName"] == "Hopper"


def test_lookups_to_deleted_rows_and_inactive_owners_are_refused(sf, api, refused):
    account = sf.create("Account", {"Name": "Gone"})
    sf.delete("Account", account)
    ada = sf.add_user("ada@example.test")
    sf.change_user(ada, IsActive=False)
    body = {"LastName": "A", "AccountId": account}
    assert refused(api("POST", CONTACT, json=body)) == (404, "ENTITY_IS_DELETED")
    body = {"LastName": "A", "OwnerId": ada.id}
    assert refused(api("POST", CONTACT, json=body)) == (400, "INACTIVE_OWNER_OR_USER")


def test_the_owner_is_the_caller_unless_given(sf, api):
    ada = sf.add_user("ada@example.test")
    api("POST", CONTACT, json={"LastName": "mine"})
    api("POST", CONTACT, json={"LastName": "hers", "OwnerId": ada.id})
    mine, hers = sf.rows("Contact")
    assert mine["OwnerId"] == mine["CreatedById"] == hers["CreatedById"]
    assert hers["OwnerId"] == ada.id


def test_a_row_hidden_by_sharing_does_not_exist(sf, api, refused):
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.hide("Contact", record_id)
    invalid = "INVALID_CROSS_REFERENCE_KEY"
    for method, body, code in (
        ("GET", None, "NOT_FOUND"), ("PATCH", {"Phone": "1"}, invalid), ("DELETE", None, invalid),
    ):  # fmt: skip
        assert refused(api(method, f"{CONTACT}/{record_id}", json=body)) == (404, code)
    assert api.records("SELECT Id FROM Contact", deleted=True) == []
    sf.show("Contact", record_id)
    assert api.column("SELECT Id FROM Contact") == [record_id]


# ---- preconditions ------------------------------------------------------------------------------


def test_an_update_counts_on_nobody_having_written_since(sf, api, refused):
    sf.freeze(datetime(2026, 11, 21, 12, tzinfo=UTC))
    record_id = sf.create("Contact", {"LastName": "A"})
    path, written = f"{CONTACT}/{record_id}", sf.now()
    earlier = {"If-Unmodified-Since": http_date(written - timedelta(seconds=1))}
    same = {"If-Unmodified-Since": http_date(written)}
    assert api("PATCH", path, json={"Phone": "1"}, headers=earlier).status_code == 412
    assert api("PATCH", path, json={"Phone": "2"}, headers=same).status_code == 204
    sf.advance(1)
    sf.update("Contact", record_id, {"Phone": "3"})
    assert api("PATCH", path, json={"Phone": "4"}, headers=same).status_code == 412
    assert sf.row("Contact", record_id)["Phone"] == "3"
    bad = {"If-Unmodified-Since": "2026-11-21T12:00:00Z"}
    assert api("PATCH", path, json={"Phone": "5"}, headers=bad).status_code == 400


def test_whether_a_deletion_heeds_conditions_is_a_switch(sf, api):
    old = {"If-Unmodified-Since": "Tue, 03 Mar 2015 00:00:00 GMT"}
    first, second = sf.create_many("Contact", [{"LastName": n} for n in "AB"])
    assert api("DELETE", f"{CONTACT}/{first}", headers=old).status_code == 204
    sf.set(conditional_delete=True)
    assert api("DELETE", f"{CONTACT}/{second}", headers=old).status_code == 412


def test_a_read_is_saved_when_nothing_changed(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    path = f"{CONTACT}/{record_id}"
    stamp = api("GET", path).headers["Last-Modified"]
    unchanged = api("GET", path, headers={"If-Modified-Since": stamp})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    old = {"If-Modified-Since": "Tue, 23 Mar 2015 00:00:00 GMT"}
    assert api("GET", path, headers=old).status_code == 200


def test_only_accounts_have_entity_tags(sf, api):
    contact = sf.create("Contact", {"LastName": "A"})
    account = f"sobjects/Account/{sf.create('Account', {'Name': 'A'})}"
    assert "ETag" not in api("GET", f"{CONTACT}/{contact}").headers
    tag = api("GET", account).headers["ETag"]
    assert api("GET", account, headers={"If-None-Match": tag}).status_code == 304
    changed = api("PATCH", account, json={"Phone": "1"}, headers={"If-Match": tag})
    assert changed.status_code == 204
    again = api("PATCH", account, json={"Phone": "2"}, headers={"If-Match": tag})
    assert again.status_code == 412
    path, nonsense = f"{CONTACT}/{contact}", {"If-Match": '"nonsense"'}
    assert api("PATCH", path, json={"Phone": "2"}, headers=nonsense).status_code == 204


# ---- fields that identify -----------------------------------------------------------------------


@pytest.fixture
def keyed(sf):
    sf.define_field("Contact", "SyncKey__c", length=40, unique=True, external_id=True)
    return sf


def test_upsert_by_key_creates_once_and_then_updates(keyed, api):
    path = f"{CONTACT}/SyncKey__c/a%2Fb%20c%23"
    first = api("PATCH", path, json={"LastName": "A"})
    second = api("PATCH", path, json={"LastName": "B"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (second.status_code, second.json()["created"]) == (200, False)
    assert first.json()["id"] == second.json()["id"]
    assert api("PATCH", path, json={"LastName": "C"}, version="v45.0").status_code == 204
    row = keyed.rows("Contact")[0]
    assert (row["SyncKey__c"], row["LastName"]) == ("a/b c#", "C")
    assert api("GET", path).json()["LastName"] == "C"


def test_upsert_that_may_only_update_never_creates(keyed, api, refused):
    path = f"{CONTACT}/SyncKey__c/x?updateOnly=true"
    assert refused(api("PATCH", path, json={"LastName": "A"})) == (404, "NOT_FOUND")


def test_upsert_takes_the_key_from_the_path_only(keyed, api, refused):
    body = {"LastName": "A", "SyncKey__c": "x"}
    assert refused(api("PATCH", f"{CONTACT}/SyncKey__c/x", json=body)) == (400, "INVALID_FIELD")


def test_upsert_by_another_field_is_refused(api, refused):
    response = api("PATCH", f"{CONTACT}/LastName/x", json={"Phone": "1"})
    assert refused(response) == (404, "NOT_FOUND")
    assert response.json()[0]["message"] == (
        "Provided external ID field does not exist or is not accessible: LastName"
    )


def test_upsert_with_several_hits_lists_them(sf, api):
    ids = sf.create_many("Contact", [{"LastName": n, "Email": "x@example.test"} for n in "AB"])
    response = api("PATCH", f"{CONTACT}/Email/X@example.test", json={"Phone": "1"})
    assert response.status_code == 300
    assert response.json() == [f"/services/data/v66.0/sobjects/Contact/{i}" for i in ids]


def test_a_unique_value_is_kept_by_one_row_only(keyed, api, refused):
    first = keyed.create("Contact", {"LastName": "A", "SyncKey__c": "k"})
    body = {"LastName": "B", "SyncKey__c": "K"}
    response = api("POST", CONTACT, json=body)
    assert refused(response) == (400, "DUPLICATE_VALUE")
    assert response.json()[0]["message"].endswith(first)
    keyed.delete("Contact", first)
    assert api("POST", CONTACT, json=body).status_code == 201


def test_places_come_from_lists_when_the_org_says_so(sf, api, refused):
    sf.set(features=["state_country_picklists"])
    body = {"LastName": "A", "MailingCountry": "germany"}
    record_id = api("POST", CONTACT, json=body).json()["id"]
    row = sf.row("Contact", record_id)
    assert (row["MailingCountry"], row["MailingCountryCode"]) == ("Germany", "DE")
    bad = {"LastName": "A", "MailingCountry": "Deutschland"}
    assert refused(api("POST", CONTACT, json=bad)) == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_lists_of_places_are_described_with_what_states_are_valid_for(sf, api):
    sf.set(features=["state_country_picklists"])
    fields = {f["name"]: f for f in api("GET", "sobjects/Contact/describe").json()["fields"]}
    countries = fields["MailingCountryCode"]["picklistValues"]
    assert {each["value"]: each["label"] for each in countries}["DE"] == "Germany"
    states = fields["MailingStateCode"]
    assert (states["dependentPicklist"], states["controllerName"]) == (True, "MailingCountryCode")
    texas = next(each for each in states["picklistValues"] if each["value"] == "TX")
    bits = "".join(f"{byte:08b}" for byte in b64decode(texas["validFor"]))
    valid = [each["value"] for each, bit in zip(countries, bits, strict=False) if bit == "1"]
    assert (texas["label"], valid) == ("Texas", ["US"])


def test_person_accounts_are_not_edited_through_their_contact(sf, api, refused):
    account, contact = sf.add_person_account({"FirstName": "Ada", "LastName": "Lovelace"})
    row = api.records("SELECT Id, IsPersonAccount, AccountId FROM Contact")[0]
    assert (row["IsPersonAccount"], row["AccountId"]) == (True, account)
    response = api("PATCH", f"{CONTACT}/{contact}", json={"Phone": "1"})
    assert refused(response) == (403, "INSUFFICIENT_ACCESS_OR_READONLY")
