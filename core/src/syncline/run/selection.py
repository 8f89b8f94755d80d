"""Which part of a configuration a command is about."""

from __future__ import annotations

from dataclasses import dataclass

from syncline.model.progress import Progress, Silent

__all__ = ["Progress", "Selection", "Silent"]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Empty tuples mean all. `full`: sweep every feed and look at everything that waits, due or
    not. `limit`: at most so many writes per lane in this run. `adopt`: take over records that
    carry the marker of another installation.
    """

    syncs: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    full: bool = False
    limit: int | None = None
    adopt: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether all syncs, types and members are meant."""
        return not (self.syncs or self.types or self.members)
