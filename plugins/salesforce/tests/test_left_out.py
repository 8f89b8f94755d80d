"""What a row can do without: fields that may not be written, values that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from syncline.plugin.requests import (
    Applied,
)

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
    assert len(org.sandbox.rows("Contact")) == 3
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
