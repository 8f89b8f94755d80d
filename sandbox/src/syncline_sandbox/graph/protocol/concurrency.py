"""Counts what is under way in each mailbox, for the quirk `mailbox-concurrency`.

Graph allows four concurrent requests for an app and a mailbox and sends up to four of a batch at
once, so that two batches for one mailbox are over the limit (learn.microsoft.com/graph/
throttling-limits; "Application is over its MailboxConcurrency limit.").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

LIMIT = 4


class Flights:
    """Calls that have come in and are not answered yet."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()
        self._over: dict[int, frozenset[str]] = {}

    def enter(self, number: int, load: Mapping[str, int]) -> Mapping[str, int]:
        """Notes a call with its requests for each mailbox; returns what `leave` must give back."""
        weights = {mailbox: min(count, LIMIT) for mailbox, count in load.items()}
        over = {m for m, weight in weights.items() if self._under_way[m] + weight > LIMIT}
        self._over[number] = frozenset(over)
        accepted = {m: weight for m, weight in weights.items() if m not in over}
        self._under_way.update(accepted)
        return accepted

    def leave(self, number: int, accepted: Mapping[str, int]) -> None:
        """A call has been answered."""
        self._under_way.subtract(accepted)
        self._over.pop(number, None)

    def refuses(self, number: int, mailbox: str) -> bool:
        """Whether the call came in on top of too much for a mailbox."""
        return mailbox in self._over.get(number, frozenset())
