"""Counting HTTP requests: the connector tells `ConnectorContext.count_call`, a run reports it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from syncline.model.reports import CallCounts


class CallCounter:
    """Counts calls of the kinds `read`, `write` and `check`; several threads may count at once.

    `onward` is told of every call as well.
    """

    def __init__(self, onward: Callable[[str], None] = lambda _kind: None) -> None:
        self._onward = onward
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, kind: str) -> None:
        """One more call. Raises ValueError for a kind there is not."""
        if kind not in ("read", "write", "check"):
            raise ValueError(f"a call is a read, a write or a check, not {kind!r}")
        with self._lock:
            self._counts[kind] += 1
        self._onward(kind)

    def counts(self, connection: str) -> CallCounts:
        """The calls so far."""
        with self._lock:
            return CallCounts(
                connection=connection,
                reads=self._counts["read"],
                writes=self._counts["write"],
                checks=self._counts["check"],
            )
