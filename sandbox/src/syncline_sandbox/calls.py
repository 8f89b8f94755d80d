"""The log of the calls a stand-in got, and counters over it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

KEPT = 50_000
"""Calls kept in full; the counters go on beyond."""

_SECRET_HEADERS = frozenset({"authorization", "cookie"})


@dataclass(frozen=True)
class CallRecord:
    """One call: `template` is its path with ids taken out, `outer` the batch that carried it.

    `status` is `None` when the connection was dropped.
    """

    number: int
    method: str
    template: str
    path: str
    query: str
    status: int | None
    outer: int | None
    headers: Mapping[str, str]
    body: str

    def facts(self) -> dict[str, Any]:
        """As JSON, for the back door."""
        return asdict(self)


class CallLog:
    """Calls in the order they came in; the back door's own calls are not among them."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._records: deque[CallRecord] = deque(maxlen=KEPT)
        self._outer: Counter[str] = Counter()
        self._inner: Counter[str] = Counter()

    def number(self) -> int:
        """The next call's number; never used twice, also not after `clear`."""
        return next(self._numbers)

    def add(self, record: CallRecord) -> None:
        """Notes a call that was answered or dropped."""
        kept = {k: v for k, v in record.headers.items() if k not in _SECRET_HEADERS}
        self._records.append(CallRecord(**{**record.__dict__, "headers": kept}))
        counter = self._outer if record.outer is None else self._inner
        counter[f"{record.method} {record.template}"] += 1

    def clear(self) -> None:
        """Forgets everything but the numbering."""
        self._records.clear()
        self._outer.clear()
        self._inner.clear()

    def facts(self) -> dict[str, Any]:
        """Totals, counters by method and template, and the calls themselves."""
        return {
            "total": self._outer.total(),
            "inner_total": self._inner.total(),
            "counters": dict(self._outer),
            "inner_counters": dict(self._inner),
            "calls": [record.facts() for record in sorted(self._records, key=lambda r: r.number)],
        }
