"""Lookups by an external ID of the target."""

from __future__ import annotations

import pytest

CONTACT = "sobjects/Contact"


@pytest.fixture
def acme(sf):
    sf.define_field("Account", "Erp__c", length=20, external_id=True)
    sf.define_field("Account", "Plain__c", length=20)
    sf.define_field("Contact", "Mentor__c", type="reference", refers_to=["Contact"])
    return sf.create("Account", {"Name": "Acme", "Erp__c": "4711", "Plain__c": "p"})


def test_a_lookup_is_found_by_external_id_in_single_rows_and_collections(sf, api, acme):
    body = {"LastName": "A", "Account": {"Erp__c": "4711"}}
    record_id = api("POST", CONTACT, json=body).json()["id"]
    assert sf.row("Contact", record_id)["AccountId"] == acme
    other = sf.create("Account", {"Name": "B", "Erp__c": "b"})
    patch = {"account": {"attributes": {"type": "Account"}, "erp__c": "b"}}
    assert api("PATCH", f"{CONTACT}/{record_id}", json=patch).status_code == 204
    assert sf.row("Contact", record_id)["AccountId"] == other
    rows = [{"attributes": {"type": "Contact"}, "Id": record_id, "Account": {"Erp__c": "4711"}}]
    assert api("PATCH", "composite/sobjects", json={"records": rows}).json()[0]["success"]
    assert sf.row("Contact", record_id)["AccountId"] == acme


def test_standard_lookup_fields_and_custom_relationships_do_too(sf, api, acme):
    boss = sf.create("Contact", {"LastName": "Boss", "Email": "boss@example.test"})
    key = {"Email": "BOSS@example.test"}
    body = {"LastName": "A", "ReportsTo": key, "Mentor__r": key}
    record_id = api("POST", CONTACT, json=body).json()["id"]
    row = sf.row("Contact", record_id)
    assert (row["ReportsToId"], row["Mentor__c"]) == (boss, boss)
    assert api.records("SELECT Mentor__r.Name FROM Contact WHERE LastName = 'A'")[0]["Mentor__r"][
        "Name"
    ] == ("Boss")


@pytest.mark.parametrize(
    ("key", "code", "message"),
    [
        ({"Erp__c": "none"}, "INVALID_FIELD",
         "Foreign key external ID: none not found for field Erp__c in entity Account"),
        ({"Plain__c": "p"}, "INVALID_FIELD",
         "Field name provided, Plain__c is not an External ID or indexed field for Account"),
        ({"Id": "0015b0000000001AAA"}, "INVALID_FIELD", "is not an External ID"),
        ({"Nope__c": "x"}, "INVALID_FIELD", "No such column 'Nope__c'"),
        ({}, "INVALID_FIELD", "exactly one"),
        ({"attributes": {"type": "Lead"}, "Email": "x@example.test"}, "INVALID_TYPE", "Lead"),
        ({"Erp__c": "twice"}, "DUPLICATE_EXTERNAL_ID", "more than one record found"),
    ],
)  # fmt: skip
def test_a_key_that_leads_nowhere_refuses_the_row(sf, api, acme, key, code, message):
    for name in "AB":
        sf.create("Account", {"Name": name, "Erp__c": "twice"})
    response = api("POST", CONTACT, json={"LastName": "A", "Account": key})
    assert response.status_code == 400
    (error,) = response.json()
    assert (error["errorCode"], error["fields"]) == (code, [])
    assert message in error["message"]
    assert sf.rows("Contact") == []
