"""Kinds that no contact has: groups that mean nothing in halves, people, labels of instants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from hypothesis import given
from hypothesis import strategies as st

from proof.decisions.lossy import PLAIN
from syncline.engine.decide.decision import (
    NO_RULING,
    Carry,
    Decision,
    Mode,
    Presence,
    SideView,
    Verdict,
)
from syncline.engine.decide.deltas import Change
from syncline.engine.decide.digests import Digester
from syncline.engine.decide.sets import SetFrame, SetSide, merged
from syncline.engine.decide.units import decide_fields
from syncline.engine.decide.values import SideValues, TargetWrite, created_fields, target_write
from syncline.engine.words import label
from syncline.model.capacity import Capacity
from syncline.model.fields import DATE, Value
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.people import PEOPLE
from syncline.model.objects import CanonicalModel, Group, ObjectType, object_type
from syncline.model.records import Writable
from syncline.model.sides import PerSide, Side
from syncline.plugin.spec import Field
from syncline.policy.schema import Direction
from syncline.testing.rehearsal import POLICY

GUESTS: Value = (
    {"address": "ada@x.example", "role": "required"},
    {"address": "bob@x.example", "role": "optional"},
)
Moment = Annotated[Mapping[str, str] | None, INSTANT, Group("time", atomic=True)]


class Visit(CanonicalModel):
    """Begin and end mean nothing without each other."""

    begin: Moment = None
    end: Moment = None


VISIT: ObjectType = object_type("visit", Visit, label_fields=("begin",))
Day = Annotated[str | None, DATE, Group("days", atomic=True)]


class Period(CanonicalModel):
    """From one day to another; without a year, a system may have no way to hold one."""

    begin: Day = None
    end: Day = None


PERIOD: ObjectType = object_type("period", Period)
NINE_DAYS: Mapping[str, Value] = {"begin": "2026-12-01", "end": "2026-12-09"}
EVERY_YEAR: Mapping[str, Value] = {"begin": "2026-12-24", "end": "--12-26"}
WHOLE = Carry(("begin", "end"), Side.LEFT, Mode.REPLACE, "edited")
DIGESTER = Digester(PERIOD, lambda name, normal: f"{name}={normal}")


def _carried(left: SideView, right: SideView) -> list[tuple[str, ...]]:
    decision = decide_fields(
        PerSide(left, right), replace(POLICY, type=VISIT), frozenset(), NO_RULING
    )
    return [carry.fields for carry in decision.carries]


def _view(change: Change, **more: frozenset[str]) -> SideView:
    return SideView(Presence.PRESENT, dict.fromkeys(VISIT.fields, change), **more)


def test_fields_of_an_atomic_group_are_never_filled_one_by_one() -> None:
    left = _view(Change.UNKNOWN, empty=frozenset({"begin"}))
    right = _view(Change.UNKNOWN, empty=frozenset({"end"}))

    assert _carried(left, right) == [("begin", "end")]


def test_fields_of_an_atomic_group_travel_together_or_wait_together() -> None:
    locked = _view(Change.SAME, locked=frozenset({"end"}))

    assert ("begin",) not in _carried(_view(Change.CHANGED), locked)


def test_an_edit_of_half_an_atomic_group_carries_all_of_it() -> None:
    moved = SideView(Presence.PRESENT, {"begin": Change.CHANGED, "end": Change.SAME})

    assert _carried(moved, _view(Change.SAME)) == [("begin", "end")]


NAMES = st.frozensets(st.sampled_from(["begin", "end"]))
VIEWS = st.builds(
    lambda begin, end, empty, locked: SideView(
        Presence.PRESENT, {"begin": begin, "end": end}, empty=empty, locked=locked
    ),
    st.sampled_from(Change),
    st.sampled_from(Change),
    NAMES,
    NAMES,
)


@given(left=VIEWS, right=VIEWS, direction=st.sampled_from(Direction), equal=NAMES)
def test_whatever_is_so_of_its_fields_an_atomic_group_is_carried_whole_and_one_way(
    left: SideView, right: SideView, direction: Direction, equal: frozenset[str]
) -> None:
    policy = replace(POLICY, type=VISIT, direction=direction)

    carries = decide_fields(PerSide(left, right), policy, equal, NO_RULING).carries

    assert [set(carry.fields) for carry in carries] in ([], [{"begin", "end"}])
    assert all(
        carry.mode is not Mode.KEEP_TARGET_IF_EMPTY or _all_empty(carry, left, right)
        for carry in carries
    )


def _all_empty(carry: Carry, left: SideView, right: SideView) -> bool:
    return PerSide(left, right)[carry.source].empty == frozenset(carry.fields)


def _period(fields: Mapping[str, Value], *, full_dates: bool = False) -> SideValues:
    """A side of a link that was settled at a period of nine days."""
    capacity = Capacity(full_dates=full_dates)
    mapped = (
        Field(name="begin", native=("begin",)),
        Field(name="end", native=("end",), capacity=capacity),
    )
    spec = replace(PLAIN, name="period", fields=mapped)
    return SideValues(fields, DIGESTER.fields(NINE_DAYS), spec)


def _moved(target: SideValues) -> TargetWrite:
    decision = Decision(Verdict.UPDATE, carries=(WHOLE,))
    return target_write(Side.RIGHT, decision, PerSide(_period(EVERY_YEAR), target), DIGESTER)


def test_a_group_of_which_a_field_may_not_be_written_is_not_written() -> None:
    write = _moved(replace(_period(NINE_DAYS), writable=Writable(frozenset({"begin"}))))

    assert (write.fields, set(write.refused)) == ({}, {"begin", "end"})


def test_a_group_of_which_a_field_cannot_be_held_is_not_written() -> None:
    write = _moved(_period(NINE_DAYS, full_dates=True))

    assert (write.fields, set(write.inexpressible)) == ({}, {"begin", "end"})


def test_a_group_of_which_a_field_cannot_be_held_is_left_out_of_a_new_record() -> None:
    new = replace(_period({}, full_dates=True), base=None)

    assert created_fields(_period(EVERY_YEAR), new, DIGESTER, PERIOD.fields) == ({}, ["end"])


def test_a_label_is_made_of_what_people_read() -> None:
    assert label(VISIT, {"begin": {"at": "2026-12-01T09:00:00Z"}}) == "2026-12-01 09:00 UTC"


def test_a_limit_of_people_counts_people() -> None:
    here = SetSide(GUESTS, frozenset())
    there = SetSide(None, frozenset(), Capacity(many=len(GUESTS)))

    assert PEOPLE.normal(merged(PerSide(here, there), SetFrame(PEOPLE, str)).right) == (
        PEOPLE.normal(GUESTS)
    )


def _merged(
    left: Value, right: Value, base: Value, *, room: int, knows: frozenset[str] | None = None
) -> PerSide[Value]:
    """As both sides would have it, where the left one wins and the right one has so much room."""
    known = frozenset(PEOPLE.elements(base))
    here = SetSide(left, known, Capacity(parts=knows))
    there = SetSide(right, known, Capacity(many=room))
    return merged(PerSide(here, there), SetFrame(PEOPLE, str), Side.LEFT).map(PEOPLE.normal)


def test_what_is_said_of_somebody_who_was_taken_out_takes_no_room() -> None:
    ada, bob, cyd = ({"address": f"{name}@x.example"} for name in ("ada", "bob", "cyd"))
    required, optional = ({**ada, "role": role} for role in ("required", "optional"))

    after = _merged((bob, cyd), (optional, bob), (required, bob), room=2)

    assert after.right == (bob, cyd)


def test_nobody_is_taken_in_for_a_role_that_is_given_up() -> None:
    ada, bob = ({"address": f"{name}@x.example"} for name in ("ada", "bob"))
    chair = {**ada, "role": "chair"}

    after = _merged((ada, bob), (chair,), (ada,), room=1, knows=frozenset({"name"}))

    assert after.right == (chair,)


def test_a_group_of_which_a_field_was_not_read_is_left_out_of_a_new_record() -> None:
    half = _period({"begin": "2026-12-01"})

    assert created_fields(half, replace(_period({}), base=None), DIGESTER, PERIOD.fields)[0] == {}


def test_of_two_roles_given_at_once_the_winners_counts() -> None:
    ada = {"address": "ada@x.example"}
    known = frozenset({"ada@x.example"})
    left, right = (SetSide(({**ada, "role": role},), known) for role in ("informed", "chair"))

    after = merged(PerSide(left, right), SetFrame(PEOPLE, str), Side.LEFT)

    assert PEOPLE.people(after.right) == ({**ada, "role": "informed"},)
