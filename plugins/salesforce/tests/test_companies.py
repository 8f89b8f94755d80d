"""A company and its account: found by its name, never made, never doubled."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.errors import Retry
from syncline.plugin.requests import (
    Applied,
)


def test_a_company_that_is_one_account_becomes_that_account(org: Any, sf: Any) -> None:
    navy = org.sandbox.create("Account", {"Name": "Navy"})
    (made,) = sf.create({"family_name": "Hopper", "company": "Navy"})

    assert (org.stored(made.id)["AccountId"], made.stored) == (navy, None)
    assert sf.record(made.id).fields["company"] == "Navy"


def test_an_account_spelt_otherwise_is_told_as_it_is_stored(org: Any, sf: Any) -> None:
    org.sandbox.create("Account", {"Name": "NAVY"})
    (made,) = sf.create({"family_name": "Hopper", "company": "Navy"})

    assert made.stored == {"company": "NAVY"} == {"company": sf.record(made.id).fields["company"]}


@pytest.mark.parametrize("accounts", [(), ("Navy", "Navy"), ("Navy", "navy"), ("Navy Inc",)])
def test_none_or_several_accounts_leave_it_empty_and_carry_nothing_back(
    org: Any, sf: Any, accounts: tuple[str, ...]
) -> None:
    for name in accounts:
        org.sandbox.create("Account", {"Name": name})
    (made,) = sf.create({"family_name": "Hopper", "company": "Navy"})

    assert org.stored(made.id)["AccountId"] is None
    assert made.stored == {"company": None}


def test_a_company_that_is_no_account_leaves_the_account_that_is_there(org: Any, sf: Any) -> None:
    army = org.sandbox.create("Account", {"Name": "Army"})
    contact = org.contact(AccountId=army)
    org.sandbox.advance(60)

    outcome = sf.update(sf.record(contact), company="Navy", job_title="x")
    assert outcome == Applied(id=contact, stored={"company": "Army"})
    assert outcome.stored == {"company": "Army"}
    stored = org.stored(contact)
    assert (stored["AccountId"], stored["Title"]) == (army, "x")


def test_a_company_that_is_no_account_alone_is_not_even_sent(org: Any, sf: Any) -> None:
    contact = org.contact()
    current = sf.record(contact)
    org.calls.clear()

    assert sf.update(current, company="Navy").stored == {"company": None}
    assert org.calls == {"read": 1}


def test_a_look_up_that_failed_means_that_nothing_was_sent(org: Any, sf: Any) -> None:
    org.sandbox.quirk("commit-then-drop", 1)

    with pytest.raises(Retry) as failed:
        sf.create({"family_name": "Hopper", "company": "Navy"})
    assert not failed.value.reached
    assert org.sandbox.rows("Contact") == []


def test_clearing_the_company_clears_the_account(org: Any, sf: Any) -> None:
    contact = org.contact(AccountId=org.sandbox.create("Account", {"Name": "Army"}))
    org.sandbox.advance(60)

    assert isinstance(sf.update(sf.record(contact), company=None), Applied)
    assert org.stored(contact)["AccountId"] is None


def test_a_deleted_account_is_no_account(org: Any, sf: Any) -> None:
    org.sandbox.delete("Account", org.sandbox.create("Account", {"Name": "Navy"}))
    (made,) = sf.create({"family_name": "Hopper", "company": "Navy"})

    assert made.stored == {"company": None}


def test_where_accounts_cannot_be_seen_companies_are_unknown(org: Any) -> None:
    navy = org.sandbox.create("Account", {"Name": "Navy"})
    contact = org.contact(AccountId=navy)
    org.sandbox.hide_object("Account")
    sf = org.connect().check()

    assert "company" not in sf.spec.by_name
    assert "company" not in sf.record(contact).fields


def test_an_account_that_is_hidden_leaves_the_company_unknown_not_empty(org: Any, sf: Any) -> None:
    navy = org.sandbox.create("Account", {"Name": "Navy"})
    contact = org.contact(AccountId=navy)
    org.sandbox.hide("Account", navy)

    fields = sf.record(contact).fields
    assert fields.get("company", "unknown") == "unknown"
