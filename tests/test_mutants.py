"""Planted faults do not rot: each can still be planted, and names a property and tests that exist.

Whether they are caught is what `make mutants` says; it takes minutes.
"""

from __future__ import annotations

import pytest

from mutants.catalogue import MUTANTS
from mutants.planted import PROPERTIES, ROOT, SOURCES, TESTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_can_still_be_planted_and_names_tests_that_exist(mutant: Mutant) -> None:
    source = (SOURCES / mutant.path).read_text("utf-8")

    compile(mutant.planted_in(source), mutant.file, "exec")

    assert mutant.caught_by in PROPERTIES
    for test in mutant.tests:
        file, _, name = test.partition("::")
        text = (ROOT / TESTS / file).read_text("utf-8")
        assert not name or f"def {name}(" in text


def test_names_are_unique_and_there_are_at_least_25() -> None:
    names = {mutant.name for mutant in MUTANTS}
    assert len(names) == len(MUTANTS) >= 25
