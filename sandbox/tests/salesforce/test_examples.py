"""The recorded examples of the reference that concern what this stand-in has.

Each row of the file is set up (the rows it presupposes are made first), sent, and its answer
compared: status, error code, the form of the body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[4] / "shared" / "reference" / "salesforce-examples.jsonl"
FIELDS = FILE.with_name("salesforce-fields.json")
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the reference folder is not here")

Setup = Callable[[Any], dict[str, str]]


def nothing(sf: Any) -> dict[str, str]:
    return {}


def account(sf: Any) -> dict[str, str]:
    return {"account": sf.create("Account", {"Name": "Sitwell-Bluth", "AccountNumber": "420"})}


def two_accounts(sf: Any) -> dict[str, str]:
    return {"one": account(sf)["account"], "two": account(sf)["account"]}


def three_contacts(sf: Any) -> dict[str, str]:
    for name in ("Michael.Bluth", "gob.bluth", "lindsay.bluth"):
        sf.create("Contact", {"LastName": "Bluth", "Email": f"{name}@example.com"})
    return {}


def deleted_account(sf: Any) -> dict[str, str]:
    found = account(sf)
    sf.delete("Account", found["account"])
    return found


def spent(sf: Any) -> dict[str, str]:
    sf.set_limit(1, used=1)
    return {}


def locked(sf: Any) -> dict[str, str]:
    sf.quirk("row-locked", 1)
    return {"contact": sf.create("Contact", {"LastName": "A"})}


def external_id(sf: Any) -> dict[str, str]:
    sf.define_field("Account", "customExtIdField__c", length=20, external_id=True)
    return {}


def duplicate(sf: Any) -> dict[str, str]:
    sf.create("Contact", {"LastName": "x"})
    sf.add_duplicate_rule(match="name")
    return {}


def organization(sf: Any) -> dict[str, str]:
    return {"organization": sf.rows("Organization")[0]["Id"]}


SETUPS: dict[str, Setup] = {
    "SOQL: one record by field value": account,
    "SOQL: aggregate count(Id)": account,
    "SOQL: User lookup": nothing,
    "Collections: create (allOrNone false)": nothing,
    "Collections: update by Id": two_accounts,
    "Collections: upsert Contact by the standard idLookup field Email, all created": nothing,
    "Collections: upsert Contact by Email, three updated and one created": three_contacts,
    "Create one record: 201": nothing,
    "Composite: subrequest to an unknown object gives 404 inside a 200": nothing,
    "Composite: SOQL on an unsupported type gives INVALID_TYPE": nothing,
    "Retrieve Organization row: SystemModstamp two seconds later than LastModifiedDate": (
        organization
    ),
    "Describe of an object that does not exist": nothing,
    "Describe global: envelope": nothing,
    "OAuth token: bad credentials": nothing,
    "OAuth refresh: dead refresh token": nothing,
    "Upsert by external ID: created": external_id,
    "Account row carries an ETag": account,
    "Daily API allocation exhausted": spent,
    "Row lock contention": locked,
    "Delete a record that is already in the Recycle Bin": deleted_account,
    "Required field missing": nothing,
    "Duplicate rule blocks a create (note the misspelt key)": duplicate,
    "Limits resource": nothing,
}
"""Rows left out are of objects this stand-in does not have (Event, custom objects, Bulk), of
retired versions, or have tests of their own (304, 300, halted composites)."""


def examples() -> list[Any]:
    if not FILE.exists():
        return []
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return [pytest.param(row, id=row["title"]) for row in rows if row["title"] in SETUPS]


@pytest.mark.parametrize("example", examples())
def test_the_stand_in_answers_as_recorded(sf, api, example):
    made = SETUPS[example["title"]](sf)
    response = api(example["method"], address(sf, example, made), **content(sf, example, made))
    assert response.status_code == example["status"]
    expected = example["response_body"]
    if expected is not None:
        same_form(expected, response.json())
    for name in example["response_headers"]:
        assert name in response.headers


def test_every_listed_example_is_in_the_file():
    titles = {json.loads(line)["title"] for line in FILE.read_text("utf-8").splitlines()}
    assert set(SETUPS) <= titles


def test_fields_are_described_as_recorded(api):
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    recorded = next(r for r in rows if r["title"].startswith("Describe Contact"))["response_body"]
    actual = api("GET", "sobjects/Contact/describe").json()
    fields = {field["name"]: field for field in actual["fields"]}
    for field in recorded["fields"]:
        assert fields[field["name"]] == field
    for name in set(recorded) - {"fields", "urls"}:
        assert actual[name] == recorded[name]


@pytest.mark.parametrize("kind", ["Contact", "Account", "Lead", "User"])
def test_the_schema_agrees_with_the_collected_describes(api, kind):
    collected = json.loads(FIELDS.read_text("utf-8"))["objects"][kind]["fields"]
    body = api("GET", f"sobjects/{kind}/describe").json()
    described = {field["name"]: field for field in body["fields"]}
    for field in collected:
        if field["name"] in NOT_HERE:
            continue
        actual = described[field["name"]]
        known = {name: field[name] for name in COMPARED if field.get(name) is not None}
        assert {name: actual[name] for name in known} == known, field["name"]


def address(sf: Any, example: Any, made: dict[str, str]) -> str:
    path = re.sub(r"v(xx|49|50)\.0", "v66.0", example["url"])
    path = re.sub(r"(Account|Contact|Organization)/00\w+", lambda m: own(m, made), path)
    return str(sf.url + path)


def own(match: re.Match[str], made: dict[str, str]) -> str:
    return f"{match.group(1)}/{made.get(match.group(1).lower(), 'none')}"


def content(sf: Any, example: Any, made: dict[str, str]) -> dict[str, Any]:
    body = example["request_body"]
    if isinstance(body, str):
        form = body.replace("KEY", sf.client_id).replace("SECRET", sf.client_secret)
        return {"data": form, "headers": example["request_headers"]}
    if body is None:
        return {}
    text = json.dumps(body).replace("vxx.0", "v66.0")
    ids = iter([made.get("one"), made.get("two")])
    text = re.sub(r'"Id": "\w+"', lambda match: f'"Id": "{next(ids)}"', text)
    headers = {"Content-Type": "application/json"}
    return {"data": text, "headers": example["request_headers"] | headers}


def same_form(expected: Any, actual: Any) -> None:
    """Every member of the recorded answer is there with a value of the same type; codes and
    outcomes are the same. Lists of outcomes have the same length.
    """
    if isinstance(expected, dict):
        for name, value in expected.items():
            if name in OPTIONAL:
                continue
            assert name in actual, name
            if name in EXACT:
                assert actual[name] == value
            elif value is not None and actual[name] is not None:
                same_form(value, actual[name])
    elif isinstance(expected, list):
        assert isinstance(actual, list)
        for one, other in zip(expected, actual, strict=False):
            same_form(one, other)
    else:
        assert isinstance(actual, type(expected))


EXACT = {"errorCode", "success", "created", "done", "error", "httpStatusCode", "keyPrefix"}
OPTIONAL = {
    "fields", "urls", "keyPrefix", "DailyBulkApiBatches", "DailyBulkV2QueryFileStorageMB",
    "DailyBulkV2QueryJobs",
}  # fmt: skip
"""What this stand-in says in fewer words, or what a recording shows only in part."""

COMPARED = ("type", "length", "nillable", "createable", "updateable", "filterable", "idLookup",
            "referenceTo", "relationshipName")  # fmt: skip
NOT_HERE = {
    "IndividualId", "DandbCompanyId", "OperatingHoursId", "RecordTypeId", "UserRoleId", "ProfileId",
    "ConvertedOpportunityId",
}  # fmt: skip
"""References to objects that this stand-in does not have, and fields of features that are off."""
