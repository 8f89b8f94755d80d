"""What random histories found where several members have one record, or share a feed: each as the
shortest history that shows it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syncline.model.sides import PerSide, Side
from syncline.policy.schema import GuardLimits, Records
from syncline.testing.histories import (
    INSIDE,
    Event,
    People,
)
from syncline.testing.histories.story import (
    Look,
    Settle,
    Stage,
    Start,
    Story,
    Work,
)

LEFT, RIGHT = Side.LEFT, Side.RIGHT
BOTH_SEE_IT = Start(
    right=("one feed",),
    policy={"records": PerSide(Records.OWN, Records.VISIBLE)},
    members=("ada", "bob"),
    in_step=True,
)
"""Two members, each with all that there is on the right."""


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_an_address_that_another_member_has_in_a_book_of_their_own_is_no_duplicate(
    tmp_path: Path, side: Side
) -> None:
    """The memory store compared all mailboxes with each other."""
    people = (People("create", side, 1, 2), People("meet", LEFT, 0, 0))
    start = Start(right=("unique",), members=("ada", "bob"), people=people)

    Stage.at(tmp_path).play(Story(start))


def test_a_shared_record_that_is_given_away_comes_to_its_new_owner(tmp_path: Path) -> None:
    start = Start(
        right=("one feed",),
        members=("ada", "bob"),
        people=(People("create", RIGHT, 0),),
        in_step=True,
    )
    given = Work((People("give", RIGHT, 0, 1),))

    history = Stage.at(tmp_path).play(Story(start, (given,)))

    assert len(history.stores.left.read("bob")) == 1


def test_who_is_looked_for_as_a_twin_has_not_left_the_data_set(tmp_path: Path) -> None:
    """The look-up of another member noted the record as outside, and froze its owner's link."""
    start = Start(
        right=("one feed",),
        policy={"where": PerSide(None, INSIDE)},
        members=("ada", "bob"),
        people=(People("create", RIGHT),),
    )
    met = Work((People("meet", LEFT, 0, 1),))

    history = Stage.at(tmp_path).play(Story(start, (met, Settle(full=False))))

    titles = {each.fields["job_title"] for each in history.ledger.live(LEFT)}
    assert len(titles) == 1


def test_a_plan_shows_what_a_write_to_a_shared_record_brings_to_its_other_copies(
    tmp_path: Path,
) -> None:
    """The second step follows from the first one, which a plan did not take for done."""
    start = replace(BOTH_SEE_IT, people=(People("create", LEFT, 1),))
    edited = Work((), (Event(1, "after", People("edit", LEFT), "changes"),))

    Stage.at(tmp_path).play(Story(start, (edited, Look())))


def test_an_edit_of_one_copy_of_a_shared_record_is_one_write_to_each_other_copy(
    tmp_path: Path,
) -> None:
    start = replace(BOTH_SEE_IT, people=(People("create", LEFT, 1),))

    Stage.at(tmp_path).play(Story(start, (Work((People("edit", LEFT),)),)))


def test_two_members_of_a_record_that_both_see_deleted_delete_it(tmp_path: Path) -> None:
    """Each left it to the other, whose link ended as well."""
    start = replace(BOTH_SEE_IT, left=("one feed",), people=(People("create", RIGHT),))

    history = Stage.at(tmp_path).play(Story(start, (Work((People("delete", LEFT),)),)))

    assert history.ledger.live(RIGHT) == []


def test_a_person_two_members_enter_is_made_once_by_runs_beside_each_other(tmp_path: Path) -> None:
    """What the first run had claimed for a batch to come, the second one set free, and made."""
    both = (People("create", LEFT, 0), People("meet", LEFT, -1, 1))
    beside = (Event(1, "after", "another run", "write"),)

    history = Stage.at(tmp_path).play(
        Story(
            Start(right=("one feed", "one by one"), members=("ada", "bob")),
            (Work((*both, *both), beside, alone=("ada",)),),
        )
    )

    assert len(history.ledger.live(RIGHT)) == 2


def test_whose_record_stays_alone_need_not_agree_with_somebody_elses(tmp_path: Path) -> None:
    """Bob's counterpart was deleted, and his record may not be; Ada knows the person, too."""
    start = Start(
        right=("one feed",),
        policy={"delete": PerSide(False, True)},
        members=("ada", "bob"),
        people=(People("create", LEFT, 1),),
        in_step=True,
    )
    met = Work((People("meet", RIGHT, 0, 0), People("delete", RIGHT, 0)))

    Stage.at(tmp_path).play(Story(start, (met,)))


@pytest.mark.parametrize("creates", [True, False])
def test_who_is_linked_to_the_record_of_somebody_else_has_one_of_their_own_waiting(
    tmp_path: Path, creates: bool
) -> None:
    both = (People("create", LEFT, 0), People("meet", LEFT, -1, 1))
    policy = {"create": PerSide(creates, True)}
    start = Start(right=("one feed",), policy=policy, members=("ada", "bob"))
    bobs = Work(both, alone=("bob",))

    history = Stage.at(tmp_path).play(
        Story(start, (bobs, Work(), Work((People("meet", RIGHT, 0, 0),))))
    )

    assert len(history.ledger.live(RIGHT)) == 2


def test_who_has_few_links_in_a_run_is_not_guarded_for_those_of_others(tmp_path: Path) -> None:
    """The oracle counted the links of members who were not in the run."""
    limits = GuardLimits(deletions=1, deletion_share=0.1, cleared_share=0.3, minimum_links=3)
    start = Start(
        right=("one feed",),
        policy={"guards": limits},
        members=("ada", "bob"),
        people=(People("create", LEFT, 1), People("create", LEFT, 1)),
        in_step=True,
    )
    wiped = Event(40, "after", People("wipe", LEFT, 1), "any")
    bobs = Work((People("give", RIGHT, 1), People("create", LEFT, 3, 1)), (wiped,))
    beside = (Event(1, "after", "overtaken", "write"), Event(1, "after", "another run", "changes"))

    Stage.at(tmp_path).play(Story(start, (bobs, Work((), beside, alone=("ada",)))))
