"""Faults in leases: who may write and commit, and who is dead."""

from __future__ import annotations

from mutants.planted import STATE, Mutant

LEASING = (
    Mutant(
        name="repeated without a lease",
        file="engine/send/sending.py",
        old="        if self._calls or abs(now - self.began) >= _JUST_NOW:\n",
        new="        if abs(now - self.began) < 0:\n",
        wrong="What was to be repeated is sent although the lease has passed on.",
        caught_by="P19",
        tests=(
            "test_writes_sent_again.py::test_what_was_to_be_repeated_is_not_sent_when_the_lease_has_passed_on",
        ),
    ),
    Mutant(
        name="stale fence accepted",
        file="engine/send/writer.py",
        old="            self.world.assert_leased(tx)\n",
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
        old="            self._fence(tx)\n",
        new="",
        wrong="A run that slept through its lease still commits what it had read.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_a_run_that_slept_through_its_lease_commits_nothing_of_what_it_had_read",
        ),
    ),
    Mutant(
        name="fence between renewals",
        file="state/leases.py",
        old="    if not _lasts(tx, holder, now + outlasting):\n",
        new="    if _lasts(tx, holder, now) and not _lasts(tx, holder, now + outlasting):\n",
        wrong="A run whose lease was taken commits what it had read until it would renew it.",
        caught_by="P19",
        tests=(
            "test_interruption.py::test_a_run_that_slept_through_its_lease_commits_nothing_of_what_it_had_read",
        ),
    ),
    Mutant(
        name="policy of yesterday",
        file="engine/work/reconfigured.py",
        old="            changed = now != [*feeds, lane.fingerprint] or (rebaseline and not lane.rebaseline)\n",
        new="            changed = now[:2] != feeds\n",
        wrong="A run goes on by a policy that another run has replaced, and deletes what that put off.",
        caught_by="P18",
        tests=(
            "test_found_while_reconfigured.py::"
            "test_a_run_that_was_overtaken_under_another_policy_leaves_what_that_one_held_back",
        ),
    ),
    Mutant(
        name="a feed that was dropped before the lease",
        file="engine/work/reconfigured.py",
        old="            if changed or not (left and right):\n",
        new="            if changed:\n",
        wrong="One lane's feed that another run has dropped takes all lanes out of the round.",
        caught_by="P9",
        tests=(
            "test_isolation.py::"
            "test_a_mailbox_that_another_run_moves_while_a_sync_begins_with_it_holds_up_no_other",
        ),
    ),
    Mutant(
        name="configuration of yesterday",
        file="run/lane_rows.py",
        old="        if self.epoch is not None and row.configured > self.epoch:\n",
        new="        if self.epoch is not None and row.configured < 0:\n",
        wrong="A run brings a lane back to a configuration that was edited since it began.",
        caught_by="P18",
        tests=(
            "test_found_while_reconfigured.py::"
            "test_a_run_with_the_configuration_of_yesterday_brings_no_lane_back_to_it",
        ),
    ),
    Mutant(
        name="members of yesterday",
        file="run/retiring.py",
        old="    earlier = true() if world.epoch is None else LANE.c.configured <= world.epoch\n",
        new="    earlier = true()\n",
        wrong="A run retires a member who came with an edit that was made since it began.",
        caught_by="P18",
        tests=(
            "test_lanes_out_of_use.py::test_a_run_that_began_before_a_member_came_retires_him_not",
        ),
    ),
    Mutant(
        name="lease not renewed",
        file="state/leases.py",
        old='"until_at": now + seconds}).rowcount',
        new='"until_at": now + 1}).rowcount',
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
        name="older token over a newer one",
        file="state/tokens.py",
        old="        if found != before:\n",
        new="        if not found and before:\n",
        wrong="Who slept while it asked for a token puts it in place of a newer one.",
        caught_by="P19",
        tests=(
            "test_tokens.py::"
            "test_a_token_that_was_slept_through_is_not_kept_in_place_of_a_newer_one[sqlite]",
        ),
        package=STATE,
    ),
)
