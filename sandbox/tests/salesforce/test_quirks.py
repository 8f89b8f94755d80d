"""Misbehaviours on request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

QUERY = "SELECT Id, LastName, SystemModstamp FROM Contact ORDER BY SystemModstamp, Id"


def test_late_visibility_shows_rows_later_with_their_early_stamp(sf, api):
    sf.freeze()
    known = sf.create("Contact", {"LastName": "old"})
    sf.quirk("late-visibility", seconds=10)
    late = sf.create("Contact", {"LastName": "late"})
    sf.update("Contact", known, {"LastName": "new"})
    written = sf.row("Contact", late)["SystemModstamp"]
    sf.clear_quirks()
    assert api.column("SELECT LastName FROM Contact") == ["old"]
    assert api.records("SELECT Id FROM Contact WHERE LastName = 'new'") == []
    sf.advance(9)
    prompt = sf.create("Contact", {"LastName": "prompt"})
    assert api.column("SELECT Id FROM Contact") == [known, prompt]
    sf.advance(1)
    rows = api.records(QUERY)
    assert {row["LastName"] for row in rows} == {"new", "late", "prompt"}
    assert next(row["SystemModstamp"] for row in rows if row["Id"] == late) == written


def test_late_visibility_may_last_some_calls(sf, api):
    sf.quirk("late-visibility", calls=2)
    record_id = sf.create("Contact", {"LastName": "late"})
    assert [api.column("SELECT Id FROM Contact") for _ in range(3)] == [[], [], [record_id]]


def test_a_deletion_may_be_seen_late_too(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.quirk("late-visibility", seconds=5)
    sf.delete("Contact", record_id)
    assert api.column("SELECT IsDeleted FROM Contact", deleted=True) == [False]
    sf.advance(6)
    assert api.column("SELECT IsDeleted FROM Contact", deleted=True) == [True]


def test_get_updated_covers_only_what_is_visible(sf, api):
    sf.freeze(datetime(2026, 11, 21, 12, tzinfo=UTC))
    sf.quirk("late-visibility", seconds=300)
    sf.create("Contact", {"LastName": "late"})
    stamp = sf.rows("Contact")[0]["SystemModstamp"]
    sf.advance(120)
    params = {"start": "2026-11-21T00:00:00Z", "end": sf.now().isoformat()}
    body = api("GET", "sobjects/Contact/updated", params=params).json()
    assert (body["ids"], body["latestDateCovered"]) == ([], stamp)


def test_equal_stamps_cross_the_border_of_a_page(sf, api):
    sf.quirk("equal-stamps", seconds=3600)
    sf.freeze(datetime(2026, 11, 21, 12, 30, tzinfo=UTC))
    for name in ("A", "B", "C"):
        sf.create("Contact", {"LastName": name})
        sf.advance(1)
    sf.quirk("small-pages", size=2)
    page = api.soql(QUERY).json()
    assert len(page["records"]) == 2
    rest = api("GET", sf.url + page["nextRecordsUrl"]).json()["records"]
    stamps = {row["SystemModstamp"] for row in page["records"] + rest}
    assert stamps == {"2026-11-21T12:00:00.000+0000"}


def test_a_lost_locator(sf, api, refused):
    sf.create_many("Contact", [{"LastName": n} for n in "ABC"])
    sf.quirk("small-pages", size=1)
    sf.quirk("locator-lost", 1)
    link = sf.url + api.soql(QUERY).json()["nextRecordsUrl"]
    assert refused(api("GET", link)) == (400, "INVALID_QUERY_LOCATOR")
    assert api("GET", link).status_code == 200


def test_commit_then_drop_has_done_it(sf, api):
    sf.quirk("commit-then-drop", 1, method="POST")
    with pytest.raises(requests.ConnectionError):
        api("POST", "sobjects/Contact", json={"LastName": "A"})
    assert len(sf.rows("Contact")) == 1


def test_drop_before_commit_has_not(sf, api):
    sf.quirk("drop-before-commit", 1)
    with pytest.raises(requests.ConnectionError):
        api("POST", "sobjects/Contact", json={"LastName": "A"})
    assert sf.rows("Contact") == []


def test_a_spurious_412_inside_a_composite(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.quirk("spurious-412", 1)
    url = f"/services/data/v66.0/sobjects/Contact/{record_id}"
    sub = {"referenceId": "a", "method": "PATCH", "url": url, "body": {"Phone": "1"}}
    assert api.composite(sub)[0]["httpStatusCode"] == 412
    assert api.composite(sub)[0]["httpStatusCode"] == 204


def test_a_locked_row(sf, api, refused):
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.quirk("row-locked", 2)
    path = f"sobjects/Contact/{record_id}"
    assert refused(api("PATCH", path, json={"Phone": "1"})) == (400, "UNABLE_TO_LOCK_ROW")
    records = [{"attributes": {"type": "Contact"}, "Id": record_id, "Phone": "2"}] * 2
    locked, done = api("PATCH", "composite/sobjects", json={"records": records}).json()
    assert locked["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert done["success"] is True


def test_throttling_and_failing(sf, api):
    sf.quirk("rate-limit", 1)
    assert "Retry-After" not in api("GET", "limits").headers
    sf.quirk("rate-limit", 1, retry_after=7)
    answer = api("GET", "limits")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    sf.quirk("server-error", 1)
    assert api("GET", "limits").json()[0]["errorCode"] == "SERVER_UNAVAILABLE"
    sf.quirk("server-error", 1, status=500)
    assert api("GET", "limits").headers["Content-Type"].startswith("text/html")
    assert api("GET", "limits").status_code == 200


def test_a_malformed_body(sf, api):
    sf.quirk("malformed-body", 1)
    with pytest.raises(requests.JSONDecodeError):
        api("GET", "limits").json()


def test_a_token_revoked_in_the_middle(sf, api, refused):
    assert api("GET", "limits").status_code == 200
    sf.quirk("token-revoked", 1)
    assert refused(api("GET", "limits")) == (401, "INVALID_SESSION_ID")
    assert refused(api("GET", "limits")) == (401, "INVALID_SESSION_ID")
    headers = {"Authorization": f"Bearer {sf.token}"}
    assert api("GET", "limits", headers=headers).status_code == 200


def test_a_field_permission_lost(sf, api, refused):
    sf.create("Contact", {"LastName": "A", "MobilePhone": "1"})
    sf.quirk("field-permission-lost")
    assert refused(api.soql("SELECT MobilePhone FROM Contact")) == (400, "INVALID_FIELD")
    sf.clear_quirks()
    assert api.column("SELECT MobilePhone FROM Contact") == ["1"]


def test_quirks_of_writes_do_not_concern_the_back_door(sf):
    sf.quirk("row-locked")
    sf.quirk("spurious-412")
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.update("Contact", record_id, {"LastName": "B"})
    assert sf.fired("row-locked") == 0
