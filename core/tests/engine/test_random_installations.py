"""P19, P20 in random histories: two installations, each with a database of its own, over the same
two systems; databases that are lost, or put back from an old backup.

    copied    the same name in both, as when somebody copied the configuration: their marks and keys
              are the same, so that they may even run at the same time
    adopted   two names, and both were told to adopt what the other makes; they run one after the
              other
    strict    two names, nobody told them anything: who meets the other's mark stops

`make test` plays some histories, with a seed from the commit's tree, which it prints;
`SYNCLINE_PROVE=500` plays that many, and longer ones. What fails is made shorter, but not with
`SYNCLINE_PROVE_SHORTEN=0`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from proof.installations import DEEDS, Deed, Installations
from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import Side
from syncline.policy.schema import Conflict, Merge

PROVE = int(os.environ.get("SYNCLINE_PROVE", "0") or 0)
SEED = int(os.environ.get("SYNCLINE_PROVE_SEED", "0"))
SHORTEN = os.environ.get("SYNCLINE_PROVE_SHORTEN") != "0"

QUIRKS: list[dict[str, Any]] = [
    {},
    {},
    {"idempotency": "marker"},
    {"conditional": "second", "conditional_delete": "second", "granularity": 1.0},
    {"conditional": "none", "conditional_delete": "none", "answers_version": False},
    {"detection": "timestamp", "granularity": 1.0, "overlap": 40.0},
    {"deletions": "swept"},
    {"feed": "connection", "spans_accounts": True},
    {"page_size": 1, "read_batch": 1, "create_batch": 1, "update_batch": 1, "delete_batch": 1},
]
OPTIONS = st.sampled_from(QUIRKS).map(lambda chosen: MemoryOptions(**chosen))
POLICY = st.builds(
    lambda conflict, merge: {"conflict": conflict, "merge": merge},
    st.sampled_from([Conflict.LEFT_WINS, Conflict.RIGHT_WINS, Conflict.NEWEST_WINS]),
    st.sampled_from(Merge),
)
WHICH = st.sampled_from([0, 1])
EFFECT = st.none() | st.none() | st.integers(1, 25)


@seed(SEED)
class TwoInstallations(RuleBasedStateMachine):
    """Rules are what may happen; every history ends with the checks of `Installations.settle`."""

    @initialize(
        left=OPTIONS,
        right=OPTIONS,
        policy=POLICY,
        mode=st.sampled_from(["copied", "adopted", "strict"]),
    )
    def begin(
        self, left: MemoryOptions, right: MemoryOptions, policy: dict[str, Any], mode: str
    ) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="installations-")
        self.mode, self.adopt = mode, mode == "adopted"
        names = ("test", "test" if mode == "copied" else "other")
        self.both = Installations(Path(self.folder.name), left, right, names, **policy)
        for side in Side:
            self.both.people("create", side)

    @rule(
        deed=st.sampled_from(DEEDS),
        side=st.sampled_from(Side),
        record=st.integers(0, 3),
        field=st.integers(0, 2),
    )
    def people_do_something(self, deed: Deed, side: Side, record: int, field: int) -> None:
        self.both.people(deed, side, record, field)

    @rule(which=WHICH, dies_at=EFFECT)
    def one_runs(self, which: int, dies_at: int | None) -> None:
        foreign, before = self.both.foreign(which), self.both.writes
        report = self.both.run(which, adopt=self.adopt, dies_at=dies_at)
        if self.mode == "strict" and foreign and report is not None:
            assert self.both.writes == before, "P19: it wrote where another one is at work"
            assert any("another Syncline" in each.message for each in report.problems)

    @precondition(lambda self: self.mode == "copied")
    @rule(which=WHICH, call=st.integers(1, 30))
    def one_runs_while_the_other_does(self, which: int, call: int) -> None:
        other = (call, lambda: self.both.run(1 - which, adopt=False))
        self.both.run(which, adopt=False, meanwhile=other)

    @rule(which=WHICH, seconds=st.sampled_from([70.0, 700.0]))
    def time_passes_and_somebody_looks_at_the_plan(self, which: int, seconds: float) -> None:
        self.both.clock.advance(seconds)
        self.both.plan(which, adopt=self.adopt)

    @rule(which=WHICH)
    def the_state_is_copied_away(self, which: int) -> None:
        self.both.back_up(which)

    @rule(which=WHICH)
    def an_old_backup_is_put_back(self, which: int) -> None:
        self.both.restore(which)

    @rule(which=WHICH)
    def the_state_is_lost(self, which: int) -> None:
        self.both.lose(which)

    @precondition(lambda self: self.both.made.total() > 3)
    @rule()
    def everything_settles(self) -> None:
        self._settle()

    def _settle(self) -> None:
        """Where nobody is told to adopt, one of them is switched off in the end."""
        self.both.settle((0,) if self.mode == "strict" else (0, 1), adopt=self.mode != "copied")

    def teardown(self) -> None:
        if hasattr(self, "both"):
            try:
                self._settle()
            finally:
                self.folder.cleanup()


def test_two_installations_lose_double_and_delete_nobody() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis has no types here
        TwoInstallations,
        settings=settings(
            max_examples=PROVE or 12,
            stateful_step_count=25 if PROVE else 12,
            database=None,  # what is played is what the seed says, whatever failed before
            deadline=None,
            phases=list(Phase) if SHORTEN else [Phase.generate],
            report_multiple_bugs=SHORTEN,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
