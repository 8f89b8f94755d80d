from __future__ import annotations

import pytest

from syncline_sandbox.salesforce.ids import make_id

ROWS = "composite/sobjects"


def contact(**fields: object) -> dict[str, object]:
    return {"attributes": {"type": "Contact"}, **fields}


def test_each_row_has_an_outcome_of_its_own_in_order(sf, api):
    records = [
        contact(LastName="A"),
        contact(FirstName="nobody"),
        {"attributes": {"type": "Account"}, "Name": "Acme"},
        contact(LastName="B", Nope=1),
    ]
    response = api("POST", ROWS, json={"allOrNone": False, "records": records})
    assert response.status_code == 200
    first, second, third, fourth = response.json()
    assert first == {"id": sf.rows("Contact")[0]["Id"], "success": True, "errors": []}
    assert second == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName]",
                "fields": ["LastName"],
            }
        ],
    }
    assert third["id"].startswith("001")
    assert fourth["errors"][0]["statusCode"] == "INVALID_FIELD"


def test_all_or_none_takes_everything_back(sf, api):
    records = [contact(LastName="A"), contact(LastName="B" * 81), contact(LastName="C")]
    outcomes = api("POST", ROWS, json={"allOrNone": True, "records": records}).json()
    codes = [outcome["errors"][0]["statusCode"] for outcome in outcomes]
    rolled_back = "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert codes == [rolled_back, "STRING_TOO_LONG", rolled_back]
    assert sf.rows("Contact") == []


def test_updates_and_deletions_by_id(sf, api):
    ids = sf.create_many("Contact", [{"LastName": n} for n in "ABC"])
    gone = ids[2]
    sf.delete("Contact", gone)
    records = [contact(Id=ids[0], Phone="1"), contact(id=ids[1][:15], Phone="2"), contact(Id=gone)]
    outcomes = api("PATCH", ROWS, json={"records": records}).json()
    assert [outcome["success"] for outcome in outcomes] == [True, True, False]
    assert outcomes[1]["id"] == ids[1]
    assert outcomes[2]["errors"][0]["statusCode"] == "ENTITY_IS_DELETED"
    assert [row["Phone"] for row in sf.rows("Contact")] == ["1", "2"]
    unknown = "0035b00000000zzAAA"
    response = api("DELETE", ROWS, params={"ids": f"{ids[0]},{unknown}", "allOrNone": "false"})
    done, failed = response.json()
    assert (done["success"], failed["success"]) == (True, False)
    assert failed["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"


def test_upsert_by_email_creates_updates_and_refuses_several(sf, api):
    sf.create_many("Contact", [{"LastName": n, "Email": "two@example.test"} for n in "AB"])
    known = sf.create("Contact", {"LastName": "C", "Email": "one@example.test"})
    records = [
        contact(LastName="C2", Email="ONE@example.test"),
        contact(LastName="D", Email="new@example.test"),
        contact(LastName="E", Email="two@example.test"),
        contact(LastName="F"),
    ]
    outcomes = api("PATCH", f"{ROWS}/Contact/Email", json={"records": records}).json()
    assert outcomes[0] == {"id": known, "success": True, "errors": [], "created": False}
    assert (outcomes[1]["success"], outcomes[1]["created"]) == (True, True)
    codes = [outcome["errors"][0]["statusCode"] for outcome in outcomes[2:]]
    assert codes == ["DUPLICATE_EXTERNAL_ID", "MISSING_ARGUMENT"]


def test_upsert_by_id_creates_what_has_none_and_updates_the_rest(sf, api):
    known = sf.create("Contact", {"LastName": "A"})
    unknown = make_id("003", 999)
    records = [
        contact(LastName="B", Id=None),
        contact(LastName="C"),
        contact(LastName="A2", Id=known[:15]),
        contact(LastName="D", Id=unknown),
    ]
    outcomes = api("PATCH", f"{ROWS}/Contact/Id", json={"records": records}).json()
    assert [outcome.get("created") for outcome in outcomes] == [True, True, False, None]
    assert outcomes[2]["id"] == known
    assert outcomes[3]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert sorted(row["LastName"] for row in sf.rows("Contact")) == ["A2", "B", "C"]


def test_reading_keeps_the_order_and_says_null_for_what_is_gone(sf, api):
    ids = sf.create_many("Contact", [{"LastName": n} for n in "ABC"])
    sf.delete("Contact", ids[1])
    params = {"ids": ",".join(reversed(ids)), "fields": "LastName"}
    by_get = api("GET", f"{ROWS}/Contact", params=params).json()
    body = {"ids": list(reversed(ids)), "fields": ["LastName"]}
    by_post = api("POST", f"{ROWS}/Contact", json=body).json()
    assert by_get == by_post
    assert [row and row["LastName"] for row in by_get] == ["C", None, "A"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_more_than_200_rows_are_refused(api, refused, method):
    body = {"records": [contact(LastName="A")] * 201}
    assert refused(api(method, ROWS, json=body)) == (400, "EXCEEDED_ID_LIMIT")


def test_a_value_that_is_no_json_for_its_field_fails_the_whole_call(sf, api, refused):
    records = [contact(LastName="A"), contact(LastName="B", Birthdate="soon")]
    response = api("POST", ROWS, json={"records": records})
    assert refused(response) == (400, "JSON_PARSER_ERROR")
    assert sf.rows("Contact") == []
