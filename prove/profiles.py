"""What is proved at length: test files that play more when `SYNCLINE_PROVE` is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Profile:
    """`size` is the `SYNCLINE_PROVE` of one turn: so many of what is `played`, if it is counted so.
    What has no `seeds` plays the same each time, so it is played once. A proof shorter than
    `hours` leaves it out. `processes` share the work.
    """

    name: str
    path: str
    size: int
    played: str = ""
    seeds: bool = True
    hours: float = 0.0
    processes: int = 1

    @property
    def is_long(self) -> bool:
        """Whether it may take most of the time there is, and is played once."""
        return not self.seeds and self.hours >= 1

    def environment(self, seed: int) -> Mapping[str, str]:
        """What the tests are told."""
        return {"SYNCLINE_PROVE": str(self.size), "SYNCLINE_PROVE_SEED": str(seed)}

    def arguments(self, seed: int) -> tuple[str, ...]:
        """For pytest."""
        shared = (f"-n{self.processes}", "--dist=load") if self.processes > 1 else ()
        return (self.path, f"--hypothesis-seed={seed}", *shared)


PROFILES: Final = (
    Profile(
        "histories", "core/tests/engine/test_random_histories.py", 400, "histories", processes=2
    ),
    Profile(
        "installations",
        "core/tests/engine/test_random_installations.py",
        25,
        "histories of two",
    ),
    Profile("lanes", "core/tests/engine/test_random_lanes.py", 150, "histories of several lanes"),
    Profile("undo", "core/tests/engine/test_undo_property.py", 400, "undone runs", hours=0.3),
    Profile("kills", "tests/test_killed_processes.py", 200, hours=0.3),
    Profile(
        "crashes of undo", "core/tests/engine/test_undo_interrupted.py", 1, seeds=False, hours=0.3
    ),
    Profile(
        "crashes",
        "core/tests/engine/test_crash_enumeration.py",
        1,
        seeds=False,
        hours=1.5,
        processes=2,
    ),
)
