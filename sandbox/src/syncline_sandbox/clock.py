"""The sandbox's own time: real by default, frozen or moved by a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Time as the stand-ins see it, always in UTC.

    Lifetimes of tokens, visibility lags and every stamp are taken from here, so that a test moves
    the time instead of waiting.
    """

    def __init__(self) -> None:
        self._frozen: datetime | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The current moment."""
        return (self._frozen or datetime.now(UTC)) + self._offset

    @property
    def frozen(self) -> bool:
        """Whether time stands still unless it is advanced."""
        return self._frozen is not None

    def freeze(self, at: datetime | None = None) -> None:
        """Stops at `at`, or where it is now."""
        self._frozen, self._offset = at or self.now(), timedelta()

    def advance(self, seconds: float) -> None:
        """Moves on, frozen or not."""
        self._offset += timedelta(seconds=seconds)

    def resume(self) -> None:
        """Goes back to real time."""
        self._frozen, self._offset = None, timedelta()
