"""Planted faults do not rot: each can still be planted, and names a property and tests that exist.

Whether they are caught is what `make mutants` says; it takes minutes.
"""

from __future__ import annotations

import pytest

from mutants.catalogue import MUTANTS
from mutants.planted import ROOT, Mutant
from mutants.properties import PROPERTIES


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_can_still_be_planted_and_names_tests_that_exist(mutant: Mutant) -> None:
    source = (mutant.package.folder / mutant.path).read_text("utf-8")

    compile(mutant.planted_in(source), mutant.file, "exec")

    assert mutant.caught_by in PROPERTIES
    for test in mutant.paths_of_tests:
        file, _, name = test.partition("::")
        text = (ROOT / file).read_text("utf-8")
        assert not name or f"def {name.partition('[')[0]}(" in text


def test_names_are_unique_and_there_are_at_least_25() -> None:
    names = {mutant.name for mutant in MUTANTS}
    assert len(names) == len(MUTANTS) >= 25


def test_each_property_has_a_fault_that_it_must_catch() -> None:
    assert {mutant.caught_by for mutant in MUTANTS} == set(PROPERTIES)
