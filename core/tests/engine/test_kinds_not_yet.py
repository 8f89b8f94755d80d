"""What the engine does not do yet with kinds that no contact has. Each must fail until it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import pytest

from syncline.engine.decide.decision import NO_RULING, Presence, SideView
from syncline.engine.decide.deltas import Change
from syncline.engine.decide.sets import SetFrame, SetSide, merged
from syncline.engine.decide.units import decide_fields
from syncline.engine.words import label
from syncline.model.capacity import Capacity
from syncline.model.fields import Value
from syncline.model.kinds.instant import INSTANT
from syncline.model.kinds.people import PEOPLE
from syncline.model.objects import CanonicalModel, Group, ObjectType, object_type
from syncline.model.sides import PerSide, Side
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


def _carried(left: SideView, right: SideView) -> list[tuple[str, ...]]:
    decision = decide_fields(
        PerSide(left, right), replace(POLICY, type=VISIT), frozenset(), NO_RULING
    )
    return [carry.fields for carry in decision.carries]


def _view(change: Change, **more: frozenset[str]) -> SideView:
    return SideView(Presence.PRESENT, dict.fromkeys(VISIT.fields, change), **more)


@pytest.mark.xfail(strict=True, reason="units._first fills field by field, atomic or not")
def test_fields_of_an_atomic_group_are_never_filled_one_by_one() -> None:
    left = _view(Change.UNKNOWN, empty=frozenset({"begin"}))
    right = _view(Change.UNKNOWN, empty=frozenset({"end"}))

    assert _carried(left, right) == [("begin", "end")]


@pytest.mark.xfail(strict=True, reason="units._units splits by what may be written, atomic or not")
def test_fields_of_an_atomic_group_travel_together_or_wait_together() -> None:
    locked = _view(Change.SAME, locked=frozenset({"end"}))

    assert ("begin",) not in _carried(_view(Change.CHANGED), locked)


@pytest.mark.xfail(strict=True, reason="units._two_way carries what was changed, atomic or not")
def test_an_edit_of_half_an_atomic_group_carries_all_of_it() -> None:
    moved = SideView(Presence.PRESENT, {"begin": Change.CHANGED, "end": Change.SAME})

    assert _carried(moved, _view(Change.SAME)) == [("begin", "end")]


@pytest.mark.xfail(strict=True, reason="words.label takes any value for a text")
def test_a_label_is_made_of_what_people_read() -> None:
    assert label(VISIT, {"begin": {"at": "2026-12-01T09:00:00Z"}}) == "2026-12-01 09:00 UTC"


@pytest.mark.xfail(strict=True, reason="sets._union counts facts where `many` means people")
def test_a_limit_of_people_counts_people() -> None:
    here = SetSide(GUESTS, frozenset())
    there = SetSide(None, frozenset(), Capacity(many=len(GUESTS)))

    assert PEOPLE.normal(merged(PerSide(here, there), SetFrame(PEOPLE, str)).right) == (
        PEOPLE.normal(GUESTS)
    )


@pytest.mark.xfail(strict=True, reason="sets.merged asks no rule which of two facts counts")
def test_of_two_roles_given_at_once_the_winners_counts() -> None:
    ada = {"address": "ada@x.example"}
    known = frozenset({"ada@x.example"})
    left, right = (SetSide(({**ada, "role": role},), known) for role in ("informed", "chair"))

    after = merged(PerSide(left, right), SetFrame(PEOPLE, str), Side.LEFT)

    assert PEOPLE.people(after.right) == ({**ada, "role": "informed"},)
