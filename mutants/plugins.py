"""Faults in how plugins are asked: what one costs that fails, or answers with something else."""

from __future__ import annotations

from mutants.planted import PLUGIN, Mutant

PLUGINS = (
    Mutant(
        name="a matcher that fails ends the run",
        file="engine/work/creating.py",
        old="        with self.writer.failures.caught(feed):\n            missing =",
        new="        if feed:\n            missing =",
        wrong="A plugin's matcher that fails for one record takes everybody's lanes with it.",
        caught_by="P9",
        tests=(
            "test_plugins_in_a_run.py::test_a_matcher_that_fails_costs_its_own_member_and_is_named",
        ),
    ),
    Mutant(
        name="lists for tuples",
        file="state/vault.py",
        old='        return _with_tuples(found) if b"[" in data else found\n',
        new="        return found\n",
        wrong="A matcher gets lists while records are made, and got tuples when they were read.",
        caught_by="P9",
        tests=(
            "test_plugins_in_a_run.py::test_a_matcher_is_given_the_same_values_"
            "while_records_are_made_as_when_they_were_read",
        ),
    ),
    Mutant(
        name="a strange answer taken for one",
        package=PLUGIN,
        file="plugin/manager.py",
        old="                require(answer)\n",
        new="",
        wrong="A plugin that answers with something else than was asked ends everybody's run.",
        caught_by="P9",
        tests=(
            "test_engine_hooks.py::"
            "test_an_answer_to_a_conflict_that_is_none_leaves_it_to_the_next_plugin",
        ),
    ),
    Mutant(
        name="wrappers believed",
        package=PLUGIN,
        file="plugin/connection.py",
        old="        foreign = (*plugins, Foreign(name, connector.name))\n",
        new="        foreign = tuple(plugins)\n",
        wrong="A plugin's wrapper that fails around one call ends everybody's run.",
        caught_by="P9",
        tests=(
            "test_connection.py::"
            "test_a_wrapper_that_fails_or_answers_with_nothing_is_named_by_its_connection",
        ),
    ),
)
