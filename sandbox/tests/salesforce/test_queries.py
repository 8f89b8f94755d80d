"""Queries over the wire: forms of records, cursors, errors."""

from __future__ import annotations

from datetime import timedelta

import pytest


def test_relationships_come_nested(sf, api):
    ada = sf.add_user("ada@example.test", name="Ada Lovelace")
    acme = sf.create("Account", {"Name": "Acme"})
    contact = sf.create("Contact", {"LastName": "Hopper", "AccountId": acme}, as_user=ada)
    sf.create("Contact", {"LastName": "Zuse"})
    rows = api.records("SELECT Id, account.NAME, Owner.Email, account.Owner.Id FROM Contact")
    assert rows[0] == {
        "attributes": {
            "type": "Contact",
            "url": f"/services/data/v66.0/sobjects/Contact/{contact}",
        },
        "Id": contact,
        "Account": {
            "attributes": {
                "type": "Account",
                "url": f"/services/data/v66.0/sobjects/Account/{acme}",
            },
            "Name": "Acme",
            "Owner": rows[0]["Account"]["Owner"],
        },
        "Owner": {
            "attributes": {
                "type": "User",
                "url": f"/services/data/v66.0/sobjects/User/{ada.id}",
            },
            "Email": "ada@example.test",
        },
    }
    assert rows[1]["Account"] is None


def test_children_are_null_or_a_result_of_their_own(sf, api):
    full, empty = (sf.create("Account", {"Name": name}) for name in ("Full", "Empty"))
    for name in ("A", "B", "C"):
        sf.create("Contact", {"LastName": name, "AccountId": full})
    query = (
        "SELECT Id, (SELECT LastName FROM Contacts WHERE LastName != 'A' ORDER BY LastName DESC)"
    )
    found = {row["Id"]: row["Contacts"] for row in api.records(f"{query} FROM Account")}
    assert found[empty] is None
    assert found[full]["totalSize"] == 2
    assert [row["LastName"] for row in found[full]["records"]] == ["C", "B"]


def test_compound_addresses_and_dates(sf, api):
    sf.create("Contact", {"LastName": "A", "MailingStreet": "a\nb", "MailingCity": "Köln"})
    sf.create("Contact", {"LastName": "B"})
    first, second = api.records("SELECT MailingAddress, MailingStreet, CreatedDate FROM Contact")
    assert first["MailingAddress"] == {
        "city": "Köln",
        "country": None,
        "geocodeAccuracy": None,
        "latitude": None,
        "longitude": None,
        "postalCode": None,
        "state": None,
        "street": "a\r\nb",
    }
    assert first["MailingStreet"] == "a\r\nb"
    assert first["CreatedDate"].endswith(".000+0000")
    assert second["MailingAddress"] is None


def test_counts_and_aggregates(sf, api):
    sf.create_many("Contact", [{"LastName": str(n)} for n in range(3)])
    counted = api.soql("SELECT COUNT() FROM Contact").json()
    assert counted == {"totalSize": 3, "done": True, "records": []}
    row = api.records("SELECT count(Id), MIN(LastName) first FROM Contact WHERE LastName > '0'")[0]
    assert row == {"attributes": {"type": "AggregateResult"}, "expr0": 2, "first": "1"}


def test_field_sets_need_a_limit(sf, api, refused):
    sf.define_field("Contact", "Tier__c", length=10)
    sf.create("Contact", {"LastName": "A", "Tier__c": "gold"})
    assert refused(api.soql("SELECT FIELDS(ALL) FROM Contact")) == (400, "MALFORMED_QUERY")
    assert refused(api.soql("SELECT FIELDS(ALL) FROM Contact LIMIT 201"))[0] == 400
    everything = api.records("SELECT FIELDS(ALL) FROM Contact LIMIT 200")[0]
    standard = api.records("SELECT FIELDS(STANDARD) FROM Contact")[0]
    assert everything["Tier__c"] == "gold"
    assert set(everything) - set(standard) == {"Tier__c"}


def test_cursors_lead_through_all_pages_and_live_two_days(sf, api, refused):
    ids = sf.create_many("Contact", [{"LastName": str(n)} for n in range(4500)])
    page = api.soql("SELECT Id FROM Contact").json()
    seen = [row["Id"] for row in page["records"]]
    assert (page["totalSize"], page["done"], len(seen)) == (4500, False, 2000)
    first_link = page["nextRecordsUrl"]
    assert first_link.startswith("/services/data/v66.0/query/")
    while not page["done"]:
        page = api("GET", sf.url + page["nextRecordsUrl"]).json()
        seen += [row["Id"] for row in page["records"]]
    assert seen == ids
    assert "nextRecordsUrl" not in page
    sf.advance(timedelta(days=2).total_seconds())
    fresh = {"Authorization": f"Bearer {sf.token}"}
    assert refused(api("GET", sf.url + first_link, headers=fresh)) == (400, "INVALID_QUERY_LOCATOR")


def test_a_walk_over_pages_is_no_snapshot(sf, api):
    ids = sf.create_many("Contact", [{"LastName": f"{n:03}"} for n in range(401)])
    small = {"Sforce-Query-Options": "batchSize=200"}
    query = "SELECT LastName FROM Contact ORDER BY LastName"
    page = api.soql(query, headers=small).json()
    assert len(page["records"]) == 200
    sf.update("Contact", ids[200], {"LastName": "changed"})
    sf.delete("Contact", ids[201])
    second = api("GET", sf.url + page["nextRecordsUrl"], headers=small).json()["records"]
    assert [row["LastName"] for row in second[:2]] == ["changed", "201"]


def test_the_hint_for_a_page_is_kept_between_200_and_2000(sf, api):
    sf.create_many("Contact", [{"LastName": str(n)} for n in range(250)])
    for hint, expected in ((1, 200), (225, 225), (9999, 250)):
        headers = {"Sforce-Query-Options": f"batchSize={hint}"}
        records = api.soql("SELECT Id FROM Contact", headers=headers).json()["records"]
        assert len(records) == expected


def test_query_all_shows_deleted_rows_on_later_pages_too(sf, api):
    ids = sf.create_many("Contact", [{"LastName": str(n)} for n in range(2001)])
    sf.delete("Contact", ids[-1])
    assert api.soql("SELECT Id FROM Contact").json()["totalSize"] == 2000
    page = api.soql("SELECT Id, IsDeleted FROM Contact", deleted=True).json()
    assert page["totalSize"] == 2001
    last = api("GET", sf.url + page["nextRecordsUrl"]).json()["records"]
    assert [(row["Id"], row["IsDeleted"]) for row in last] == [(ids[-1], True)]


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT Nope FROM Contact", "INVALID_FIELD", "No such column 'Nope' on entity 'Contact'"),
        ("SELECT Nope.Id FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Id FROM XYZZY", "INVALID_TYPE", "sObject type 'XYZZY' is not supported"),
        ("SELECT Id, Id FROM Contact", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Id FROM Contact WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD", "dateTime"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "dateTime"),
        ("SELECT Id FROM Contact WHERE LastName = 5", "INVALID_FIELD", "enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE IsDeleted = 'true'", "INVALID_FIELD", "boolean"),
        ("SELECT Id FROM Contact WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID"),
        ("SELECT Id, COUNT(Name) FROM Contact", "MALFORMED_QUERY", "grouped"),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "offset"),
        ("SELECT Id FROM Contact WHERE Name IN (SELECT Id FROM User)", "MALFORMED_QUERY", "semi"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(api, query, code, words):
    response = api.soql(query)
    assert response.status_code == 400
    assert response.json()[0]["errorCode"] == code
    assert words in response.json()[0]["message"]


def test_an_address_over_16384_bytes_is_refused(sf, api):
    ids = ",".join(f"'003{n:015}'" for n in range(1000))
    assert api.soql(f"SELECT Id FROM Contact WHERE Id IN ({ids})").status_code == 414


def test_the_slash_before_the_question_mark_is_optional(sf, api):
    sf.create("Contact", {"LastName": "A"})
    query = "SELECT%20LastName%20FROM%20Contact"
    for path in (f"query?q={query}", f"query/?q={query}", f"query/?%71={query}"):
        assert api("GET", path).json()["totalSize"] == 1


def test_a_keyset_walk_over_equal_stamps_sees_every_row_once(sf, api):
    sf.freeze()
    ids = sf.create_many("Contact", [{"LastName": str(n)} for n in range(25)])
    seen: list[str] = []
    condition = "SystemModstamp >= 2020-01-01T00:00:00Z"
    order = "ORDER BY SystemModstamp, Id LIMIT 10"
    while True:
        query = f"SELECT Id, SystemModstamp FROM Contact WHERE {condition} {order}"
        rows = api.records(query, deleted=True)
        if not rows:
            break
        seen += [row["Id"] for row in rows]
        last, stamp = rows[-1]["Id"], rows[-1]["SystemModstamp"]
        condition = f"((SystemModstamp = {stamp} AND Id > '{last}') OR SystemModstamp > {stamp})"
    assert seen == ids
