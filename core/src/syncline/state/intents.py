"""Intents: writes that were about to be sent, until their outcome is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.bulk import insert_rows
from syncline.state.database import chunks, table

INTENT: Final = table(tables.Intent)
_NEWEST: Final = select(func.max(INTENT.c.id))
_OF_LANES: Final = select(INTENT).where(one_of(INTENT.c.lane_id, "lanes"))
_SENT_AGAIN: Final = (
    update(INTENT).where(one_of(INTENT.c.id, "ids")).values(sent_at=bindparam("now"))
)
_THESE: Final = delete(INTENT).where(one_of(INTENT.c.id, "ids"))


def add(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """What is about to be sent to one side, one write a link; the ids in the same order."""
    newest = tx.scalar(_NEWEST) or 0  # nobody else adds any: who writes is alone
    ids = range(newest + 1, newest + 1 + len(rows))
    insert_rows(tx, INTENT, [{**row, "id": new} for new, row in zip(ids, rows, strict=True)])
    return list(ids)


def end(tx: Connection, ids: Iterable[int]) -> None:
    """These writes have an outcome."""
    for part in chunks(ids):
        tx.execute(_THESE, {"ids": part})


def of_lanes(tx: Connection, lane_ids: Iterable[int]) -> list[Row[Any]]:
    """The writes of these lanes that have none yet."""
    found: list[Row[Any]] = []
    for part in chunks(lane_ids):
        found.extend(tx.execute(_OF_LANES, {"lanes": part}))
    return found


def plan_of(tx: Connection, id: int) -> bytes:
    """The sealed plan of a write."""
    return bytes(tx.scalars(select(INTENT.c.plan).where(INTENT.c.id == id)).one())


def replan(tx: Connection, id: int, plan: bytes) -> None:
    """Keep more about a write than was known when it was sent."""
    tx.execute(update(INTENT).where(INTENT.c.id == id).values(plan=plan))


def sent_again(tx: Connection, ids: Iterable[int], now: float) -> None:
    """These writes go out once more: what may be on its way is younger than it was."""
    for part in chunks(ids):
        tx.execute(_SENT_AGAIN, {"ids": part, "now": now})
