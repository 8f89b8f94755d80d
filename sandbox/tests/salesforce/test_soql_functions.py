"""toLabel, FORMAT, date functions and literals in WHERE, TYPEOF, scopes, aliases, FOR VIEW."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

EVENING = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


@pytest.fixture
def berlin(sf):
    """Half past midnight on Sunday, 22 November, where the caller lives."""
    sf.freeze(EVENING)
    return sf


# ---- functions of a field -----------------------------------------------------------------------


def test_labels_are_what_people_read_of_a_picklist(sf, api, refused):
    sf.set(labels={"Contact.LeadSource": {"Web": "Netz"}})
    sf.create_many("Contact", [{"LastName": n, "LeadSource": n} for n in ("Web", "Other")])
    base = "FROM Contact ORDER BY LastName"
    assert api.column(f"SELECT toLabel(LeadSource) {base}") == ["Other", "Netz"]
    row = api.records(f"SELECT LeadSource, toLabel(LeadSource) label {base}")[1]
    assert (row["LeadSource"], row["label"]) == ("Web", "Netz")
    found = api.column("SELECT LastName FROM Contact WHERE toLabel(LeadSource) = 'netz'")
    assert found == ["Web"]
    twice = "SELECT LeadSource, toLabel(LeadSource) FROM Contact"
    assert refused(api.soql(twice)) == (400, "MALFORMED_QUERY")
    assert refused(api.soql("SELECT toLabel(LastName) FROM Contact"))[0] == 400
    fields = api("GET", "sobjects/Contact/describe").json()["fields"]
    choices = next(f["picklistValues"] for f in fields if f["name"] == "LeadSource")
    assert {"Web": "Netz"}.items() <= {c["value"]: c["label"] for c in choices}.items()


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en_US", ("11/22/2026, 12:30 AM", "3/9/2001", "$44,000.50", "1,200")),
        ("de_DE", ("22.11.2026, 00:30", "09.03.2001", "44.000,50 $", "1.200")),
    ],
)
def test_values_are_formatted_as_the_caller_reads_them(berlin, api, locale, expected):
    user = berlin.rows("User")[0]["Id"]
    berlin.request("PATCH", f"/users/{user}", {"LocaleSidKey": locale})
    money = {"Name": "A", "AnnualRevenue": 44000.5, "NumberOfEmployees": 1200}
    account = berlin.create("Account", money)
    berlin.create("Contact", {"LastName": "B", "Birthdate": "2001-03-09", "AccountId": account})
    query = (
        "SELECT FORMAT(CreatedDate), FORMAT(Birthdate) born, FORMAT(Account.AnnualRevenue),"
        " FORMAT(Account.NumberOfEmployees) FROM Contact"
    )
    fresh = {"Authorization": f"Bearer {berlin.token}"}
    row = api.soql(query, headers=fresh).json()["records"][0]
    found = (
        row["CreatedDate"],
        row["born"],
        row["Account"]["AnnualRevenue"],
        row["Account"]["NumberOfEmployees"],
    )
    assert found == expected


def test_an_aggregate_can_be_formatted(berlin, api):
    berlin.create("Contact", {"LastName": "A"})
    fresh = {"Authorization": f"Bearer {berlin.token}"}
    query = "SELECT FORMAT(MIN(CreatedDate)) first FROM Contact"
    assert api.soql(query, headers=fresh).json()["records"][0]["first"] == "11/22/2026, 12:30 AM"


def test_dates_are_compared_by_their_parts(berlin, api, refused):
    berlin.create("Contact", {"LastName": "A"})

    def count(condition: str) -> int:
        fresh = {"Authorization": f"Bearer {berlin.token}"}
        query = f"SELECT COUNT() FROM Contact WHERE {condition}"
        return int(api.soql(query, headers=fresh).json()["totalSize"])

    assert count("CALENDAR_YEAR(CreatedDate) = 2026 AND DAY_IN_MONTH(CreatedDate) = 21") == 1
    assert count("DAY_IN_MONTH(convertTimezone(CreatedDate)) = 22") == 1
    assert count("HOUR_IN_DAY(CreatedDate) IN (22, 23)") == 1
    assert count("DAY_ONLY(CreatedDate) = 2026-11-21") == 1
    assert count("DAY_ONLY(convertTimezone(CreatedDate)) > 2026-11-21") == 1


def test_days_begin_at_midnight_where_the_caller_lives(berlin, api):
    berlin.create("Contact", {"LastName": "A"})
    berlin.freeze(datetime(2026, 11, 22, 0, 30, tzinfo=UTC))

    def count(literal: str) -> int:
        fresh = {"Authorization": f"Bearer {berlin.token}"}
        query = f"SELECT COUNT() FROM Contact WHERE CreatedDate = {literal}"
        return int(api.soql(query, headers=fresh).json()["totalSize"])

    assert (count("TODAY"), count("YESTERDAY"), count("THIS_WEEK")) == (1, 0, 1)
    berlin.set(first_day_of_week="monday")
    assert (count("THIS_WEEK"), count("LAST_N_WEEKS:1"), count("THIS_FISCAL_YEAR")) == (1, 0, 1)


def test_null_of_a_boolean_is_false(sf, api):
    sf.create("Contact", {"LastName": "A"})
    assert len(api.records("SELECT Id FROM Contact WHERE IsDeleted = null")) == 1
    assert api.records("SELECT Id FROM Contact WHERE IsDeleted != null") == []


# ---- references of several kinds ----------------------------------------------------------------


@pytest.fixture
def owned(sf):
    """A lead of a user and one of a queue."""
    queue = sf.create("Group", {"Name": "Inbound", "Email": "queue@example.test"})
    sf.create("Lead", {"LastName": "A", "Company": "C"})
    sf.create("Lead", {"LastName": "B", "Company": "C", "OwnerId": queue})
    return sf


def test_typeof_selects_by_the_object_of_the_reference(owned, api):
    query = (
        "SELECT Name, TYPEOF Owner WHEN User THEN Username, Manager.Name"
        " WHEN Group THEN DeveloperName, Type END FROM Lead ORDER BY Name"
    )
    user, queue = (row["Owner"] for row in api.records(query))
    assert user["attributes"]["type"] == "User"
    assert (user["Username"], user["Manager"]) == ("integration@example.test", None)
    assert queue["attributes"]["type"] == "Group"
    assert set(queue) == {"attributes", "DeveloperName", "Type"}


def test_typeof_has_a_branch_for_all_others_or_says_null(owned, api):
    base = "FROM Lead ORDER BY Name"
    named = f"SELECT TYPEOF Owner WHEN User THEN Id ELSE Name, Email END {base}"
    assert [row["Owner"].get("Email") for row in api.records(named)] == [
        None,
        "queue@example.test",
    ]
    silent = f"SELECT TYPEOF Owner WHEN User THEN Id END {base}"
    assert [row["Owner"] is None for row in api.records(silent)] == [False, True]


def test_a_name_is_common_to_all_that_a_reference_may_lead_to(owned, api):
    rows = api.records("SELECT Owner.Name, Owner.Type FROM Lead ORDER BY Owner.Type")
    queue, user = (row["Owner"] for row in rows)
    assert (queue["Name"], queue["Type"], user["Type"]) == ("Inbound", "Group", "User")
    assert queue["attributes"]["type"] == "Name"
    assert "/sobjects/Group/00G" in queue["attributes"]["url"]
    found = api.column("SELECT LastName FROM Lead WHERE Owner.Type = 'group'")
    assert found == ["B"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT TYPEOF Account WHEN Account THEN Id END FROM Contact", "INVALID_FIELD"),
        ("SELECT TYPEOF Owner WHEN Contact THEN Id END FROM Lead", "INVALID_TYPE"),
        ("SELECT TYPEOF Owner WHEN User THEN Company END FROM Lead", "INVALID_FIELD"),
        ("SELECT COUNT(Id), TYPEOF Owner WHEN User THEN Id END FROM Lead", "MALFORMED_QUERY"),
        ("SELECT TYPEOF Owner WHEN User THEN Id END FROM Lead GROUP BY Name", "MALFORMED_QUERY"),
        ("SELECT toLabel(Rating), TYPEOF Owner WHEN User THEN Id END FROM Lead", "MALFORMED_QUERY"),
        ("SELECT TYPEOF Owner WHEN User THEN Id FROM Lead", "MALFORMED_QUERY"),
    ],
)
def test_typeof_has_its_limits(api, refused, query, code):
    assert refused(api.soql(query)) == (400, code)


def test_a_reference_may_be_written_to_either_kind(owned, api, refused):
    contact = owned.create("Contact", {"LastName": "A"})
    body = {"LastName": "C", "Company": "C", "OwnerId": contact}
    assert refused(api("POST", "sobjects/Lead", json=body)) == (400, "MALFORMED_ID")
    fields = api("GET", "sobjects/Lead/describe").json()["fields"]
    owner = next(field for field in fields if field["name"] == "OwnerId")
    assert (owner["referenceTo"], owner["namePointing"]) == (["Group", "User"], True)


# ---- where rows come from -----------------------------------------------------------------------


def test_a_scope_narrows_to_what_belongs_to_the_caller(sf, api, refused):
    ada = sf.add_user("ada@example.test")
    sf.create("Contact", {"LastName": "hers"}, as_user=ada)
    sf.create("Contact", {"LastName": "mine"})
    base = "SELECT LastName FROM Contact USING SCOPE"
    assert api.column(f"{base} mine WHERE LastName != null") == ["mine"]
    assert len(api.column(f"{base} Everything")) == 2
    assert refused(api.soql(f"{base} my_territory")) == (400, "INVALID_QUERY_SCOPE")
    assert refused(api.soql("SELECT Id FROM User USING SCOPE mine")) == (400, "INVALID_QUERY_SCOPE")
    scopes = api("GET", "sobjects/Contact/describe").json()["supportedScopes"]
    assert [scope["name"] for scope in scopes] == ["everything", "mine"]


def test_objects_may_have_aliases(sf, api, refused):
    account = sf.create("Account", {"Name": "Acme"})
    sf.create("Contact", {"LastName": "A", "AccountId": account})
    query = "SELECT c.LastName, a.Name FROM Contact c, c.Account a WHERE a.Name = 'acme'"
    row = api.records(f"{query} ORDER BY c.LastName")[0]
    assert (row["LastName"], row["Account"]["Name"]) == ("A", "Acme")
    counted = "SELECT COUNT() FROM Contact, Contact.Account WHERE Account.Name = 'Acme'"
    assert api.soql(counted).json()["totalSize"] == 1
    assert refused(api.soql("SELECT x.LastName FROM Contact c")) == (400, "INVALID_FIELD")
    assert refused(api.soql("SELECT Id FROM Contact c, x.Account")) == (400, "MALFORMED_QUERY")


def test_subqueries_nest_and_take_functions(sf, api):
    account = sf.create("Account", {"Name": "Acme"})
    for name in "ABC":
        sf.create("Contact", {"LastName": name, "AccountId": account, "LeadSource": "Web"})
    query = (
        "SELECT Name, (SELECT toLabel(LeadSource) FROM Account.Contacts"
        " ORDER BY LastName LIMIT 2 OFFSET 2) FROM Account"
    )
    found = api.records(query)[0]["Contacts"]
    assert (found["totalSize"], found["records"][0]["LeadSource"]) == (1, "Web")


def test_reserved_words_are_no_aliases_and_names_may_begin_with_them(sf, api):
    sf.define_field("Contact", "From__c", length=10)
    sf.define_field("Contact", "Grouping__c", length=10)
    sf.create("Contact", {"LastName": "A", "From__c": "x", "Grouping__c": "y"})
    query = "select from__c, GROUPING__c from Contact where From__c = 'x' limit 1"
    row = api.records(query)[0]
    assert (row["From__c"], row["Grouping__c"]) == ("x", "y")


# ---- FOR VIEW, and what was viewed --------------------------------------------------------------


def test_for_view_notes_what_was_seen_and_moves_no_stamp(sf, api):
    first, second = sf.create_many("Contact", [{"LastName": n} for n in "AB"])
    before = sf.row("Contact", first)
    api.records("SELECT Name, Id FROM Contact WHERE LastName = 'A' LIMIT 1 FOR VIEW")
    api.records("SELECT Id FROM Contact WHERE LastName = 'B' FOR VIEW, REFERENCE")
    viewed, both = sf.row("Contact", first), sf.row("Contact", second)
    assert viewed["LastViewedDate"]
    assert viewed["LastReferencedDate"] is None
    assert viewed["SystemModstamp"] == before["SystemModstamp"]
    assert both["LastViewedDate"] == both["LastReferencedDate"]
    assert api("GET", "recent").json() == [
        {
            "attributes": {
                "type": "Contact",
                "url": f"/services/data/v66.0/sobjects/Contact/{record_id}",
            },
            "Id": record_id,
            "Name": name,
        }
        for record_id, name in ((second, "B"), (first, "A"))
    ]


def test_recent_items_are_the_callers_own_and_still_there(sf, api, refused):
    contact = sf.create("Contact", {"LastName": "A"})
    account = sf.create("Account", {"Name": "Acme"})
    assert api("GET", "recent").json() == []
    for kind in ("Contact", "Account", "Contact"):
        api.records(f"SELECT Id FROM {kind} FOR REFERENCE")
    found = api("GET", "recent").json()
    assert [item["Id"] for item in found] == [contact, account]
    assert [item["Id"] for item in api("GET", "recent?limit=1").json()] == [contact]
    items = api("GET", "sobjects/Account").json()["recentItems"]
    assert [item["Id"] for item in items] == [account]
    sf.delete("Contact", contact)
    assert [item["Id"] for item in api("GET", "recent").json()] == [account]
    wish = {"user": sf.add_user("ada@example.test").id}
    stranger = {"Authorization": f"Bearer {sf.request('POST', '/sessions', wish)['token']}"}
    assert api("GET", "recent", headers=stranger).json() == []
    assert refused(api("GET", "recent?limit=many"))[0] == 400
