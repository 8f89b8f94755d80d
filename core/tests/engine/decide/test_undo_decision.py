"""What an undo decides about one record, from values alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.connectors.memory import MemoryOptions
from syncline.engine.decide.digests import Digester
from syncline.engine.decide.undo import (
    Counterpart,
    Standing,
    UndoVerdict,
    Wrote,
    decide_undo,
    net,
    parts,
)
from syncline.model.contact import CONTACT
from syncline.model.records import AbsenceReason, Record, RecordId, Writable
from syncline.model.reports import Action

DIGESTER = Digester(CONTACT, lambda name, normal: f"{name}={normal}")
SPEC = MemoryOptions().spec()
OLD = {"given_name": "Ada", "job_title": "Countess", "company": None}
NEW = {"given_name": "Ada", "job_title": "Analyst", "company": "Engines"}
UPDATE = Wrote(Action.UPDATE, OLD, NEW, "v2")
CREATE = Wrote(Action.CREATE, {}, NEW, "v2")
DELETE = Wrote(Action.DELETE, OLD, {})


def record(fields: dict[str, Any], version: str = "v9", **more: Any) -> Record:
    return Record(id=RecordId("x"), version=version, fields=fields, **more)


def standing(fields: dict[str, Any] | None, **more: Any) -> Standing:
    return Standing(spec=SPEC, record=None if fields is None else record(fields), **more)


def test_only_the_fields_the_run_changed_are_put_back() -> None:
    decision = decide_undo(UPDATE, standing(NEW), DIGESTER)
    assert decision.verdict is UndoVerdict.RESTORE
    assert decision.fields == {"job_title": "Countess", "company": None}


@pytest.mark.parametrize(
    ("wrote", "now", "why"),
    [
        (UPDATE, standing({**NEW, "company": "Navy"}), "edited since: company"),
        (UPDATE, standing(OLD), "it holds its old values already"),
        (UPDATE, standing(None), "it was deleted since"),
        (UPDATE, standing(NEW, linked=False), "its link has ended since"),
        (
            UPDATE,
            standing(None, absence=AbsenceReason.UNREADABLE),
            "it cannot be read at the moment",
        ),
        (UPDATE, standing(NEW, absence=AbsenceReason.LEFT), "it has left the data set since"),
        (CREATE, standing({**NEW, "notes": "mine"}), "edited since: notes"),
        (CREATE, standing(None), "it is gone already"),
        (CREATE, standing(NEW, shared=1), "others have linked it"),
        (DELETE, standing(OLD), "it is there again"),
        (DELETE, standing(None, undone=True), "an earlier undo has created it again"),
        (
            DELETE,
            standing(None, counterpart=Counterpart.TAKEN),
            "what it was linked to is linked to another record by now",
        ),
    ],
)
def test_what_is_kept_says_why(wrote: Wrote, now: Standing, why: str) -> None:
    decision = decide_undo(wrote, now, DIGESTER)
    assert (decision.verdict, decision.reason) == (UndoVerdict.KEEP, why)


def test_what_a_service_made_of_our_values_is_no_edit_while_the_exact_version_stands() -> None:
    now = replace(standing(None), record=record({**NEW, "company": "Engines Ltd"}, "v2"))
    assert decide_undo(UPDATE, now, DIGESTER).verdict is UndoVerdict.RESTORE
    coarse = replace(now, spec=MemoryOptions(conditional="second").spec())
    assert decide_undo(UPDATE, coarse, DIGESTER).verdict is UndoVerdict.KEEP


def test_fields_that_may_not_be_written_are_left_out_and_named() -> None:
    locked = record(NEW, writable=Writable(frozenset({"company"}), "locked"))
    decision = decide_undo(UPDATE, replace(standing(None), record=locked), DIGESTER)
    assert dict(decision.fields) == {"company": None}
    assert decision.reason == "without job_title, which may not be written"


@pytest.mark.parametrize("place", [Counterpart.THERE, Counterpart.OUTSIDE, Counterpart.GONE])
def test_a_deleted_record_is_created_with_all_values_it_had(place: Counterpart) -> None:
    decision = decide_undo(DELETE, standing(None, counterpart=place), DIGESTER)
    assert decision.verdict is UndoVerdict.CREATE
    assert decision.fields == {"given_name": "Ada", "job_title": "Countess"}


TITLES = st.sampled_from([None, "a", "b", "c"])


@given(titles=st.lists(TITLES, min_size=1, max_size=5), ends=st.booleans(), begins=st.booleans())
def test_several_writes_count_as_one_from_the_first_before_to_the_last_after(
    titles: list[str | None], ends: bool, begins: bool
) -> None:
    states = [{"job_title": title} for title in ("start", *titles)]
    rows = [Wrote(Action.UPDATE, a, b) for a, b in pairwise(states)]
    if begins:
        rows.insert(0, Wrote(Action.CREATE, {}, states[0]))
    if ends:
        rows.append(Wrote(Action.DELETE, states[-1], {}))
    whole = net(rows)
    if begins and ends:
        assert whole is None
        return
    assert whole is not None
    assert (whole.before, whole.after) == (rows[0].before, rows[-1].after)
    wanted = Action.CREATE if begins else Action.DELETE if ends else Action.UPDATE
    assert whole.action is wanted


def test_of_writes_that_read_other_fields_each_field_is_taken_from_who_read_it() -> None:
    first = Wrote(Action.UPDATE, {"job_title": "a", "notes": "x"}, {"job_title": "b", "notes": "x"})
    last = Wrote(
        Action.UPDATE, {"job_title": "b", "company": "p"}, {"job_title": "b", "company": "q"}
    )
    whole = net([first, last])
    assert whole is not None
    assert whole.before == {"job_title": "a", "notes": "x", "company": "p"}
    assert whole.after == {"job_title": "b", "notes": "x", "company": "q"}


def test_an_update_is_parted_among_those_who_may_write_its_fields() -> None:
    old = {"job_title": "a", "company": "p", "notes": "x", "department": "d"}
    new = {"job_title": "b", "company": "q", "notes": "y", "department": "e"}
    wrote = Wrote(Action.UPDATE, old, new, "v2")
    may = [{"job_title", "company"}, {"company"}, {"company", "notes"}]

    first, second, third = parts(wrote, may, DIGESTER)

    assert first is not None
    assert third is not None
    assert (first.before, first.after) == ({**old, "notes": "y"}, new), "department is nobody's"
    assert second is None
    assert (third.before, third.after) == (old, first.before)
