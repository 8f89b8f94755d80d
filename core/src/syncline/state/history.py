"""What was done to each record, by which rule, and how runs ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, update

from syncline.state import tables
from syncline.state.database import table

HISTORY: Final = table(tables.History)
RUN: Final = table(tables.Run)


def begin_run(tx: Connection, run_id: str, now: float, undoes: str | None = None) -> None:
    """A run starts; or an undo, which is a run that takes back another one."""
    tx.execute(insert(RUN).values(id=run_id, started_at=now, counts_json="{}", undoes=undoes))


def end_run(
    tx: Connection, run_id: str, now: float, exit_code: int, counts: Mapping[str, int]
) -> None:
    """A run ended."""
    tx.execute(
        update(RUN)
        .where(RUN.c.id == run_id)
        .values(finished_at=now, exit_code=exit_code, counts_json=json.dumps(dict(counts)))
    )


def add(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """What was done."""
    if rows:
        tx.execute(insert(HISTORY), [dict(row) for row in rows])


def expire(tx: Connection, before: float) -> None:
    """Forget what is older than the configured number of days."""
    tx.execute(delete(HISTORY).where(HISTORY.c.at < before))
    tx.execute(delete(RUN).where(RUN.c.started_at < before))
