"""What comes in from a connector: looked over once, where it enters. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncline.connectors.memory import MemoryOptions
from syncline.model.contact import CONTACT
from syncline.model.records import AbsenceReason, Absent, AccountId, Record, RecordId
from syncline.plugin.answered import answered
from syncline.plugin.checked import LEFT_OUT, checked
from syncline.plugin.requests import (
    Applied,
    ChangesRequest,
    Duplicate,
    Feed,
    Gone,
    IdsRequest,
    MatchKey,
    MatchRequest,
    Page,
    Rejected,
    Stale,
    Unknown,
)
from syncline.plugin.spec import Codec, Field
from syncline.testing.every_kind import ERRAND
from syncline.testing.strategies import values_of

SPEC = MemoryOptions().spec()
FEED = Feed(type="contact")
CHANGES = ChangesRequest(spec=SPEC, feed=FEED)
GOOD = Record(
    id=RecordId("good"), version="1", fields={"given_name": "Ada"}, owner=AccountId("ada"),
    modified=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip
BAD_NAMES: tuple[Any, ...] = (None, 5, "a\0b", "a\ud800b", "é" * 600, ["a"])


def seen(*records: Any, request: Any = CHANGES, absent: tuple[Any, ...] = ()) -> Page:
    return checked(Page(records=records, absent=absent, cursor=1), request, CONTACT)


def test_a_page_without_fault_is_the_same_page() -> None:
    page = seen(GOOD, absent=(Absent(RecordId("gone"), AbsenceReason.DELETED),))

    assert page.records[0] is GOOD
    assert (page.absent[0].id, page.cursor, page.nameless) == ("gone", 1, 0)


@pytest.mark.parametrize("id", [*BAD_NAMES, ""])
def test_what_has_no_usable_id_is_counted(id: Any) -> None:
    page = seen(GOOD, replace(GOOD, id=id), absent=(Absent(id, AbsenceReason.DELETED),))

    assert (page.records, page.absent, page.nameless) == ((GOOD,), (), 2)


@pytest.mark.parametrize("name", ["version", "owner", "container", "marker"])
@pytest.mark.parametrize("value", BAD_NAMES[1:])
def test_a_record_whose_facts_cannot_be_kept_is_unreadable(name: str, value: Any) -> None:
    (absence,) = seen(replace(GOOD, **{name: value})).absent

    assert absence.reason is AbsenceReason.UNREADABLE
    assert absence.why.startswith(f"{name}: ")
    assert absence.owner == (None if name == "owner" else "ada")


def test_a_reason_never_shows_the_value() -> None:
    (absence,) = seen(replace(GOOD, fields={"birthday": "Secretperson"})).absent
    assert "Secretperson" not in absence.why


def test_of_a_repeated_record_the_last_one_counts() -> None:
    bad = replace(GOOD, fields={"birthday": "never"})

    assert seen(bad, GOOD).records == (GOOD,)
    assert seen(bad, GOOD).absent == ()
    assert seen(GOOD, bad).records == ()
    assert len(seen(GOOD, bad).absent) == 1


def test_fields_nobody_asked_for_do_not_matter() -> None:
    (record,) = seen(replace(GOOD, fields={"given_name": "Ada", "shoe_size": object()})).records
    assert record.fields == {"given_name": "Ada"}


def test_a_custom_field_is_text() -> None:
    spec = SPEC.restricted(["given_name"], [Field(name="tier", native=("Tier",))])
    request = replace(CHANGES, spec=spec)

    assert seen(replace(GOOD, fields={"tier": "Gold"}), request=request).absent == ()
    assert seen(replace(GOOD, fields={"tier": 5}), request=request).absent[0].why == (
        "tier: cannot be read as text"
    )


# ---- values of every kind -----------------------------------------------------------------------


ERRANDS = ChangesRequest(spec=MemoryOptions(type=ERRAND).spec(), feed=Feed(type=ERRAND.name))


def errand(**fields: Any) -> Page:
    record = Record(id=RecordId("1"), version="1", fields=fields)
    return checked(Page(records=(record,)), ERRANDS, ERRAND)


@pytest.mark.parametrize("name", ERRAND.fields)
@given(data=st.data())
def test_any_value_of_its_fields_kind_enters(name: str, data: st.DataObject) -> None:
    value = data.draw(values_of(ERRAND.fields[name].type))
    assume("\\u0000" not in json.dumps(value))  # no database keeps it

    assert errand(**{name: value}).records[0].fields == {name: value}


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("urgent", True, "flag"),
        ("urgent", "perhaps", "flag"),
        ("effort", 1.5, "number"),
        ("effort", "much", "number"),
        ("status", "On hold", "status"),
        ("start", "2026-03-01T09:00:00Z", "instant"),
        ("start", {"at": "2026-03-01T09:00:00"}, "instant"),
        ("start", {"at": 1772352000}, "instant"),
        ("body", "<p>Hi</p>", "rich text"),
        ("body", {"html": "<p>Hi</p>", "text": "Hi"}, "rich text"),
        ("people", "ada@x.example", "people"),
        ("people", ("ada@x.example",), "people"),
        ("people", ({"address": ["ada@x.example"]},), "people"),
        ("people", ({"address": "ada@x.example", "role": "hero"},), "people"),
        ("rule", {"every": "week", "times": "often"}, "rule"),
        ("rule", {"each": "week"}, "rule"),
        ("topics", ({"name": "x"},), "category set"),
    ],
)
def test_a_value_of_no_kind_waits_with_its_field_and_kind(name: str, value: Any, kind: str) -> None:
    (absence,) = errand(title="Secret", **{name: value}).absent

    assert absence.why == f"{name}: cannot be read as {kind}"


@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("body", lambda bad: {"html": bad}),
        ("start", lambda bad: {"at": "2026-03-01T09:00:00Z", "zone": bad}),
        ("people", lambda bad: ({"address": "ada@x.example", "name": bad},)),
    ],
)
def test_characters_that_cannot_be_kept_are_found_at_any_depth(
    name: str, value: Any, bad: str
) -> None:
    (absence,) = errand(**{name: value(bad)}).absent

    assert absence.why == f"{name}: holds characters that cannot be kept"


@pytest.mark.parametrize("name", ["modified", "created"])
@pytest.mark.parametrize("value", [datetime(2026, 1, 1), "2026-01-01", 5])
def test_an_instant_without_a_zone_is_unknown(name: str, value: Any) -> None:
    (record,) = seen(replace(GOOD, **{name: value})).records
    assert getattr(record, name) is None


def test_a_set_that_comes_as_a_list_enters_as_a_tuple() -> None:
    """As it comes back from our database, where what is kept has one form."""
    [record] = seen(replace(GOOD, fields={"emails": ["ada@example.test"]})).records

    assert record.fields == {"emails": ("ada@example.test",)}


def test_an_answer_by_id_is_complete() -> None:
    request = IdsRequest(spec=SPEC, feed=FEED, ids=(RecordId("good"), RecordId("silent")))
    page = seen(GOOD, request=request)

    assert page.absent == (Absent(RecordId("silent"), AbsenceReason.UNREADABLE, why=LEFT_OUT),)


def test_a_record_found_by_its_key_keeps_what_can_be_read() -> None:
    request = MatchRequest(spec=SPEC, feed=FEED, keys=(MatchKey(kind="name", value="ada"),))
    page = seen(replace(GOOD, fields={"given_name": "Ada", "birthday": "never"}), request=request)

    assert page.records[0].fields == {"given_name": "Ada"}
    assert page.absent == ()


def test_a_codec_that_raises_costs_no_page() -> None:
    class Breaks:
        def read(self, native: tuple[Any, ...]) -> Any:
            raise OverflowError(native)

        def write(self, value: Any, current: tuple[Any, ...] | None) -> tuple[Any, ...]:
            return (value,)

    codec: Codec = Breaks()
    spec = replace(SPEC, fields=(Field(name="birthday", native=("b",), codec=codec),))
    record = replace(GOOD, fields=spec.read({"b": "x"}))

    page = seen(record, request=replace(CHANGES, spec=spec))
    assert [each.why for each in page.absent] == ["birthday: cannot be read as date"]


# ---- answers to writes --------------------------------------------------------------------------


@pytest.mark.parametrize("id", [*BAD_NAMES, ""])
def test_an_answer_that_names_no_usable_record_is_no_answer(id: Any) -> None:
    assert isinstance(answered(Applied(id=id), SPEC, CONTACT), Unknown)
    assert answered(Duplicate(of=(id, RecordId("one"))), SPEC, CONTACT) == Duplicate(
        of=(RecordId("one"),)
    )
    assert answered(Gone(into=id), SPEC, CONTACT) == Gone()


def test_of_an_answer_only_what_can_be_kept_is_believed() -> None:
    stored = {"given_name": "Ada", "birthday": "never", "shoe_size": 5}
    outcome = answered(Applied(id=GOOD.id, version="a\0b", stored=stored), SPEC, CONTACT)

    assert outcome == Applied(id=GOOD.id, stored={"given_name": "Ada"})
    in_part: Any = ("birthday", "shoe_size", None, ["birthday"])
    answer = answered(Applied(id=GOOD.id, incomplete=in_part), SPEC, CONTACT)
    assert answer == Applied(id=GOOD.id, incomplete=("birthday",))
    assert answered(Stale(current=GOOD), SPEC, CONTACT) == Stale(current=GOOD)
    bad = replace(GOOD, fields={"birthday": "never"})
    assert answered(Stale(current=bad), SPEC, CONTACT) == Stale()


def test_a_message_that_cannot_be_kept_is_left_out() -> None:
    outcome = Rejected(kind="other", message="no\0", code="x" * 5_000)
    assert answered(outcome, SPEC, CONTACT) == Rejected(kind="other", message="", code="x" * 2_000)
