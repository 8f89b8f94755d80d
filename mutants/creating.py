"""Faults in creating: what is looked for before, between and after, and who has the claim."""

from __future__ import annotations

from mutants.planted import Mutant

CREATING = (
    Mutant(
        name="create without a key repeated",
        file="engine/send/recover_creates.py",
        old="        elif self._may_be_unseen(sent):\n",
        new="        elif self._world.seconds < sent.sent_at and self._may_be_unseen(sent):\n",
        wrong="A create is repeated before its record, if there is one, can be seen.",
        caught_by="P5",
        tests=(
            "test_planted_faults.py::test_a_create_whose_answer_was_lost_is_not_repeated_before_it_can_be_seen",
        ),
    ),
    Mutant(
        name="waited for until a wrong clock comes true",
        file="state/clocks.py",
        old="    return now - noted_at < seconds and not is_far_ahead(noted_at, now)\n",
        new="    return now - noted_at < seconds\n",
        wrong="What a clock far ahead has sent holds up all that is new, for as long as it was ahead.",
        caught_by="P1",
        tests=(
            "test_wrong_clock.py::"
            "test_a_create_that_a_clock_far_ahead_sent_is_made_once_and_holds_nothing_up",
        ),
    ),
    Mutant(
        name="on its way by our own clock alone",
        file="engine/send/recover_creates.py",
        old="        return is_recent(sent.service_time, now + feed.ahead, lately)\n",
        new="        return False\n",
        wrong="What a run with a clock far ahead has just sent is sent again.",
        caught_by="P5",
        tests=(
            "test_wrong_clock.py::test_what_a_clock_far_ahead_has_just_sent_may_still_be_on_its_way",
        ),
    ),
    Mutant(
        name="deleted records not looked for",
        file="engine/send/created.py",
        old="        if not self.feed.spec.finds_deleted:\n",
        new="        if not self.feed.spec.finds_deleted or traces is not None:\n",
        wrong="What a lost create made and a person deleted is made again.",
        caught_by="P3",
        tests=(
            "test_uncertain_writes.py::test_a_deletion_by_a_person_before_anybody_looked_is_not_undone",
        ),
    ),
    Mutant(
        name="edited record not taken for our own",
        file="engine/decide/created.py",
        old="    return Likeness.SIMILAR if shares_key or half else Likeness.OTHER\n",
        new="    return Likeness.OTHER\n",
        wrong="What a lost create made and a person edited is made again.",
        caught_by="P5",
        tests=(
            "test_uncertain_writes.py::test_what_a_lost_create_made_and_a_person_edited_is_not_made_again",
        ),
    ),
    Mutant(
        name="made since by our own clock",
        file="engine/send/writer.py",
        old="now + each.feed.ahead\n",
        new="now\n",
        wrong="What was made since is told by our own clock, which may be minutes off.",
        caught_by="P5",
        tests=("test_uncertain_writes.py::test_our_clock_may_be_wrong",),
    ),
    Mutant(
        name="repeated without a look",
        file="plugin/wrappers/retry.py",
        old="    if not caution.once or caution.look is None or not sent:\n        return {}\n",
        new="    if sent or not sent:\n        return {}\n",
        wrong="A create is sent again after a refusal that came from a gateway.",
        caught_by="P5",
        tests=(
            "test_writes_sent_again.py::test_a_create_is_looked_for_before_it_is_repeated_whatever_was_answered",
        ),
    ),
    Mutant(
        name="looked for by keys alone",
        file="engine/send/created.py",
        old="for record in self.reader.news(since) if",
        new="for record in () if",
        wrong="A create that has no key to look for is sent again although it was carried out.",
        caught_by="P5",
        tests=(
            "test_writes_sent_again.py::"
            "test_a_create_no_key_leads_to_is_looked_for_in_what_was_made_since",
        ),
    ),
    Mutant(
        name="what others have read is no news",
        file="engine/intake/read.py",
        old="[id for id in noted if id not in told]",
        new="[id for id in noted if id in told]",
        wrong="What a create made is not found once another run has read it.",
        caught_by="P5",
        tests=(
            "test_writes_sent_again.py::"
            "test_a_create_is_looked_for_in_what_another_run_has_read_since",
        ),
    ),
    Mutant(
        name="news noted between writes",
        file="engine/intake/read.py",
        old="        row = self._row()\n        told: dict",
        new="        self.read(sweep=False)\n        row = self._row()\n        told: dict",
        wrong="Deletions that are read while a round writes pass by its guards.",
        caught_by="P10",
        tests=(
            "test_writes_sent_again.py::"
            "test_what_is_found_when_a_create_is_looked_for_is_left_to_the_next_runs_guards",
        ),
    ),
    Mutant(
        name="one record for two creates",
        file="engine/send/created.py",
        old="                used.update(each.id for each in finding.candidates)\n",
        new="",
        wrong="Two creates that were sent the same both take the one record that was made.",
        caught_by="P9",
        tests=(
            "test_writes_sent_again.py::"
            "test_two_that_hold_the_same_are_each_made_once_and_nobody_else_is_held_up",
        ),
    ),
    Mutant(
        name="two records for two creates",
        file="engine/send/created.py",
        old="traces, used, open_still[sought.what])",
        new="traces, used, 1)",
        wrong="A person is asked which of two equal records belongs to which of two equal ones.",
        caught_by="P1",
        tests=(
            "test_uncertain_writes.py::"
            "test_two_that_hold_the_same_and_were_sent_together_are_each_found",
        ),
    ),
    Mutant(
        name="another member's record adopted",
        file="engine/send/created.py",
        old="    return here.of_all_accounts and record.owner not in (None, here.account)\n",
        new="    return here.of_all_accounts and record.owner is here\n",
        wrong="What was made for one member is linked to the same record of another one.",
        caught_by="P1",
        tests=(
            "test_writes_sent_again.py::"
            "test_what_was_made_for_one_member_is_not_taken_for_the_same_of_another",
        ),
    ),
    Mutant(
        name="claim not taken",
        file="state/claims.py",
        old="        answers.append(taken)\n        if taken is None:\n",
        new="        answers.append(None)\n        if taken is None:\n",
        wrong="Two members who know the same person make two records.",
        caught_by="P5",
        tests=(
            "test_shared_records.py::test_two_members_who_know_the_same_person_make_one_record",
        ),
    ),
    Mutant(
        name="claim of a run at work taken for free",
        file="engine/match/claiming.py",
        old="    if holder is None and _another_run_has(tx, world, claim.lane_id):\n",
        new="    if False:\n",
        wrong="Of a claim nothing is to be seen before its batch begins: another run makes the "
        "record meanwhile.",
        caught_by="P5",
        tests=(
            "test_claims.py::test_a_person_another_run_is_about_to_make_is_not_made_by_a_run_beside_it",
            "test_found_with_several_members.py::"
            "test_a_person_two_members_enter_is_made_once_by_runs_beside_each_other",
        ),
    ),
    Mutant(
        name="claim holds whatever became of it",
        file="engine/match/claiming.py",
        old="other in fresh or self._is_again(create, other))\n",
        new="True)\n",
        wrong="Who gets a key that another record gave up is linked to that one, or waits for it.",
        caught_by="P1",
        tests=(
            "test_old_claims.py::"
            "test_who_gets_an_address_that_somebody_else_gave_up_today_is_not_taken_for_them",
            "test_old_claims.py::"
            "test_in_one_address_book_the_key_that_was_given_up_today_holds_nobody_up",
        ),
    ),
    Mutant(
        name="claim of what cannot be read taken for free",
        file="engine/work/creating.py",
        old="        elif target in known.answer.records or known.answer.is_gone(target):\n",
        new="        elif target:\n",
        wrong="What was made and is hidden for a while is made a second time.",
        caught_by="P5",
        tests=("test_old_claims.py::test_what_was_made_and_cannot_be_read_is_not_made_beside_it",),
    ),
    Mutant(
        name="entered anew only where a search tells",
        file="engine/work/creating.py",
        old="lanes = {c.lane.id: c.lane for c in group if lookup.misses_keys(c)}\n",
        new="lanes = {c.lane.id: c.lane for c in group if not c.feed}\n",
        wrong="Where a service cannot be searched for the key, the counterpart of a record that was "
        "entered anew is deleted.",
        caught_by="P24",
        tests=(
            "test_entered_anew.py::"
            "test_it_is_linked_also_where_nobody_can_search_for_the_counterpart",
            "test_entered_anew.py::"
            "test_it_is_linked_to_the_survivor_also_where_nobody_can_search_for_it",
        ),
    ),
    Mutant(
        name="a duplicate that is not shown ends the round",
        file="engine/work/creating.py",
        old="                with self.writer.failures.caught(create.feed):\n"
        "                    self._link_duplicate(create, ids)\n",
        new="                self._link_duplicate(create, ids)\n",
        wrong="One mailbox that does not answer takes everybody else's lanes with it.",
        caught_by="P9",
        tests=("test_isolation.py::test_a_mailbox_that_does_not_show_a_duplicate_ends_no_round",),
    ),
    Mutant(
        name="made though it is linked by now",
        file="engine/send/still_so.py",
        old="    return [each.link_id is None and source_of(each) in linked for each in batch]\n",
        new="    return [linked is None for _each in batch]\n",
        wrong="A merge that another run follows while we search ends the run of everybody.",
        caught_by="P9",
        tests=(
            "test_taken_meanwhile.py::"
            "test_a_merge_that_another_run_follows_while_we_look_for_a_twin_ends_no_run",
        ),
    ),
    Mutant(
        name="made of what is gone",
        file="engine/send/still_so.py",
        old='    if source is None or source.presence == "deleted":\n        return False\n',
        new="    if source is None:\n        return True\n",
        wrong="What was deleted while its counterpart was looked for is made all the same, and stays.",
        caught_by="P5",
        tests=(
            "test_still_so.py::"
            "test_nothing_is_made_of_what_was_deleted_while_we_looked_for_it[match]",
            "test_still_so.py::"
            "test_nothing_is_made_of_what_became_part_of_another_record_while_we_looked_for_it",
        ),
    ),
    Mutant(
        name="deleted though others link it by now",
        file="engine/send/still_so.py",
        old="        if each.write.alone and each.link_id is not None:\n",
        new="        if each.write.alone and each.link_id is None:\n",
        wrong="A deletion that was decided before another member linked the record deletes theirs.",
        caught_by="P4",
        tests=(
            "test_still_so.py::test_an_undo_keeps_what_another_member_links_while_it_is_at_work",
        ),
    ),
    Mutant(
        name="deleted on its way, and others with it",
        file="engine/send/ended.py",
        old="    _release_from_others(tx, each, row)\n",
        new="",
        wrong="Who links a record while its deletion is on its way loses their own.",
        caught_by="P4",
        tests=(
            "test_still_so.py::"
            "test_what_another_member_links_while_its_deletion_is_on_its_way_is_made_again_for_them",
        ),
    ),
    Mutant(
        name="made again for one",
        file="engine/send/settle.py",
        old="    made_again_for_all(tx, settled, rows)\n",
        new="",
        wrong="What one member's lane makes again is copied to the others beside what they have.",
        caught_by="P5",
        tests=(
            "test_made_again.py::"
            "test_members_whose_runs_come_at_different_times_share_what_is_made_again[0]",
        ),
    ),
    Mutant(
        name="one record for two links",
        file="engine/send/give_way.py",
        old="            taken.add(each.link_id)\n",
        new="            continue\n",
        wrong="What we made, and another record found as its twin, ends every later run.",
        caught_by="P9",
        tests=(
            "test_taken_meanwhile.py::"
            "test_what_we_made_without_an_answer_and_linked_to_another_since_ends_no_run[key]",
        ),
    ),
    Mutant(
        name="twin as it will not be",
        file="engine/work/creating.py",
        old="            if self._is_put_off(tx, create, twin.record.id):\n",
        new="            if False:\n",
        wrong="Who gets a key in the run in which another record gives it up is linked to that one, "
        "or waits for it.",
        caught_by="P1",
        tests=(
            "test_old_claims.py::"
            "test_an_address_that_passes_on_between_two_runs_makes_nobody_the_other_one",
        ),
    ),
    Mutant(
        name="claim lost and lease kept",
        file="state/leases.py",
        old="    _end(tx, over)\n",
        new="",
        wrong="A run that others take for dead, and whose clock is behind theirs, makes what they "
        "have made in its place.",
        caught_by="P19",
        tests=(
            "test_claims.py::"
            "test_a_run_whose_lease_is_over_for_others_makes_nothing_of_what_it_had_claimed",
        ),
    ),
    Mutant(
        name="twin outside of the scope",
        file="engine/work/creating.py",
        old="        twins: Mapping[int, Twin] | None = None\n",
        new="        if feed.feed.scope is not None:\n            return list(group)\n"
        "        twins: Mapping[int, Twin] | None = None\n",
        wrong="Nobody looks whether the record exists outside of the data set before creating it.",
        caught_by="P5",
        tests=(
            "test_scope.py::test_a_twin_outside_of_the_data_set_is_found_before_a_second_is_made",
        ),
    ),
    Mutant(
        name="made again with the old key",
        file="engine/match/new_record.py",
        old="    incarnation = 0 if former is None else former.incarnation + 1\n",
        new="    incarnation = 0 if former is None else former.incarnation\n",
        wrong="A record that is created again carries the key of the one that was deleted.",
        caught_by="P24",
        tests=("test_planted_faults.py::test_a_record_created_again_has_a_marker_of_its_own",),
    ),
    Mutant(
        name="each makes it again",
        file="engine/match/claiming.py",
        old="        again = [] if create.replaces is None else [(_AGAIN, create.replaces)]\n",
        new="        again: list[tuple[str, str]] = []\n",
        wrong="A record that several members had edited, and that was deleted, is made once for each.",
        caught_by="P5",
        tests=(
            "test_made_again.py::test_it_is_one_record_also_where_no_key_tells_that_both_are_the_same",
        ),
    ),
    Mutant(
        name="what another lane has linked in the order of ids",
        file="engine/work/unlinked.py",
        old="            late.update(linked)\n",
        new="            linked.clear()\n",
        wrong="What a limit lets through goes by ids that a plan cannot know.",
        caught_by="P21",
        tests=(
            "test_plans_of_several_steps.py::test_within_a_limit_a_plan_lets_through_what_a_run_does",
        ),
    ),
)
