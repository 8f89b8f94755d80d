"""How changes become visible: stamps, deletions, merges, replication calls, the Recycle Bin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL = "SELECT Id, IsDeleted, MasterRecordId, SystemModstamp, LastModifiedDate FROM Contact"


@pytest.fixture(autouse=True)
def at_noon(sf):
    sf.freeze(NOON)


def later(sf, seconds: float) -> None:
    sf.advance(seconds)


def test_stamps_have_whole_seconds_and_move_on_every_write(sf, api):
    later(sf, 0.75)
    record_id = sf.create("Contact", {"LastName": "A"})
    later(sf, 60)
    sf.update("Contact", record_id, {"LastName": "A"})
    row = sf.row("Contact", record_id)
    assert row["CreatedDate"] == "2026-11-21T12:00:00.000+0000"
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-11-21T12:01:00.000+0000"


def test_automation_moves_the_system_stamp_only(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    later(sf, 10)
    sf.automate("Contact", record_id, {"Title": "set by a flow"})
    row = api.records(ALL)[0]
    assert row["LastModifiedDate"] == "2026-11-21T12:00:00.000+0000"
    assert row["SystemModstamp"] == "2026-11-21T12:00:10.000+0000"


def test_a_write_names_who_wrote(sf):
    ada, bob = sf.add_user("ada@example.test"), sf.add_user("bob@example.test")
    record_id = sf.create("Contact", {"LastName": "A"}, as_user=ada)
    sf.update("Contact", record_id, {"Phone": "1"}, as_user=bob)
    row = sf.row("Contact", record_id)
    assert (row["OwnerId"], row["CreatedById"], row["LastModifiedById"]) == (ada.id, ada.id, bob.id)


def test_deleting_moves_the_stamps_and_query_all_shows_it(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    later(sf, 5)
    sf.delete("Contact", record_id)
    assert api.records("SELECT Id FROM Contact") == []
    row = api.records(ALL, deleted=True)[0]
    assert (row["IsDeleted"], row["SystemModstamp"]) == (True, "2026-11-21T12:00:05.000+0000")


def test_the_recycle_bin_keeps_rows_for_fifteen_days(sf, api):
    kept, emptied = sf.create_many("Contact", [{"LastName": "A"}, {"LastName": "B"}])
    sf.delete("Contact", emptied)
    assert sf.empty_bin() == 1
    sf.delete("Contact", kept)
    later(sf, timedelta(days=14).total_seconds())
    fresh = {"Authorization": f"Bearer {sf.token}"}
    rows = api.soql(ALL, deleted=True, headers=fresh).json()["records"]
    assert [row["Id"] for row in rows] == [kept]
    later(sf, timedelta(days=2).total_seconds())
    fresh = {"Authorization": f"Bearer {sf.token}"}
    assert api.soql(ALL, deleted=True, headers=fresh).json()["records"] == []


def test_undelete_brings_the_same_id_back(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.delete("Contact", record_id)
    later(sf, 5)
    sf.undelete("Contact", record_id)
    row = api.records(ALL)[0]
    assert (row["Id"], row["IsDeleted"]) == (record_id, False)
    assert row["SystemModstamp"] == "2026-11-21T12:00:05.000+0000"


def test_erased_rows_leave_no_trace_in_queries(sf, api):
    sf.erase("Contact", sf.create("Contact", {"LastName": "A"}))
    assert api.records(ALL, deleted=True) == []


def test_merged_rows_name_their_master(sf, api):
    winner, loser, report = sf.create_many("Contact", [{"LastName": n} for n in "ABC"])
    sf.update("Contact", report, {"ReportsToId": loser})
    stamp = sf.row("Contact", report)["SystemModstamp"]
    later(sf, 5)
    sf.merge("Contact", winner, [loser], {"Title": "merged"})
    rows = {row["Id"]: row for row in api.records(ALL, deleted=True)}
    assert (rows[loser]["IsDeleted"], rows[loser]["MasterRecordId"]) == (True, winner)
    assert rows[winner]["SystemModstamp"] == rows[loser]["SystemModstamp"] != stamp
    child = sf.row("Contact", report)
    assert (child["ReportsToId"], child["SystemModstamp"]) == (winner, stamp)


def test_deleting_an_account_deletes_its_contacts(sf, api):
    account = sf.create("Account", {"Name": "A"})
    sf.create("Contact", {"LastName": "A", "AccountId": account})
    assert api("DELETE", f"sobjects/Account/{account}").status_code == 204
    assert sf.rows("Contact") == []


# ---- getDeleted, getUpdated ---------------------------------------------------------------------


def span(api, what: str, start: datetime, end: datetime):
    params = {"start": start.isoformat(), "end": end.isoformat()}
    return api("GET", f"sobjects/Contact/{what}", params=params)


def test_deleted_lists_ids_with_their_time(sf, api):
    first, second, hidden = sf.create_many("Contact", [{"LastName": n} for n in "ABC"])
    later(sf, 90)
    for record_id in (first, second, hidden):
        sf.delete("Contact", record_id)
    sf.hide("Contact", hidden)
    sf.undelete("Contact", second)
    later(sf, 60)
    body = span(api, "deleted", NOON, sf.now() + timedelta(minutes=5)).json()
    assert body["deletedRecords"] == [{"id": first, "deletedDate": "2026-11-21T12:01:30.000+0000"}]
    assert body["latestDateCovered"] == "2026-11-21T12:02:30.000+0000"
    # Seconds do not count: the end is the whole minute before the deletion.
    until = NOON + timedelta(seconds=119)
    assert span(api, "deleted", NOON - timedelta(hours=1), until).json()["deletedRecords"] == []


def test_deleted_knows_rows_that_left_the_bin(sf, api):
    record_id = sf.create("Contact", {"LastName": "A"})
    sf.erase("Contact", record_id)
    later(sf, 120)
    body = span(api, "deleted", NOON - timedelta(hours=1), sf.now()).json()
    assert [row["id"] for row in body["deletedRecords"]] == [record_id]


def test_a_purged_delete_log_says_since_when_it_knows(sf, api):
    old = sf.create("Contact", {"LastName": "A"})
    sf.delete("Contact", old)
    later(sf, 3 * 3600)
    assert sf.purge_delete_log() == 1
    fresh = {"Authorization": f"Bearer {sf.token}"}
    params = {"start": NOON.isoformat(), "end": sf.now().isoformat()}
    body = api("GET", "sobjects/Contact/deleted", params=params, headers=fresh).json()
    assert body["deletedRecords"] == []
    assert body["earliestDateAvailable"] == "2026-11-21T13:00:00.000+0000"


def test_updated_lists_ids_only(sf, api):
    first, second = sf.create_many("Contact", [{"LastName": n} for n in "AB"])
    later(sf, 600)
    sf.update("Contact", second, {"Phone": "1"})
    later(sf, 120)
    body = span(api, "updated", NOON + timedelta(minutes=5), sf.now()).json()
    assert body["ids"] == [second]
    assert first not in body["ids"]


@pytest.mark.parametrize(
    ("start", "end"),
    [(-31 * 86400, 0), (-60, 0), (0, -3600), (-59, 0)],
)
def test_spans_have_rules(api, refused, start, end):
    now = NOON
    response = span(api, "deleted", now + timedelta(seconds=start), now + timedelta(seconds=end))
    assert refused(response) == (400, "INVALID_REPLICATION_DATE")
    text = api("GET", "sobjects/Contact/updated", params={"start": "x", "end": "y"})
    assert refused(text) == (400, "INVALID_REPLICATION_DATE")
