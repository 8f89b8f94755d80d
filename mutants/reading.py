"""Faults in reading: cursors, absences, replays, what is due."""

from __future__ import annotations

from mutants.planted import ENUMERATION, Mutant

READING = (
    Mutant(
        name="unread outside of the scope",
        file="engine/intake/read.py",
        old="        absent = {absence.id: absence for absence in (*page.absent, *beyond.absent)}\n",
        new="        absent = {absence.id: absence for absence in page.absent}\n",
        wrong="What cannot be read of a pair outside of the data set counts as what it was.",
        caught_by="P4",
        tests=(
            "test_values_that_cannot_be_read.py::"
            "test_a_record_outside_that_is_spoiled_before_our_deletion_is_not_deleted",
        ),
    ),
    Mutant(
        name="feed of who may come back dropped",
        file="state/lanes.py",
        old="    for each in (LANE, LINK)\n",
        new="    for each in (LANE,)\n",
        wrong="What the links of a member who left refer to is forgotten, and with it his bases.",
        caught_by="P3",
        tests=(
            "test_lanes_out_of_use.py::"
            "test_a_member_who_comes_back_after_an_edit_of_the_data_set_was_settled_before",
        ),
    ),
    Mutant(
        name="cursor before records",
        file="engine/intake/read.py",
        old="            began = self._keep(page, began, generation, cursor)\n",
        new="            with self.world.database.transaction() as tx:\n"
        "                self._go_on(tx, page, cursor)\n"
        "            began = self._keep(page, began, generation, cursor)\n",
        wrong="The cursor is committed before the records of the page it stands for.",
        caught_by="P12",
        tests=(f"{ENUMERATION}[create to the right / marker]",),
        thorough=True,
    ),
    Mutant(
        name="absence is a deletion",
        file="engine/intake/sweep.py",
        old="            self.read(missing)\n            with self.world.transaction() as tx:\n",
        new="            from syncline.model.records import AbsenceReason, Absent\n"
        "            gone = [Absent(key, AbsenceReason.DELETED) for key in missing]\n"
        "            with self.world.transaction() as tx:\n"
        "                now = feeds.revision(tx, self.feed.id)\n"
        "                self.observer.note(tx, (), gone, began=now)\n",
        wrong="What a listing does not show is taken for deleted, without asking for it by id.",
        caught_by="P11",
        tests=(
            "test_feeds.py::test_a_short_listing_deletes_nothing_since_each_absence_is_confirmed",
        ),
    ),
    Mutant(
        name="silence is a deletion",
        file="plugin/checked.py",
        old="    return tuple(Absent(each, AbsenceReason.UNREADABLE, why=LEFT_OUT) for each in silent)",
        new="    return tuple(Absent(each, AbsenceReason.DELETED) for each in silent)",
        wrong="A record that an answer says nothing about is taken for deleted.",
        caught_by="P11",
        tests=("test_planted_faults.py::test_a_record_nothing_is_said_about_is_not_deleted",),
    ),
    Mutant(
        name="values are not checked",
        file="plugin/connection.py",
        old='            return guarded(self.connector, "fetch", checked, page, request, type_)',
        new="            return page",
        wrong="One value that nobody can read ends the run for everybody.",
        caught_by="P9",
        tests=(
            "test_values_that_cannot_be_read.py::"
            "test_a_value_that_cannot_be_read_costs_its_own_record_only",
        ),
    ),
    Mutant(
        name="unreadable is silent",
        file="engine/intake/observe.py",
        old="            if is_kept_waiting(absence):",
        new="            if False:",
        wrong="A new record of which something cannot be read is left out without a word.",
        caught_by="P9",
        tests=(
            "test_values_that_cannot_be_read.py::test_it_waits_in_its_lane_until_somebody_mends_it",
        ),
    ),
    Mutant(
        name="settings end the run",
        file="engine/failures.py",
        old="        except CALL_FAILED as error:",
        new="        except CALL_FAILED[0] as error:",
        wrong="A secret that is gone while a run works ends the run for everybody.",
        caught_by="P9",
        tests=(
            "test_values_that_cannot_be_read.py::"
            "test_whatever_a_connector_raises_ends_the_lanes_of_its_feed_only",
        ),
    ),
    Mutant(
        name="cursor follows any clock",
        file="plugin/cursors.py",
        old="    return min(told, own if newest is None else max(own, newest))",
        new="    return told",
        wrong="One answer with a wrong time moves the cursor past edits that are yet to come.",
        caught_by="P12",
        tests=(
            "test_wrong_times.py::test_one_answer_with_a_time_that_is_ahead_hides_no_later_edit",
        ),
    ),
    Mutant(
        name="unreadable is a deletion",
        file="engine/intake/observe.py",
        old='    AbsenceReason.UNREADABLE: "unreadable",',
        new='    AbsenceReason.UNREADABLE: "deleted",',
        wrong="A record that may not be read is taken for deleted.",
        caught_by="P4",
        tests=("test_scope.py::test_unreadable_is_not_leaving_and_not_deletion",),
    ),
    Mutant(
        name="failed read goes on",
        file="engine/round.py",
        old="            if failure is not None:\n",
        new="            if failure is not None and self.world.dry:\n",
        wrong="Lanes whose feed could not be read go on with what is known of it.",
        caught_by="P11",
        tests=("test_feeds.py::test_a_mailbox_that_refuses_us_stops_only_its_member",),
    ),
    Mutant(
        name="overlap is news",
        file="engine/intake/observe.py",
        old='        if old is None or record.version == "" or old.version != record.version:\n'
        "            return False\n",
        new="        return False\n",
        wrong="What an overlap repeats counts as changed, and wakes what waits.",
        caught_by="P9",
        tests=(
            "test_planted_faults.py::test_what_waits_is_not_woken_by_an_overlap_that_repeats_it",
        ),
    ),
    Mutant(
        name="stamps are exact",
        file="engine/intake/observe.py",
        old="        if self.feed.spec.weak_versions and before !=",
        new="        if False and before !=",
        wrong="Two edits within one step of a stamp are taken for one.",
        caught_by="P3",
        tests=("test_unseen_edits.py::test_an_edit_in_the_second_of_our_read_is_not_lost",),
    ),
    Mutant(
        name="severed link resurrected",
        file="state/links.py",
        old='    return bool(link.status == "severed" and link._mapping[f"{side}_version"] == _GONE)',
        new='    return bool(link.status == "severed")',
        wrong="An edit of the survivor brings a severed link to life, and it is deleted after all.",
        caught_by="P4",
        tests=("test_planted_faults.py::test_an_edit_of_a_survivor_does_not_bring_its_link_back",),
    ),
    Mutant(
        name="restored with the dead one's base",
        file="state/links.py",
        old='{"left_base_json": None, "right_base_json": None, f"{side}_version": None}',
        new='{f"{side}_version": None}',
        wrong="A record that is there again is compared with what the deleted one was settled at.",
        caught_by="P24",
        tests=(
            "test_planted_faults.py::test_a_restored_record_is_not_compared_with_the_deleted_one",
        ),
    ),
    Mutant(
        name="unread is empty",
        file="engine/decide/deltas.py",
        old="    if name not in current:\n        return Change.UNREAD\n",
        new="    current = {name: None, **current}\n",
        wrong="A field that could not be read counts as emptied.",
        caught_by="P7",
        tests=("test_scope.py::test_a_field_we_may_no_longer_read_is_not_an_empty_one",),
    ),
    Mutant(
        name="never inside has left",
        file="engine/work/due.py",
        old='    if presence is Presence.LEFT and not found[f"{side}_inside"]:\n',
        new='    if presence is Presence.LEFT and not found["id"]:\n',
        wrong="A record that was never seen in the data set counts as having left it.",
        caught_by="P17",
        tests=("test_scope.py::test_a_record_created_outside_of_the_data_set_has_not_left_it",),
    ),
    Mutant(
        name="who has left never comes back",
        file="engine/work/second_look.py",
        old="        sides |= {s for s in SIDES if evaluation.link.sides[s].presence in _AWAY}\n",
        new="        sides |= set()\n",
        wrong="What was put back into the data set meanwhile has its counterpart deleted.",
        caught_by="P4",
        tests=(
            "test_scope.py::"
            "test_what_is_put_back_into_the_data_set_before_its_counterpart_goes_goes_on",
        ),
    ),
    Mutant(
        name="a wait of either side",
        file="state/attention.py",
        old="        ATTENTION.c.side == side.value,\n        ATTENTION.c.record_id == record_id,\n"
        "        not_due(now),\n",
        new="        ATTENTION.c.record_id == record_id,\n        not_due(now),\n",
        wrong="A record that waits holds up a stranger of the same id on the other side.",
        caught_by="P9",
        tests=(
            "test_attention.py::"
            "test_a_record_that_waits_holds_up_none_of_the_same_id_on_the_other_side",
        ),
    ),
    Mutant(
        name="what nobody knows of is inside",
        file="engine/intake/place.py",
        old="        .where(RECORD.c.id.is_(None) | left | (own & (RECORD.c.owner != account)))\n",
        new="        .where(left | (own & (RECORD.c.owner != account)))\n",
        wrong="A record an undo brought back is deleted again, since its counterpart is outside.",
        caught_by="P22",
        tests=("test_undo.py::test_a_restored_record_rests_though_a_listing_shows_it_alone",),
    ),
    Mutant(
        name="looked at, though undecided",
        file="engine/work/due.py",
        old='    .where(~one_of(links.LINK.c.id, "undecided"))\n',
        new='    .where(links.LINK.c.id.is_not(None), one_of(links.LINK.c.id, "undecided") | True)\n',
        wrong="A pair nobody could decide about loses the first look that a moved border grants.",
        caught_by="P18",
        tests=(
            "test_taken_meanwhile.py::"
            "test_what_nobody_could_decide_about_is_still_looked_at_for_the_first_time",
        ),
    ),
    Mutant(
        name="sweep in every run",
        file="engine/intake/read.py",
        old="        return swept is None or not is_recent(swept, now, SWEEP_EVERY)\n",
        new="        return True\n",
        wrong="A quiet run lists all records of a data set.",
        caught_by="P23",
        tests=("test_planted_faults.py::test_a_quiet_run_over_a_data_set_does_not_list_it",),
    ),
    Mutant(
        name="never swept",
        file="engine/intake/read.py",
        old="        return swept is None or not is_recent(swept, now, SWEEP_EVERY)\n",
        new="        return swept is None\n",
        wrong="What a feed does not tell is never found.",
        caught_by="P12",
        tests=("test_sweeps.py::test_a_deletion_that_no_change_tells_of_is_found_within_a_day",),
    ),
    Mutant(
        name="a first pass knows the data set",
        file="engine/intake/place.py",
        old="        known = said.known or feed.feed.scope is None\n",
        new="        known = True\n",
        wrong="A pass over all changes takes every record for one of the data set.",
        caught_by="P17",
        tests=("test_scope.py::test_a_change_of_the_policy_makes_nothing_leave_that_never_was_in",),
    ),
    Mutant(
        name="the older page wins",
        file="engine/intake/observe.py",
        old="        noted, forgotten = feeds.noted_since(tx, self.feed.id, began)\n",
        new="        noted, forgotten = False, False\n",
        wrong="An answer replaces what somebody has noted since it was asked for.",
        caught_by="P3",
        tests=("test_observations.py::test_an_older_page_does_not_replace_what_was_noted_since",),
    ),
    Mutant(
        name="the later cursor wins",
        file="state/feeds.py",
        old='FEED.c.cursor_json.is_not_distinct_from(bindparam("before"))\n',
        new='FEED.c.cursor_json.is_not_distinct_from(bindparam("before")) | _THIS\n',
        wrong="A cursor is moved by a reader that did not start from it.",
        caught_by="P12",
        tests=("test_observations.py::test_a_cursor_is_moved_only_by_who_started_from_it",),
    ),
    Mutant(
        name="one number for two passes",
        file="state/feeds.py",
        old=".values(generation=FEED.c.generation + 1)",
        new=".values(generation=FEED.c.generation + (FEED.c.generation < 1))",
        wrong="What a pass that broke off has seen counts for the next one.",
        caught_by="P12",
        tests=("test_feeds.py::test_a_deletion_within_a_pass_that_broke_off_is_found",),
    ),
    Mutant(
        name="other lanes are not told",
        file="engine/send/settle.py",
        old="            links.change(tx, [row.id for row in found if row.id not in ours], dirty=True)",
        new="            assert found is not None",
        wrong="What is written for one lane does not reach the others that link the record.",
        caught_by="P1",
        tests=("test_several_lanes.py::test_an_edit_in_one_crm_reaches_the_other_one",),
    ),
    Mutant(
        name="a new lane sees only what changes",
        file="engine/intake/read.py",
        old="            if lane.first_sync or lane.rebaseline:\n",
        new="            if lane.rebaseline:\n",
        wrong="A lane that is added to a feed never sees what was there before.",
        caught_by="P1",
        tests=("test_several_lanes.py::test_a_lane_that_is_added_sees_what_the_mailbox_held",),
    ),
    Mutant(
        name="of no use to one lane, of none to any",
        file="engine/intake/interest.py",
        old="    s: _THESE.where(~_wanted(s, LANE.c.id != THIS_LANE)).values(pending=False) for s in SIDES\n",
        new="    s: _THESE.values(pending=False) for s in SIDES\n",
        wrong="What nothing will come of in one lane is taken away from the others that wait for it.",
        caught_by="P1",
        tests=(
            "test_several_lanes.py::"
            "test_what_a_lane_that_sees_everything_has_no_use_for_reaches_its_owner",
        ),
    ),
    Mutant(
        name="woken in this round only",
        file="state/attention.py",
        old="            tx.execute(_DUE[side, there], ",
        new="            tx.execute(_DUE[Side.LEFT, there], ",
        wrong="The edit that mends a record does not wake it in the lanes of the other side.",
        caught_by="P9",
        tests=("test_attention.py::test_what_another_members_run_reads_wakes_who_waits_for_it",),
    ),
    Mutant(
        name="the winner of a merge has left",
        file="engine/intake/observe.py",
        old='            values = {"id": winner, "version": None, "inside": inside}\n',
        new="            inside = True\n"
        '            values = {"id": winner, "version": None, "inside": inside}\n',
        wrong="Who is merged into a record that never was in the data set counts as having left it.",
        caught_by="P4",
        tests=(
            "test_found_with_data_sets.py::"
            "test_who_is_merged_into_a_record_outside_of_the_data_set_is_not_deleted",
        ),
    ),
    Mutant(
        name="hidden for ever",
        file="engine/intake/sweep.py",
        old=" and self._is_whole(row)\n",
        new="\n",
        wrong="A field that was hidden is not read when it is shown again at the same version.",
        caught_by="P12",
        tests=(
            "test_found_by_histories.py::"
            "test_an_edit_of_a_field_that_is_hidden_travels_when_it_is_shown_again",
        ),
    ),
    Mutant(
        name="what the other side hides is settled",
        file="engine/work/unwritten.py",
        old=" or refused or waits_to_be_compared(each.link)\n",
        new=" or refused\n",
        wrong="An edit of a field that is hidden at the other side counts as settled.",
        caught_by="P1",
        tests=(
            "test_found_by_histories.py::"
            "test_an_edit_of_a_field_that_is_hidden_travels_when_it_is_shown_again",
        ),
    ),
)
