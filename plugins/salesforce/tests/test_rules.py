"""The rule set `salesforce-for-outlook`, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncline.model.contact import CONTACT
from syncline.model.sides import PerSide
from syncline.policy.rules import Between
from syncline.policy.schema import Conflict, Direction, ObjectPolicy
from syncline_salesforce.rules import SALESFORCE_FOR_OUTLOOK

KINDS = PerSide("outlook", "salesforce")
GOOD = ObjectPolicy(
    type=CONTACT,
    direction=Direction.BOTH,
    conflict=Conflict.RIGHT_WINS,
    where=PerSide(None, "Account.Type = 'Customer'"),
)


def broken(
    raw: dict[str, Any] | None = None,
    kinds: PerSide[str] = KINDS,
    names: PerSide[str] = KINDS,
    **more: Any,
) -> set[str]:
    between = Between(kinds, names)
    breaches = SALESFORCE_FOR_OUTLOOK.check(replace(GOOD, **more), raw or {}, between)
    return {breach.key for breach in breaches}


def test_it_is_the_default_for_its_pair() -> None:
    rules = SALESFORCE_FOR_OUTLOOK

    assert rules.is_default
    assert rules.kinds == frozenset({"outlook", "salesforce"})
    assert rules.merge == "record"


@pytest.mark.parametrize(
    ("direction", "keys"),
    [
        (Direction.BOTH, set()),
        (Direction.RIGHT_TO_LEFT, set()),
        (Direction.LEFT_TO_RIGHT, {"direction"}),
        (Direction.NONE, set()),
    ],
)
def test_contacts_may_not_go_from_outlook_only(direction: Direction, keys: set[str]) -> None:
    assert broken(direction=direction, conflict=None) == keys


def test_sides_are_told_by_the_kind_of_connector_not_by_their_order() -> None:
    swapped = {"kinds": KINDS.__class__("salesforce", "outlook"),
               "where": PerSide("Id != null", None), "conflict": None}  # fmt: skip

    assert broken(direction=Direction.LEFT_TO_RIGHT, **swapped) == set()
    assert broken(direction=Direction.RIGHT_TO_LEFT, **swapped) == {"direction"}


def test_other_objects_may_go_from_outlook_only() -> None:
    task = replace(CONTACT, name="task")

    assert broken(type=task, direction=Direction.LEFT_TO_RIGHT, conflict=None) == set()


@pytest.mark.parametrize(
    ("raw", "conflict", "keys"),
    [
        ({}, None, set()),
        ({"conflict": "salesforce_wins"}, Conflict.RIGHT_WINS, set()),
        ({"conflict": "outlook_wins"}, Conflict.LEFT_WINS, {"conflict"}),
        ({"conflict": "newest_wins"}, None, {"conflict"}),
        ({"conflict": "manual"}, Conflict.MANUAL, {"conflict"}),
    ],
)
def test_with_one_direction_the_source_wins(
    raw: dict[str, Any], conflict: Conflict | None, keys: set[str]
) -> None:
    assert broken(raw, direction=Direction.RIGHT_TO_LEFT, conflict=conflict) == keys


def test_no_container_where_nothing_is_synced() -> None:
    nothing = {"direction": Direction.NONE, "conflict": None}

    assert broken(container=PerSide("Contacts/CRM", None), **nothing) == {"container"}
    assert broken(container=PerSide("Contacts/CRM", None)) == set()


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ({}, {"where"}),
        ({"where": {"salesforce": "all"}}, set()),
        ({"where": {"salesforce": " ALL "}}, set()),
        ({"where": {"crm": "all"}}, {"where"}),
        ({"where": "all"}, set()),
        ({"where": {"outlook": "all"}}, {"where"}),
        ({"where": {"outlook": "all", "salesforce": "all"}}, set()),
    ],
)
def test_a_data_set_is_named_and_all_is_said(raw: dict[str, Any], keys: set[str]) -> None:
    assert broken(raw, where=PerSide(None, None)) == keys


@pytest.mark.parametrize(("said_of", "keys"), [("outlook", set()), ("mail", {"where"})])
def test_all_is_said_by_the_name_of_the_connection_whatever_it_is(
    said_of: str, keys: set[str]
) -> None:
    names = PerSide("mail", "outlook")  # the CRM's, whoever called it so

    assert broken({"where": {said_of: "all"}}, names=names, where=PerSide(None, None)) == keys


def test_every_breach_says_what_is_allowed() -> None:
    policy = replace(GOOD, direction=Direction.LEFT_TO_RIGHT, where=PerSide(None, None))

    breaches = SALESFORCE_FOR_OUTLOOK.check(policy, {}, Between(KINDS, PerSide("mail", "crm")))
    assert all(b.rule and b.allowed for b in breaches)
    assert 'crm = "all"' in str(breaches)
