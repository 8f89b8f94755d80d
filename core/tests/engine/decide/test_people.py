"""Sets of people through the merge of sets: fact by fact, and the same on both sides."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncline.engine.decide.sets import SetFrame, SetSide, merged, replaced
from syncline.model.capacity import Capacity
from syncline.model.fields import Value
from syncline.model.kinds.people import PEOPLE
from syncline.model.sides import SIDES, PerSide, Side
from syncline.testing.strategies import values_of

FRAME = SetFrame(PEOPLE, str)
NO_ROLES = Capacity(parts=frozenset({"name", "response"}))
PEOPLES = values_of(PEOPLE)


def settled(value: Value) -> frozenset[str]:
    """A base: what a side held when it was last settled."""
    return frozenset(PEOPLE.elements(value))


def sides(base: Value, left: Value, right: Value) -> PerSide[SetSide]:
    return PerSide(*(SetSide(value, settled(base)) for value in (left, right)))


@given(base=PEOPLES, left=PEOPLES, right=PEOPLES)
def test_both_sides_end_with_the_same_people(base: Value, left: Value, right: Value) -> None:
    after = merged(sides(base, left, right), FRAME)

    assert PEOPLE.normal(after.left) == PEOPLE.normal(after.right)


@given(base=PEOPLES, left=PEOPLES, right=PEOPLES)
def test_what_was_merged_is_settled(base: Value, left: Value, right: Value) -> None:
    after = merged(sides(base, left, right), FRAME)
    again = merged(sides(after.left, after.left, after.right), FRAME)

    assert PEOPLE.normal(again.left) == PEOPLE.normal(after.left)


@given(base=PEOPLES, edited=PEOPLES)
def test_one_sides_edit_arrives_as_it_is(base: Value, edited: Value) -> None:
    after = merged(sides(base, edited, base), FRAME)

    assert PEOPLE.normal(after.right) == PEOPLE.normal(edited)


@given(value=PEOPLES, other=PEOPLES)
def test_a_side_that_wins_as_a_whole_is_copied(value: Value, other: Value) -> None:
    """Nothing at the target was ever settled, and the source has room for everything."""
    here, there = SetSide(value, None), SetSide(other, None)

    assert PEOPLE.normal(replaced(PerSide(here, there), Side.RIGHT, FRAME)) == PEOPLE.normal(value)


@given(rich=PEOPLES, poorer=PEOPLES)
def test_a_side_without_roles_takes_none_of_those_who_stay(rich: Value, poorer: Value) -> None:
    held = NO_ROLES.stored(PEOPLE, rich)
    edited = NO_ROLES.stored(PEOPLE, poorer)
    left, right = SetSide(rich, settled(rich)), SetSide(edited, settled(held), NO_ROLES)

    after = merged(PerSide(left, right), FRAME)

    before = {person["address"]: person.get("role") for person in PEOPLE.normal(rich) or ()}
    left_with = {
        person["address"]: person.get("role") for person in PEOPLE.normal(after.left) or ()
    }
    assert left_with.keys() == {person["address"] for person in PEOPLE.normal(edited) or ()}
    assert {who: before.get(who) for who in left_with} == left_with


@given(rich=PEOPLES, vocabulary=st.frozensets(st.sampled_from([*PEOPLE.roles.classes])))
def test_fewer_roles_flatten_none(rich: Value, vocabulary: frozenset[str]) -> None:
    """A side that holds another role of the same class, and edits nothing, changes nothing."""
    poorer = Capacity(vocabulary=vocabulary | PEOPLE.responses.classes.keys())
    held = poorer.stored(PEOPLE, rich)
    left, right = SetSide(rich, settled(rich)), SetSide(held, settled(held), poorer)

    after = merged(PerSide(left, right), FRAME)

    assert PEOPLE.normal(after.left) == PEOPLE.normal(rich)
    assert PEOPLE.normal(after.right) == PEOPLE.normal(held)


ADA, BOB = "ada@x.example", "bob@x.example"


@pytest.mark.parametrize(("role", "response"), [*product(("chair", None), ("declined", None))])
def test_a_role_on_one_side_and_a_response_on_the_other_are_both_kept(
    role: str | None, response: str | None
) -> None:
    base = ({"address": ADA, "role": "required", "response": "accepted"}, {"address": BOB})
    left = ({**base[0], "role": role}, base[1])
    right = ({**base[0], "response": response}, base[1])

    after = merged(sides(base, left, right), FRAME)

    expected = ({"address": ADA, "role": role, "response": response}, {"address": BOB})
    for side in SIDES:
        assert PEOPLE.normal(after[side]) == PEOPLE.normal(expected)
