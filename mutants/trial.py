"""Trying a fault: a copy of the engine's source, the edit, the tests that are to notice it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mutants.planted import Mutant
from mutants.process import Trial, copy_with, run_tests

SECONDS_AT_MOST: Final = 180
_SEED: Final = {"SYNCLINE_PROVE_SEED": "0"}
"""What is caught here does not depend on the commit."""


def try_out(mutant: Mutant) -> Trial:
    """Plant one fault and run its tests."""
    told = {**_SEED, "SYNCLINE_PROVE": "1"} if mutant.thorough else _SEED
    try:
        with copy_with(mutant) as copy:
            return run_tests((copy,), ("-x", *mutant.paths_of_tests), told, SECONDS_AT_MOST)
    except LookupError as error:
        return Trial(False, f"ROTTEN: {error}")


def passes_unplanted(mutants: Iterable[Mutant]) -> Trial:
    """The tests of these mutants over the engine as it is; `caught` says that one fails there."""
    tests = sorted({test for mutant in mutants for test in mutant.paths_of_tests})
    return run_tests((), tests, _SEED, SECONDS_AT_MOST)
