"""The promises in random histories: people, faults and deaths at any moment, odd services.

    P1 convergence   P2 fixpoint     P3 nothing lost   P4 no unearned deletion   P5 no doubles
    P6 direction     P7 permission   P9 isolation      P13 no echo               P20 lost state
    P21 a plan writes nothing

`make test` plays sixteen histories. `SYNCLINE_PROVE=5000` plays that many, and longer ones.
What fails is printed as calls, and goes as a named test into `test_found_by_histories.py`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syncline.connectors.memory import MemoryOptions
from syncline.model.capacity import Capacity
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import Conflict, Direction, Merge
from syncline.testing.histories import DEEDS, FAULTS, Event, History, People

PROVE = int(os.environ.get("SYNCLINE_PROVE", "0") or 0)

SIDE = st.sampled_from(Side)
PEOPLE = st.builds(
    People,
    deed=st.sampled_from(DEEDS),
    side=SIDE,
    record=st.integers(0, 3),
    field=st.integers(0, 2),
)
MOMENT = st.sampled_from(["before", "after"])
WHAT = PEOPLE | st.sampled_from(FAULTS)
EVENTS = st.lists(
    st.builds(Event, point=st.integers(1, 70), moment=MOMENT, what=WHAT)
    | st.builds(Event, point=st.integers(1, 4), moment=MOMENT, what=WHAT, write=st.just(True)),
    max_size=3,
)
QUIRKS: list[dict[str, Any]] = [
    {},
    {"idempotency": "marker"},
    {"idempotency": "none"},
    {"conditional": "none", "conditional_delete": "none"},
    {"conditional": "second", "conditional_delete": "second", "granularity": 1.0},
    {"answers_version": False},
    {"bumps_after_write": True},
    {"detection": "timestamp", "granularity": 1.0, "overlap": 40.0},
    {"detection": "timestamp", "overlap": 60.0, "visibility_lag": 30.0},
    {"deletions": "swept"},
    {"feed": "connection", "spans_accounts": True},
    {"page_size": 1, "read_batch": 1, "create_batch": 1, "update_batch": 1, "delete_batch": 1},
    {"capacities": {"categories": Capacity(many=2)}},
]


def _options(chosen: list[dict[str, Any]]) -> MemoryOptions:
    return MemoryOptions(**{name: value for each in chosen for name, value in each.items()})


OPTIONS = st.lists(st.sampled_from(QUIRKS), max_size=3).map(_options)
BOTH = st.builds(
    lambda conflict, merge, create, delete: {
        "conflict": conflict, "merge": merge, "create": PerSide(*create), "delete": PerSide(*delete)
    },
    st.sampled_from(Conflict), st.sampled_from(Merge),
    st.sampled_from([(True, True)] * 4 + [(True, False)]),
    st.sampled_from([(True, True)] * 4 + [(False, True)]),
)  # fmt: skip
ONE_WAY = st.sampled_from([Direction.LEFT_TO_RIGHT, Direction.RIGHT_TO_LEFT]).map(
    lambda direction: {"direction": direction, "conflict": None}
)


MEMBERS = st.sampled_from([("ada",), ("ada", "bob")])


class Histories(RuleBasedStateMachine):
    """Rules are what may happen; every history ends with the checks of `History.settle`."""

    @initialize(left=OPTIONS, right=OPTIONS, policy=BOTH | BOTH | ONE_WAY, members=MEMBERS)
    def begin(
        self,
        left: MemoryOptions,
        right: MemoryOptions,
        policy: dict[str, Any],
        members: tuple[str, ...],
    ) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="history-")
        self.history = History(Path(self.folder.name), left, right, members=members, **policy)
        self.keyed = "none" not in (left.idempotency, right.idempotency)
        for side in Side:
            self.history.people("create", side)

    @rule(people=PEOPLE)
    def people_do_something(self, people: People) -> None:
        self.history.people(people.deed, people.side, people.record, people.field)

    @rule(events=EVENTS)
    def run(self, events: list[Event]) -> None:
        self.history.run(*events)

    @rule(seconds=st.sampled_from([0.4, 70.0, 700.0, 90_000.0]))
    def time_passes(self, seconds: float) -> None:
        self.history.wait(seconds)

    @rule()
    def the_process_is_started_again(self) -> None:
        self.history.reopen()

    @rule()
    def somebody_looks_at_the_plan(self) -> None:
        self.history.plan()

    @precondition(lambda self: self.keyed)
    @rule()
    def the_state_is_lost(self) -> None:
        self.history.lose_state()

    @precondition(lambda self: self.history.ledger.births.total() > 3)
    @rule()
    def everything_settles(self) -> None:
        self.history.settle()

    def teardown(self) -> None:
        if hasattr(self, "history"):
            try:
                self.history.settle()
            finally:
                self.history.reopen()
                self.folder.cleanup()


def test_the_promises_hold_in_random_histories() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis has no types here
        Histories,
        settings=settings(
            max_examples=PROVE or 16,
            stateful_step_count=25 if PROVE else 10,
            derandomize=not PROVE,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
