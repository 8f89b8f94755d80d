"""GROUP BY, HAVING, aggregates and their names, over the wire.

Examples after the SOQL and SOSL Reference, "GROUP BY", "HAVING", "Aggregate Functions".
"""

from __future__ import annotations

from typing import Any

import pytest

LEADS = [
    ("Web", None), ("Web", "Hot"), ("Web", "Warm"), ("Partner Referral", None), (None, "Hot"),
]  # fmt: skip


@pytest.fixture
def leads(sf):
    rows = [
        {"LastName": str(n), "Company": "Acme", "LeadSource": source, "Rating": rating}
        for n, (source, rating) in enumerate(LEADS)
    ]
    sf.create_many("Lead", rows)
    return sf


def rows(api: Any, query: str) -> list[tuple[Any, ...]]:
    """The values of each record in the order of its members."""
    found = api.records(query)
    assert all(row["attributes"] == {"type": "AggregateResult"} for row in found)
    return [tuple(v for k, v in row.items() if k != "attributes") for row in found]


def test_rows_are_counted_by_group_and_empty_is_a_group(leads, api):
    query = "SELECT LeadSource, COUNT(Name) FROM Lead GROUP BY LeadSource ORDER BY LeadSource"
    assert api.soql(query).json() == {
        "totalSize": 3,
        "done": True,
        "records": [
            {"attributes": {"type": "AggregateResult"}, "LeadSource": source, "expr0": count}
            for source, count in ((None, 1), ("Partner Referral", 1), ("Web", 3))
        ],
    }


def test_members_have_the_alias_or_a_number_of_their_own(leads, api):
    query = (
        "SELECT LeadSource s, MAX(Name), MIN(Name) least, COUNT(Id) FROM Lead "
        "WHERE LeadSource = 'Web' GROUP BY LeadSource"
    )
    row = api.records(query)[0]
    assert list(row) == ["attributes", "s", "expr0", "least", "expr1"]
    assert (row["s"], row["expr0"], row["least"], row["expr1"]) == ("Web", "2", "0", 3)


def test_distinct_values_without_an_aggregate(leads, api):
    query = "SELECT Rating FROM Lead WHERE Rating != null GROUP BY Rating ORDER BY Rating DESC"
    assert rows(api, query) == [("Warm",), ("Hot",)]


def test_groups_are_made_without_regard_to_case(sf, api):
    sf.create_many("Contact", [{"LastName": n} for n in ("Weiß", "WEISS", "weiss")])
    query = "SELECT COUNT(Id) n FROM Contact GROUP BY LastName HAVING COUNT(Id) > 1"
    assert rows(api, query) == [(2,)]


def test_having_filters_groups_by_aggregates_and_by_what_is_grouped(leads, api):
    base = "SELECT LeadSource, COUNT(Id) FROM Lead GROUP BY LeadSource HAVING "
    assert rows(api, base + "COUNT(Id) > 1") == [("Web", 3)]
    assert rows(api, base + "COUNT(Id) < 3 AND LeadSource LIKE 'p%'") == [("Partner Referral", 1)]
    assert rows(api, base + "(NOT COUNT(Rating) = 0) AND LeadSource != null") == [("Web", 3)]
    assert rows(api, base + "MIN(Rating) IN ('HOT', 'Cold') AND LeadSource = 'web'") == [("Web", 3)]


def test_groups_come_in_the_order_of_aggregates_up_to_a_limit(leads, api):
    base = "SELECT LeadSource, COUNT(Id) FROM Lead GROUP BY LeadSource ORDER BY COUNT(Id) DESC"
    assert rows(api, f"{base}, LeadSource NULLS LAST LIMIT 2") == [
        ("Web", 3),
        ("Partner Referral", 1),
    ]
    assert rows(api, f"{base}, LeadSource LIMIT 1 OFFSET 1") == [(None, 1)]


def test_groups_over_a_parent_take_the_fields_last_name(sf, api):
    for name in ("Acme", "Beta"):
        account = sf.create("Account", {"Name": name})
        sf.create_many("Contact", [{"LastName": n, "AccountId": account} for n in "AB"])
    query = "SELECT Account.Name, COUNT(Id) n FROM Contact GROUP BY Account.Name"
    assert [(row["Name"], row["n"]) for row in api.records(query)] == [("Acme", 2), ("Beta", 2)]


def test_numbers_are_summed_and_averaged(sf, api):
    for size in (1, 2, None):
        sf.create("Account", {"Name": "A", "NumberOfEmployees": size})
    query = (
        "SELECT SUM(NumberOfEmployees), AVG(NumberOfEmployees), COUNT(NumberOfEmployees),"
        " COUNT_DISTINCT(Name), COUNT(Id) FROM Account"
    )
    assert rows(api, query) == [(3, 1.5, 2, 1, 3)]


def test_a_rollup_adds_subtotals_from_right_to_left(leads, api):
    query = (
        "SELECT LeadSource, Rating, GROUPING(LeadSource) a, GROUPING(Rating) b, COUNT(Name) cnt"
        " FROM Lead GROUP BY ROLLUP(LeadSource, Rating)"
        " ORDER BY GROUPING(LeadSource), GROUPING(Rating), LeadSource, Rating"
    )
    assert rows(api, query) == [
        (None, "Hot", 0, 0, 1),
        ("Partner Referral", None, 0, 0, 1),
        ("Web", None, 0, 0, 1),
        ("Web", "Hot", 0, 0, 1),
        ("Web", "Warm", 0, 0, 1),
        (None, None, 0, 1, 1),
        ("Partner Referral", None, 0, 1, 1),
        ("Web", None, 0, 1, 3),
        (None, None, 1, 1, 5),
    ]


def test_a_cube_adds_subtotals_for_every_combination(leads, api):
    query = (
        "SELECT LeadSource, Rating, COUNT(Name) FROM Lead WHERE LeadSource = 'Web'"
        " GROUP BY CUBE(LeadSource, Rating) HAVING GROUPING(LeadSource) = 1 ORDER BY Rating"
    )
    assert sorted(rows(api, query), key=str) == [
        (None, "Hot", 1), (None, "Warm", 1), (None, None, 1), (None, None, 3),
    ]  # fmt: skip


def test_dates_are_grouped_by_their_parts(sf, api):
    for day in ("2001-01-31", "2001-12-24", "2002-01-01", None):
        sf.create("Contact", {"LastName": "A", "Birthdate": day})
    query = (
        "SELECT CALENDAR_YEAR(Birthdate) y, COUNT(Id) FROM Contact WHERE Birthdate != null"
        " GROUP BY CALENDAR_YEAR(Birthdate) ORDER BY CALENDAR_YEAR(Birthdate)"
    )
    assert rows(api, query) == [(2001, 2), (2002, 1)]
    parts = "SELECT CALENDAR_MONTH(Birthdate) FROM Contact GROUP BY Birthdate ORDER BY Birthdate"
    assert rows(api, parts) == [(None,), (1,), (12,), (1,)]


def test_two_thousand_groups_are_the_most(sf, api, refused):
    sf.create_many("Contact", [{"LastName": str(n)} for n in range(2001)])
    query = "SELECT LastName FROM Contact GROUP BY LastName"
    response = api.soql(query)
    assert refused(response) == (400, "EXCEEDED_ID_LIMIT")
    assert "does not support queryMore()" in response.json()[0]["message"]
    assert len(rows(api, f"{query} LIMIT 2000")) == 2000


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT Id, COUNT(Name) FROM Lead", "MALFORMED_QUERY",
         "Field must be grouped or aggregated: Id"),
        ("SELECT LeadSource, COUNT(Id) FROM Lead GROUP BY LeadSource HAVING City LIKE 'San%'",
         "MALFORMED_QUERY", "Field must be grouped or aggregated: City"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY LeadSource ORDER BY Name", "MALFORMED_QUERY",
         "Field must be grouped or aggregated: Name"),
        ("SELECT FIELDS(STANDARD), COUNT(Id) FROM Lead GROUP BY LeadSource", "MALFORMED_QUERY",
         "Field must be grouped or aggregated"),
        ("SELECT LeadSource, COUNT(LeadSource) FROM Lead GROUP BY LeadSource", "MALFORMED_QUERY",
         "Grouped field should not be aggregated: LeadSource"),
        ("SELECT Description FROM Lead GROUP BY Description", "INVALID_FIELD",
         "field 'Description' can not be grouped in a query call"),
        ("SELECT CreatedDate FROM Lead GROUP BY CreatedDate", "INVALID_FIELD",
         "can not be grouped"),
        ("SELECT SUM(Name) FROM Lead", "MALFORMED_QUERY",
         "field Name does not support aggregate operator SUM"),
        ("SELECT COUNT(IsConverted) FROM Lead", "MALFORMED_QUERY", "aggregate operator COUNT"),
        ("SELECT MAX(CreatedDate) FROM Lead LIMIT 1", "MALFORMED_QUERY",
         "Non-grouped query that uses overall aggregate functions cannot also use LIMIT"),
        ("SELECT COUNT(Id) FROM Lead ORDER BY Name", "MALFORMED_QUERY", "cannot also use ORDER"),
        ("SELECT Name n FROM Lead", "MALFORMED_QUERY",
         "only aggregate expressions use field aliasing"),
        ("SELECT LeadSource a, COUNT(Id) A FROM Lead GROUP BY LeadSource", "MALFORMED_QUERY",
         "duplicate alias: A"),
        ("SELECT Name, CreatedBy.Name FROM Lead GROUP BY Name, CreatedBy.Name", "MALFORMED_QUERY",
         "duplicate alias: Name"),
        ("SELECT COUNT(Id) c FROM Lead GROUP BY LeadSource ORDER BY c", "INVALID_FIELD", "'c'"),
        ("SELECT CALENDAR_YEAR(CreatedDate), Name FROM Lead", "MALFORMED_QUERY",
         "must be grouped or aggregated"),
        ("SELECT COUNT(), Name FROM Lead", "MALFORMED_QUERY", "only element"),
        ("SELECT COUNT() FROM Lead ORDER BY Name", "MALFORMED_QUERY", "ORDER BY"),
        ("SELECT Id FROM Lead WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "aggregate"),
        ("SELECT Id FROM Lead HAVING COUNT(Id) > 1", "MALFORMED_QUERY", "HAVING"),
        ("SELECT NOPE(Name) FROM Lead", "MALFORMED_QUERY", "NOPE"),
        ("SELECT Name, (SELECT COUNT(Id) FROM Contacts) FROM Account", "MALFORMED_QUERY",
         "only root queries support aggregate expressions"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY ROLLUP(Name, City, State, Country)",
         "MALFORMED_QUERY", "at most 3"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY Name HAVING CreatedById IN (SELECT Id FROM User)",
         "MALFORMED_QUERY", "HAVING"),
    ],
)  # fmt: skip
def test_what_cannot_be_grouped_is_refused(api, query, code, words):
    response = api.soql(query)
    assert response.status_code == 400, response.text
    assert response.json()[0]["errorCode"] == code
    assert words in response.json()[0]["message"]
