"""What work costs, in calls: the API calls of a day are shared by the whole organisation."""

from __future__ import annotations

from math import ceil
from typing import Any

import pytest


def fill(org: Any, count: int) -> list[str]:
    rows = [{"LastName": f"Person {number}", "OwnerId": org.ada.id} for number in range(count)]
    ids: list[str] = org.sandbox.create_many("Contact", rows)
    return ids


def test_reading_costs_a_call_for_two_thousand(org: Any, sf: Any) -> None:
    fill(org, 4_500)

    assert len(sf.round().records) == 4_500
    assert org.calls == {"read": ceil(4_500 / 2_000)}


def test_nothing_new_costs_one_call_for_all_members_together(org: Any, sf: Any) -> None:
    fill(org, 2_500)
    org.sandbox.advance(30)
    cursor = sf.round().cursor
    org.calls.clear()

    sf.round(cursor)
    assert org.calls == {"read": 1}


def test_reading_back_costs_a_call_for_six_hundred(org: Any, sf: Any) -> None:
    made = fill(org, 600)

    assert len(sf.ids(*made).records) == 600
    assert org.calls == {"read": 1}
    assert sf.spec.read_batch == 600


@pytest.mark.parametrize(("keyed", "batch"), [(False, 50), (True, 200)])
def test_creating_costs_a_call_for_each_batch(org: Any, keyed: bool, batch: int) -> None:
    org.with_key_field()
    sf = org.connect(**({"key_field": "SyncKey__c"} if keyed else {})).check()
    org.calls.clear()

    assert sf.spec.create_batch == batch
    sf.create(*({"family_name": f"Person {number}"} for number in range(400)))
    assert org.calls == {"write": 400 // batch}


def test_conditional_updates_cost_a_call_for_twenty_five(org: Any, sf: Any) -> None:
    made = fill(org, 60)
    org.sandbox.advance(60)
    current = sf.ids(*made).records
    org.calls.clear()

    sf.send([sf.change(record, job_title="x") for record in current])
    assert org.calls == {"write": ceil(60 / 25)}


def test_plain_updates_and_deletions_cost_a_call_for_two_hundred(org: Any, sf: Any) -> None:
    made = fill(org, 250)
    current = sf.ids(*made).records
    org.calls.clear()

    sf.send([sf.change(record, sure=False, job_title="x") for record in current])
    sf.delete(*current)
    assert org.calls == {"write": 4}


def test_looking_up_companies_costs_one_call_for_a_batch(org: Any, sf: Any) -> None:
    sf.create(*({"family_name": "A", "company": f"Firm {number}"} for number in range(50)))

    assert org.calls == {"write": 1, "read": 1}


def test_what_is_counted_is_what_was_sent(org: Any, sf: Any) -> None:
    made = fill(org, 30)
    sf.round()
    sf.delete(*sf.ids(*made).records)

    assert sum(org.calls.values()) == sum(org.sandbox.call_counts().values())
