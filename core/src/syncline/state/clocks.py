"""How long ago something was noted, when the clock that noted it may have been another one.

The clocks of machines differ, and one may be far off for a while: a battery that is empty, a date
that was typed. What such a clock has noted must not hold anything up until it comes true.
"""

from __future__ import annotations

from typing import Final

CLOCKS_DIFFER: Final = 3600.0
"""Seconds by which two clocks may differ that are not taken to be wrong."""


def is_recent(noted_at: float, now: float, seconds: float) -> bool:
    """Whether less than `seconds` have passed since a moment that was noted. One far ahead counts
    as long ago: when it was, nobody knows.
    """
    return now - noted_at < seconds and not is_far_ahead(noted_at, now)


def is_far_ahead(noted_at: float, now: float) -> bool:
    """Whether a moment was noted by a clock that was wrong."""
    return noted_at - now > CLOCKS_DIFFER
