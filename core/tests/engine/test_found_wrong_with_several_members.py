"""Histories of several members in which the engine was right, and what the oracle must grant it."""

from __future__ import annotations

from pathlib import Path

from proof.histories import Event, People
from proof.histories.story import Configure, LoseState, Stage, Start, Story, Work
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import Direction, Records, SharedDelete

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def test_what_one_member_deleted_for_everybody_stays_with_the_others_where_nothing_goes_to_them(
    tmp_path: Path,
) -> None:
    """The oracle wanted it back in the system they share, as long as deleting was not off."""
    policy = {
        "direction": Direction.LEFT_TO_RIGHT,
        "shared_delete": SharedDelete.PROPAGATE,
    }
    start = Start(right=("one feed",), policy=policy, members=("ada", "bob"))
    entered = (
        People("create", LEFT, 0, 0),
        People("meet", LEFT, -1, 1),
        People("create", LEFT, 1, 0),
        People("meet", LEFT, -1, 0),
    )
    deleted = Event(1, "before", People("delete", LEFT, 2, 0), "ids")
    asleep = Event(4, "after", "another run", "write")

    Stage.at(tmp_path).play(Story(start, (Work(entered, (deleted, asleep)),)))


def test_a_deletion_that_waits_reaches_whoever_gets_to_see_the_record_meanwhile(
    tmp_path: Path,
) -> None:
    """The oracle had never seen two of them have it at once."""
    start = Start(
        right=("one feed",),
        policy={"shared_delete": SharedDelete.PROPAGATE},
        members=("ada", "bob"),
        people=(People("create", RIGHT, 1, 1),),
        in_step=True,
    )
    moment = (3, "before")
    deleted = Event(*moment, People("delete", LEFT, 2, 2), "changes")
    unread = Work(events=(deleted, Event(*moment, "disk full", "changes")))
    all_see_it = Configure(policy={"records": PerSide(Records.OWN, Records.VISIBLE)})

    Stage.at(tmp_path).play(Story(start, (unread, all_see_it)))


def test_who_was_taken_out_and_comes_back_hears_of_the_deletions_of_the_others(
    tmp_path: Path,
) -> None:
    """The oracle thought that the two still shared the record when one of them deleted it."""
    entered = (People("create", LEFT, 0, 0), People("meet", LEFT, -1, 1))
    start = Start(right=("one feed",), members=("ada", "bob"), people=entered, in_step=True)
    deleted = Work((People("delete", LEFT, 1),))

    steps = (Configure(members=("bob",)), deleted, Configure(members=("ada", "bob")))
    Stage.at(tmp_path).play(Story(start, steps))


def test_what_a_member_claimed_who_was_taken_out_is_not_made_by_another_one_at_once(
    tmp_path: Path,
) -> None:
    """The oracle wanted it made, though nobody knows whether it was."""
    start = Start(right=("one feed",), members=("ada", "bob"))
    entered = (People("create", LEFT, 1, 0), People("meet", LEFT, -1, 0))
    dies = Event(1, "before", "die", "write")
    taken_out = Configure(members=("bob",))

    Stage.at(tmp_path).play(Story(start, (Work(entered, (dies,), taken_out),)))


def test_who_was_merged_into_somebody_holds_their_place_in_the_lane_that_had_not_linked_them(
    tmp_path: Path,
) -> None:
    """The oracle wanted the member's own record of the winner in step, which waits beside it."""
    start = Start(right=("one feed", "one by one"), members=("ada", "bob"))
    entered = Work(
        (
            People("create", LEFT, 1, 0),
            People("meet", LEFT, -1, 0),
            People("create", LEFT, 0, 0),
            People("meet", LEFT, -1, 1),
        ),
        (Event(1, "after", "another run", "write"),),
        alone=("bob",),
    )
    merged = Work((People("merge", RIGHT, 0, 1),))

    Stage.at(tmp_path).play(Story(start, (entered, merged)))


def test_members_who_are_left_with_copies_bring_one_each_after_the_state_was_lost(
    tmp_path: Path,
) -> None:
    """The oracle wanted one of them, though no key tells that they are of one person."""
    everybody_sees = PerSide(Records.OWN, Records.VISIBLE)
    nobody_deletes = PerSide(False, True)
    start = Start(
        right=("one feed",),
        policy={"match": (), "records": everybody_sees, "delete": nobody_deletes},
        members=("ada", "bob"),
        people=(People("create", LEFT, 1, 0),),
        in_step=True,
    )

    deleted = Work((People("delete", RIGHT, 0, 0),))
    Stage.at(tmp_path).play(Story(start, (deleted, LoseState())))


def test_a_shared_record_bears_the_name_of_whom_another_member_made_its_person_part_of(
    tmp_path: Path,
) -> None:
    """One way, nothing comes back to who has the person still; the oracle wanted them there."""
    start = Start(
        right=("one feed", "one by one"),
        policy={"direction": Direction.LEFT_TO_RIGHT},
        members=("ada", "bob"),
    )
    both_have_two = (
        People("create", LEFT, 1, 0),
        People("meet", LEFT, -1, 0),
        People("create", LEFT, 1, 0),
        People("meet", LEFT, -1, 0),
    )
    beside = Event(1, "after", "another run", "write")
    entered = Work(both_have_two, (Event(1, "after", "disk full", "write"), beside), alone=("ada",))
    merged = (
        People("merge", LEFT, 1, 1),
        People("create", LEFT, 0, 0),
        People("meet", LEFT, -1, 1),
        People("create", LEFT, 0, 0),
        People("meet", LEFT, -1, 1),
    )

    Stage.at(tmp_path).play(Story(start, (entered, Work(merged))))
