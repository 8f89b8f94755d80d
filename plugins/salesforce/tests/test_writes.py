"""Creates, updates, deletions: what is stored, what is refused, what is never done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.errors import Retry, Stop
from syncline.model.records import AbsenceReason, AccountId
from syncline.plugin.requests import (
    Applied,
    Create,
    Deferred,
    Duplicate,
    Gone,
    Rejected,
    Stale,
    Unknown,
)
from syncline_salesforce.contacts.writing import Writes

Same = Callable[[Any, Any], bool]


@pytest.fixture
def keyed(org: Any) -> Any:
    """A connection whose organisation has our key field."""
    org.with_key_field()
    connection = org.connect(key_field="SyncKey__c").check()
    org.calls.clear()
    return connection


def contacts(org: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = org.sandbox.rows("Contact")
    return rows


# ---- creates ------------------------------------------------------------------------------------


def test_a_full_contact_is_stored_as_it_was_given(
    org: Any, sf: Any, full: dict[str, Any], same: Same
) -> None:
    (made,) = sf.create(full, owner=org.bob.id)

    record = sf.record(made.id)
    assert same(record.fields, full)
    assert record.owner == org.bob.id


def test_a_company_alone_makes_a_contact_with_a_name(org: Any, sf: Any, same: Same) -> None:
    fields = {"family_name": None, "company": "Navy", "display_name": "Navy, Supplies"}
    (made,) = sf.create(fields)

    assert org.stored(made.id)["LastName"] == "Navy, Supplies"


def test_a_person_of_one_name_is_called_by_it(org: Any, sf: Any) -> None:
    (made,) = sf.create({"given_name": "Cher", "family_name": None, "company": "Navy"})

    stored = org.stored(made.id)
    assert (stored["FirstName"], stored["LastName"]) == ("Cher", "Cher")


def test_many_lines_are_cut_to_what_fits(org: Any, sf: Any, same: Same) -> None:
    fields = sf.spec.stored_as(
        {
            "family_name": "Lines",
            "notes": "line\n" * 6_000,
            "business_address": {"street": "\n".join(["street"] * 36)},
        }
    )
    (made,) = sf.create(fields)

    assert same(sf.record(made.id).fields, fields)


def test_one_bad_record_does_not_hold_up_its_neighbours(org: Any, sf: Any) -> None:
    outcomes = sf.create({"family_name": "A"}, {"family_name": "B" * 81}, {"family_name": "C"})

    assert [type(outcome) for outcome in outcomes] == [Applied, Rejected, Applied]
    assert (outcomes[1].kind, outcomes[1].fields) == ("too_long", ("family_name",))
    assert "BB" not in repr(outcomes[1])
    assert len(contacts(org)) == 2


def test_an_owner_who_left_is_refused_for_that_record_only(org: Any, sf: Any) -> None:
    org.sandbox.change_user(org.bob, IsActive=False)
    (outcome,) = sf.create({"family_name": "A"}, owner=org.bob.id)

    assert isinstance(outcome, Rejected)
    assert outcome.kind == "forbidden"


@pytest.mark.parametrize("action", ["block", "alert"])
def test_a_duplicate_rule_names_the_record_it_means(org: Any, sf: Any, action: str) -> None:
    there = org.contact(Email="grace@example.test")
    org.sandbox.add_duplicate_rule("Contact", match="email", action=action)

    (outcome,) = sf.create({"family_name": "Hopper", "emails": ("grace@example.test",)})
    assert outcome == Duplicate(of=(there,), code="DUPLICATES_DETECTED")


def test_without_a_key_field_a_lost_answer_is_not_repeated(org: Any, sf: Any) -> None:
    org.sandbox.quirk("commit-then-drop", 1)

    with pytest.raises(Retry) as lost:
        sf.create({"family_name": "A"})
    assert lost.value.reached
    assert len(contacts(org)) == 1


def test_with_a_key_field_repeating_a_create_makes_no_second_record(org: Any, keyed: Any) -> None:
    org.sandbox.quirk("commit-then-drop", 1)
    with pytest.raises(Retry):
        keyed.create({"family_name": "A"})

    (outcome,) = keyed.create({"family_name": "A"})
    (only,) = contacts(org)
    assert outcome.id == only["Id"]
    assert keyed.record(only["Id"]).marker == "k0"


def test_a_key_field_is_declared_as_exactly_once_in_larger_batches(sf: Any, keyed: Any) -> None:
    assert (sf.spec.idempotency, sf.spec.create_batch) == ("none", 50)
    assert (keyed.spec.idempotency, keyed.spec.create_batch) == ("key", 200)
    assert keyed.spec.match == sf.spec.match | {"marker"}


def test_nothing_is_made_when_the_call_broke_off_before_it(org: Any, sf: Any) -> None:
    org.sandbox.quirk("drop-before-commit", 1)

    with pytest.raises(Retry):
        sf.create({"family_name": "A"})
    assert contacts(org) == []


# ---- person accounts ----------------------------------------------------------------------------


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
    made = {row["Id"] for row in contacts(org) if not row["IsPersonAccount"]}
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


# ---- updates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("sure", [True, False])
def test_an_update_changes_what_it_names_and_nothing_else(
    org: Any, sf: Any, full: dict[str, Any], same: Same, sure: bool
) -> None:
    (made,) = sf.create(full)
    org.sandbox.advance(60)

    changes = {"job_title": "Commodore", "mobile_phone": None, "emails": ()}
    outcome = sf.update(sf.record(made.id), sure=sure, **changes)
    assert outcome == Applied(id=made.id)
    assert same(sf.record(made.id).fields, full | changes)


def test_an_edit_made_since_we_read_is_not_overwritten(org: Any, sf: Any) -> None:
    contact = org.contact(Title="one")
    org.sandbox.advance(60)
    current = sf.record(contact)
    org.sandbox.advance(5)
    org.sandbox.update("Contact", contact, {"Title": "theirs"})

    assert sf.update(current, job_title="ours") == Stale()
    assert org.stored(contact)["Title"] == "theirs"
    assert isinstance(sf.update(current, sure=False, job_title="ours"), Applied)


def test_one_stale_record_does_not_hold_up_its_neighbours(org: Any, sf: Any) -> None:
    made = [org.contact(FirstName=name) for name in "abc"]
    org.sandbox.advance(60)
    current = [sf.record(id) for id in made]
    org.sandbox.update("Contact", made[1], {"Title": "theirs"})

    outcomes = sf.send([sf.change(each, job_title="ours") for each in current])
    assert [type(outcome) for outcome in outcomes] == [Applied, Stale, Applied]


def test_a_version_that_is_not_ours_is_stale(org: Any, sf: Any) -> None:
    current = sf.record(org.contact())
    change = replace(sf.change(current, job_title="x"), version="W/abc")
    assert sf.send([change]) == [Stale()]


def test_conditional_and_plain_updates_mix_in_one_batch(org: Any, sf: Any) -> None:
    made = [org.contact() for _ in range(4)]
    org.sandbox.advance(60)
    current = [sf.record(id) for id in made]

    outcomes = sf.send(
        [sf.change(r, sure=i % 2 == 0, job_title="x") for i, r in enumerate(current)]
    )
    assert [outcome.id for outcome in outcomes] == made


def test_what_happened_to_a_record_that_is_gone_is_told(org: Any, sf: Any) -> None:
    deleted, winner, loser, hidden = (org.contact(FirstName=name) for name in "abcd")
    org.sandbox.advance(60)
    current = [sf.record(id) for id in (deleted, loser, hidden)]
    org.sandbox.delete("Contact", deleted)
    org.sandbox.merge("Contact", winner, [loser])
    org.sandbox.hide("Contact", hidden)

    for sure in (True, False):
        outcomes = sf.send([sf.change(each, sure=sure, job_title="x") for each in current])
        assert outcomes == [
            Gone(reason=AbsenceReason.DELETED),
            Gone(reason=AbsenceReason.MERGED, into=winner),
            Gone(reason=AbsenceReason.UNREADABLE),
        ]


def test_a_locked_row_may_be_sent_again(org: Any, sf: Any) -> None:
    made = [org.contact(), org.contact()]
    org.sandbox.advance(60)
    current = [sf.record(id) for id in made]
    org.sandbox.quirk("row-locked", 1)

    outcomes = sf.send([sf.change(each, sure=False, job_title="x") for each in current])
    assert [type(outcome) for outcome in outcomes] == [Deferred, Applied]


def test_answers_that_came_before_a_failure_are_kept(org: Any, sf: Any) -> None:
    made = [org.contact(FirstName=str(number)) for number in range(60)]
    org.sandbox.advance(60)
    current = sf.ids(*made).records
    org.sandbox.quirk("commit-then-drop", 1, skip=1, method="POST", scope="outer")

    outcomes = sf.send([sf.change(each, job_title="x") for each in current])
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Applied] * 25 + [Unknown] * 25 + [Deferred] * 10


def test_a_token_that_dies_before_a_conditional_write_does_not_lose_the_condition(
    org: Any, sf: Any
) -> None:
    contact = org.contact(Title="one")
    org.sandbox.advance(60)
    current = sf.record(contact)
    org.sandbox.update("Contact", contact, {"Title": "theirs"})
    org.sandbox.revoke_tokens()

    assert sf.update(current, job_title="ours") == Stale()
    assert org.stored(contact)["Title"] == "theirs"


# ---- field permissions --------------------------------------------------------------------------


def test_a_field_that_may_not_be_written_is_left_out_and_said_so(org: Any, sf: Any) -> None:
    contact = org.contact(MobilePhone="+1 555 0100")
    org.sandbox.readonly_field("Contact", "MobilePhone")
    checked = org.connect().check()
    org.sandbox.advance(60)
    current = checked.record(contact)

    assert checked.spec.by_name["mobile_phone"].read_only
    assert not current.writable.allows("mobile_phone")
    assert current.writable.allows("job_title")
    assert isinstance(checked.update(current, mobile_phone="1", job_title="x"), Applied)
    assert org.stored(contact)["MobilePhone"] == "+1 555 0100"


@pytest.mark.parametrize("sure", [True, False])
def test_a_permission_lost_since_the_check_leaves_out_only_that_field(
    org: Any, sf: Any, sure: bool
) -> None:
    contact = org.contact(MobilePhone="+1 555 0100")
    org.sandbox.advance(60)
    current = sf.record(contact)
    org.sandbox.hide_field("Contact", "MobilePhone")

    outcome = sf.update(current, sure=sure, mobile_phone="1", job_title="x")
    assert outcome == Applied(id=contact, incomplete=("mobile_phone",))
    stored = org.stored(contact)
    assert (stored["MobilePhone"], stored["Title"]) == ("+1 555 0100", "x")


# ---- values that are refused --------------------------------------------------------------------


def test_a_value_that_is_refused_is_left_out_and_said_so(org: Any, sf: Any) -> None:
    bad = {"family_name": "B", "emails": ("nonsense",), "job_title": "x"}
    outcomes = sf.create({"family_name": "A"}, bad, {"family_name": "C"})

    assert [each.incomplete for each in outcomes] == [(), ("emails",), ()]
    stored = org.stored(outcomes[1].id)
    assert (stored["LastName"], stored["Title"], stored["Email"]) == ("B", "x", None)
    assert len(contacts(org)) == 3
    assert org.calls == {"write": 2}


def test_every_value_that_is_refused_is_left_out(org: Any, sf: Any) -> None:
    org.sandbox.set(features=["state_country_picklists"])
    refused = {"emails": ("nonsense",), "business_address": {"country": "Nowhere"}}
    (made,) = sf.create({"family_name": "B", "department": "y", **refused})

    assert set(made.incomplete) == refused.keys()
    assert org.stored(made.id)["Department"] == "y"


@pytest.mark.parametrize("sure", [True, False])
def test_an_edit_goes_without_the_value_that_is_refused(org: Any, sf: Any, sure: bool) -> None:
    contact = org.contact(Email="grace@example.test")
    org.sandbox.advance(60)
    current = sf.record(contact)

    outcome = sf.update(current, sure=sure, emails=("nonsense",), job_title="x")
    assert outcome == Applied(id=contact, incomplete=("emails",))
    stored = org.stored(contact)
    assert (stored["Email"], stored["Title"]) == ("grace@example.test", "x")


def test_an_edit_of_which_nothing_is_left_is_not_sent_again(org: Any, sf: Any) -> None:
    contact = org.contact(Email="grace@example.test")
    org.sandbox.advance(60)
    current = sf.record(contact)
    org.calls.clear()

    outcome = sf.update(current, emails=("nonsense",))
    assert outcome == Applied(id=contact, incomplete=("emails",))
    assert org.calls == {"write": 1}


# ---- deletions ----------------------------------------------------------------------------------


def test_deleting_twice_is_harmless(org: Any, sf: Any) -> None:
    made = [org.contact(), org.contact()]
    current = [sf.record(id) for id in made]

    assert sf.delete(*current) == [Applied(id=id) for id in made]
    assert sf.delete(*current) == [Gone(), Gone()]
    assert contacts(org) == []


def test_a_merged_record_is_gone_into_its_winner(org: Any, sf: Any) -> None:
    winner, loser = org.contact(), org.contact()
    current = sf.record(loser)
    org.sandbox.merge("Contact", winner, [loser])

    assert sf.delete(current) == [Gone(reason=AbsenceReason.MERGED, into=winner)]


# ---- company and account ------------------------------------------------------------------------


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
    assert contacts(org) == []


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


# ---- storage ------------------------------------------------------------------------------------


class Full:
    """A service whose storage is full for some rows of a batch."""

    def __init__(self, *full: bool) -> None:
        self.full = full

    def create(self, records: Any) -> list[dict[str, Any]]:
        full = {"success": False, "errors": [{"statusCode": "STORAGE_LIMIT_EXCEEDED"}]}
        return [
            full if each else {"success": True, "id": "0035b0000000001AAA"} for each in self.full
        ]

    def rows(self, *_: Any, **__: Any) -> list[Any]:
        return []


def _create_at(service: Any, sf: Any) -> Any:
    schema = sf.connector._schemas.known()
    fields = {"family_name": "A"}
    operations = [
        Create(key=f"k{number}", account=AccountId("005"), fields=fields)
        for number in range(len(service.full))
    ]
    return Writes(service, schema, sf.spec, lambda ids: {}).create(operations)


def test_a_full_storage_stops_everything(sf: Any) -> None:
    with pytest.raises(Stop, match="full"):
        _create_at(Full(True, True), sf)


def test_a_row_that_still_fitted_is_not_forgotten(sf: Any) -> None:
    outcomes = _create_at(Full(False, True), sf)

    assert [type(each) for each in outcomes] == [Applied, Rejected]
    assert outcomes[1].kind == "quota"


# ---- limits -------------------------------------------------------------------------------------


def test_it_stops_at_its_share_of_the_api_calls_with_nothing_half_written(
    org: Any, sf: Any
) -> None:
    org.sandbox.set_limit(1000, used=799)
    assert sf.round().records == ()

    with pytest.raises(Stop):
        sf.create({"family_name": "A"})
    assert contacts(org) == []
