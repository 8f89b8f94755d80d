"""Histories of one member in which the engine was right, and what the oracle must grant it."""

from __future__ import annotations

from pathlib import Path

import pytest

from proof.histories import (
    INSIDE,
    Event,
    People,
)
from proof.histories.story import (
    Configure,
    LoseState,
    Settle,
    Stage,
    Start,
    Story,
    Wait,
    Work,
)
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import Conflict, Direction, FieldRule, Merge

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def test_where_nothing_may_be_created_who_is_entered_later_stays_apart(tmp_path: Path) -> None:
    """The oracle took it for a pair."""
    policy = {"direction": Direction.LEFT_TO_RIGHT, "create": PerSide(True, False)}
    start = Start(policy=policy, people=(People("create", LEFT), People("meet", LEFT)))
    later = Work((People("meet", RIGHT, 0, 0),))
    alone = Work((People("delete", LEFT),))

    Stage.at(tmp_path).play(Story(start, (Work(), later, alone)))


def test_who_was_deleted_at_the_target_stays_away_when_a_second_record_of_the_person_goes(
    tmp_path: Path,
) -> None:
    """The oracle took the end of one record for an edit of the other one."""
    policy = {"direction": Direction.RIGHT_TO_LEFT}
    people = (People("create", RIGHT), People("meet", RIGHT))
    met = Start(policy=policy, people=people[:1], in_step=True)
    gone = Work((People("delete", LEFT), People("delete", RIGHT, 1)))

    Stage.at(tmp_path).play(Story(met, (Work(people[1:]), gone)))


def test_an_edit_that_people_take_back_before_anything_is_written_is_none(tmp_path: Path) -> None:
    """The oracle took it for an edit of the source, which ends what the target's user had done."""
    policy = {"direction": Direction.LEFT_TO_RIGHT}
    start = Start(policy=policy, people=(People("create", LEFT, 0, 1),), in_step=True)
    both = (People("add", RIGHT, 2, 2), People("add", LEFT, 2, 1))
    cut = Work(both, (Event(5, "before", "stop", "commit"),))
    taken_back = Work((People("drop", LEFT, 0, 1),))

    Stage.at(tmp_path).play(Story(start, (cut, taken_back)))


@pytest.mark.parametrize("merge", list(Merge))
def test_what_opposed_an_edit_did_so_though_it_is_switched_off_since(
    tmp_path: Path, merge: Merge
) -> None:
    """The oracle forgot who had won, as soon as the winner's field did not travel any more."""
    policy = {"conflict": Conflict.RIGHT_WINS, "merge": merge}
    start = Start(policy=policy, people=(People("create", LEFT),), in_step=True)
    both = Work((People("name", LEFT, 0, 0), People("name", RIGHT, 0, 1)))
    off = Configure(policy={"fields": {"suffix": FieldRule(direction=Direction.NONE)}})

    Stage.at(tmp_path).play(Story(start, (both, off)))


def test_a_service_that_rewrites_what_we_wrote_opposes_who_types_meanwhile(tmp_path: Path) -> None:
    """The oracle saw no person who did, and wanted no conflict."""
    start = Start(
        left=("capitals later",),
        policy={"conflict": Conflict.MANUAL},
        people=(People("create", RIGHT, 1, 0),),
        in_step=True,
    )
    edited = Work((People("edit", RIGHT, 0, 0),))

    Stage.at(tmp_path).play(Story(start, (edited, Wait(60.0), edited, edited)))


def test_a_deletion_follows_a_record_through_two_merges(tmp_path: Path) -> None:
    """The oracle followed it through one."""
    entered = (
        People("create", RIGHT, 1, 0),
        People("create", RIGHT, 1, 1),
        People("create", LEFT, 1, 2),
    )
    start = Start(policy={"direction": Direction.LEFT_TO_RIGHT}, people=entered, in_step=True)
    merged = Work((People("create", RIGHT, 1, 2), People("merge", RIGHT, 2, 2)))
    deleted = Work((People("delete", RIGHT, 1, 2),))
    emptied = Work((People("empty", LEFT, 2, 0), People("merge", RIGHT, 3, 0)))

    Stage.at(tmp_path).play(Story(start, (merged, deleted, emptied)))


def test_what_follows_a_merged_record_waits_with_it_where_it_would_be_a_duplicate(
    tmp_path: Path,
) -> None:
    """The oracle wanted the name back that the merge had left."""
    entered = (
        People("create", RIGHT, 1, 0),
        People("create", LEFT, 0, 0),
        People("meet", RIGHT, 1, 0),
    )
    policy = {"direction": Direction.RIGHT_TO_LEFT}
    start = Start(left=("unique",), policy=policy, people=entered, in_step=True)
    merged = Work((People("edit", RIGHT, 1, 1), People("merge", LEFT, 3, 2)))
    both_ways = Configure(policy={"direction": Direction.BOTH})

    Stage.at(tmp_path).play(Story(start, (merged, both_ways)))


def test_who_got_another_name_after_the_state_was_lost_is_somebody_else_where_only_names_tell(
    tmp_path: Path,
) -> None:
    """The oracle wanted one, though neither a mark nor an address leads from one to the other."""
    policy = {"match": ("name",)}
    start = Start(left=("no keys",), policy=policy, people=(People("create", RIGHT),), in_step=True)
    renamed = Work((People("name", RIGHT),))

    Stage.at(tmp_path).play(Story(start, (LoseState(), renamed)))


def test_where_whole_records_are_merged_it_is_an_edit_to_put_one_into_the_data_set(
    tmp_path: Path,
) -> None:
    """The oracle followed everything about a record but that."""
    policy = {"conflict": Conflict.RIGHT_WINS, "merge": Merge.RECORD}
    people = (People("create", LEFT, 0, 1), People("leave", LEFT))
    start = Start(policy=policy, people=people, in_step=True)
    both = Work((People("enter", RIGHT), People("edit", LEFT, 0, 1)))

    Stage.at(tmp_path).play(Story(start, (both,)))


def test_where_an_update_would_send_mail_who_was_merged_keeps_the_former_name_there(
    tmp_path: Path,
) -> None:
    """The oracle looked for the name that nobody may write."""
    entered = (People("create", LEFT, 0, 1),)
    start = Start(right=("mail at updates",), people=entered, in_step=True)
    merged = Work((People("create", LEFT, 0, 0), People("merge", LEFT, 0, 1)))

    Stage.at(tmp_path).play(Story(start, (merged,)))


def test_a_second_record_of_a_person_is_made_alike_when_it_takes_the_place_of_the_first(
    tmp_path: Path,
) -> None:
    """The oracle saw a write and no edit."""
    start = Start(people=(People("create", LEFT, 0, 0),), in_step=True)
    met = Work((People("meet", RIGHT, 0, 1),))
    gone = Work((People("delete", RIGHT), People("clear", RIGHT, 0, 1)))

    Stage.at(tmp_path).play(Story(start, (met, Settle(full=True), gone)))


def test_who_was_deleted_at_the_target_stays_away_when_an_edit_of_the_source_is_taken_back(
    tmp_path: Path,
) -> None:
    """The oracle compared with the copy, which held something of its own."""
    policy = {"direction": Direction.LEFT_TO_RIGHT}
    start = Start(policy=policy, people=(People("create", LEFT),), in_step=True)
    enriched, deleted = Work((People("add", RIGHT),)), Work((People("delete", RIGHT),))
    nothing_new = Work((People("edit", LEFT, 0, 1), People("clear", LEFT, 0, 1)))

    Stage.at(tmp_path).play(Story(start, (enriched, deleted, nothing_new)))


def test_what_a_run_makes_by_the_configuration_before_is_outside_of_a_narrower_one_since_then(
    tmp_path: Path,
) -> None:
    """The oracle took it for made outside, which is kept in step."""
    narrower = Configure(members=("ada",), policy={"where": PerSide(INSIDE, None)})
    rival = Event(1, "before", "another run", at="changes")
    entered = Work((People("create", RIGHT, 0, 2),), events=(rival,), meanwhile=narrower)
    edited = Work((People("edit", RIGHT),))

    Stage.at(tmp_path).play(Story(Start(), (entered, edited)))
