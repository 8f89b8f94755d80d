"""Which records are the same by what they hold."""

from __future__ import annotations

from syncline.engine.decide.likeness import Content, Unpaired, content, equal_pairs, namesakes
from syncline.model.sides import PerSide

GRACE: Content = (("given_name", "g"),)
ADMIRAL: Content = (("given_name", "g"), ("job_title", "a"))
ALAN: Content = (("given_name", "n"),)


def one(id: str, *forms: Content, name: Content = GRACE) -> Unpaired:
    return Unpaired(id, forms, name)


def test_only_what_is_filled_counts() -> None:
    assert content({"b": None, "a": "x", "c": ("y",), "d": "not asked"}, "cba") == (
        ("a", "x"),
        ("c", ("y",)),
    )


def test_equal_ones_pair_and_others_do_not() -> None:
    sides = PerSide([one("1", GRACE), one("2", ADMIRAL)], [one("x", ADMIRAL), one("y", ALAN)])

    assert equal_pairs(sides) == [("2", "x")]


def test_those_nobody_can_tell_apart_pair_one_to_one_by_id() -> None:
    sides = PerSide([one("2", GRACE), one("1", GRACE)], [one("y", GRACE)])

    assert equal_pairs(sides) == [("1", "y")]


def test_a_copy_as_it_is_stored_there_pairs_whichever_side_it_is_on() -> None:
    assert equal_pairs(PerSide([one("1", ADMIRAL, GRACE)], [one("x", GRACE)])) == [("1", "x")]
    assert equal_pairs(PerSide([one("1", GRACE)], [one("x", ADMIRAL, GRACE)])) == [("1", "x")]


def test_as_they_are_comes_before_as_they_would_be_stored() -> None:
    sides = PerSide([one("1", ADMIRAL, GRACE), one("2", GRACE, GRACE)], [one("x", GRACE)])

    assert equal_pairs(sides) == [("2", "x")]


def test_what_holds_nothing_says_nothing() -> None:
    assert equal_pairs(PerSide([one("1", ()), one("2", GRACE, ())], [one("x", ())])) == []


def test_namesakes_are_called_the_same_on_both_sides() -> None:
    nobody = one("3", ADMIRAL, name=())
    sides = PerSide([one("1", GRACE), one("2", ALAN, name=ALAN), nobody], [one("x", ADMIRAL)])

    left, right = namesakes(sides)

    assert [each.id for each in left] == ["1"]
    assert [each.id for each in right] == ["x"]
