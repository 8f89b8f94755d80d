"""Rules the table cannot show with one field: groups, field rules, the whole record, baselines,
what counts as an edit, reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syncline.engine.decide.deltas import Change
from syncline.engine.decide.link import (
    Decision,
    Mode,
    Presence,
    Reason,
    Ruling,
    SideView,
    Verdict,
    decide_link,
)
from syncline.model.contact import CONTACT
from syncline.model.sides import Side
from syncline.policy.schema import (
    Conflict,
    Direction,
    Drift,
    FieldRule,
    Merge,
    ObjectPolicy,
)

LEFT, RIGHT = Side.LEFT, Side.RIGHT
SAME, CHANGED, UNKNOWN = Change.SAME, Change.CHANGED, Change.UNKNOWN
EARLY, LATE = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)


def policy(
    direction: Direction = Direction.BOTH,
    conflict: Conflict | None = Conflict.LEFT_WINS,
    merge: Merge = Merge.FIELDS,
    drift: Drift = Drift.IGNORE,
    **rules: Direction,
) -> ObjectPolicy:
    return ObjectPolicy(
        type=CONTACT,
        direction=direction,
        conflict=conflict if direction is Direction.BOTH else None,
        merge=merge,
        drift=drift,
        fields={name: FieldRule(each) for name, each in rules.items()},
    )


def there(
    changes: Mapping[str, Change], empty: tuple[str, ...] = (), modified: datetime | None = None
) -> SideView:
    return SideView(Presence.PRESENT, changes, frozenset(empty), modified)


def views(**fields: tuple[Change, Change]) -> tuple[SideView, SideView]:
    left, right = ({name: each[i] for name, each in fields.items()} for i in (0, 1))
    return there(left), there(right)


def carried(decision: Decision) -> set[tuple[str, Side, Mode]]:
    return {(name, c.source, c.mode) for c in decision.carries for name in c.fields}


GONE = SideView(Presence.DELETED)


def test_direction_none_does_nothing_whatever_happened() -> None:
    for left in (GONE, there({"notes": CHANGED}), SideView(Presence.LEFT)):
        found = decide_link(left, there({"notes": CHANGED}), policy(Direction.NONE))
        assert (found.verdict, found.carries) == (Verdict.NOTHING, ())


# --- merge ------------------------------------------------------------------------------------


def test_edits_of_different_fields_both_survive_with_merge_fields() -> None:
    found = decide_link(*views(notes=(CHANGED, SAME), company=(SAME, CHANGED)), policy())
    assert carried(found) == {
        ("notes", LEFT, Mode.REPLACE),
        ("company", RIGHT, Mode.REPLACE),
    }


def test_the_winners_whole_record_is_taken_with_merge_record() -> None:
    given = views(notes=(CHANGED, SAME), company=(SAME, CHANGED), emails=(CHANGED, CHANGED))
    found = decide_link(*given, policy(merge=Merge.RECORD))
    assert carried(found) == {
        ("notes", LEFT, Mode.REPLACE),
        ("company", LEFT, Mode.REPLACE),
        ("emails", LEFT, Mode.REPLACE),
    }
    assert {c.fields: c.overrides for c in found.carries} == {
        ("notes",): False,
        ("company",): True,
        ("emails",): True,
    }


def test_merge_record_carries_nothing_that_nobody_touched() -> None:
    given = views(notes=(CHANGED, CHANGED), company=(SAME, SAME))
    assert carried(decide_link(*given, policy(merge=Merge.RECORD))) == {
        ("notes", LEFT, Mode.REPLACE)
    }


def test_merge_record_merges_as_fields_where_only_one_side_edited() -> None:
    given = views(notes=(CHANGED, SAME), emails=(CHANGED, SAME), company=(SAME, SAME))
    assert carried(decide_link(*given, policy(merge=Merge.RECORD))) == {
        ("notes", LEFT, Mode.REPLACE),
        ("emails", LEFT, Mode.MERGE),
    }


def test_the_same_edit_on_both_sides_makes_no_record_conflict() -> None:
    given = views(notes=(CHANGED, CHANGED), company=(SAME, CHANGED))
    found = decide_link(*given, policy(merge=Merge.RECORD), frozenset({"notes"}))
    assert carried(found) == {("company", RIGHT, Mode.REPLACE)}
    assert found.settled == ("notes",)


def test_manual_with_merge_record_lets_everything_that_was_touched_wait() -> None:
    given = views(notes=(CHANGED, SAME), company=(SAME, CHANGED), job_title=(SAME, SAME))
    found = decide_link(*given, policy(conflict=Conflict.MANUAL, merge=Merge.RECORD))
    assert found.verdict is Verdict.CONFLICT
    assert set(found.conflicts) == {"notes", "company"}


def test_manual_with_merge_fields_lets_only_the_conflict_wait() -> None:
    given = views(notes=(CHANGED, CHANGED), company=(SAME, CHANGED))
    found = decide_link(*given, policy(conflict=Conflict.MANUAL))
    assert found.verdict is Verdict.UPDATE
    assert found.conflicts == ("notes",)
    assert carried(found) == {("company", RIGHT, Mode.REPLACE)}


@pytest.mark.parametrize("winner", list(Side))
def test_a_ruling_goes_before_the_rule(winner: Side) -> None:
    for rule in Conflict:
        for merge in Merge:
            found = decide_link(
                *views(notes=(CHANGED, CHANGED)),
                policy(conflict=rule, merge=merge),
                ruling=Ruling(winner),
            )
            assert carried(found) == {("notes", winner, Mode.REPLACE)}
            assert found.reason == f"changed on both sides: {winner} wins (decided)"


# --- newest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "winner"),
    [
        (EARLY, LATE, RIGHT),
        (LATE, EARLY, LEFT),
        (EARLY, EARLY, LEFT),
        (None, LATE, LEFT),
        (EARLY, None, LEFT),
        (None, None, LEFT),
    ],
    ids=["right later", "left later", "tie", "left unknown", "right unknown", "both unknown"],
)
def test_newest_wins_by_the_services_times_and_left_if_they_do_not_tell(
    left: datetime | None, right: datetime | None, winner: Side
) -> None:
    found = decide_link(
        there({"notes": CHANGED}, modified=left),
        there({"notes": CHANGED}, modified=right),
        policy(conflict=Conflict.NEWEST_WINS),
    )
    assert carried(found) == {("notes", winner, Mode.REPLACE)}


@pytest.mark.parametrize("gone", list(Side))
def test_newest_wins_knows_no_time_of_a_deletion_so_the_edit_wins(gone: Side) -> None:
    edited = there({"notes": CHANGED}, modified=EARLY)
    left, right = (GONE, edited) if gone is LEFT else (edited, GONE)
    found = decide_link(left, right, policy(conflict=Conflict.NEWEST_WINS))
    assert (found.verdict, found.side) == (Verdict.RECREATE, gone)


# --- groups -----------------------------------------------------------------------------------


def test_the_parts_of_a_name_are_decided_as_one() -> None:
    given = views(given_name=(CHANGED, SAME), family_name=(SAME, CHANGED), notes=(SAME, CHANGED))
    found = decide_link(*given, policy())
    assert carried(found) == {
        ("given_name", LEFT, Mode.REPLACE),
        ("family_name", LEFT, Mode.REPLACE),
        ("notes", RIGHT, Mode.REPLACE),
    }


def test_a_part_that_nobody_touched_is_not_carried_since_it_may_be_cut() -> None:
    given = views(given_name=(SAME, CHANGED), family_name=(SAME, SAME))
    assert carried(decide_link(*given, policy())) == {("given_name", RIGHT, Mode.REPLACE)}


def test_parts_that_agree_are_settled_beside_those_that_do_not() -> None:
    given = views(given_name=(CHANGED, CHANGED), family_name=(CHANGED, CHANGED))
    found = decide_link(*given, policy(), frozenset({"family_name"}))
    assert carried(found) == {("given_name", LEFT, Mode.REPLACE)}
    assert found.settled == ("family_name",)


def test_a_name_in_conflict_waits_as_a_whole() -> None:
    given = views(given_name=(CHANGED, SAME), family_name=(SAME, CHANGED), suffix=(SAME, SAME))
    found = decide_link(*given, policy(conflict=Conflict.MANUAL))
    assert found.conflicts == ("given_name", "family_name")


def test_a_part_that_was_not_read_takes_no_part() -> None:
    given = views(given_name=(CHANGED, SAME), family_name=(CHANGED, Change.UNREAD))
    assert carried(decide_link(*given, policy())) == {("given_name", LEFT, Mode.REPLACE)}


# --- field rules ------------------------------------------------------------------------------


def test_a_field_that_is_off_never_travels_and_counts_for_nothing() -> None:
    rules = policy(notes=Direction.NONE)
    edited = views(notes=(CHANGED, CHANGED), company=(SAME, SAME))

    assert decide_link(*edited, rules) == Decision(Verdict.NOTHING)
    assert decide_link(*edited, rules, frozenset({"notes"})) == Decision(Verdict.NOTHING)
    found = decide_link(GONE, there({"notes": CHANGED, "company": SAME}), rules)
    assert (found.verdict, found.reason) == (Verdict.DELETE, Reason.DELETED_UNEDITED)


def test_a_field_that_is_off_does_not_set_a_one_way_object_off() -> None:
    rules = policy(Direction.LEFT_TO_RIGHT, notes=Direction.NONE)
    given = views(notes=(CHANGED, SAME), company=(SAME, CHANGED))
    assert decide_link(*given, rules).verdict is Verdict.NOTHING


def test_a_one_way_field_of_a_two_way_object_follows_its_own_source() -> None:
    rules = policy(conflict=Conflict.LEFT_WINS, notes=Direction.RIGHT_TO_LEFT)
    assert carried(decide_link(*views(notes=(CHANGED, CHANGED)), rules)) == {
        ("notes", RIGHT, Mode.REPLACE)
    }
    assert decide_link(*views(notes=(CHANGED, SAME)), rules).verdict is Verdict.NOTHING


def test_an_edit_of_another_field_does_not_set_a_one_way_field_off() -> None:
    rules = policy(notes=Direction.RIGHT_TO_LEFT)
    given = views(notes=(CHANGED, SAME), company=(SAME, CHANGED))
    assert carried(decide_link(*given, rules)) == {("company", RIGHT, Mode.REPLACE)}


def test_a_one_way_field_makes_no_record_conflict() -> None:
    rules = policy(merge=Merge.RECORD, notes=Direction.RIGHT_TO_LEFT)
    given = views(notes=(SAME, CHANGED), company=(CHANGED, SAME))
    assert carried(decide_link(*given, rules)) == {
        ("notes", RIGHT, Mode.REPLACE),
        ("company", LEFT, Mode.REPLACE),
    }


def test_drift_of_a_one_way_field_is_no_edit_that_keeps_a_record_alive() -> None:
    rules = policy(notes=Direction.LEFT_TO_RIGHT)
    found = decide_link(GONE, there({"notes": CHANGED, "company": SAME}), rules)
    assert found.verdict is Verdict.DELETE


@pytest.mark.parametrize("source", list(Side))
@pytest.mark.parametrize("rule", list(Direction))
def test_a_field_never_travels_further_than_its_object(source: Side, rule: Direction) -> None:
    way = Direction.LEFT_TO_RIGHT if source is LEFT else Direction.RIGHT_TO_LEFT
    for left in (SAME, CHANGED, UNKNOWN):
        for right in (SAME, CHANGED, UNKNOWN):
            for drift in Drift:
                rules = policy(way, drift=drift, notes=rule)
                found = decide_link(*views(notes=(left, right), company=(left, right)), rules)
                assert {carry.source for carry in found.carries} <= {source}


# --- one way ----------------------------------------------------------------------------------


def test_an_edit_of_the_source_writes_every_field_that_differs() -> None:
    given = views(notes=(CHANGED, SAME), company=(SAME, CHANGED), job_title=(SAME, SAME))
    found = decide_link(*given, policy(Direction.LEFT_TO_RIGHT), frozenset({"job_title"}))
    assert carried(found) == {
        ("notes", LEFT, Mode.REPLACE),
        ("company", LEFT, Mode.REPLACE),
    }


def test_drift_is_reverted_field_by_field() -> None:
    rules = policy(Direction.LEFT_TO_RIGHT, drift=Drift.REVERT)
    given = views(notes=(SAME, SAME), company=(SAME, CHANGED))
    found = decide_link(*given, rules)
    assert carried(found) == {("company", LEFT, Mode.REPLACE)}
    assert found.reason == Reason.DRIFT


def test_drift_is_not_reverted_where_others_hold_the_target_too() -> None:
    """Two sources of one target would take turns for ever."""
    left, right = views(notes=(SAME, CHANGED))
    shared = replace(right, also_linked=1)
    found = decide_link(left, shared, policy(Direction.LEFT_TO_RIGHT, drift=Drift.REVERT))
    assert carried(found) == set()


def test_a_newly_mapped_field_does_not_soften_the_others() -> None:
    given = views(given_name=(CHANGED, SAME), middle_name=(UNKNOWN, UNKNOWN))
    assert carried(decide_link(*given, policy(Direction.LEFT_TO_RIGHT))) == {
        ("given_name", LEFT, Mode.REPLACE),
        ("middle_name", LEFT, Mode.KEEP_TARGET_IF_EMPTY),
    }


# --- what may not be written ------------------------------------------------------------------


@pytest.mark.parametrize("whole", [True, False])
def test_an_edit_that_may_not_be_written_writes_nothing_else_while_it_waits(whole: bool) -> None:
    left = there({"given_name": CHANGED, "family_name": SAME, "notes": SAME})
    right = there({"given_name": SAME, "family_name": CHANGED, "notes": CHANGED})
    right = replace(right, locked=frozenset({"given_name"}))
    one_way = policy(Direction.LEFT_TO_RIGHT)
    fields = policy(given_name=Direction.LEFT_TO_RIGHT, family_name=Direction.LEFT_TO_RIGHT)
    found = decide_link(left, right, one_way if whole else fields)
    assert ("given_name", LEFT, Mode.REPLACE) in carried(found)
    assert not {("family_name", LEFT, Mode.REPLACE), ("notes", LEFT, Mode.REPLACE)} & carried(found)


def test_an_edit_that_may_not_be_written_is_no_conflict_of_the_record() -> None:
    left = there({"notes": CHANGED, "company": SAME})
    right = replace(there({"notes": SAME, "company": CHANGED}), locked=frozenset({"notes"}))
    found = decide_link(left, right, policy(merge=Merge.RECORD))
    assert carried(found) == {("notes", LEFT, Mode.REPLACE), ("company", RIGHT, Mode.REPLACE)}


def test_a_part_of_a_name_that_may_not_be_written_leaves_the_others_to_whom_they_belong() -> None:
    left = there({"given_name": CHANGED, "family_name": SAME})
    right = there({"given_name": SAME, "family_name": CHANGED})
    right = replace(right, locked=frozenset({"given_name"}))
    found = decide_link(left, right, policy())
    assert carried(found) == {
        ("given_name", LEFT, Mode.REPLACE),
        ("family_name", RIGHT, Mode.REPLACE),
    }


# --- first sync -------------------------------------------------------------------------------


def first(
    empty_left: tuple[str, ...], empty_right: tuple[str, ...], *names: str
) -> tuple[SideView, SideView]:
    changes = dict.fromkeys(names, UNKNOWN)
    return there(changes, empty_left), there(changes, empty_right)


def test_halves_of_a_name_complete_each_other_at_the_first_sync() -> None:
    given = first(("family_name",), ("given_name",), "given_name", "family_name")
    assert carried(decide_link(*given, policy())) == {
        ("given_name", LEFT, Mode.REPLACE),
        ("family_name", RIGHT, Mode.REPLACE),
    }


def test_the_first_sync_clears_nothing_of_the_winner_or_of_the_loser() -> None:
    given = first(("suffix",), ("prefix",), "prefix", "given_name", "suffix")
    assert carried(decide_link(*given, policy(conflict=Conflict.RIGHT_WINS))) == {
        ("prefix", LEFT, Mode.REPLACE),
        ("given_name", RIGHT, Mode.REPLACE),
        ("suffix", RIGHT, Mode.REPLACE),
    }


def test_a_name_in_conflict_at_the_first_sync_waits_as_a_whole() -> None:
    given = first(("suffix",), (), "given_name", "suffix", "notes")
    found = decide_link(*given, policy(conflict=Conflict.MANUAL), frozenset({"notes"}))
    assert (found.verdict, found.conflicts) == (Verdict.CONFLICT, ("given_name", "suffix"))
    assert found.settled == ("notes",)


@pytest.mark.parametrize("rule", [each for each in Conflict if each is not Conflict.MANUAL])
def test_a_part_that_was_never_settled_decides_for_itself(rule: Conflict) -> None:
    left = there({"family_name": CHANGED, "suffix": UNKNOWN})
    right = there({"family_name": SAME, "suffix": UNKNOWN})
    found = decide_link(left, right, policy(conflict=rule))
    assert ("family_name", LEFT, Mode.REPLACE) in carried(found)
    assert {name for name, _side, _mode in carried(found)} == {"family_name", "suffix"}


def test_a_part_that_was_never_settled_waits_alone_for_a_person() -> None:
    left = there({"family_name": CHANGED, "suffix": UNKNOWN})
    right = there({"family_name": SAME, "suffix": UNKNOWN})
    found = decide_link(left, right, policy(conflict=Conflict.MANUAL))
    assert carried(found) == {("family_name", LEFT, Mode.REPLACE)}
    assert found.conflicts == ("suffix",)


@pytest.mark.parametrize("source", list(Side))
def test_from_one_way_to_both_the_former_source_wins(source: Side) -> None:
    given = first((), (), "notes", "emails")
    for rule in Conflict:
        ruling = Ruling(former_source=source)
        found = decide_link(*given, policy(conflict=rule), ruling=ruling)
        assert carried(found) == {
            ("notes", source, Mode.REPLACE),
            ("emails", source, Mode.REPLACE),
        }
        assert "as the source it was" in found.reason


def test_from_one_way_to_both_what_the_former_source_lacks_is_filled() -> None:
    given = first(("notes", "emails"), (), "notes", "emails")
    found = decide_link(*given, policy(), ruling=Ruling(former_source=LEFT))
    assert carried(found) == {
        ("notes", RIGHT, Mode.REPLACE),
        ("emails", RIGHT, Mode.REPLACE),
    }


def test_a_record_without_any_base_may_have_been_edited() -> None:
    """A deletion then follows the rule for edits. So it does where one value was never carried
    over; an empty field that is new among known ones is no edit.
    """
    unknown = there({"notes": UNKNOWN, "company": UNKNOWN})
    never_carried = there({"notes": UNKNOWN, "company": SAME})
    nothing_to_carry = there({"notes": UNKNOWN, "company": SAME}, empty=("notes",))
    rules = policy(conflict=Conflict.RIGHT_WINS)

    assert decide_link(GONE, unknown, rules).verdict is Verdict.RECREATE
    assert decide_link(GONE, never_carried, rules).verdict is Verdict.RECREATE
    assert decide_link(GONE, nothing_to_carry, rules).verdict is Verdict.DELETE


def test_a_persons_ruling_decides_about_a_deletion() -> None:
    edited = there({"notes": CHANGED})
    rules = policy(conflict=Conflict.MANUAL)
    kept = decide_link(GONE, edited, rules, ruling=Ruling(RIGHT))
    gone = decide_link(GONE, edited, rules, ruling=Ruling(LEFT))
    assert (kept.verdict, kept.side) == (Verdict.RECREATE, LEFT)
    assert (gone.verdict, gone.side) == (Verdict.DELETE, RIGHT)
    assert kept.reason.endswith("the edit wins (decided)")
