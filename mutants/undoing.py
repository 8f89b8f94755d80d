"""Faults in undoing: what is taken back, in which order, and what is kept."""

from __future__ import annotations

from mutants.planted import Mutant

UNDOING = (
    Mutant(
        name="undo for one holder",
        file="engine/send/settle.py",
        old="    _taken_back_for_all(tx, settled)\n",
        new="",
        wrong="The next run empties what an undo put back in a record that several have.",
        caught_by="P22",
        tests=("test_undo_shared_records.py::test_what_two_members_had_typed_is_back_and_stays",),
    ),
    Mutant(
        name="undo sees its own side's holders",
        file="engine/undo/standing.py",
        old="        shared=0 if link is None else links.also_linked(tx, side, [link.id]).get(link.id, 0),\n",
        new="        shared=sum(row.lane_id != done.lane.id for row in held),\n",
        wrong="An undo deletes a record that another sync has, and the next run what is typed there.",
        caught_by="P22",
        tests=(
            "test_undo_several_syncs.py::"
            "test_what_another_sync_keeps_the_same_stays_however_it_looks_at_it[on the other side]",
            "test_undo_several_syncs.py::"
            "test_what_another_sync_keeps_the_same_stays_however_it_looks_at_it[a part of it]",
        ),
    ),
    Mutant(
        name="undo in the order of the run",
        file="run/undo.py",
        old="        for lanes in reversed(rounds):",
        new="        for lanes in rounds:",
        wrong="A record stays because of the copy that the same run made of it, and that goes.",
        caught_by="P22",
        tests=(
            "test_undo_several_syncs.py::"
            "test_what_nobody_edited_goes_from_everywhere_the_run_had_carried_it_to[the same way]",
        ),
    ),
    Mutant(
        name="undo sync by sync",
        file="engine/undo/done.py",
        old="                place = (lane.type.name, feed.store_id, feed.feed.account, row.record_id)\n",
        new="                place = (lane.name.sync, feed.id, row.record_id)\n",
        wrong="What one run wrote for another sync is taken for somebody's edit.",
        caught_by="P22",
        tests=(
            "test_undo_several_syncs.py::"
            "test_what_one_run_wrote_to_a_record_for_two_syncs_is_taken_back_as_one[the same way]",
        ),
    ),
    Mutant(
        name="one refusal ends an undo",
        file="engine/undo/round.py",
        old="        with writer.failures.caught(feed):\n",
        new="        if feed.id:\n",
        wrong="A mailbox that refuses ends the undo for everybody.",
        caught_by="P9",
        tests=("test_undo.py::test_a_mailbox_that_refuses_holds_up_nobody_else[1]",),
    ),
    Mutant(
        name="undo over an edit",
        file="engine/decide/undo.py",
        old="    edited = _edited(wrote, now, tuple(wrote.after), digester)\n    if edited:\n",
        new="    edited = _edited(wrote, now, tuple(wrote.after), digester)\n    if now.shared and edited:\n",
        wrong="An undo puts old values over what a person entered since.",
        caught_by="P22",
        tests=("test_undo.py::test_a_record_edited_since_is_kept_and_listed",),
    ),
    Mutant(
        name="undo part by part, but for the first",
        file="engine/decide/undo.py",
        old="        needed = mine or not found\n",
        new="        needed = not found\n",
        wrong="Of what a run wrote for two syncs, the fields that only one of them has stay.",
        caught_by="P22",
        tests=(
            "test_undo_several_syncs.py::test_each_sync_takes_back_the_fields_that_only_it_has",
        ),
    ),
    Mutant(
        name="undo deletes what another was merged into",
        file="engine/decide/undo.py",
        old="    if is_touched(now.trail, now.spec):\n",
        new="    if now.shared and is_touched(now.trail, now.spec):\n",
        wrong="An undo deletes what somebody merged another record into, and that is lost with it.",
        caught_by="P22",
        tests=(
            "test_undo_touched_since.py::"
            "test_a_record_that_another_was_merged_into_stays_and_so_does_what_was_merged[exact]",
        ),
    ),
    Mutant(
        name="undo takes its own writes for a touch",
        file="engine/undo/trail.py",
        old="    newer = newer_writes(tx, moved)\n",
        new="    newer = {}\n",
        wrong="What a later run wrote and took back again is kept as somebody's.",
        caught_by="P22",
        tests=(
            "test_undo_touched_since.py::"
            "test_what_we_wrote_ourselves_since_and_took_back_is_nobodys_touch[exact]",
        ),
    ),
    Mutant(
        name="undo doubles who was entered anew",
        file="engine/decide/undo.py",
        old="    if now.anew:\n",
        new="    if now.shared:\n",
        wrong="An undo makes a deleted record again beside the one that somebody entered since.",
        caught_by="P22",
        tests=(
            "test_undo_deletions.py::test_who_was_entered_anew_and_copied_since_is_not_doubled",
        ),
    ),
    Mutant(
        name="undo takes an edit for agreed",
        file="engine/undo/take_back.py",
        old="    return {} if situation.link is not None else source_base(situation) or {}\n",
        new="    source = situation.source\n"
        "    return {} if source is None else situation.done.lane.digester.fields(source.fields)\n",
        wrong="What somebody edited in a record that is back is never carried over.",
        caught_by="P22",
        tests=(
            "test_undo_deletions.py::"
            "test_an_edit_of_a_counterpart_that_is_back_travels_and_is_said[not read yet]",
        ),
    ),
)
