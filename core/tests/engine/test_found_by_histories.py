"""What random histories and enumerated deaths found, each as the shortest history that shows it.

Written as the machine prints it: who did what, and what happened at which point of a run. Points
move when the engine changes; so each history names every point of its run in turn.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from proof.histories import (
    Event,
    Fault,
    History,
    Moment,
    People,
)
from proof.histories.story import (
    Ahead,
    Configure,
    Decide,
    LoseState,
    Settle,
    Stage,
    Start,
    Story,
    Work,
)
from proof.quick_state import QuickState
from syncline.connectors.memory import MemoryOptions
from syncline.connectors.memory.options import Protection
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import Conflict, Direction, Drift, FieldRule

LEFT, RIGHT = Side.LEFT, Side.RIGHT


@pytest.mark.parametrize("point", range(26, 50, 2))
def test_the_second_write_of_a_link_is_sent_although_the_run_died_after_the_first(
    tmp_path: Path, point: int
) -> None:
    """The link was no longer due as soon as its first write was settled."""
    history = _in_step(tmp_path)
    history.people("edit", LEFT, field=0)
    history.people("edit", RIGHT, field=1)
    history.run(Event(point, "after", "die"))
    history.settle()


@pytest.mark.parametrize("fault", ["stop", "retry", "not reached"])
@pytest.mark.parametrize("point", range(20, 50, 10))
def test_a_refusal_in_the_middle_of_writing_ends_a_lane_and_not_the_run(
    tmp_path: Path, point: int, fault: Fault
) -> None:
    """A refused look-up or read of a target ended the whole run with an exception."""
    history = _in_step(tmp_path)
    history.people("create", LEFT)
    history.people("edit", LEFT, field=0)
    history.people("edit", RIGHT, record=1, field=1)
    history.run(Event(point, "before", fault))
    history.settle()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("conditional", ["version", "second", "none"])
def test_an_edit_between_our_read_and_our_write_travels(
    tmp_path: Path, conditional: Protection, moment: Moment
) -> None:
    """The version in a write's answer, or a coarse stamp, hid an edit that nobody had read."""
    weak = MemoryOptions(conditional=conditional, granularity=float(conditional == "second"))
    for point in range(29, 44, 5):
        folder = tmp_path / f"{conditional}-{moment}-{point}"
        folder.mkdir()
        history = _in_step(folder, right=weak)
        history.people("edit", LEFT, field=0)
        history.run(Event(point, moment, People("edit", RIGHT, field=1)))
        history.settle()


def test_a_deletion_forgotten_with_the_state_is_no_deletion(tmp_path: Path) -> None:
    history = _in_step(tmp_path, direction=Direction.LEFT_TO_RIGHT, conflict=None)
    history.run(Event(23, "before", People("delete", LEFT)))
    history.lose_state()
    history.settle()


def test_a_deletion_waits_while_a_conflict_of_the_first_sync_waits(tmp_path: Path) -> None:
    """A value that no rule had decided about was deleted with its record."""
    history = History(tmp_path, quick=QuickState(tmp_path), conflict=Conflict.MANUAL)
    history.people("create", LEFT)
    history.people("meet", RIGHT)
    history.people("edit", RIGHT, field=2)
    history.run()
    history.people("delete", RIGHT)
    history.settle()
    assert history.ledger.live(LEFT)
    assert len(history.session().conflicts()) == 1
    history.reopen()


def test_a_deletion_in_conflict_is_shown_with_the_name_of_the_record(tmp_path: Path) -> None:
    """Nothing of the survivor was at hand, so a person was to decide about an empty line."""
    history = _in_step(tmp_path, conflict=Conflict.MANUAL)
    history.people("half lock", LEFT)
    history.run()
    history.people("edit", RIGHT, field=1)
    history.run()
    history.people("delete", LEFT)
    history.run()
    [waiting] = history.session().conflicts()
    assert waiting.label.startswith("A N")
    history.settle()
    history.reopen()


def test_a_record_made_again_under_its_old_id_can_be_deleted_again(tmp_path: Path) -> None:
    """It counted as deleted already, so the second deletion was no news."""
    history = History(
        tmp_path,
        MemoryOptions(reuses_ids=True),
        quick=QuickState(tmp_path),
        conflict=Conflict.RIGHT_WINS,
    )
    history.people("create", RIGHT)
    history.settle()
    history.people("delete", LEFT)
    history.people("clear", RIGHT)
    history.run()
    history.people("delete", LEFT)
    history.settle()
    assert not history.ledger.live(RIGHT)
    history.reopen()


@pytest.mark.parametrize("what", ["update", "delete"])
def test_what_would_send_mail_to_people_is_withheld_and_listed(tmp_path: Path, what: str) -> None:
    """Nothing asked whether a write notifies anybody."""
    history = _in_step(tmp_path, right=MemoryOptions(notifies=frozenset({what})))  # type: ignore[arg-type]  # one of the three
    history.people("edit", LEFT)
    history.people("delete", LEFT, 1)
    report = history.run()
    assert report is not None
    assert [each.action for each in report.operations if "mail" in each.held] == [what]
    history.settle()
    history.reopen()


def _in_step(folder: Path, right: MemoryOptions | None = None, **policy: object) -> History:
    history = History(folder, right=right, quick=QuickState(folder), **policy)
    history.people("create", LEFT)
    history.people("create", LEFT)
    history.settle()
    return history


def test_what_an_update_may_have_gone_over_is_kept_when_its_record_is_gone(tmp_path: Path) -> None:
    """Nobody could tell any more whether it was written, and so the history did not say what the
    record had held before.
    """
    start = Start(
        policy={"direction": Direction.RIGHT_TO_LEFT},
        people=(People("create", LEFT, 0, 1), People("create", RIGHT, 1, 0)),
        in_step=True,
    )
    merged = (People("clear", RIGHT, 0, 0), People("merge", LEFT, 1, 0))
    cut = Work(merged, (Event(1, "after", "stop", "write"),))
    deleted = Work((People("delete", LEFT, 2, 2),))

    Stage.at(tmp_path).play(Story(start, (cut, deleted)))


def test_a_write_to_one_side_does_not_end_the_wait_of_the_other(tmp_path: Path) -> None:
    """What was settled by the second write of a link wiped out that the first one was refused, so
    that it was sent again in the next run.
    """
    history = History(tmp_path, quick=QuickState(tmp_path))
    history.people("create", LEFT)
    history.settle()
    history.people("edit", RIGHT, field=2)
    history.people("edit", LEFT, field=0)
    history.run(Event(1, "before", "refuse all", "write"))
    updates = sum(store.writes["update"] for store in history.stores)

    history.run()

    assert sum(store.writes["update"] for store in history.stores) == updates == 1
    history.settle()
    history.reopen()


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("edited", [LEFT, RIGHT])
def test_an_edit_of_a_field_that_is_hidden_travels_when_it_is_shown_again(
    tmp_path: Path, edited: Side, settled: bool
) -> None:
    """A record whose field could not be read was not read again, since its version had not
    changed; and the other side's edit counted as settled.
    """
    history = _in_step(tmp_path)
    history.people("forbid", RIGHT, field=1)
    history.people("touch", RIGHT)
    history.run()
    history.people("edit", edited, field=1)
    history.settle() if settled else history.run()
    history.people("allow", RIGHT)
    history.settle()
    held = {str(side): history.ledger.live(side)[0].fields.get("company") for side in (LEFT, RIGHT)}
    assert held["left"] == held["right"] is not None
    history.reopen()


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_birthday_that_is_none_holds_up_nobody_else_and_can_be_mended(
    tmp_path: Path, side: Side
) -> None:
    people = (People("create", LEFT), People("create", RIGHT), People("create", side))
    spoiled = Work((People("spoil", side), People("edit", LEFT, 1), People("edit", RIGHT, 2)))
    mended = Work((People("mend", side),))
    start = Start(people=people, in_step=True)

    Stage.at(tmp_path).play(Story(start, (spoiled, Settle(full=False), mended)))


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_instants_without_a_zone_hold_up_no_record(tmp_path: Path, side: Side) -> None:
    start = Start(
        policy={"conflict": Conflict.NEWEST_WINS},
        people=(People("create", LEFT), People("create", RIGHT)),
        in_step=True,
    )
    both = (People("no zone", side), People("edit", LEFT, 0, 0), People("edit", RIGHT, 0, 0))
    made = Work((*both, People("create", side)))

    Stage.at(tmp_path).play(Story(start, (made, Settle(full=False))))


@pytest.mark.parametrize("seconds", [400.0, 90_000.0, 2 * 365 * 86_400.0])
def test_a_run_while_our_clock_is_ahead_costs_nothing(tmp_path: Path, seconds: float) -> None:
    people = (People("create", LEFT), People("create", RIGHT))
    start = Start(left=("stamps", "no keys"), people=people, in_step=True)
    overwritten = Work((People("edit", LEFT), People("edit", RIGHT)))
    later = Work((People("edit", LEFT), People("create", RIGHT)))

    Stage.at(tmp_path).play(Story(start, (overwritten, Ahead(seconds), later, Settle(full=False))))


@pytest.mark.parametrize("winner", [LEFT, RIGHT])
def test_what_a_person_decides_in_between_is_done(tmp_path: Path, winner: Side) -> None:
    start = Start(
        policy={"conflict": Conflict.MANUAL}, people=(People("create", LEFT),), in_step=True
    )
    apart = Work((People("edit", LEFT), People("edit", RIGHT)))

    history = Stage.at(tmp_path).play(Story(start, (apart, Decide(winner), Work())))

    held = {str(side): history.ledger.live(side)[0].fields["job_title"] for side in (LEFT, RIGHT)}
    assert held["left"] == held["right"]


@pytest.mark.parametrize("state_lost", [False, True])
def test_what_was_edited_since_the_state_was_lost_waits_where_no_key_tells(
    tmp_path: Path, state_lost: bool
) -> None:
    keyless = ("no keys",)
    people = (People("create", LEFT), People("create", LEFT))
    start = Start(left=keyless, right=keyless, policy={"match": ()}, people=people, in_step=True)
    lost = (LoseState(),) if state_lost else ()
    edited = Work((People("edit", LEFT, 0, 0),))

    history = Stage.at(tmp_path).play(Story(start, (*lost, edited)))

    assert [len(history.ledger.live(side)) for side in (LEFT, RIGHT)] == [2, 2]


def test_a_refused_edit_does_not_write_again_and_again_what_a_service_rewrites(
    tmp_path: Path,
) -> None:
    """One way; each try to write the field that is locked carried the whole record along."""
    start = Start(
        right=("capitals later",),
        policy={"direction": Direction.LEFT_TO_RIGHT},
        people=(People("create", LEFT),),
        in_step=True,
    )
    locked = Work((People("half lock", RIGHT), People("edit", RIGHT, field=0)))
    edited = Work((People("edit", LEFT, field=1), People("edit", LEFT, field=0)))

    history = Stage.at(tmp_path).play(Story(start, (locked, edited)))

    [there] = history.ledger.live(RIGHT)
    assert there.fields.get("company") is None


def test_what_was_deleted_while_a_run_without_deletions_was_at_work_stays(tmp_path: Path) -> None:
    start = Start(
        policy={"delete": PerSide(True, False)}, people=(People("create", RIGHT),), in_step=True
    )
    for point in range(1, 14, 2):
        deleted = Work((), (Event(point, "before", People("delete", LEFT), "commit"),))
        allowed = Configure(("ada", "bob"), {"delete": PerSide(True, True)})
        folder = tmp_path / str(point)
        folder.mkdir()

        Stage.at(folder).play(Story(start, (deleted, allowed)))


def test_a_copy_made_again_at_its_source_clears_nothing(tmp_path: Path) -> None:
    rule = {"job_title": FieldRule(Direction.LEFT_TO_RIGHT)}
    start = Start(
        policy={"conflict": Conflict.NEWEST_WINS, "fields": rule},
        people=(People("create", LEFT),),
        in_step=True,
    )
    both = Work((People("delete", LEFT), People("edit", RIGHT, field=2)))

    history = Stage.at(tmp_path).play(Story(start, (both,)))

    [kept] = history.ledger.live(RIGHT)
    assert kept.fields["job_title"]


def test_one_of_two_records_of_a_person_is_merged_away_and_the_other_waits(tmp_path: Path) -> None:
    start = Start(
        people=(People("create", RIGHT), People("create", RIGHT), People("meet", RIGHT, 0)),
        in_step=True,
    )
    merged = Work((People("merge", RIGHT, 0, 0),))

    history = Stage.at(tmp_path).play(Story(start, (merged,)))

    assert [len(history.ledger.live(side)) for side in (LEFT, RIGHT)] == [2, 2]


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_field_that_is_hidden_between_the_feed_and_the_last_look_ends_no_run(
    tmp_path: Path, side: Side
) -> None:
    edited = (People("edit", side.other, 0, 2),)
    hidden = Event(2, "after", People("forbid", side, 0, 2), "changes")
    start = Start(people=(People("create", RIGHT),))

    Stage.at(tmp_path).play(Story(start, (Settle(full=False), Work(edited, (hidden,)))))


def test_a_drift_is_taken_back_when_the_source_can_be_read_again(tmp_path: Path) -> None:
    """The pair counted as settled while the field was hidden, and nobody looked when it was not."""
    policy = {
        "drift": Drift.REVERT,
        "fields": {"job_title": FieldRule(direction=Direction.LEFT_TO_RIGHT)},
    }
    start = Start(policy=policy, people=(People("create", LEFT),), in_step=True)
    hidden = Work((People("forbid", LEFT, 0, 0),))
    drifted = Work((People("clear", RIGHT, 0, 0),))
    shown = Work((People("allow", LEFT, 0, 0),))

    Stage.at(tmp_path).play(Story(start, (hidden, drifted, shown)))
