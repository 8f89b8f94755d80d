"""Person accounts are reported, and not made again."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import Retry
from syncline.plugin.requests import (
    Applied,
    Rejected,
)


@pytest.fixture
def with_persons(org: Any) -> Any:
    """A connection to an organisation with a person account: Petra Person."""
    petra = {"FirstName": "Petra", "LastName": "Person", "Email": "Petra@person.example"}
    org.sandbox.add_person_account(petra, as_user=org.ada)
    connection = org.connect().check()
    org.calls.clear()
    return connection


@pytest.mark.parametrize("given", ["Petra", "petra", "P.", "Pet", None])
def test_who_is_a_person_account_is_reported_and_not_made_again(
    org: Any, with_persons: Any, given: str | None
) -> None:
    theirs = {"given_name": given, "family_name": "Doe", "emails": ("petra@person.example",)}
    outcomes = with_persons.create({"family_name": "A"}, theirs, {"family_name": "C"})

    assert [type(each) for each in outcomes] == [Applied, Rejected, Applied]
    assert (outcomes[1].code, outcomes[1].fields) == ("PERSON_ACCOUNT", ("emails",))
    assert "petra" not in repr(outcomes[1]).lower()
    made = {row["Id"] for row in org.sandbox.rows("Contact") if not row["IsPersonAccount"]}
    assert made == {outcomes[0].id, outcomes[2].id}
    assert org.calls == {"read": 1, "write": 1}


def test_a_given_name_that_contradicts_is_another_person(org: Any, with_persons: Any) -> None:
    paul = {"given_name": "Paul", "family_name": "Person", "emails": ("petra@person.example",)}
    (outcome,) = with_persons.create(paul)

    assert org.stored(outcome.id)["FirstName"] == "Paul"


def test_a_look_for_person_accounts_that_failed_means_that_nothing_was_sent(
    org: Any, with_persons: Any
) -> None:
    org.sandbox.quirk("commit-then-drop", 1)

    with pytest.raises(Retry) as failed:
        with_persons.create({"family_name": "A", "emails": ("a@example.test",)})
    assert not failed.value.reached


def test_without_person_accounts_nobody_is_looked_for(org: Any, sf: Any) -> None:
    sf.create({"family_name": "A", "emails": ("a@example.test",)})
    assert org.calls == {"write": 1}
