"""`columns=true`, as the sf CLI asks after every query.

Expected values after its own recordings (salesforcecli/plugin-data, queryFields.exemplars.ts).
"""

from __future__ import annotations

from typing import Any

import pytest


def columns(api: Any, query: str) -> dict[str, Any]:
    found: dict[str, Any] = api("GET", "query", params={"q": query, "columns": "true"}).json()
    return found


def column(name: str, **more: Any) -> dict[str, Any]:
    plain = {
        "aggregate": False,
        "apexType": None,
        "booleanType": False,
        "columnName": name,
        "custom": False,
        "displayName": name,
        "foreignKeyName": None,
        "insertable": False,
        "joinColumns": [],
        "numberType": False,
        "textType": False,
        "updatable": False,
    }
    return plain | more


TEXT = {"apexType": "String", "textType": True}


def test_fields(api):
    assert columns(api, "SELECT id, name FROM Contact") == {
        "columnMetadata": [column("Id", apexType="Id"), column("Name", **TEXT)],
        "entityName": "Contact",
        "groupBy": False,
        "idSelected": True,
        "keyPrefix": "003",
    }


def test_a_subquery_is_an_aggregate_of_columns(api):
    found = columns(api, "SELECT Name, ( SELECT LastName FROM Contacts ) FROM Account")
    name = column("Name", insertable=True, updatable=True, **TEXT)
    last = column("LastName", insertable=True, updatable=True, **TEXT)
    child = column("Contacts", aggregate=True, joinColumns=[last])
    assert found["columnMetadata"] == [name, child]
    assert found["idSelected"] is False


def test_an_aggregate_function_shows_how_it_is_written(api):
    query = "SELECT AccountId, AVG(MailingLatitude), COUNT(Id) n FROM Contact GROUP BY AccountId"
    found = columns(api, query)
    account = column("AccountId", apexType="Id", insertable=True, updatable=True)
    average = column("expr0", aggregate=True, displayName="avg(MailingLatitude)", numberType=True)
    count = column("n", aggregate=True, displayName="count(Id)", numberType=True)
    assert found["columnMetadata"] == [account, average, count]
    assert found["groupBy"] is True


def test_parents_are_joined(api):
    found = columns(api, "SELECT Name, Owner.Name, Owner.Manager.Name FROM Account")
    name, owner = found["columnMetadata"]
    manager = column("Manager", foreignKeyName="ManagerId", joinColumns=[column("Name", **TEXT)])
    joined = [column("Name", **TEXT), manager]
    assert name["columnName"] == "Name"
    assert owner == column("Owner", foreignKeyName="OwnerId", joinColumns=joined)


def test_branches_of_typeof_are_joined_too(api):
    found = columns(
        api, "SELECT TYPEOF Owner WHEN User THEN Alias WHEN Group THEN Name END FROM Lead"
    )
    owner = found["columnMetadata"][0]
    assert [c["columnName"] for c in owner["joinColumns"]] == ["Alias", "Name"]


@pytest.mark.parametrize("query", ["SELECT Nope FROM Contact", "SELECT", ""])
def test_a_query_that_fails_has_no_columns(api, query):
    response = api("GET", "query", params={"q": query, "columns": "true"})
    assert response.status_code == 400


def test_counting_has_none(api):
    assert columns(api, "SELECT COUNT() FROM Contact")["columnMetadata"] == []
