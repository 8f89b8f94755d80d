"""Faults in guards, approvals and vetoes."""

from __future__ import annotations

from mutants.planted import Mutant

GUARDING = (
    Mutant(
        name="veto ignored",
        file="engine/work/gate.py",
        old="        veto = self.world.plugins.before_apply(write.planned)\n",
        new="        veto = self.world.plugins.before_apply(write.planned) if self.world.dry else None\n",
        wrong="A plugin's veto holds a plan, but not the write.",
        caught_by="P7",
        tests=(
            "test_plugins_in_a_run.py::test_a_plugins_veto_holds_an_operation_and_names_the_plugin",
        ),
    ),
    Mutant(
        name="gate forgets what it withheld",
        file="engine/work/gate.py",
        old="            self.kept[_subject(write)] = why\n",
        new="            pass\n",
        wrong="Nobody sees between two runs what was decided and not sent.",
        caught_by="P7",
        tests=("test_withheld.py::test_what_is_withheld_is_shown_until_it_is_sent",),
    ),
    Mutant(
        name="guard missing",
        file="engine/decide/guards.py",
        old="    elif tally.deletions > max(limits.deletions, limits.deletion_share * tally.links):\n",
        new="    elif tally.deletions > tally.links:\n",
        wrong="However many records would be deleted, no guard holds them.",
        caught_by="P10",
        tests=(
            "test_guards_and_approvals.py::test_many_deletions_are_held_and_everything_else_goes_on",
        ),
    ),
    Mutant(
        name="counted before, never again",
        file="engine/work/measure.py",
        old="        mine = self._by_member.get((subject.lane_id, subject.side), ())\n",
        new="        mine: list[Measure] = []\n",
        wrong="What becomes due while a round writes passes, whatever its number.",
        caught_by="P10",
        tests=("test_guards_meanwhile.py::test_fields_that_are_emptied_while_we_write_are_held",),
    ),
    Mutant(
        name="only what was settled can be lost",
        file="engine/work/due.py",
        old="    return or_(*based, *(_is_away(side) for side in SIDES))\n",
        new="    return or_(*based)\n",
        wrong="No guard counts the deletions of pairs that were never settled.",
        caught_by="P10",
        tests=(
            "test_guards_and_approvals.py::"
            "test_deletions_found_while_one_way_becomes_two_are_guarded_in_the_run_after[both]",
        ),
    ),
    Mutant(
        name="approval for other versions",
        file="engine/work/held.py",
        old="        what = (str(self.lane.id), self.side, self.action, self.record_id, *self.versions)\n",
        new="        what = (str(self.lane.id), self.side, self.action, self.record_id)\n",
        wrong="An approval serves although the record has moved since it was given.",
        caught_by="P10",
        tests=("test_guards_and_approvals.py::test_an_approval_is_void_when_a_record_moves",),
    ),
    Mutant(
        name="held by its versions",
        file="engine/work/held.py",
        old="        asked = self._waits.get(operation.subject)\n",
        new="        asked = next((e for e in self.asked if e.handle == operation.handle), None)\n",
        wrong="What a guard held goes unapproved when a record of it or the policy moves.",
        caught_by="P10",
        tests=(
            "test_held_until_approved.py::test_what_is_held_stays_held_when_its_records_move",
            "test_held_until_approved.py::test_what_is_held_stays_held_when_the_policy_changes",
            "test_held_until_approved.py::"
            "test_the_oracle_of_histories_knows_what_was_held_and_not_approved",
        ),
    ),
    Mutant(
        name="void approval, no question",
        file="engine/work/held.py",
        old="        self._waits = {each.subject: each for each in reversed(self.asked)}\n",
        new="        self._waits = {e.subject: e for e in reversed(self.asked) if not e.approved}\n",
        wrong="An operation whose approval is void goes unapproved when few are left.",
        caught_by="P10",
        tests=(
            "test_held_until_approved.py::"
            "test_an_approval_that_is_void_lets_nothing_through_however_few_are_left",
        ),
    ),
    Mutant(
        name="undecided, asked no more",
        file="engine/work/held.py",
        old="        open_still = still_due(tx, rest) - self.decided\n",
        new="        open_still = still_due(tx, ()) - self.decided\n",
        wrong="What a guard held goes unapproved after a run in which it could not be read.",
        caught_by="P10",
        tests=("test_held_until_approved.py::test_it_stays_held_while_nobody_can_decide_about_it",),
    ),
    Mutant(
        name="approval never used up",
        file="engine/send/settle.py",
        old="    approvals.spend(tx, [_subject(each) for each in live if each.write.undo is None])\n",
        new="",
        wrong="An edit of a record that was written by an approval needs an approval of its own.",
        caught_by="P10",
        tests=(
            "test_held_until_approved.py::"
            "test_an_edit_after_an_approved_one_was_carried_out_is_another_question",
        ),
    ),
    Mutant(
        name="emptied once, held for ever",
        file="engine/work/held.py",
        old="    return guard is not Guard.CLEARED or bool(operation.cleared)\n",
        new="    return guard is Guard.CLEARED or operation.action is not Action.CREATE\n",
        wrong="An update is held for a field that it no longer empties.",
        caught_by="P10",
        tests=(
            "test_held_until_approved.py::"
            "test_an_update_that_empties_nothing_any_more_is_held_no_more",
        ),
    ),
)
