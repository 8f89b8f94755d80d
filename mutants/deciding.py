"""Faults in deciding: pairs, tables, merges, guards, permissions."""

from __future__ import annotations

from mutants.planted import Mutant

DECIDING = (
    Mutant(
        name="deletion beats an edit",
        file="engine/decide/link.py",
        old="    if not _edited(survivor, views, policy):\n",
        new="    if policy.delete[survivor]:\n",
        wrong="A deletion passes although the other side edited the record.",
        caught_by="P3",
        tests=("test_conflicts.py::test_deleted_and_edited",),
    ),
    Mutant(
        name="unknown base counts as unedited",
        file="engine/decide/link.py",
        old="    return bool(never_settled) or Change.CHANGED in changes.values()\n",
        new="    return Change.CHANGED in changes.values()\n",
        wrong="A record whose base is unknown is deleted as if nobody had edited it.",
        caught_by="P4",
        tests=("test_planted_faults.py::test_without_a_base_a_record_counts_as_edited",),
    ),
    Mutant(
        name="left scope deletes",
        file="engine/decide/link.py",
        old="        policy.left_scope is LeftScope.DELETE\n        and ",
        new="        ",
        wrong="Leaving the data set deletes the counterpart without being told to.",
        caught_by="P17",
        tests=("test_scope.py::test_a_record_that_left_is_frozen_on_both_sides",),
    ),
    Mutant(
        name="one way deletes at its source",
        file="engine/decide/link.py",
        old="        return _target_gone(gone, views, policy)\n",
        new="        return _delete(survivor, views, policy, Reason.DELETED_UNEDITED)\n",
        wrong="With one direction, a deletion at the target is carried to the source.",
        caught_by="P6",
        tests=(
            "test_directions.py::test_a_target_its_user_deleted_stays_away_until_the_sources_next_edit",
        ),
    ),
    Mutant(
        name="one way writes back",
        file="engine/decide/units.py",
        old="        _two_way(unit, case, whole)\n        if unit.direction is Direction.BOTH\n",
        new="        _two_way(unit, case, whole)\n        if unit.direction is not Direction.NONE\n",
        wrong="A field that goes one way is merged two ways: edits of the target travel back.",
        caught_by="P6",
        tests=("test_directions.py::test_drift_of_the_target_alone_triggers_nothing",),
    ),
    Mutant(
        name="new records against the direction",
        file="engine/decide/record.py",
        old="    if not policy.direction.writes(target) or not fields_travel:\n",
        new="    if not fields_travel and not policy.create[target]:\n",
        wrong="A new record of the target side is created at the source of one direction.",
        caught_by="P6",
        tests=("test_directions.py::test_a_new_record_of_the_target_stays_where_it_is",),
    ),
    Mutant(
        name="create switch ignored",
        file="engine/decide/record.py",
        old="    if not policy.create[target]:\n",
        new="    if not policy.create[target] and not policy.create[source]:\n",
        wrong="New records are created where creating is switched off.",
        caught_by="P7",
        tests=(
            "test_create_and_delete_switches.py::test_where_creating_is_off_new_records_are_held_and_said_so",
        ),
    ),
    Mutant(
        name="delete switch ignored",
        file="engine/decide/link.py",
        old="    if not policy.delete[target]:\n        return Decision(Verdict.SEVER",
        new="    if not any(policy.delete):\n        return Decision(Verdict.SEVER",
        wrong="Records are deleted where deleting is switched off.",
        caught_by="P7",
        tests=(
            "test_create_and_delete_switches.py::test_where_deleting_is_off_the_survivor_stays_and_is_not_synced",
        ),
    ),
    Mutant(
        name="rebaseline deletes",
        file="engine/work/linked.py",
        old="    return link.rebaseline or link.lane.rebaseline or link.lane.first_sync\n",
        new="    return link.lane.first_sync\n",
        wrong="The first run after a change of the policy deletes.",
        caught_by="P18",
        tests=(
            "test_policy_changes.py::test_a_deletion_found_while_rebaselining_waits_for_the_run_after",
        ),
    ),
    Mutant(
        name="looked at in the first run or never",
        file="engine/work/due.py",
        old='    return exists().where(*of_it, record.presence != "unreadable")\n',
        new="    return exists().where(*of_it)\n",
        wrong="A record that cannot be read while the policy changes is taken for looked at.",
        caught_by="P18",
        tests=(
            "test_links_looked_at_later.py::"
            "test_what_a_moved_border_leaves_outside_rests_also_if_it_is_read_later",
        ),
    ),
    Mutant(
        name="away before the turn",
        file="engine/decide/link.py",
        old="    if source is gone and ruling.first_look and ruling.former_source is survivor:\n",
        new="    if source is gone and ruling.winner is not None and ruling.first_look:\n",
        wrong="A copy that was deleted before a sync was turned round deletes its original.",
        caught_by="P4",
        tests=(
            "test_links_looked_at_later.py::"
            "test_a_copy_deleted_before_the_sync_was_turned_round_deletes_nothing",
        ),
    ),
    Mutant(
        name="one new field decides for its group",
        file="engine/decide/units.py",
        old="        found.setdefault((policy.field_direction(name), locked, unknown), []).append(name)\n",
        new="        found.setdefault((policy.field_direction(name), locked, False), []).append(name)\n",
        wrong="A part of a name that is mapped from now on decides about the whole name.",
        caught_by="P3",
        tests=("decide/test_fields.py::test_a_part_that_was_never_settled_decides_for_itself",),
    ),
    Mutant(
        name="whole set wins",
        file="engine/decide/units.py",
        old="        return _elements(names, Reason.ELEMENTS, case)\n",
        new="        return _by_rule(names, case.winner or Side.LEFT, case)\n",
        wrong="With both sides' sets edited, one set replaces the other.",
        caught_by="P16",
        tests=("test_round_basics.py::test_elements_of_sets_merge_one_by_one",),
    ),
    Mutant(
        name="removed elements come back",
        file="engine/decide/sets.py",
        old="    alive = [each for each in _in_order(elements, side.other) if each.stays]\n",
        new="    alive = list(_in_order(elements, side.other))\n",
        wrong="An element that one side removed stays, and is given back.",
        caught_by="P16",
        tests=("test_round_basics.py::test_elements_of_sets_merge_one_by_one",),
    ),
    Mutant(
        name="untouched fields travel",
        file="engine/decide/units.py",
        old="    names = unit.or_none(edited)\n",
        new="",
        wrong="Fields nobody touched travel with the others of their unit, cut as they may be.",
        caught_by="P3",
        tests=(
            "decide/test_fields.py::test_a_part_that_nobody_touched_is_not_carried_since_it_may_be_cut",
        ),
    ),
    Mutant(
        name="blanks clear at the first sync",
        file="engine/decide/units.py",
        old="        mode = Mode.REPLACE if half else Mode.KEEP_TARGET_IF_EMPTY\n",
        new="        mode = Mode.REPLACE\n",
        wrong="At a first sync the blanks of the source clear values of the target.",
        caught_by="P25",
        tests=(
            "test_directions.py::test_the_first_sync_takes_the_sources_values_and_its_blanks_clear_nothing",
        ),
    ),
    Mutant(
        name="left is favoured",
        file="engine/decide/units.py",
        old="    if winner is None:\n        return _Found(conflicts=names)\n    return _carry(",
        new="    if winner is None:\n        winner = Side.LEFT\n    return _carry(",
        wrong="A conflict that waits for a person is decided for the left side.",
        caught_by="P14",
        tests=("test_conflicts.py::test_a_manual_conflict_waits_and_both_sides_stand",),
    ),
)
