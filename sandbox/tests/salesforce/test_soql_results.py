"""Queries against rows, compared with the same question put to Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncline_sandbox.environment import Environment
from syncline_sandbox.quirks import Quirks
from syncline_sandbox.salesforce.app import SalesforceService
from syncline_sandbox.salesforce.quirks import QUIRKS
from syncline_sandbox.salesforce.rows.writes import Actor, create
from syncline_sandbox.salesforce.setup import integration_user
from syncline_sandbox.salesforce.soql import run

PEOPLE: list[dict[str, Any]] = [
    {"LastName": "Lovelace", "FirstName": "Ada", "Email": "ADA@example.test", "Title": "Countess"},
    {"LastName": "Babbage", "FirstName": "Charles", "Email": None, "Title": "100%"},
    {"LastName": "Hopper", "FirstName": "Grace", "Email": "grace@example.test", "Title": None},
    {"LastName": "ärgerlich", "FirstName": None, "Email": None, "Title": "a_b"},
    {"LastName": "ÄRGERLICH", "FirstName": "Zoë", "Email": "z@example.test", "Title": "axb"},
]


@pytest.fixture(scope="module")
def service() -> Iterator[SalesforceService]:
    service = SalesforceService(Environment(quirks=Quirks(QUIRKS)))
    service.prepare()
    actor = Actor(integration_user(service.org), through_api=False)
    kind = service.org.everything.objects["contact"]
    for person in PEOPLE:
        create(service.org, kind, person, actor)
    yield service
    service.environment.storage.close()


def names(service: SalesforceService, rest: str) -> list[str]:
    text = f"SELECT LastName FROM Contact {rest}"
    user = integration_user(service.org)
    prepared = run.prepare(service.org, text, user, include_deleted=False, base="")
    rows = run.read_rows(prepared, run.matching_ids(prepared))
    return [row["LastName"] for row in rows]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Email = 'ada@EXAMPLE.test'", ["Lovelace"]),
        ("LastName = 'Ärgerlich'", ["ärgerlich", "ÄRGERLICH"]),
        ("Email = null", ["Babbage", "ärgerlich"]),
        ("Email = ''", ["Babbage", "ärgerlich"]),
        ("Email != 'ada@example.test'", ["Babbage", "Hopper", "ärgerlich", "ÄRGERLICH"]),
        ("Title LIKE '100\\%'", ["Babbage"]),
        ("Title LIKE 'a\\_b'", ["ärgerlich"]),
        ("Title LIKE 'A_B'", ["ärgerlich", "ÄRGERLICH"]),
        ("NOT Title LIKE 'a%'", ["Lovelace", "Babbage", "Hopper"]),
        ("(NOT Title LIKE 'a%') AND Email != null", ["Lovelace", "Hopper"]),
        ("Email IN ('Z@example.test', null)", ["Babbage", "ärgerlich", "ÄRGERLICH"]),
        ("Email NOT IN ('z@example.test', null)", ["Lovelace", "Hopper"]),
        ("Email NOT IN ('z@example.test')", ["Lovelace", "Babbage", "Hopper", "ärgerlich"]),
        ("LastName > 'Hopper' AND LastName < 'Z'", ["Lovelace"]),
        ("CreatedDate = TODAY AND IsDeleted = false", [p["LastName"] for p in PEOPLE]),
        ("CreatedDate > TODAY", []),
        ("CreatedDate = LAST_N_DAYS:1", [p["LastName"] for p in PEOPLE]),
        ("CreatedDate < 2020-01-01T00:00:00Z", []),
        ("Owner.Username LIKE 'integration%'", [p["LastName"] for p in PEOPLE]),
        ("Account.Name = null", [p["LastName"] for p in PEOPLE]),
        ("OwnerId IN (SELECT Id FROM User WHERE Email LIKE 'nobody%')", []),
        ("OwnerId NOT IN (SELECT Id FROM User)", []),
    ],
)
def test_a_condition_finds(service: SalesforceService, where: str, expected: list[str]):
    assert names(service, f"WHERE {where}") == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("ORDER BY FirstName", ["ärgerlich", "Lovelace", "Babbage", "Hopper", "ÄRGERLICH"]),
        ("ORDER BY FirstName NULLS LAST LIMIT 1", ["Lovelace"]),
        ("ORDER BY FirstName DESC NULLS LAST LIMIT 1", ["ÄRGERLICH"]),
        ("ORDER BY FirstName DESC LIMIT 2 OFFSET 1", ["ÄRGERLICH", "Hopper"]),
        ("ORDER BY Owner.Name, Contact.LastName DESC LIMIT 1 OFFSET 2", ["Lovelace"]),
    ],
)
def test_rows_come_in_order(service: SalesforceService, rest: str, expected: list[str]):
    assert names(service, rest) == expected


# ---- the logic of conditions, against Python's ------------------------------------------------

LEAVES = st.sampled_from(
    [
        ("Email = null", lambda p: p["Email"] is None),
        ("Email != null", lambda p: p["Email"] is not None),
        ("FirstName < 'D'", lambda p: (p["FirstName"] or "~").lower() < "d"),
        ("Title LIKE '%a%'", lambda p: "a" in (p["Title"] or "").lower()),
        ("Title IN ('Countess')", lambda p: p["Title"] == "Countess"),
        ("Title NOT IN ('Countess')", lambda p: p["Title"] != "Countess"),
    ]
)


def combined(children: Any) -> Any:
    pairs = st.lists(children, min_size=2, max_size=3)
    return st.one_of(
        pairs.map(lambda parts: joined(parts, " AND ", all)),
        pairs.map(lambda parts: joined(parts, " OR ", any)),
        children.map(lambda part: (f"NOT ({part[0]})", lambda p: not part[1](p))),
    )


def joined(parts: Any, word: str, quantifier: Any) -> Any:
    return (
        word.join(f"({text})" for text, _ in parts),
        lambda p: quantifier(test(p) for _, test in parts),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(condition=st.recursive(LEAVES, combined, max_leaves=8))
def test_conditions_know_two_truth_values(service: SalesforceService, condition: Any):
    text, holds = condition
    assert names(service, f"WHERE {text}") == [p["LastName"] for p in PEOPLE if holds(p)]
