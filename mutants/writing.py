"""Faults in writing: conditions, intents, leases, claims, settling, recovery."""

from __future__ import annotations

from mutants.planted import ENUMERATION, Mutant

WRITING = (
    Mutant(
        name="unconditional update",
        file="engine/prepare.py",
        old="            version=here.version if conditional else None,\n",
        new="            version=None,\n",
        wrong="An edit between our read and our write is written over.",
        caught_by="P3",
        tests=(
            "test_planted_faults.py::test_an_edit_between_our_read_and_our_update_is_not_written_over",
        ),
    ),
    Mutant(
        name="unconditional deletion",
        file="engine/prepare.py",
        old="        id=current.id,\n        version=here.version,\n",
        new="        id=current.id,\n        version=None,\n",
        wrong="A record that was edited between our read and our deletion is deleted.",
        caught_by="P4",
        tests=(
            "test_planted_faults.py::test_an_edit_between_our_read_and_our_deletion_is_not_deleted",
        ),
    ),
    Mutant(
        name="sent without an intent",
        file="engine/write.py",
        old="intents.add(tx, [self._intent(each, now) for each in ready])",
        new="[0 for _each in ready]",
        wrong="A write is noted only when its answer is there.",
        caught_by="P8",
        tests=("test_planted_faults.py::test_wherever_a_run_dies_each_record_comes_once",),
    ),
    Mutant(
        name="unknown outcome dropped",
        file="engine/write.py",
        old="            case Unknown():\n                self._report(",
        new="            case Unknown():\n                self._again(tx, each, intent)\n"
        "                self._report(",
        wrong="A write whose outcome is unknown is taken for one that did not happen.",
        caught_by="P5",
        tests=(
            "test_planted_faults.py::test_a_create_whose_answer_was_lost_is_not_repeated_before_it_can_be_seen",
        ),
    ),
    Mutant(
        name="create without a key repeated",
        file="engine/recover_creates.py",
        old="        elif self._world.seconds - sent.sent_at < unseen_for(self.reader.feed.spec):\n",
        new="        elif self._world.seconds < sent.sent_at:\n",
        wrong="A create is repeated before its record, if there is one, can be seen.",
        caught_by="P5",
        tests=(
            "test_planted_faults.py::test_a_create_whose_answer_was_lost_is_not_repeated_before_it_can_be_seen",
        ),
    ),
    Mutant(
        name="recovery does not look",
        file="engine/recover_creates.py",
        old="        if finding.certain:\n            self._adopt(sent, finding, traces)\n",
        new="        if finding.certain:\n            self._did_not_happen(sent)\n",
        wrong="A create that was cut off is made again although its record is there.",
        caught_by="P8",
        tests=("test_planted_faults.py::test_wherever_a_run_dies_each_record_comes_once",),
    ),
    Mutant(
        name="unreadable taken for gone",
        file="engine/answer.py",
        old="_GONE: Final = (AbsenceReason.DELETED, AbsenceReason.MERGED)\n",
        new="_GONE: Final = tuple(AbsenceReason)\n",
        wrong="A record that cannot be read for a while is taken for deleted.",
        caught_by="P3",
        tests=(
            "test_uncertain_writes.py::test_a_deletion_in_doubt_is_not_settled_while_the_record_cannot_be_read",
        ),
    ),
    Mutant(
        name="deleted records not looked for",
        file="engine/created.py",
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
        file="engine/write.py",
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
        file="engine/created.py",
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
        file="engine/read.py",
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
        file="engine/read.py",
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
        file="engine/created.py",
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
        file="engine/created.py",
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
        file="engine/created.py",
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
        name="repeated without a lease",
        file="engine/sending.py",
        old="        if self._calls or abs(now - self.began) >= _JUST_NOW:\n",
        new="        if abs(now - self.began) < 0:\n",
        wrong="What was to be repeated is sent although the lease has passed on.",
        caught_by="P19",
        tests=(
            "test_writes_sent_again.py::test_what_was_to_be_repeated_is_not_sent_when_the_lease_has_passed_on",
        ),
    ),
    Mutant(
        name="base from what is read back",
        file="engine/recover.py",
        old="        settlement = _only(each.settlement, happened, each.new)\n",
        new="        settlement = _only(each.settlement, happened, each.new)\n"
        "        read = type(settlement.left)({n: current[n] for n in happened})\n"
        "        left = each.side is SIDES[0]\n"
        "        settlement = Settlement(\n"
        "            read if left else settlement.left,\n"
        "            settlement.right if left else read,\n"
        "        )\n",
        wrong="After a cut the base is taken from the record, so a later edit counts as ours.",
        caught_by="P3",
        tests=(
            "test_planted_faults.py::test_an_edit_of_the_field_whose_writes_answer_was_lost_is_a_later_edit",
        ),
    ),
    Mutant(
        name="unseen version trusted",
        file="engine/write.py",
        old="    if not isinstance(each.operation, Update):\n        return True\n",
        new="    return True\n",
        wrong="The version in the answer of an update without condition stands for what we know.",
        caught_by="P3",
        tests=("test_unseen_edits.py::test_an_edit_of_another_field_around_our_write_is_not_lost",),
    ),
    Mutant(
        name="set settled as a whole",
        file="engine/decide/settlement.py",
        old="    return BaseMove({}, {name: tuple(sorted(new - old))}, {name: tuple(sorted(old - new))})\n",
        new="    return BaseMove({name: tuple(sorted(new)) or None})\n",
        wrong="One direction of a merge of sets settles both, and what the other added is lost.",
        caught_by="P14",
        tests=("decide/test_planner_alone.py",),
    ),
    Mutant(
        name="stale fence accepted",
        file="engine/write.py",
        old="            leases.assert_held(tx, self.world.run_id, self.world.seconds, self.held_leases)\n",
        new="",
        wrong="A run whose lease passed to another one still takes answers in.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_an_answer_is_not_taken_in_when_the_lease_is_somebody_elses",
        ),
    ),
    Mutant(
        name="stale read accepted",
        file="engine/world.py",
        old="            self.fence(tx)\n",
        new="",
        wrong="A run that slept through its lease still commits what it had read.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_a_run_that_slept_through_its_lease_commits_nothing_of_what_it_had_read",
        ),
    ),
    Mutant(
        name="fence between renewals",
        file="state/holder.py",
        old="        elif taken_over != self._taken_over:\n",
        new="        elif taken_over < self._taken_over:\n",
        wrong="A run whose lease was taken commits what it had read until it would renew it.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_a_run_that_slept_through_its_lease_commits_nothing_of_what_it_had_read",
        ),
    ),
    Mutant(
        name="lease not renewed",
        file="state/leases.py",
        old='"until_at": now + seconds})\n',
        new='"until_at": now + 1})\n',
        wrong="A long run loses its lease although it is alive.",
        caught_by="P19",
        tests=("test_planted_faults.py::test_a_long_run_keeps_its_lease",),
    ),
    Mutant(
        name="the living taken for dead",
        file="state/lives.py",
        old="            fcntl.flock(found, fcntl.LOCK_SH | fcntl.LOCK_NB)\n",
        new="            fcntl.flock(found, fcntl.LOCK_UN)\n",
        wrong="A second engine takes the lease of one that is at work, for it has left a file.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_a_second_engine_that_comes_while_one_writes_is_told_that_it_is_busy",
        ),
    ),
    Mutant(
        name="lease not taken",
        file="state/leases.py",
        old="        if key not in known or known[key].until_at <= now or known[key].holder == holder\n",
        new="",
        wrong="A second engine takes the lease of one that is at work.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_a_second_engine_that_comes_while_one_writes_is_told_that_it_is_busy",
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
        file="engine/claiming.py",
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
        file="engine/claiming.py",
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
        file="engine/creating.py",
        old="        elif target in known.answer.records or known.answer.is_gone(target):\n",
        new="        elif target:\n",
        wrong="What was made and is hidden for a while is made a second time.",
        caught_by="P5",
        tests=("test_old_claims.py::test_what_was_made_and_cannot_be_read_is_not_made_beside_it",),
    ),
    Mutant(
        name="entered anew only where a search tells",
        file="engine/creating.py",
        old="lane_ids = {create.lane.id for create in group if lookup.misses_keys(create)}\n",
        new="lane_ids: set[int] = set()\n",
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
        name="twin as it will not be",
        file="engine/creating.py",
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
        old='    upsert(tx, LEASE, rows, ("holder", "until_at"))\n    holders =',
        new="    holders =",
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
        file="engine/creating.py",
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
        file="engine/prepare.py",
        old="    incarnation = 0 if link is None else link.incarnation + 1\n",
        new="    incarnation = 0 if link is None else link.incarnation\n",
        wrong="A record that is created again carries the key of the one that was deleted.",
        caught_by="P24",
        tests=("test_planted_faults.py::test_a_record_created_again_has_a_marker_of_its_own",),
    ),
    Mutant(
        name="deletions first",
        file="engine/round.py",
        old="        for _pass in range(PASSES):\n",
        new="        linked.run(deletions=True)\n        for _pass in range(PASSES):\n",
        wrong="Deletions are sent before updates and creations, before those have had their say.",
        caught_by="P3",
        tests=("test_planted_faults.py::test_deletions_come_after_everything_else",),
    ),
    Mutant(
        name="our own write comes back",
        file="engine/prepare.py",
        old="        if name in own and _listed(sent.get(name)) == _listed(source.get(name))\n",
        new="        if name in own\n",
        wrong="The base is what was to be stored, not what the side can hold: its cut comes back.",
        caught_by="P13",
        tests=("test_capacities.py",),
    ),
    Mutant(
        name="deferred counts as done",
        file="engine/write.py",
        old="    if not isinstance(outcome, Applied):\n        return None\n    sent =",
        new="    if isinstance(outcome, Deferred):\n"
        "        return Applied(id=RecordId(str(each.target_id)))\n"
        "    if not isinstance(outcome, Applied):\n        return None\n    sent =",
        wrong="A write the service put off is settled as if it had happened.",
        caught_by="P1",
        tests=("test_planted_faults.py::test_a_write_the_service_puts_off_is_not_done",),
    ),
    Mutant(
        name="refused and tried again at once",
        file="state/attention.py",
        old='        "next_at": now + (LONGEST_PAUSE if waiting.patient else pause),\n',
        new='        "next_at": now + (0.0 if waiting.patient else pause),\n',
        wrong="A record the service refuses is sent again in every run.",
        caught_by="P9",
        tests=("test_isolation.py::test_a_record_the_service_refuses_waits_alone",),
    ),
    Mutant(
        name="a wait ends with the other half",
        file="engine/settle.py",
        old="    _no_longer_waiting(tx, [each for each in live if each.link_id not in due], rows)\n",
        new="    _no_longer_waiting(tx, live, rows)\n",
        wrong="The write to one side wipes out that the one to the other side waits for its pause.",
        caught_by="P9",
        tests=(
            "test_found_by_histories.py::"
            "test_a_write_to_one_side_does_not_end_the_wait_of_the_other",
        ),
    ),
    Mutant(
        name="plan writes",
        file="run/carrying.py",
        old="            reach=itself if planned is None else planned.of,\n",
        new="            reach=itself,\n",
        wrong="A plan sends what it shows.",
        caught_by="P21",
        tests=("test_reports.py::test_a_plan_changes_nothing_in_the_database_or_the_systems",),
    ),
    Mutant(
        name="plan reads past its own writes",
        file="engine/as_planned.py",
        old="        fields = {**record.fields, **mine.fields}\n",
        new="        fields = record.fields\n",
        wrong="A plan leaves out what its first writes bring about.",
        caught_by="P21",
        tests=(
            "test_plans_of_several_steps.py::"
            "test_a_plan_shows_that_an_edit_of_one_copy_of_a_record_reaches_the_others",
        ),
    ),
    Mutant(
        name="history not written",
        file="engine/settle.py",
        old="    history.add(tx, [history_row(world, each) for each in live])\n",
        new="",
        wrong="What a run did cannot be looked up, nor taken back.",
        caught_by="P22",
        tests=(
            "test_undo.py::test_an_updated_record_gets_its_old_values_back_and_the_source_keeps_its_own",
        ),
    ),
    Mutant(
        name="second write of a link forgotten",
        file="engine/settle.py",
        old="    links.change(tx, due, dirty=True)\n",
        new="",
        wrong="A link is settled by its first write, although the other side waits for its own.",
        caught_by="P8",
        tests=(f"{ENUMERATION}[update both sides, different fields / marker]",),
        thorough=True,
    ),
    Mutant(
        name="agreement not settled",
        file="engine/settle.py",
        old='        saved.append({**moved, "dirty": each.open})\n',
        new="        saved.append(moved)\n",
        wrong="Links whose sides agree stay due for ever.",
        caught_by="P2",
        tests=("test_planted_faults.py::test_after_a_quiet_run_nothing_is_due",),
    ),
    Mutant(
        name="each makes it again",
        file="engine/claiming.py",
        old="        again = [] if create.replaces is None else [(_AGAIN, create.replaces)]\n",
        new="        again: list[tuple[str, str]] = []\n",
        wrong="A record that several members had edited, and that was deleted, is made once for each.",
        caught_by="P5",
        tests=(
            "test_made_again.py::test_it_is_one_record_also_where_no_key_tells_that_both_are_the_same",
        ),
    ),
    Mutant(
        name="who left holds it still",
        file="state/links.py",
        old="(_LANE.c.id == _OTHER.c.lane_id) & _LANE.c.left_feed.is_not(None))\n",
        new="_LANE.c.id == _OTHER.c.lane_id)\n",
        wrong="A member who was taken out keeps the others' deletions from passing for ever.",
        caught_by="P1",
        tests=(
            "test_lanes_out_of_use.py::test_a_member_who_was_taken_out_keeps_no_record_from_being_deleted",
        ),
    ),
    Mutant(
        name="two writes of one record at once",
        file="engine/linked.py",
        old="            to_write = each_record_once(to_write)\n",
        new="",
        wrong="One member's edit goes over another's where the service has no conditions.",
        caught_by="P14",
        tests=(
            "test_shared_records.py::test_two_members_edits_of_one_field_are_a_conflict_whatever_the_service_refuses[none]",
        ),
    ),
    Mutant(
        name="undo for one holder",
        file="engine/settle.py",
        old="    _taken_back_for_all(tx, settled)\n",
        new="",
        wrong="The next run empties what an undo put back in a record that several have.",
        caught_by="P22",
        tests=("test_undo.py::test_what_two_members_had_typed_is_back_and_stays",),
    ),
    Mutant(
        name="undo sees its own side's holders",
        file="engine/standing.py",
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
        file="engine/done.py",
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
        file="engine/undo.py",
        old="        with writer.failures.caught(feed):\n",
        new="        if feed.id:\n",
        wrong="A mailbox that refuses ends the undo for everybody.",
        caught_by="P9",
        tests=("test_undo.py::test_a_mailbox_that_refuses_holds_up_nobody_else[1]",),
    ),
)
