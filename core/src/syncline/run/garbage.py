"""How often a process that runs rounds looks for garbage: its own choice, not the engine's."""

from __future__ import annotations

import gc
from typing import Final

VALUES_BETWEEN: Final = 50_000
"""A run makes and drops some hundred values a record, hardly any of them in cycles."""


def collect_rarely() -> None:
    """Leave what is loaded by now out of every collection, and collect seldom.

    Measured: looking as often as Python does by default takes a tenth of a run's time.
    """
    gc.freeze()
    gc.set_threshold(VALUES_BETWEEN, 20, 20)
