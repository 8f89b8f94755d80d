"""Sets merge element by element, within what each side can hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proof.decisions.planner import PlannedLink, spec_of
from syncline.engine.decide.sets import SetFrame, SetSide, merged, replaced, settled
from syncline.model.capacity import Capacity
from syncline.model.contact import CONTACT
from syncline.model.fields import CATEGORIES, EMAILS, Value
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Conflict, Direction, ObjectPolicy

FRAME = SetFrame(EMAILS, lambda key: f"#{key}")
LETTERS = "abcdefg"


def side(now: str, base: str | None, many: int | None = None) -> SetSide:
    """Each letter is one element; `base` is what it held when last settled."""
    known = None if base is None else frozenset(f"#{letter}" for letter in base)
    return SetSide(tuple(now), known, Capacity(many=many))


def both(left: SetSide, right: SetSide, winner: Side | None = None) -> tuple[str, str]:
    found = merged(PerSide(left, right), FRAME, winner)
    return "".join(found.left), "".join(found.right)


# --- examples, those of docs/explanation/merging-sets.md first ---------------------------------


def test_the_poorer_side_changes_its_one_element_and_the_richer_keeps_the_others() -> None:
    assert both(side("abc", "abc", 3), side("x", "a", 1)) == ("bcx", "x")


def test_an_addition_that_has_no_room_changes_nothing_there() -> None:
    assert both(side("abx", "ab", 3), side("a", "a", 1)) == ("abx", "a")


def test_a_removal_makes_the_next_one_move_up() -> None:
    assert both(side("bc", "abc", 3), side("a", "a", 1)) == ("bc", "b")


def test_a_new_element_moves_up_before_one_that_had_no_room() -> None:
    assert both(side("bcx", "abc", 3), side("a", "a", 1)) == ("bcx", "x")


def test_nothing_moves_up_by_itself_where_it_was_removed() -> None:
    link = contact(("a", "b", "c"), 3, ("a",), 1)
    link.edit(Side.RIGHT, {"emails": None})
    link.run()
    assert shown(link) == (("b", "c"), None)

    link = contact(("a", "b", "c"), 3, ("a", "b", "c", "d"), 4)
    link.edit(Side.LEFT, {"emails": ("a", "c")})
    link.run()
    assert shown(link) == (("a", "c"), ("a", "c", "d"))


def contact(left: Value, room_left: int, right: Value, room_right: int) -> PlannedLink:
    """A contact whose addresses were settled as they are."""
    specs = PerSide(
        spec_of(("emails",), {"emails": Capacity(many=room_left)}),
        spec_of(("emails",), {"emails": Capacity(many=room_right)}),
    )
    policy = ObjectPolicy(type=CONTACT, direction=Direction.BOTH, conflict=Conflict.LEFT_WINS)
    link = PlannedLink(policy, specs, PerSide({"emails": left}, {"emails": right}))
    link.run()
    assert shown(link) == (left, right)
    return link


def shown(link: PlannedLink) -> tuple[Value, Value]:
    return (link.fields.left or {})["emails"], (link.fields.right or {})["emails"]


def test_two_edits_of_one_element_both_stay_where_there_is_room() -> None:
    assert both(side("xb", "ab", 3), side("y", "a", 1), Side.LEFT) == ("xby", "y")


def test_additions_and_removals_of_both_sides_meet() -> None:
    assert both(side("bx", "ab"), side("ay", "ab")) == ("xy", "yx")


def test_what_both_removed_and_what_both_added_is_one() -> None:
    assert both(side("bx", "ab"), side("bx", "ab")) == ("bx", "bx")


def test_stored_elements_keep_their_places_and_their_spelling() -> None:
    left = SetSide(("B@X.example", "new@x.example", "a@x.example"), frozenset({"#a@x.example"}))
    right = SetSide(("A@x.example", "b@x.example"), frozenset({"#a@x.example"}))

    found = merged(PerSide(left, right), FRAME)

    assert found.right == ("A@x.example", "b@x.example", "new@x.example")
    assert found.left == ("B@X.example", "new@x.example", "a@x.example")


def test_without_a_base_nothing_is_removed() -> None:
    assert both(side("ab", None), side("bc", None)) == ("abc", "bca")


@pytest.mark.parametrize(
    ("winner", "found"), [(Side.LEFT, ("x", "x")), (Side.RIGHT, ("y", "y")), (None, ("x", "y"))]
)
def test_where_there_is_room_for_one_the_winners_addition_stays(
    winner: Side | None, found: tuple[str, str]
) -> None:
    assert both(side("x", "a", 1), side("y", "a", 1), winner) == found


def test_the_loser_gives_nothing_up_that_has_room_on_the_other_side() -> None:
    assert both(side("bx", "ab", 3), side("y", "a", 1), Side.LEFT) == ("bxy", "y")


def test_the_loser_gives_up_only_what_is_new() -> None:
    assert both(side("abx", "ab", 3), side("aby", "ab", 3), Side.LEFT) == ("abx", "abx")
    assert both(side("bx", "b", 2), side("cde", "cde", 3), Side.LEFT) == ("bx", "cde")


def test_an_element_that_is_cut_stays_the_same_element() -> None:
    frame = SetFrame(CATEGORIES, lambda key: f"#{key}")
    left = SetSide(("customers", "new"), frozenset({"#customers"}))
    right = SetSide(("cust",), frozenset({"#cust"}), Capacity(max_length=4))

    found = merged(PerSide(left, right), frame)

    assert found == PerSide(("customers", "new"), ("cust", "new"))


def test_of_two_elements_that_are_cut_alike_neither_is_lost() -> None:
    frame = SetFrame(CATEGORIES, lambda key: f"#{key}")
    left = SetSide(("cust", "customers"), frozenset({"#cust", "#customers"}))
    right = SetSide(("cust", "new"), frozenset({"#cust"}), Capacity(max_length=4))

    found = merged(PerSide(left, right), frame)

    assert found == PerSide(("cust", "customers", "new"), ("cust", "new"))


def test_an_element_the_other_side_has_no_word_for_stays_where_it_is() -> None:
    frame = SetFrame(CATEGORIES, lambda key: f"#{key}")
    left = SetSide(("red", "mauve"), frozenset())
    right = SetSide((), frozenset(), Capacity(vocabulary=frozenset({"red", "blue"})))

    assert merged(PerSide(left, right), frame) == PerSide(("red", "mauve"), ("red",))


def test_a_number_that_is_too_long_is_not_offered_in_part() -> None:
    left, right = side("a", ""), SetSide((), frozenset(), Capacity(max_length=0))

    assert both(left, right) == ("a", "")


# --- replacing --------------------------------------------------------------------------------


def over(source: SetSide, target: SetSide) -> str:
    return "".join(replaced(PerSide(source, target), Side.RIGHT, FRAME))


def test_replacing_takes_the_sources_set_and_keeps_the_places() -> None:
    assert over(side("cab", "abc"), side("bdc", "bc")) == "bca"


def test_replacing_keeps_what_the_source_never_had_room_for() -> None:
    assert over(side("x", "a", 1), side("abc", "abc", 3)) == "bcx"
    assert over(side("b", "ab", 3), side("abde", "abde")) == "bde"


def test_replacing_takes_away_what_the_target_added() -> None:
    assert over(side("a", "a", 1), side("ab", "a", 3)) == "a"


def test_replacing_without_a_base_keeps_the_rest_only_if_the_source_is_full() -> None:
    assert over(side("a", None, 1), side("bc", None, 3)) == "bca"
    assert over(side("a", None, 2), side("bc", None, 3)) == "a"


def test_replacing_cuts_what_has_no_room_but_not_what_is_stored() -> None:
    assert over(side("abc", "abc", 3), side("c", "c", 1)) == "c"


# --- laws -------------------------------------------------------------------------------------


@st.composite
def sides(draw: st.DrawFn, *, unlimited: bool = False) -> PerSide[SetSide]:
    def one() -> SetSide:
        many = None if unlimited else draw(st.none() | st.integers(1, 4))
        now = draw(st.lists(st.sampled_from(LETTERS), unique=True, max_size=many or 5))
        base = draw(st.none() | st.lists(st.sampled_from(LETTERS), unique=True, max_size=5))
        return side("".join(now), None if base is None else "".join(base), many)

    return PerSide(one(), one())


WINNERS = st.sampled_from([None, *SIDES])
SETS = st.lists(st.sampled_from(LETTERS), unique=True, max_size=6).map("".join)


@given(SETS, SETS)
def test_if_only_one_side_changed_its_set_is_the_result(base: str, now: str) -> None:
    left, right = both(side(now, base), side(base, base))
    assert set(left) == set(right) == set(now)
    left, right = both(side(base, base), side(now, base))
    assert set(left) == set(right) == set(now)


@given(SETS, SETS)
def test_if_both_changed_it_alike_that_is_the_result(base: str, now: str) -> None:
    assert both(side(now, base), side(now, base)) == (now, now)


@given(SETS, SETS, SETS)
def test_what_neither_removed_is_kept_and_what_somebody_added_is_there(
    base: str, left: str, right: str
) -> None:
    found = both(side(left, base), side(right, base))
    expected = (set(base) & set(left) & set(right)) | (set(left) | set(right)) - set(base)
    assert set(found[0]) == set(found[1]) == expected


@given(sides(), WINNERS)
def test_every_element_comes_from_a_side_and_none_comes_twice(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    found = merged(given_sides, FRAME, winner)
    offered = {*given_sides.left.value, *given_sides.right.value}
    for each in SIDES:
        assert set(found[each]) <= offered
        assert len(set(found[each])) == len(found[each])


@given(sides(), WINNERS)
def test_no_side_gets_more_than_it_can_hold(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    found = merged(given_sides, FRAME, winner)
    for each in SIDES:
        many = given_sides[each].capacity.many
        assert many is None or len(found[each]) <= many
        assert many is None or len(replaced(given_sides, each, FRAME)) <= many


@given(sides(), WINNERS)
def test_stored_elements_stay_in_their_order_and_before_what_comes(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    found = merged(given_sides, FRAME, winner)
    for each in SIDES:
        for result in (found[each], replaced(given_sides, each, FRAME)):
            kept = [text for text in given_sides[each].value if text in result]
            assert list(result[: len(kept)]) == kept


@given(sides(), WINNERS)
def test_swapping_the_sides_swaps_the_result(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    found = merged(given_sides, FRAME, winner)
    swapped = PerSide(given_sides.right, given_sides.left)
    mirrored = merged(swapped, FRAME, winner and winner.other)
    assert mirrored == PerSide(found.right, found.left)


@given(sides(), WINNERS)
def test_without_a_winner_or_a_removal_no_side_loses_anything(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    """A side without a base removed nothing, so the other keeps all it has, whoever is poorer."""
    found = merged(given_sides, FRAME, None)
    for each in SIDES:
        if given_sides[each].base is None:
            assert set(given_sides[each.other].value) <= set(found[each.other])


@settings(max_examples=300)
@given(sides(), WINNERS)
def test_merging_again_from_the_settled_state_changes_no_side_that_had_no_room(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    """Once both directions are carried out and settled, doing it again moves nothing."""
    once = merged(given_sides, FRAME, winner)
    again = merged(PerSide(*(rebased(given_sides[s], once[s]) for s in SIDES)), FRAME, winner)
    assert again == once


def rebased(before: SetSide, now: tuple[str, ...]) -> SetSide:
    return SetSide(now, frozenset(f"#{each}" for each in now), before.capacity)


@given(sides(), WINNERS)
def test_an_addition_that_will_be_given_up_is_not_settled(
    given_sides: PerSide[SetSide], winner: Side | None
) -> None:
    found = merged(given_sides, FRAME, winner)
    for each in SIDES:
        base = given_sides[each].base or frozenset()
        left_out = set(given_sides[each].value) - set(
            settled(given_sides[each], found[each], FRAME)
        )
        assert all(f"#{text}" not in base and text not in found[each] for text in left_out)
