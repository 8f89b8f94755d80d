"""Faults in writing: conditions, intents, settling, recovery."""

from __future__ import annotations

from mutants.planted import ENUMERATION, Mutant

WRITING = (
    Mutant(
        name="unconditional update",
        file="engine/work/prepare.py",
        old="        version=here.version if lane.policy.direction.source is None else None,\n",
        new="        version=None,\n",
        wrong="An edit between our read and our write is written over.",
        caught_by="P3",
        tests=(
            "test_planted_faults.py::test_an_edit_between_our_read_and_our_update_is_not_written_over",
        ),
    ),
    Mutant(
        name="unconditional deletion",
        file="engine/work/prepare.py",
        old="    operation = Delete(id=current.id, version=here.version, ",
        new="    operation = Delete(id=current.id, version=None, ",
        wrong="A record that was edited between our read and our deletion is deleted.",
        caught_by="P4",
        tests=(
            "test_planted_faults.py::test_an_edit_between_our_read_and_our_deletion_is_not_deleted",
        ),
    ),
    Mutant(
        name="sent without an intent",
        file="engine/send/writer.py",
        old="intents.add(tx, [self._intent(each, now) for each in ready])",
        new="[0 for _each in ready]",
        wrong="A write is noted only when its answer is there.",
        caught_by="P8",
        tests=("test_planted_faults.py::test_wherever_a_run_dies_each_record_comes_once",),
    ),
    Mutant(
        name="unknown outcome dropped",
        file="engine/send/outcomes.py",
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
        name="recovery does not look",
        file="engine/send/recover_creates.py",
        old="        if finding.certain:\n            self._adopt(sent, finding, traces)\n",
        new="        if finding.certain:\n            self._did_not_happen(sent)\n",
        wrong="A create that was cut off is made again although its record is there.",
        caught_by="P8",
        tests=("test_planted_faults.py::test_wherever_a_run_dies_each_record_comes_once",),
    ),
    Mutant(
        name="unreadable taken for gone",
        file="engine/intake/answer.py",
        old="_GONE: Final = (AbsenceReason.DELETED, AbsenceReason.MERGED)\n",
        new="_GONE: Final = tuple(AbsenceReason)\n",
        wrong="A record that cannot be read for a while is taken for deleted.",
        caught_by="P3",
        tests=(
            "test_uncertain_writes.py::test_a_deletion_in_doubt_is_not_settled_while_the_record_cannot_be_read",
        ),
    ),
    Mutant(
        name="base from what is read back",
        file="engine/send/recover.py",
        old="            settlement = _only(write.settlement, happened, write.new)\n",
        new="            settlement = _only(write.settlement, happened, write.new)\n"
        "            read = type(settlement.left)({n: current[n] for n in happened})\n"
        "            left = sent.side is SIDES[0]\n"
        "            settlement = Settlement(\n"
        "                read if left else settlement.left,\n"
        "                settlement.right if left else read,\n"
        "            )\n",
        wrong="After a cut the base is taken from the record, so a later edit counts as ours.",
        caught_by="P3",
        tests=(
            "test_planted_faults.py::test_an_edit_of_the_field_whose_writes_answer_was_lost_is_a_later_edit",
        ),
    ),
    Mutant(
        name="unseen version trusted",
        file="engine/send/outcomes.py",
        old="    if not isinstance(each.operation, Update):\n        return True\n",
        new="    return True\n",
        wrong="The version in the answer of an update without condition stands for what we know.",
        caught_by="P3",
        tests=("test_unseen_edits.py::test_an_edit_of_another_field_around_our_write_is_not_lost",),
    ),
    Mutant(
        name="set settled as a whole",
        file="engine/decide/settlement.py",
        old="    return BaseMove({}, {name: tuple(sorted(came))}, {name: tuple(sorted(old - new))})\n",
        new="    return BaseMove({name: tuple(sorted(new)) or None})\n",
        wrong="One direction of a merge of sets settles both, and what the other added is lost.",
        caught_by="P14",
        tests=("decide/test_planner_alone.py",),
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
        file="engine/match/new_record.py",
        old="        if name in own and sent.get(name) == source.get(name)\n",
        new="        if name in own\n",
        wrong="The base is what was to be stored, not what the side can hold: its cut comes back.",
        caught_by="P13",
        tests=("test_capacities.py",),
    ),
    Mutant(
        name="deferred counts as done",
        file="engine/send/outcomes.py",
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
        file="engine/send/settle.py",
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
        file="engine/send/settle.py",
        old="    history.add(tx, [history_row(world, each, rows[each.link_id]) for each in done])\n",
        new="",
        wrong="What a run did cannot be looked up, nor taken back.",
        caught_by="P22",
        tests=(
            "test_undo.py::test_an_updated_record_gets_its_old_values_back_and_the_source_keeps_its_own",
        ),
    ),
    Mutant(
        name="second write of a link forgotten",
        file="engine/send/settle.py",
        old="    links.change(tx, due, dirty=True)\n",
        new="",
        wrong="A link is settled by its first write, although the other side waits for its own.",
        caught_by="P8",
        tests=(f"{ENUMERATION}[update both sides, different fields / marker]",),
        thorough=True,
    ),
    Mutant(
        name="agreement not settled",
        file="engine/send/agreements.py",
        old='        saved.append({**row, "dirty": each.open})\n',
        new="        saved.append(row)\n",
        wrong="Links whose sides agree stay due for ever.",
        caught_by="P2",
        tests=("test_planted_faults.py::test_after_a_quiet_run_nothing_is_due",),
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
        file="engine/work/linked.py",
        old="        to_write = each_record_once(self._known(to_write))\n",
        new="        to_write = self._known(to_write)\n",
        wrong="One member's edit goes over another's where the service has no conditions.",
        caught_by="P14",
        tests=(
            "test_shared_records.py::test_two_members_edits_of_one_field_are_a_conflict_whatever_the_service_refuses[none]",
        ),
    ),
)
