"""Faults in pairing: markers, match keys, equal content."""

from __future__ import annotations

from mutants.planted import Mutant

PAIRING = (
    Mutant(
        name="marker ignored",
        file="engine/match/pair.py",
        old="        if rows := tx.execute(statement, of_lane(lane)).all():\n",
        new="        if lane.adopt_foreign and (rows := tx.execute(statement, of_lane(lane)).all()):\n",
        wrong="Records that carry our marker are not recognised after the state was lost.",
        caught_by="P20",
        tests=("test_markers.py::test_what_we_made_is_recognised_though_it_was_edited_since",),
    ),
    Mutant(
        name="a copy though the original is gone",
        file="engine/round.py",
        old="        return_all(self.world, self.lanes, self.report)\n",
        new="",
        wrong="What came back with our mark waits as a copy, and its counterpart is deleted.",
        caught_by="P24",
        tests=(
            "test_returned.py::test_a_copy_takes_the_place_of_the_original_that_is_deleted[True]",
        ),
    ),
    Mutant(
        name="entered anew for one member alone",
        file="engine/match/joining.py",
        old="    _others_follow(tx, side, record_id, taken)\n",
        new="",
        wrong="Another member's lane carries the deletion over to who was entered anew.",
        caught_by="P4",
        tests=(
            "test_found_with_several_members.py::"
            "test_who_is_entered_anew_is_so_to_everybody_who_had_linked_the_deleted_record[first0]",
        ),
    ),
    Mutant(
        name="deleted for who has a successor",
        file="engine/send/still_so.py",
        old="    rules = (_have_links, _are_gone, _are_shared, _have_successors)\n",
        new="    rules = (_have_links, _are_gone, _are_shared)\n",
        wrong="Who was entered anew after a deletion was decided on is deleted, and made again.",
        caught_by="P4",
        tests=(
            "test_found_with_several_members.py::"
            "test_a_deletion_that_waited_for_others_is_not_sent_for_who_was_entered_anew_since",
        ),
    ),
    Mutant(
        name="a deletion takes the successor along",
        file="engine/send/ended.py",
        old="    if _is_of_a_successor(each, row):\n",
        new="    if each.was_gone and _is_of_a_successor(each, row):\n",
        wrong="Who was entered anew while a deletion was on its way is deleted after it.",
        caught_by="P4",
        tests=(
            "test_found_with_several_members.py::"
            "test_who_is_entered_anew_outlives_a_deletion_that_was_on_its_way[write-before]",
        ),
    ),
    Mutant(
        name="made for what cannot be read",
        file="engine/match/copies.py",
        old="    for why, records in ((OUTSIDE, outside), (HIDDEN, hidden), (COPY, linked)):\n",
        new="    for why, records in ((COPY, linked),):\n",
        wrong="After a loss of the state, what was made for a record that cannot be read, or has left "
        "the data set, is copied back beside it.",
        caught_by="P20",
        tests=(
            "test_markers.py::test_what_was_made_for_a_record_that_cannot_be_read_waits_until_it_can",
            "test_markers.py::test_what_was_made_for_a_record_outside_waits_until_that_is_back",
        ),
    ),
    Mutant(
        name="number of a marker ignored",
        file="engine/match/markers.py",
        old="        return made._replace(incarnation=int(number)) if number.isdecimal() else made\n",
        new="        return made\n",
        wrong="A record made again after a loss carries the key of one that was deleted before it.",
        caught_by="P20",
        tests=(
            "test_markers.py::test_after_a_loss_the_next_one_gets_a_mark_that_none_before_it_had",
        ),
    ),
    Mutant(
        name="equal content doubled",
        file="engine/match/pair.py",
        old="        if _matches(lane):\n            found += _by_content(",
        new="        if _matches(lane) and lane.careful:\n            found += _by_content(",
        wrong="Records without key and address are not recognised by what they hold.",
        caught_by="P20",
        tests=(
            "test_equal_content.py::test_without_key_and_address_nothing_is_doubled_after_a_loss",
        ),
    ),
    Mutant(
        name="namesakes copied",
        file="engine/match/alike.py",
        old="if self.lane.careful or e.name in names]",
        new="if e.name in names]",
        wrong="What was edited since an old backup was made is copied, and not left to a person.",
        caught_by="P20",
        tests=(
            "test_older_state.py::"
            "test_what_was_edited_since_waits_for_a_person_and_goes_on_waiting",
        ),
    ),
    Mutant(
        name="ambiguous pairs linked",
        file="engine/match/pair.py",
        old="    added = _insert_links(tx, lane, _CLEAR)",
        new="    added = _insert_links(tx, lane, _PAIRS.group_by(CANDIDATE.c.left_id))",
        wrong="Of several records with the same match key one is picked.",
        caught_by="P25",
        tests=("test_planted_faults.py::test_of_several_with_the_same_key_none_is_picked",),
    ),
    Mutant(
        name="crowds of everybody's records",
        file="state/crowds.py",
        old="        .group_by(*group)\n        .having(func.count() > HOLDERS_AT_MOST)\n",
        new="        .group_by(*group)\n",
        wrong="A key says nothing to a member because others have it too: each gets a second record.",
        caught_by="P5",
        tests=(
            "test_crowded_keys.py::"
            "test_a_key_that_many_members_have_one_record_of_each_pairs_every_one",
        ),
    ),
    Mutant(
        name="crowds counted without what is paired",
        file="state/records.py",
        old='    ~one_of(KEY.c.digest, "crowded"),\n',
        new="",
        wrong="A key says something again once enough of its many records are paired: they wait.",
        caught_by="P25",
        tests=(
            "test_crowded_keys.py::"
            "test_an_owner_s_key_says_nothing_although_some_of_them_are_paired_already",
        ),
    ),
    Mutant(
        name="first sync over for what waits",
        file="engine/match/pair.py",
        old="if _matches(lane) or _still_waits(tx, lane) else ():",
        new="if _matches(lane) else ():",
        wrong="What was ambiguous in the first sync is never linked where nothing may be created.",
        caught_by="P1",
        tests=(
            "test_create_and_delete_switches.py::"
            "test_where_creating_is_off_what_was_ambiguous_in_the_first_sync_is_linked_when_mended",
        ),
    ),
    Mutant(
        name="all matched for one that waits",
        file="engine/match/pair.py",
        old="only_first=not _matches(lane)",
        new="only_first=False",
        wrong="One ambiguous record of the first sync links later ones, though creating is off.",
        caught_by="P7",
        tests=(
            "test_create_and_delete_switches.py::"
            "test_where_creating_is_off_what_was_ambiguous_in_the_first_sync_is_linked_when_mended",
        ),
    ),
    Mutant(
        name="put off by a wrong clock, and not looked at",
        file="engine/match/alike.py",
        old="_LATER: Final = _NOTED.where(not_due())\n",
        new='_LATER: Final = _NOTED.where(ATTENTION.c.next_at > bindparam("now"))\n',
        wrong="Whom a clock far ahead let wait for a person is copied to the other side.",
        caught_by="P20",
        tests=(
            "test_older_state.py::"
            "test_what_a_clock_far_ahead_let_wait_for_a_person_goes_on_waiting",
        ),
    ),
    Mutant(
        name="foreign marker ignored",
        file="engine/round.py",
        old="            if foreign and not lane.adopt_foreign:\n",
        new="            if foreign and not lane.adopt_foreign and self.world.dry:\n",
        wrong="A second installation on the same accounts does not stop the lane.",
        caught_by="P19",
        tests=("test_markers.py::test_a_foreign_marker_stops_the_lane_and_says_so_every_time",),
    ),
    Mutant(
        name="entered anew waits beside the old one",
        file="engine/match/joining.py",
        old=' or (taken.status == "linked" and known_gone)\n',
        new="\n",
        wrong="A record its user deleted and entered anew is not taken for the same one.",
        caught_by="P24",
        tests=("test_entered_anew.py::test_it_is_linked_to_the_counterpart_which_is_not_deleted",),
    ),
    Mutant(
        name="pairs in the order of ids",
        file="engine/match/pair.py",
        old="    if lane.limit is not None:",
        new="    if lane.limit == -1:",
        wrong="Which edits a limit lets through goes by ids that a plan cannot know.",
        caught_by="P21",
        tests=(
            "test_plans_of_several_steps.py::test_within_a_limit_a_plan_edits_first_what_a_run_does",
        ),
    ),
)
