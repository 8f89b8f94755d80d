"""Scenarios for the crash enumeration: worlds in which a run has something to do.

Each takes another way through the engine. `tests/engine/test_crash_enumeration.py` lets the run of
each die at every point, and compares where the next runs end.
"""

from __future__ import annotations

from typing import Final

from proof.crash_scenarios.conflicts import CONFLICTS
from proof.crash_scenarios.creating import CREATING
from proof.crash_scenarios.deleting import DELETING
from proof.crash_scenarios.identity import IDENTITY
from proof.crash_scenarios.interrupted import INTERRUPTED
from proof.crash_scenarios.members import MEMBERS
from proof.crash_scenarios.one_way import ONE_WAY
from proof.crash_scenarios.policy_changes import POLICY_CHANGES
from proof.crash_scenarios.scenario import KINDS, Scenario
from proof.crash_scenarios.scope import SCOPE
from proof.crash_scenarios.updating import UPDATING

__all__ = ["KINDS", "SCENARIOS", "Scenario"]

SCENARIOS: Final[tuple[Scenario, ...]] = (
    *CREATING, *UPDATING, *CONFLICTS, *DELETING, *ONE_WAY,
    *POLICY_CHANGES, *MEMBERS, *SCOPE, *IDENTITY, *INTERRUPTED,
)  # fmt: skip
