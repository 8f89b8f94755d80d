"""Records without a counterpart, and how much may happen before a person is asked."""

from __future__ import annotations

from itertools import product

import pytest

from syncline.engine.decide.deltas import Change, changes, cleared, differs
from syncline.engine.decide.guards import ADVICE, Guard, Tally, tripped
from syncline.engine.decide.record import NewVerdict, decide_new
from syncline.model.contact import CONTACT
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Conflict, Direction, GuardLimits, ObjectPolicy

CELLS = list(product(SIDES, Direction, (True, False), (True, False)))


@pytest.mark.parametrize(
    ("source", "direction", "create", "travels"),
    CELLS,
    ids=[
        f"new on the {side} | {way.value} | create {'on' if create else 'off'} | "
        f"{'some' if travels else 'no'} field travels"
        for side, way, create, travels in CELLS
    ],
)
def test_a_record_without_a_counterpart(
    source: Side, direction: Direction, create: bool, travels: bool
) -> None:
    policy = ObjectPolicy(
        type=CONTACT,
        direction=direction,
        conflict=Conflict.LEFT_WINS if direction is Direction.BOTH else None,
        create=PerSide(True, True).with_side(source.other, create),
    )
    expected = NewVerdict.CREATE if create else NewVerdict.HOLD
    if not travels or not direction.writes(source.other):
        expected = NewVerdict.LEAVE

    found = decide_new(source, policy, travels)

    assert (found.verdict, found.side) == (expected, source.other)


def guards(tally: Tally, limits: GuardLimits = GuardLimits()) -> list[Guard]:
    return [trip.guard for trip in tripped(tally, limits)]


@pytest.mark.parametrize(
    ("links", "deletions", "found"),
    [
        (1000, 0, []),
        (10, 10, []),
        (11, 11, [Guard.DELETIONS]),
        (50, 10, []),
        (50, 11, [Guard.DELETIONS]),
        (54, 11, [Guard.DELETIONS]),
        (55, 11, []),
        (1000, 200, []),
        (1000, 201, [Guard.DELETIONS]),
        (20, 20, [Guard.EMPTIED]),
        (19, 19, [Guard.DELETIONS]),
    ],
)
def test_more_than_ten_and_more_than_a_fifth_deleted(
    links: int, deletions: int, found: list[Guard]
) -> None:
    assert guards(Tally(links, deletions)) == found


@pytest.mark.parametrize(
    ("links", "deletions", "found"), [(20, 20, [Guard.EMPTIED]), (19, 19, []), (20, 19, [])]
)
def test_a_side_gone_empty_is_held_whatever_number_of_deletions_is_allowed(
    links: int, deletions: int, found: list[Guard]
) -> None:
    limits = GuardLimits(deletions=1000)
    assert guards(Tally(links, deletions), limits) == found


@pytest.mark.parametrize(
    ("links", "emptied", "held"),
    [(19, 19, False), (20, 1, False), (20, 2, True), (100, 5, False), (100, 6, True)],
)
def test_a_field_emptied_on_more_than_a_twentieth(links: int, emptied: int, held: bool) -> None:
    trips = tripped(Tally(links, cleared={"notes": emptied, "company": 0}), GuardLimits())
    assert [(trip.guard, trip.field) for trip in trips] == (
        [(Guard.CLEARED, "notes")] if held else []
    )


@pytest.mark.parametrize(
    ("links", "changed", "held"), [(20, 20, True), (20, 19, False), (19, 19, False), (0, 0, False)]
)
def test_a_side_wholly_changed(links: int, changed: int, held: bool) -> None:
    assert guards(Tally(links, changed=changed)) == ([Guard.REWRITTEN] if held else [])


def test_limits_are_the_policys() -> None:
    limits = GuardLimits(deletions=0, deletion_share=0.0, cleared_share=0.5, minimum_links=2)
    assert guards(Tally(100, 1), limits) == [Guard.DELETIONS]
    assert guards(Tally(100, cleared={"notes": 50}), limits) == []
    assert guards(Tally(2, changed=2), limits) == [Guard.REWRITTEN]


def test_nothing_to_do_trips_nothing() -> None:
    assert guards(Tally(), GuardLimits(0, 0.0, 0.0, 0)) == []


def test_every_guard_says_how_to_go_on() -> None:
    assert set(ADVICE) == set(Guard)


def test_a_field_against_its_base() -> None:
    current = {"notes": "n", "emails": ("a", "b"), "company": None, "suffix": "new"}
    base = {"notes": "n", "emails": ("b", "a"), "company": "c", "nickname": "x"}
    assert changes(current, base, ("notes", "emails", "company", "suffix", "nickname")) == {
        "notes": Change.SAME,
        "emails": Change.SAME,
        "company": Change.CHANGED,
        "suffix": Change.UNKNOWN,
        "nickname": Change.UNREAD,
    }
    assert changes({"notes": "n"}, None, ("notes",)) == {"notes": Change.UNKNOWN}


def test_cleared_are_values_that_were_read_as_empty() -> None:
    base = {"notes": "n", "company": "c", "emails": ("a",), "suffix": None}
    assert cleared({"notes": None, "emails": None, "suffix": None}, base) == ("notes", "emails")
    assert cleared({"notes": None}, None) == ()


def test_a_record_differs_if_any_field_that_was_read_does() -> None:
    assert not differs({"notes": "n"}, {"notes": "n", "company": "c"})
    assert differs({"notes": "n", "company": None}, {"notes": "n", "company": "c"})
    assert differs({"notes": "n"}, None)
