"""A row of the table: what was measured, and what must be reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`limit` is the most that may be measured (`at_least`: the least); None: only printed."""

    work: str
    measured: float
    limit: float | None
    rule: str
    unit: str = "calls"
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        if self.limit is None:
            return True
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def text_of(rows: Iterable[Row]) -> str:
    """The table as text."""
    head = ("work", "measured", "must reach", "")
    cells = [head, *((r.work, _measured(r), r.rule, _verdict(r)) for r in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    return "\n".join(
        f"{work:<{widths[0]}}  {measured:>{widths[1]}}  {rule:<{widths[2]}}  {verdict}".rstrip()
        for work, measured, rule, verdict in cells
    )


def _measured(row: Row) -> str:
    return f"{row.measured:g} {row.unit}"


def _verdict(row: Row) -> str:
    if row.limit is None:
        return ""
    return "ok" if row.holds else "MISSED"
