"""Faults in settling: what is taken for known of records that others note meanwhile."""

from __future__ import annotations

from mutants.planted import Mutant

SETTLING = (
    Mutant(
        name="a deletion is told of after the intent's end",
        file="engine/send/recover_creates.py",
        old="            self._note_gone(tx, gone)\n",
        new="            assert gone is not None\n",
        wrong="What was made and deleted unheard stays at its source, if the run that finds it dies.",
        caught_by="P8",
        tests=(
            "test_uncertain_writes.py::"
            "test_a_deletion_is_not_lost_with_the_run_that_found_what_was_made",
        ),
    ),
    Mutant(
        name="what both sides added is not agreed",
        file="engine/decide/settlement.py",
        old="    came = (new - old) | (new & set(_elements(agreed)))\n",
        new="    came = new - old\n",
        wrong="Where one of two writes fails, what both sides had added is nobody's to remove.",
        caught_by="P16",
        tests=(
            "decide/test_link_properties.py::"
            "test_what_both_sides_added_is_removed_by_either_though_one_of_two_writes_failed",
        ),
    ),
    Mutant(
        name="agreed on what was noted before",
        file="engine/work/unwritten.py",
        old="            done = [each for each in decided if each.link.id in unmoved]\n",
        new="            done = [each for each in decided if unmoved is not None]\n",
        wrong="What another run notes while a pair is being settled counts as settled with it.",
        caught_by="P1",
        tests=(
            "test_noted_meanwhile.py::test_an_edit_another_run_notes_while_we_agree_reaches_us_as_well",
        ),
    ),
    Mutant(
        name="an older read over a newer note",
        file="engine/work/due.py",
        old="        if here.is_noted_as(record.version, read):\n",
        new="        if read is not None:\n",
        wrong="What was read by its id replaces what another run has noted since.",
        caught_by="P3",
        tests=(
            "test_taken_meanwhile.py::test_what_another_run_notes_while_we_read_is_not_read_over",
        ),
    ),
    Mutant(
        name="a parted pair forgets why",
        file="engine/send/settle.py",
        old="        versions = {s: v for s, v in versions.items() if not links.is_severed_at(row, s)}\n",
        new="        versions = dict(versions)\n",
        wrong="The answer to a write covers that its record is gone, which never comes back then.",
        caught_by="P24",
        tests=(
            "test_taken_meanwhile.py::"
            "test_a_pair_that_was_parted_while_we_wrote_goes_on_when_its_record_is_back",
        ),
    ),
    Mutant(
        name="what others deleted is ours",
        file="engine/send/settle.py",
        old="    done = [each for each in live if not each.was_gone]\n",
        new="    done = live\n",
        wrong="The history names us for what somebody else has deleted, and an undo makes it again.",
        caught_by="P22",
        tests=(
            "test_undo.py::"
            "test_what_somebody_had_deleted_before_our_deletion_came_is_not_brought_back",
        ),
    ),
    Mutant(
        name="agreed only with a write",
        file="engine/work/unwritten.py",
        old="        agreed = [each for each in withheld if not each.agreed.empty]\n",
        new="        agreed = [each for each in withheld if each.agreed.empty]\n",
        wrong="What both sides hold alike is not settled while another field may not be written.",
        caught_by="P3",
        tests=(
            "test_conflicts.py::test_an_edit_after_an_agreement_is_no_conflict_though_nothing_could_be_written_then[0]",
        ),
    ),
    Mutant(
        name="nothing agreed while a conflict waits",
        file="engine/work/unwritten.py",
        old="    return quiet or not each.agreed.empty\n",
        new="    return quiet\n",
        wrong="What both sides hold alike becomes part of the conflict that waits, once it is edited.",
        caught_by="P3",
        tests=(
            "test_conflicts.py::test_what_was_alike_in_the_first_sync_is_no_part_of_its_conflict",
        ),
    ),
    Mutant(
        name="written in part is written",
        file="engine/send/targets.py",
        old="{n: d for n, d in written.items() if n not in each.left_out}}\n",
        new="written}\n",
        wrong="What a service could not write is taken for written, and never sent again.",
        caught_by="P1",
        tests=(
            "test_incomplete_writes.py::test_what_an_edit_was_written_without_follows[exact-filled]",
        ),
    ),
    Mutant(
        name="an answer replaces what was noted since",
        file="engine/send/targets.py",
        old="    return known is None or known.revision > each.noted\n",
        new="    return False\n",
        wrong="An older answer to our write replaces what another run has read since.",
        caught_by="P1",
        tests=(
            "test_noted_meanwhile.py::test_an_edit_of_what_was_just_written_is_carried_though_another_run_has_noted_it[exact]",
        ),
    ),
    Mutant(
        name="made anew as it was sent",
        file="engine/send/targets.py",
        old='        return bool(known.presence == "present")\n',
        new="        return False\n",
        wrong="An edit of a new record that another run reads before its answer is here is lost.",
        caught_by="P1",
        tests=(
            "test_noted_meanwhile.py::test_an_edit_of_what_was_just_made_is_carried_though_another_run_has_noted_it",
        ),
    ),
    Mutant(
        name="made and gone at once",
        file="engine/send/targets.py",
        old="        return forgotten_at > each.noted\n",
        new="        return False\n",
        wrong="A deletion that another run reads before our answer is here waits for the next sweep.",
        caught_by="P1",
        tests=(
            "test_still_so.py::"
            "test_what_was_made_and_is_deleted_before_its_answer_is_here_is_deleted",
        ),
    ),
    Mutant(
        name="update taken for a twin",
        file="engine/send/outcomes.py",
        old="            case Duplicate() if each.action is not Action.CREATE:\n",
        new="            case Duplicate() if each.action is Action.DELETE:\n",
        wrong="An update that a service refuses as a duplicate ends every run, for everybody.",
        caught_by="P9",
        tests=(
            "test_still_so.py::"
            "test_an_update_that_the_service_refuses_as_a_duplicate_waits_and_holds_nobody_up",
        ),
    ),
    Mutant(
        name="merged while it was written",
        file="engine/send/still_due.py",
        old="        moved = _leads_elsewhere(each, link) or _is_given_away(each, link, sources)\n",
        new="        moved = _is_given_away(each, link, sources)\n",
        wrong="Who is merged away during a write is settled as if nothing had happened.",
        caught_by="P1",
        tests=(
            "test_noted_meanwhile.py::test_a_merge_of_what_was_just_carried_over_is_followed_though_another_run_has_noted_it",
        ),
    ),
    Mutant(
        name="back while it was deleted",
        file="engine/send/ended.py",
        old="    return side is not each.side or (each.noted is not None and row.revision > each.noted)\n",
        new="    return False\n",
        wrong="What is restored while its copy is being deleted is forgotten.",
        caught_by="P1",
        tests=(
            "test_noted_meanwhile.py::test_what_is_restored_while_its_copy_is_being_deleted_is_copied_again",
        ),
    ),
)
