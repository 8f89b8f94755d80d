"""The feed: nothing missed, whatever the service does with stamps, pages and visibility."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncline.errors import Resync, Retry, Stop
from syncline.model.records import AbsenceReason, Absent


def ids(page: Any) -> set[str]:
    return {record.id for record in page.records}


def test_the_first_round_reads_everything_for_all_members(org: Any, sf: Any) -> None:
    hers, his = org.contact(FirstName="Grace"), org.contact(org.bob, FirstName="Alan")

    owners = {record.id: record.owner for record in sf.round().records}
    assert owners == {hers: org.ada.id, his: org.bob.id}


def test_a_quiet_round_after_the_overlap_reads_nothing(org: Any, sf: Any) -> None:
    org.contact()
    cursor = sf.round().cursor
    org.sandbox.advance(700)
    cursor = sf.round(cursor).cursor
    org.calls.clear()

    assert sf.round(cursor).records == ()
    assert org.calls == {"read": 1}


def test_an_edit_a_deletion_and_a_merge_are_reported(org: Any, sf: Any) -> None:
    edited, deleted, winner, loser = (org.contact(FirstName=name) for name in "abcd")
    org.sandbox.advance(700)
    cursor = sf.round().cursor
    org.sandbox.advance(700)
    org.sandbox.update("Contact", edited, {"Title": "Countess"}, as_user=org.ada)
    org.sandbox.delete("Contact", deleted)
    org.sandbox.merge("Contact", winner, [loser])

    page = sf.round(cursor)
    assert edited in ids(page)
    assert set(page.absent) == {
        Absent(deleted, AbsenceReason.DELETED),
        Absent(loser, AbsenceReason.MERGED, winner),
    }


def test_a_record_that_comes_back_from_the_bin_is_a_record_again(org: Any, sf: Any) -> None:
    contact = org.contact()
    org.sandbox.delete("Contact", contact)
    cursor = sf.round().cursor
    org.sandbox.advance(60)
    org.sandbox.undelete("Contact", contact)

    assert ids(sf.round(cursor)) == {contact}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_equal_stamps_over_page_borders_lose_and_repeat_nothing(
    org: Any, sf: Any, size: int
) -> None:
    made = {org.contact(FirstName=str(number)) for number in range(7)}

    found = [record.id for record in sf.round(size=size).records]
    assert sorted(found) == sorted(made)


def test_pages_smaller_than_asked_for_are_walked_to_the_end(org: Any, sf: Any) -> None:
    made = {org.contact(FirstName=str(number)) for number in range(7)}
    org.sandbox.quirk("small-pages", size=2)

    found = [record.id for record in sf.round().records]
    assert sorted(found) == sorted(made)


def test_a_row_that_becomes_visible_late_is_found(org: Any, sf: Any) -> None:
    org.sandbox.advance(3600)
    org.sandbox.quirk("late-visibility", seconds=300)
    late = org.contact(FirstName="late")
    org.sandbox.clear_quirks()
    org.sandbox.advance(60)
    seen = org.contact(FirstName="seen")
    first = sf.round()
    assert ids(first) == {seen}
    org.sandbox.advance(300)

    assert late in ids(sf.round(first.cursor))


def test_a_late_row_is_found_behind_a_window_of_many_pages(org: Any, sf: Any) -> None:
    many = {org.contact(FirstName=str(number)) for number in range(6)}
    org.sandbox.advance(30)
    cursor = sf.round(size=3).cursor
    org.sandbox.advance(30)
    org.sandbox.quirk("late-visibility", seconds=300)
    late = org.contact(FirstName="late")
    org.sandbox.clear_quirks()
    unchanged = sf.round(cursor, size=3)
    assert unchanged.records == ()
    org.sandbox.advance(320)

    assert ids(sf.round(unchanged.cursor, size=3)) == many | {late}


def test_a_large_window_with_nothing_new_costs_one_call(org: Any, sf: Any) -> None:
    for number in range(6):
        org.contact(FirstName=str(number))
    org.sandbox.advance(30)
    cursor = sf.round(size=3).cursor
    org.calls.clear()
    org.sandbox.advance(30)

    page = sf.round(cursor, size=3)
    assert (page.records, page.cursor) == ((), cursor)
    assert org.calls == {"read": 1}


def test_an_edit_inside_a_large_window_is_found(org: Any, sf: Any) -> None:
    made = [org.contact(FirstName=str(number)) for number in range(6)]
    org.sandbox.advance(30)
    cursor = sf.round(size=3).cursor
    org.sandbox.advance(30)
    org.sandbox.update("Contact", made[0], {"Title": "Countess"})

    titles = {r.id: r.fields["job_title"] for r in sf.round(cursor, size=3).records}
    assert titles[made[0]] == "Countess"


def test_a_large_window_is_read_a_last_time_when_it_has_aged(org: Any, sf: Any) -> None:
    made = {org.contact(FirstName=str(number)) for number in range(6)}
    org.sandbox.advance(30)
    cursor = sf.round(size=3).cursor
    org.sandbox.advance(700)

    closing = sf.round(cursor, size=3)
    assert ids(closing) == made
    assert sf.round(closing.cursor, size=3).records == ()


def test_the_cursor_goes_by_the_services_clock_and_stays_behind_it(org: Any, sf: Any) -> None:
    org.sandbox.advance(-86_400)
    org.contact()
    now = org.sandbox.now()

    since = sf.round().cursor["since"]
    latest = now - timedelta(seconds=sf.connector.config.overlap_seconds)
    assert since <= latest.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_two_edits_within_one_second_have_two_versions(org: Any, sf: Any) -> None:
    contact = org.contact(Title="one")
    first = sf.record(contact)
    org.sandbox.update("Contact", contact, {"Title": "two"})
    second = sf.record(contact)

    assert first.modified == second.modified
    assert first.version != second.version


def test_a_version_becomes_final_once_its_second_is_certainly_over(org: Any, sf: Any) -> None:
    contact = org.contact()
    young = sf.record(contact).version
    org.sandbox.advance(60)
    final = sf.record(contact).version

    assert young.startswith(final)
    assert sf.record(contact).version == final == sf.sweep()[0].version
    assert sf.round().records[0].version == final


def test_a_change_by_automation_moves_the_version_but_not_the_time_of_the_edit(
    org: Any, sf: Any
) -> None:
    contact = org.contact()
    org.sandbox.advance(60)
    before = sf.record(contact)
    org.sandbox.automate("Contact", contact, {"Title": "set by a flow"})
    org.sandbox.advance(60)
    after = sf.record(contact)

    assert before.version != after.version
    assert before.modified == after.modified


def test_person_accounts_are_not_contacts(org: Any) -> None:
    org.sandbox.add_person_account({"LastName": "Private"}, as_user=org.ada)
    business = org.contact()
    sf = org.connect().check()

    assert ids(sf.round()) == {business} == {record.id for record in sf.sweep()}


def test_a_field_permission_lost_between_check_and_read_makes_the_field_unknown(
    org: Any, sf: Any
) -> None:
    org.contact(MobilePhone="+1 555 0100", Title="Countess")
    org.sandbox.quirk("field-permission-lost", field="Contact.MobilePhone")

    (record,) = sf.round().records
    assert "mobile_phone" not in record.fields
    assert record.fields["job_title"] == "Countess"


@pytest.mark.parametrize("cursor", [{}, {"since": "x"}, "2026", 7, {"since": None}])
def test_a_cursor_that_is_not_ours_means_reading_everything_again(sf: Any, cursor: Any) -> None:
    with pytest.raises(Resync):
        sf.page(cursor)


def test_a_place_in_the_round_that_is_not_ours_is_refused(sf: Any) -> None:
    with pytest.raises(Resync):
        sf.page(None, {"offset": 3})


@pytest.mark.parametrize(
    ("quirk", "error"),
    [("rate-limit", Retry), ("server-error", Retry), ("drop-before-commit", Retry),
     ("malformed-body", (Stop, Retry))],
)  # fmt: skip
def test_a_fault_is_said_so_and_the_next_round_is_whole(
    org: Any, sf: Any, quirk: str, error: Any
) -> None:
    contact = org.contact()
    org.sandbox.quirk(quirk, 1)

    with pytest.raises(error):
        sf.round()
    assert ids(sf.round()) == {contact}


def test_throttling_says_how_long_to_wait(org: Any, sf: Any) -> None:
    org.sandbox.quirk("rate-limit", 1, retry_after=7)

    with pytest.raises(Retry) as throttled:
        sf.round()
    assert (throttled.value.after, throttled.value.reached) == (7.0, False)


def test_a_token_that_dies_between_two_pages_is_replaced(org: Any, sf: Any) -> None:
    made = {org.contact(FirstName=str(number)) for number in range(5)}
    org.sandbox.quirk("token-revoked", 1, skip=1, path="queryAll")

    assert ids(sf.round(size=2)) == made
