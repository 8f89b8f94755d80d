from __future__ import annotations

import pytest

HEADER = "Sforce-Duplicate-Rule-Header"
ADA = {"LastName": "Lovelace", "FirstName": "Ada", "Email": "ada@example.test"}


def post(api, header: str | None = None):
    headers = {HEADER: header} if header else {}
    return api("POST", "sobjects/Contact", json=ADA, headers=headers)


@pytest.mark.parametrize("match", ["email", "name"])
def test_an_alert_rule_refuses_until_told_to_save(sf, api, match):
    existing = sf.create("Contact", ADA)
    assert post(api).status_code == 201
    sf.add_duplicate_rule(match=match, action="alert")
    refusal = post(api)
    assert refusal.status_code == 400
    error = refusal.json()[0]
    assert error["errorCode"] == "DUPLICATES_DETECTED"
    result = error["duplicateResut"]
    assert (result["allowSave"], result["duplicateRule"]) == (True, "Contacts_DR")
    matches = result["matchResults"][0]["matchRecords"]
    assert matches[0]["record"]["Id"] == existing
    assert post(api, "allowSave=true; includeRecordDetails=false").status_code == 201


def test_a_block_rule_always_refuses(sf, api):
    sf.create("Contact", ADA)
    sf.add_duplicate_rule(action="block")
    refusal = post(api, "allowSave=true")
    assert refusal.status_code == 400
    assert refusal.json()[0]["duplicateResut"]["allowSave"] is False


def test_details_on_request(sf, api):
    sf.create("Contact", ADA)
    sf.add_duplicate_rule()
    error = post(api, "includeRecordDetails=true").json()[0]
    record = error["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
    assert record["Email"] == "ada@example.test"


def test_a_row_is_no_duplicate_of_itself_nor_of_what_is_deleted(sf, api):
    record_id = sf.create("Contact", ADA)
    sf.add_duplicate_rule(action="block")
    response = api("PATCH", f"sobjects/Contact/{record_id}", json={"Phone": "1"})
    assert response.status_code == 204
    sf.delete("Contact", record_id)
    assert post(api).status_code == 201


def test_in_a_collection_only_the_duplicate_is_refused(sf, api):
    sf.create("Contact", ADA)
    sf.add_duplicate_rule()
    records = [{"attributes": {"type": "Contact"}, **row} for row in (ADA, {"LastName": "New"})]
    first, second = api("POST", "composite/sobjects", json={"records": records}).json()
    assert first["errors"][0]["statusCode"] == "DUPLICATES_DETECTED"
    assert second["success"] is True
