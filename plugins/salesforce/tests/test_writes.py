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
