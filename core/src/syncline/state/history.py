"""What was done to each record, by which rule, and how runs ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from syncline.state import tables
from syncline.state.among import among
from syncline.state.bulk import insert_rows
from syncline.state.database import chunks, table

HISTORY: Final = table(tables.History)
RUN: Final = table(tables.Run)
_BEGUN: Final = insert(RUN)
_ENDED: Final = update(RUN).where(RUN.c.id == bindparam("run"))
_OLDER: Final = select(RUN.c.id).where(RUN.c.started_at < bindparam("before"))


_LAST_WRITING: Final = (
    select(RUN.c.id)
    .where(exists().where(HISTORY.c.run_id == RUN.c.id))
    .order_by(RUN.c.started_at.desc())
)


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


def expire(tx: Connection, before: float, runs: int) -> None:
    """Forget the runs that began before this moment, and what they did, but for the last `runs` of
    those that wrote something: the moment comes from a clock, and one that is far ahead is no
    reason to forget everything.
    """
    old = list(tx.scalars(_OLDER, {"before": before}))
    kept = set(tx.scalars(_LAST_WRITING.limit(runs))) if old else set()
    for part in chunks(run_id for run_id in old if run_id not in kept):
        tx.execute(delete(HISTORY).where(among(HISTORY.c.run_id, part)))
        tx.execute(delete(RUN).where(among(RUN.c.id, part)))
