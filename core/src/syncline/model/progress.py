"""How a run tells what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what a run is doing; the command line draws bars from it, tests ignore it."""

    def phase(self, sync: str, type: str, name: str, total: int | None = None) -> None:
        """A phase of a round begins (`read`, `pair`, `plan`, `write`); `total` records if known."""
        ...

    def advance(self, count: int) -> None:
        """So many more records of the phase are done."""
        ...


class Silent:
    """No progress."""

    def phase(self, sync: str, type: str, name: str, total: int | None = None) -> None:
        """Ignored."""

    def advance(self, count: int) -> None:
        """Ignored."""
