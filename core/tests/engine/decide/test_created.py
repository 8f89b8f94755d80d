"""What may be what a create without an answer has made: decided from digests alone."""

from __future__ import annotations

import pytest

from syncline.engine.decide.created import (
    Candidate,
    Fate,
    Likeness,
    decide_created,
    likeness,
)
from syncline.model.records import RecordId

SENT = {"given_name": "g", "family_name": "f", "emails": ("e",), "company": "c", "notes": None}
NAMES = ("given_name", "family_name", "company")


def _like(holds: dict[str, object], *, shares_key: bool = False) -> Likeness:
    return likeness(SENT, {**SENT, **holds}, NAMES[:2], shares_key=shares_key)


def test_what_holds_all_that_was_sent_is_the_same_whatever_it_holds_besides() -> None:
    assert _like({}) is Likeness.SAME
    assert _like({"notes": "n", "mobile_phone": "m"}) is Likeness.SAME


def test_a_name_that_was_not_sent_may_be_another_persons() -> None:
    sent = {"family_name": "f"}

    found = likeness(sent, {"family_name": "f", "given_name": "g"}, NAMES, shares_key=False)

    assert found is Likeness.SIMILAR


def test_what_cannot_be_read_is_no_difference() -> None:
    holds = {name: digest for name, digest in SENT.items() if name != "company"}

    assert likeness(SENT, holds, NAMES, shares_key=False) is Likeness.SAME
    assert likeness(SENT, {}, NAMES, shares_key=False) is Likeness.OTHER


def test_half_of_what_was_sent_and_a_part_of_the_name_is_similar() -> None:
    assert _like({"given_name": "x", "company": "x"}) is Likeness.SIMILAR
    assert _like({"given_name": "x", "family_name": "x"}) is Likeness.OTHER, "a colleague"
    assert _like({"given_name": "x", "company": "x", "emails": None}) is Likeness.OTHER


def test_a_common_key_is_similar_whatever_else_was_changed() -> None:
    changed = dict.fromkeys(("given_name", "family_name", "company"), "x")

    assert _like(changed, shares_key=True) is Likeness.SIMILAR


def _candidates(*words: str) -> list[Candidate]:
    """As `same`, `similar`, each perhaps `deleted`."""
    return [
        Candidate(RecordId(f"r{number}"), Likeness(word.split()[0]), word.endswith("deleted"))
        for number, word in enumerate(words)
    ]


@pytest.mark.parametrize(
    ("words", "fate", "chosen"),
    [
        ((), Fate.NOT_THERE, ""),
        (("other", "other"), Fate.NOT_THERE, ""),
        (("same",), Fate.MADE, "r0"),
        (("similar", "same", "other"), Fate.MADE, "r1"),
        (("same deleted", "same"), Fate.MADE, "r1"),
        (("same deleted",), Fate.DELETED, "r0"),
        (("similar", "same deleted"), Fate.DELETED, "r1"),
        (("same", "same", "similar"), Fate.UNCLEAR, "r0 r1"),
        (("similar",), Fate.UNCLEAR, "r0"),
        (("similar deleted", "other"), Fate.UNCLEAR, "r0"),
    ],
)
def test_only_what_is_certain_is_adopted(words: tuple[str, ...], fate: Fate, chosen: str) -> None:
    finding = decide_created(_candidates(*words))

    assert finding.fate is fate
    assert " ".join(each.id for each in finding.candidates) == chosen


@pytest.mark.parametrize(
    ("words", "fate", "chosen"),
    [
        ((), Fate.NOT_THERE, ""),
        (("similar", "same"), Fate.MADE, "r1"),
        (("same", "same deleted", "same"), Fate.MADE, "r0"),
        (("same", "same", "same"), Fate.UNCLEAR, "r0 r1 r2"),
        (("similar", "similar"), Fate.UNCLEAR, "r0 r1"),
    ],
)
def test_of_two_that_were_sent_the_same_either_is_any_of_no_more_than_two(
    words: tuple[str, ...], fate: Fate, chosen: str
) -> None:
    finding = decide_created(_candidates(*words), alike=2)

    assert finding.fate is fate
    assert " ".join(each.id for each in finding.candidates) == chosen
