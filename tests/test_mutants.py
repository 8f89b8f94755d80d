"""Planted faults do not rot: each can still be planted, and names a property and tests that exist.

Whether they are caught is what `make mutants` says; it takes minutes. How it reads what
random histories said is tested here.
"""

from __future__ import annotations

import pytest

from mutants.alone import KINDS, Alone, Histories, after, share
from mutants.catalogue import MUTANTS
from mutants.planted import ROOT, Mutant
from mutants.process import SURVIVED, judged
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


HISTORIES, TWO, LANES = KINDS
FAILED = """\
    pytest.fail(f"{broken}\\nseed {SEED}:{number}\\n{stage.broken(short)}\\n{short!r}")
E   Failed: AssertionError: P4: we deleted N2
E   seed 7:36
E   AssertionError: P4: we deleted N2
E   Story(pages=1, steps=())
=========================== short test summary info ============================
FAILED core/tests/engine/test_x.py::test_a_promise[0] - Failed: AssertionError: P4: we deleted N2
random histories: seed 7 (given); repeat with SYNCLINE_PROVE_SEED=7
"""


def test_a_failing_history_tells_its_number_and_the_promise_it_broke() -> None:
    trial = judged(1, FAILED)

    assert trial.by == "test_x.py::test_a_promise[0]"
    assert after(HISTORIES, 200, trial) == "after 37 (P4)"
    assert after(LANES, 200, trial) == "after 37 of several lanes (P4)"


def test_a_history_that_ends_in_a_crash_tells_with_which_error() -> None:
    crashed = judged(1, FAILED.replace("AssertionError: P4: we deleted N2", "KeyError: 'P1'"))

    assert after(HISTORIES, 200, crashed) == "after 37 (KeyError)"


def test_where_no_number_is_told_all_may_have_been_played() -> None:
    trial = judged(
        1, "FAILED core/tests/test_x.py::test_two - AssertionError: P5: N1 is there twice"
    )

    assert after(TWO, 12, trial) == "within 12 of two installations (P5)"


def test_only_a_failing_test_catches() -> None:
    assert judged(0, "").by == SURVIVED
    assert not judged(2, "ERROR core/tests/test_x.py", "ImportError").caught
    assert judged(2, "", "ImportError").by.startswith("BROKEN")


@pytest.mark.parametrize("number", [1, 3, 20, 300, 575])
def test_the_histories_asked_for_are_shared_out_as_in_a_proof(number: int) -> None:
    shares = dict(Histories(number, "0").shares())

    assert sum(shares.values()) == number
    assert all(shares.values())  # none is told to play 0, which would be as many as it likes
    assert number < 575 or shares == {kind: kind.size for kind in KINDS}


def test_the_share_names_what_histories_do_not_catch() -> None:
    one, other, third = MUTANTS[:3]
    tried = [(one, Alone(True, "")), (other, Alone(False, "")), (third, Alone(True, ""))]

    assert share(tried) == (
        f"histories alone catch 2 of 3 (67 %)\nthey do not catch:\n    {other.name}\n"
    )
    assert share(tried[:1]) == "histories alone catch 1 of 1 (100 %)\n"
    assert share([]).startswith("histories alone catch 0 of 0")
