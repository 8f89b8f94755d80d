"""What was done to each record, by which rule, and how runs ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from syncline.state import tables
from syncline.state.among import among
from syncline.state.bulk import insert_rows
from syncline.state.database import chunks, table

HISTORY: Final = table(tables.History)
RUN: Final = table(tables.Run)
_BEGUN: Final = insert(RUN)
_ENDED: Final = update(RUN).where(RUN.c.id == bindparam("run"))
_OLDER: Final = select(RUN.c.id).where(RUN.c.started_at < bindparam("before"))


def begin_run(tx: Connection, run_id: str, now: float, undoes: str | None = None) -> None:
    """A run starts; or an undo, which is a run that takes back another one."""
    tx.execute(_BEGUN, {"id": run_id, "started_at": now, "counts_json": "{}", "undoes": undoes})


def end_run(
    tx: Connection, run_id: str, now: float, exit_code: int, counts: Mapping[str, int]
) -> None:
    """A run ended."""
    values = {"finished_at": now, "exit_code": exit_code, "counts_json": json.dumps(dict(counts))}
    tx.execute(_ENDED, {"run": run_id, **values})


def add(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """What was done."""
    insert_rows(tx, HISTORY, rows)


def expire(tx: Connection, before: float) -> None:
    """Forget the runs that are older than the configured number of days, and what they did."""
    old = list(tx.scalars(_OLDER, {"before": before}))
    for part in chunks(old):
        tx.execute(delete(HISTORY).where(among(HISTORY.c.run_id, part)))
        tx.execute(delete(RUN).where(among(RUN.c.id, part)))
