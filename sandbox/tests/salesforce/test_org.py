"""Versions, describes, field security, limits: what a client asks before it works."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests


def test_versions_need_no_token(sf):
    versions = requests.get(f"{sf.url}/services/data", timeout=30).json()
    assert versions[-1] == {
        "label": "Winter '27",
        "url": "/services/data/v68.0",
        "version": "68.0",
    }
    assert [v["version"] for v in versions] == [f"{n}.0" for n in range(31, 69)]


@pytest.mark.parametrize(
    ("version", "status"),
    [("v31.0", 200), ("v68.0", 200), ("v69.0", 404), ("v30.0", 410), ("v21.0", 410), ("v1.0", 404)],
)
def test_old_versions_are_gone_and_future_ones_not_there(api, version, status):
    assert api("GET", "sobjects", version=version).status_code == status
    assert api("GET", "no/such/resource", version=version).status_code in (status, 404)


def test_wrong_methods_and_paths(api, refused):
    assert refused(api("PUT", "sobjects/Contact")) == (405, "METHOD_NOT_ALLOWED")
    assert refused(api("GET", "nothing")) == (404, "NOT_FOUND")
    stranger = {"Authorization": "Bearer nobody"}
    for path in ("nothing", "sobjects", "query"):
        assert refused(api("GET", path, headers=stranger)) == (401, "INVALID_SESSION_ID")
    assert refused(api("GET", "sobjects/Nope/describe")) == (404, "NOT_FOUND")


def test_describe_tells_what_a_field_can_do(sf, api):
    sf.define_field("Contact", "SyncKey__c", length=64, unique=True, external_id=True)
    sf.define_field("Contact", "Tier__c", type="picklist", values=["A", "B"], restricted=True)
    body = api("GET", "sobjects/Contact/describe").json()
    fields = {field["name"]: field for field in body["fields"]}
    assert (body["keyPrefix"], body["mergeable"]) == ("003", True)
    last, email, key = fields["LastName"], fields["Email"], fields["SyncKey__c"]
    assert (last["length"], last["nillable"], last["createable"]) == (80, False, True)
    assert (email["type"], email["idLookup"], email["unique"]) == ("email", True, False)
    assert (key["length"], key["unique"], key["externalId"], key["custom"]) == (64, *(True,) * 3)
    assert [p["value"] for p in fields["Tier__c"]["picklistValues"]] == ["A", "B"]
    assert fields["Tier__c"]["restrictedPicklist"] is True
    assert fields["Description"]["filterable"] is False
    assert fields["Name"]["createable"] is False
    assert fields["OwnerId"]["referenceTo"] == ["User"]
    assert not {"MiddleName", "Suffix", "MailingStateCode", "IsPersonAccount"} & set(fields)


def test_features_bring_fields(sf, api):
    sf.set(features=["middle_name", "suffix"])
    body = {"FirstName": "Ada", "MiddleName": "King", "LastName": "Lovelace", "Suffix": "I"}
    assert api("POST", "sobjects/Contact", json=body).status_code == 201
    assert sf.rows("Contact")[0]["Name"] == "Ada King Lovelace I"


def test_a_hidden_field_does_not_exist(sf, api, refused):
    record_id = sf.create("Contact", {"LastName": "A", "Phone": "1"})
    sf.hide_field("Contact", "Phone")
    assert refused(api.soql("SELECT Phone FROM Contact")) == (400, "INVALID_FIELD")
    assert "Phone" not in api("GET", f"sobjects/Contact/{record_id}").json()
    names = [f["name"] for f in api("GET", "sobjects/Contact/describe").json()["fields"]]
    assert "Phone" not in names
    response = api("PATCH", f"sobjects/Contact/{record_id}", json={"Phone": "2"})
    assert refused(response) == (400, "INVALID_FIELD")
    sf.restore_field("Contact", "Phone")
    assert api.column("SELECT Phone FROM Contact") == ["1"]


def test_a_read_only_field_can_be_read_only(sf, api, refused):
    record_id = sf.create("Contact", {"LastName": "A", "Phone": "1"})
    sf.readonly_field("Contact", "Phone")
    assert api.column("SELECT Phone FROM Contact") == ["1"]
    response = api("PATCH", f"sobjects/Contact/{record_id}", json={"Phone": "2"})
    assert refused(response) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
    assert response.json()[0]["fields"] == ["Phone"]


def test_a_hidden_object_is_no_type(sf, api, refused):
    sf.hide_object("Account")
    assert refused(api.soql("SELECT Id FROM Account")) == (400, "INVALID_TYPE")
    assert refused(api("GET", "sobjects/Account/describe")) == (404, "NOT_FOUND")
    assert "Account" not in [o["name"] for o in api("GET", "sobjects").json()["sobjects"]]


def test_a_describe_that_did_not_change_is_not_sent_again(sf, api):
    for path in ("sobjects", "sobjects/Contact/describe"):
        date = api("GET", path).headers["Last-Modified"]
        assert api("GET", path, headers={"If-Modified-Since": date}).status_code == 304
        sf.advance(2)
        sf.define_field("Contact", f"F{len(path)}__c", length=5)
        assert api("GET", path, headers={"If-Modified-Since": date}).status_code == 200


def test_usage_is_reported_and_limited(sf, api, refused):
    sf.set_limit(5, used=3)
    first, second = api("GET", "limits"), api("GET", "sobjects")
    assert first.json()["DailyApiRequests"] == {"Max": 5, "Remaining": 1}
    assert second.headers["Sforce-Limit-Info"] == "api-usage=5/5"
    third = api("GET", "sobjects")
    assert refused(third) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert third.json()[0]["message"] == "TotalRequests Limit exceeded."
    assert "Retry-After" not in third.headers
    sf.advance(24 * 3600)
    headers = {"Authorization": f"Bearer {sf.token}"}
    assert api("GET", "sobjects", headers=headers).status_code == 200


def test_the_date_header_is_the_sandbox_time(sf, api):
    sf.freeze(datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC))
    headers = {"Authorization": f"Bearer {sf.token}"}
    date = api("GET", "limits", headers=headers).headers["Date"]
    assert date == "Mon, 03 Feb 2031 04:05:06 GMT"


def test_rows_of_users_and_the_organization_can_be_read(sf, api):
    ada = sf.add_user("ada@example.test", name="Ada Lovelace")
    row = api.records(f"SELECT Name, IsActive, TimeZoneSidKey FROM User WHERE Id = '{ada.id}'")[0]
    assert (row["Name"], row["IsActive"]) == ("Ada Lovelace", True)
    assert len(api.records("SELECT Id, Name FROM Organization")) == 1


def test_the_organization_has_the_fields_that_clients_ask_for(api):
    """The sf CLI asks for the first six after every login (plugin-org, sfdx-core)."""
    row = api.records(
        "SELECT Name, IsSandbox, InstanceName, TrialExpirationDate, NamespacePrefix,"
        " OrganizationType, FiscalYearStartMonth, DefaultLocaleSidKey, LanguageLocaleKey, Country,"
        " DefaultContactAccess, PrimaryContact, Address FROM Organization"
    )[0]
    assert (row["IsSandbox"], row["TrialExpirationDate"], row["FiscalYearStartMonth"]) == (
        False,
        None,
        1,
    )
    assert row["DefaultContactAccess"] == "ControlledByParent"
