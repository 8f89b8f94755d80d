"""Which part of a configuration a command is about, and how it reports its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Empty tuples mean all. `full`: sweep every feed and look at everything that waits, due or
    not. `limit`: at most so many writes per lane in this run.
    """

    syncs: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    full: bool = False
    limit: int | None = None


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
