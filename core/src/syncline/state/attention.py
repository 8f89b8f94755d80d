"""Attention: records that wait, each with a reason and a time, with growing pauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from syncline.model.sides import Side
from syncline.state import tables
from syncline.state.among import among, one_of
from syncline.state.database import chunks, table

ATTENTION: Final = table(tables.Attention)
_WITHOUT: Final = delete(ATTENTION).where(
    ATTENTION.c.lane_id == bindparam("lane"), one_of(ATTENTION.c.record_id, "ids")
)

FIRST_PAUSE: Final = 60.0
LONGEST_PAUSE: Final = 24 * 3600.0


@dataclass(frozen=True)
class Waiting:
    """A record that must wait. `patient`: content was refused, so only a change or a day helps."""

    lane_id: int
    side: Side
    record_id: str
    reason: str
    message: str
    code: str = ""
    version: str = ""
    patient: bool = False


def wait(tx: Connection, waiting: Waiting, now: float) -> None:
    """Note it; each time the same record fails again, the pause doubles, up to a day."""
    where = (
        ATTENTION.c.lane_id == waiting.lane_id,
        ATTENTION.c.side == waiting.side.value,
        ATTENTION.c.record_id == waiting.record_id,
    )
    attempts = int(tx.scalar(select(ATTENTION.c.attempts).where(*where)) or 0) + 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    values = {
        "reason": waiting.reason,
        "message": waiting.message,
        "code": waiting.code,
        "version": waiting.version,
        "attempts": attempts,
        "next_at": now + (LONGEST_PAUSE if waiting.patient else pause),
    }
    if attempts > 1:
        tx.execute(update(ATTENTION).where(*where).values(**values))
        return
    key = {"lane_id": waiting.lane_id, "side": waiting.side.value, "record_id": waiting.record_id}
    tx.execute(insert(ATTENTION).values(**key, since_at=now, **values))


def clear(tx: Connection, lane_id: int, record_ids: Iterable[str]) -> None:
    """These records are settled: they no longer wait."""
    for part in chunks(record_ids):
        tx.execute(_WITHOUT, {"lane": lane_id, "ids": part})


def wake(tx: Connection, lane_ids: Iterable[int], record_ids: Iterable[str], now: float) -> None:
    """These records changed: whatever they wait for, look at them in this run."""
    lanes = list(lane_ids)
    for part in chunks(record_ids):
        for some in chunks(lanes):
            tx.execute(
                update(ATTENTION)
                .where(among(ATTENTION.c.lane_id, some), among(ATTENTION.c.record_id, part))
                .values(next_at=now)
            )


def wake_lanes(tx: Connection, lane_ids: Iterable[int], now: float) -> None:
    """Everything that waits in these lanes is due (`run --full`)."""
    for part in chunks(lane_ids):
        tx.execute(update(ATTENTION).where(among(ATTENTION.c.lane_id, part)).values(next_at=now))


def waits(
    lane_id: ColumnElement[int], record_id: ColumnElement[str | None], now: float | None = None
) -> ColumnElement[bool]:
    """The condition that a record of a lane is waiting and not due. Without `now` it comes with the
    execution, under this name.
    """
    moment = bindparam("now", type_=Float()) if now is None else literal(now)
    return exists().where(
        ATTENTION.c.lane_id == lane_id,
        ATTENTION.c.record_id == record_id,
        (ATTENTION.c.next_at.is_(None)) | (ATTENTION.c.next_at > moment),
    )
