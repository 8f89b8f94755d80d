"""What random histories found where several members have one record, or share a feed: each as the
shortest history that shows it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proof.histories import (
    INSIDE,
    Event,
    People,
)
from proof.histories.events import At, Moment
from proof.histories.story import (
    Look,
    Settle,
    Stage,
    Start,
    Story,
    Work,
)
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import (
    Conflict,
    Direction,
    FieldRule,
    GuardLimits,
    Records,
    SharedDelete,
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


def test_a_pair_that_is_not_linked_yet_does_not_make_enough_links_for_a_guard(
    tmp_path: Path,
) -> None:
    """The oracle took everybody who is on both sides for linked."""
    limits = GuardLimits(deletions=1, deletion_share=0.1, cleared_share=0.3, minimum_links=3)
    start = Start(
        right=("one feed",),
        policy={"guards": limits},
        members=("ada", "bob"),
        people=(People("create", LEFT, 1, 2), People("create", LEFT, 1, 2)),
        in_step=True,
    )
    met = (People("create", LEFT, 0), People("meet", LEFT, -1, 1))
    wiped = Event(2, "before", People("wipe", LEFT, 0), "changes")
    beside = Event(1, "after", "another run", "write")

    Stage.at(tmp_path).play(Story(start, (Work(met, (wiped, beside), alone=("ada",)),)))


def test_a_conflict_about_one_person_is_none_about_whose_name_begins_alike(tmp_path: Path) -> None:
    """The oracle looked for Nv1 in what is called Nv12."""
    start = Start(
        right=("one feed",),
        policy={"conflict": Conflict.MANUAL},
        members=("ada", "bob"),
        people=(People("create", RIGHT, 0, 0),),
        in_step=True,
    )
    edits = (People("edit", RIGHT, 0, 2), People("edit", LEFT, 1, 0))
    met = (People("create", LEFT, 1, 0), People("meet", LEFT, -1, 0))
    again = (People("create", LEFT, 0, 0), People("meet", LEFT, -1, 1))
    beside = Event(2, "after", "another run", "ids")

    Stage.at(tmp_path).play(Story(start, (Work((*edits, *met, *again), (beside,)),)))


def test_whose_linked_record_was_merged_away_need_not_agree_with_what_came_for_another(
    tmp_path: Path,
) -> None:
    both = (People("create", LEFT, 1, 0), People("meet", LEFT, -1, 0))
    ada = Work((*both, *both), alone=("ada",))
    merged = Work((People("merge", RIGHT, 2, 1),))

    Stage.at(tmp_path).play(
        Story(Start(right=("one feed",), members=("ada", "bob")), (ada, merged))
    )


def test_whose_record_cannot_be_read_follows_no_merge_of_another_member(tmp_path: Path) -> None:
    """Bob merged the person into another one, so that the shared record bears that one's name."""
    start = Start(
        right=("one feed",),
        policy={
            "create": PerSide(True, False),
            "records": PerSide(Records.OWN, Records.VISIBLE),
        },
        members=("ada", "bob"),
        people=(People("create", LEFT, 1, 1), People("create", RIGHT, 0, 1)),
        in_step=True,
    )
    merged = Work((People("merge", LEFT, 2, 0), People("spoil", LEFT, 3, 2)))

    Stage.at(tmp_path).play(Story(start, (merged,)))


def test_an_edit_of_one_record_of_a_person_takes_back_nothing_in_another(tmp_path: Path) -> None:
    """Ada typed into her copy; then somebody edited Bob's original of the same person."""
    start = Start(
        policy={"direction": Direction.RIGHT_TO_LEFT},
        members=("ada", "bob"),
        people=(People("create", RIGHT, 1, 2), People("meet", RIGHT, 1, 0)),
    )
    drifted = (People("edit", LEFT, 0, 0), People("edit", LEFT, 1, 0))
    edited = Work((*drifted, People("edit", RIGHT, 0, 1)))

    Stage.at(tmp_path).play(Story(start, (Work(), edited)))


@pytest.mark.parametrize("point", range(16, 32, 2))
def test_an_edit_taken_back_before_a_run_settled_it_is_none_since_the_first_sync(
    tmp_path: Path, point: int
) -> None:
    """Both had typed the same; before that was settled, the target's user typed something else,
    which a run of another member read.
    """
    policy = {"direction": Direction.LEFT_TO_RIGHT}
    entered = Work((People("create", LEFT), People("add", LEFT)))
    alike = (People("edit", LEFT, 0, 1), People("agree", RIGHT, 0, 0))
    bobs = Event(point, "after", "another run", "commit")
    drifts = Event(point, "after", People("edit", RIGHT, 0, 1), "commit")
    taken_back = Work((People("clear", LEFT, 0, 1),))

    Stage.at(tmp_path).play(
        Story(
            Start(right=("one feed",), policy=policy, members=("ada", "bob")),
            (entered, Work(alike, (drifts, bobs), alone=("ada",)), taken_back, Settle(full=False)),
        )
    )


def test_who_was_merged_into_somebody_who_waits_brings_a_copy_of_their_own(tmp_path: Path) -> None:
    """The copy follows its record, and bears the other one's name; the oracle wanted one of it."""
    entered = (
        People("create", RIGHT, 0, 0),
        People("create", LEFT, 0, 1),
        People("create", LEFT, 0, 1),
        People("create", RIGHT, 0, 1),
        People("meet", RIGHT, 2, 0),
    )
    start = Start(left=("one feed",), people=entered, in_step=True)

    history = Stage.at(tmp_path).play(Story(start, (Work((People("merge", RIGHT, 1, 1),)),)))

    assert len(history.ledger.live(LEFT)) == len(history.ledger.live(RIGHT)) == 4


ENTERED_ANEW_FOR_BOTH = Start(
    left=("one feed",),
    right=("one feed",),
    policy={
        "records": PerSide(Records.OWN, Records.VISIBLE),
        "shared_delete": SharedDelete.PROPAGATE,
        "fields": {"job_title": FieldRule(Direction.NONE)},
    },
    members=("ada", "bob"),
    people=(People("create", RIGHT, 1, 2),),
    in_step=True,
)
"""Two systems that both members share: what one of them made, the other one has linked."""
AGAIN = (People("again", LEFT, 0, 0),)


@pytest.mark.parametrize("first", [(), ("ada",), ("bob",)])
def test_who_is_entered_anew_is_so_to_everybody_who_had_linked_the_deleted_record(
    tmp_path: Path, first: tuple[str, ...]
) -> None:
    """The other member's lane carried the deletion over, and then to the new record."""
    Stage.at(tmp_path).play(Story(ENTERED_ANEW_FOR_BOTH, (Work(AGAIN, alone=first), Work())))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("at", ["ids", "write"])
def test_who_is_entered_anew_outlives_a_deletion_that_was_on_its_way(
    tmp_path: Path, at: At, moment: Moment
) -> None:
    rival = Event(1, moment, "another run", at=at)
    deletes = Work(AGAIN, events=(rival,), alone=("bob",))

    Stage.at(tmp_path).play(Story(ENTERED_ANEW_FOR_BOTH, (deletes, Work())))


def test_a_deletion_that_waited_for_others_is_not_sent_for_who_was_entered_anew_since(
    tmp_path: Path,
) -> None:
    three = tuple(People("create", RIGHT, 1, 2) for _ in range(3))
    start = replace(ENTERED_ANEW_FOR_BOTH, right=("one feed", "one by one"), people=three)
    rival = Event(1, "after", "another run", at="write")
    deletes = Work((People("delete", LEFT), *AGAIN), events=(rival,), alone=("bob",))

    history = Stage.at(tmp_path).play(Story(start, (deletes, Work())))

    gone = [entry.deleted for entry in history.stores.right.entries.values()]
    assert gone == [True, False, False]  # and nobody was made again
