"""What is proved at length: test files that play more when `SYNCLINE_PROVE` is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Profile:
    """`size` is the `SYNCLINE_PROVE` of one turn. What has no `seeds` plays the same each time, so
    it is played once; it is left out of a proof shorter than `hours`.
    """

    name: str
    path: str
    size: int
    seeds: bool = True
    hours: float = 0.0

    def environment(self, seed: int) -> Mapping[str, str]:
        """What the tests are told."""
        return {"SYNCLINE_PROVE": str(self.size), "SYNCLINE_PROVE_SEED": str(seed)}

    def arguments(self, seed: int) -> tuple[str, ...]:
        """For pytest."""
        return (self.path, f"--hypothesis-seed={seed}")


PROFILES: Final = (
    Profile("histories", "core/tests/engine/test_random_histories.py", 200),
    Profile("undo", "core/tests/engine/test_undo_property.py", 1),
    Profile("processes", "tests/test_real_processes.py", 12),
    Profile("kills", "tests/test_killed_processes.py", 6, seeds=False),
    Profile("crashes of undo", "core/tests/engine/test_undo_interrupted.py", 1, False, 0.3),
    Profile("crashes", "core/tests/engine/test_crash_enumeration.py", 1, False, 1.0),
)
