"""Attention: records that wait, each with a reason and a time, with growing pauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

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

from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.database import chunks, table
from syncline.state.lanes import LANE

Reason = Literal[
    "ambiguous", "copy", "deferred", "hidden", "incomplete", "no permission", "outside",
    "read only", "refused", "similar", "uncertain", "unreadable",
]  # fmt: skip
"""Why a record waits; `syncline.look.release` says of each what would release it."""

ATTENTION: Final = table(tables.Attention)
_THESE: Final = {
    side: (ATTENTION.c.side == side.value, one_of(ATTENTION.c.record_id, "ids")) for side in SIDES
}
"""Of a side: two services may give two records the same id."""
_LANES: Final = {
    side: select(LANE.c.id).where(LANE.c[f"{side}_feed"] == bindparam("feed")) for side in SIDES
}
_WITHOUT: Final = {
    side: delete(ATTENTION).where(ATTENTION.c.lane_id == bindparam("lane"), *_THESE[side])
    for side in SIDES
}
_DUE: Final = {
    (side, there): update(ATTENTION)
    .where(ATTENTION.c.lane_id.in_(_LANES[side]), *_THESE[there])
    .values(next_at=bindparam("now"), attempts=0)
    for side in SIDES
    for there in SIDES
}
"""What was changed was not tried yet."""
_DUE_IN_LANES: Final = (
    update(ATTENTION).where(one_of(ATTENTION.c.lane_id, "lanes")).values(next_at=bindparam("now"))
)
_GONE: Final = {
    side: delete(ATTENTION).where(ATTENTION.c.lane_id.in_(_LANES[side]), *_THESE[side])
    for side in SIDES
}
_OVER: Final = {
    side: gone.where(ATTENTION.c.reason == bindparam("why")) for side, gone in _GONE.items()
}

FIRST_PAUSE: Final = 60.0
LONGEST_PAUSE: Final = 24 * 3600.0


@dataclass(frozen=True)
class Waiting:
    """A record that must wait. `patient`: content was refused, so only a change or a day helps."""

    lane_id: int
    side: Side
    record_id: str
    reason: Reason
    message: str
    code: str = ""
    patient: bool = False


def wait(tx: Connection, waiting: Waiting, now: float) -> None:
    """Note it; each time the same record fails again as it is, the pause doubles, up to a day."""
    where = (
        ATTENTION.c.lane_id == waiting.lane_id,
        ATTENTION.c.side == waiting.side.value,
        ATTENTION.c.record_id == waiting.record_id,
    )
    before = tx.scalar(select(ATTENTION.c.attempts).where(*where))
    attempts = int(before or 0) + 1
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    values = {
        "reason": waiting.reason,
        "message": waiting.message,
        "code": waiting.code,
        "attempts": attempts,
        "next_at": now + (LONGEST_PAUSE if waiting.patient else pause),
    }
    if before is not None:
        tx.execute(update(ATTENTION).where(*where).values(**values))
        return
    key = {"lane_id": waiting.lane_id, "side": waiting.side.value, "record_id": waiting.record_id}
    tx.execute(insert(ATTENTION).values(**key, since_at=now, **values))


def explain(tx: Connection, waiting: Waiting, now: float) -> bool:
    """As `wait`, unless it waits for exactly this already; whether it was news."""
    if message(tx, waiting.lane_id, waiting.side, waiting.record_id, waiting.reason) == (
        waiting.message
    ):
        return False
    wait(tx, waiting, now)
    return True


def message(tx: Connection, lane_id: int, side: Side, record_id: str, reason: Reason) -> str | None:
    """What was said when the record began to wait for this reason; None if it does not."""
    found: str | None = tx.scalar(
        select(ATTENTION.c.message).where(
            ATTENTION.c.lane_id == lane_id,
            ATTENTION.c.side == side.value,
            ATTENTION.c.record_id == record_id,
            ATTENTION.c.reason == reason,
        )
    )
    return found


def over(
    tx: Connection, side: Side, feed_id: int, record_ids: Iterable[str], reason: Reason
) -> None:
    """In no lane of this feed do these records wait for this reason any more."""
    for part in chunks(record_ids):
        tx.execute(_OVER[side], {"feed": feed_id, "why": reason, "ids": part})


def clear(tx: Connection, lane_id: int, side: Side, record_ids: Iterable[str]) -> None:
    """These records of a side are settled: they no longer wait."""
    for part in chunks(record_ids):
        tx.execute(_WITHOUT[side], {"lane": lane_id, "ids": part})


def wake(
    tx: Connection, side: Side, feed_id: int, record_ids: PerSide[Iterable[str]], now: float
) -> None:
    """These records of either side are due, whatever they wait for, in any lane that has this feed
    on this `side`: something in it changed.
    """
    for there in SIDES:
        for part in chunks(record_ids[there]):
            tx.execute(_DUE[side, there], {"feed": feed_id, "ids": part, "now": now})


def forget(tx: Connection, side: Side, feed_id: int, record_ids: Iterable[str]) -> None:
    """These records of a feed are no more: they wait for nothing."""
    for part in chunks(record_ids):
        tx.execute(_GONE[side], {"feed": feed_id, "ids": part})


def wake_lanes(tx: Connection, lane_ids: Iterable[int], now: float) -> None:
    """Everything that waits in these lanes is due (`run --full`)."""
    for part in chunks(lane_ids):
        tx.execute(_DUE_IN_LANES, {"lanes": part, "now": now})


def waits(
    lane_id: ColumnElement[int],
    side: Side,
    record_id: ColumnElement[str | None],
    now: float | None = None,
) -> ColumnElement[bool]:
    """The condition that a record of a lane's side is waiting and not due. Without `now` it comes
    with the execution, under this name.
    """
    return exists().where(
        ATTENTION.c.lane_id == lane_id,
        ATTENTION.c.side == side.value,
        ATTENTION.c.record_id == record_id,
        not_due(now),
    )


def not_due(now: float | None = None) -> ColumnElement[bool]:
    """The same of a row of the table. No pause is longer than a day: a time beyond two was noted by
    a clock that was far ahead, and holds nothing up.
    """
    moment = bindparam("now", type_=Float()) if now is None else literal(now)
    later, longest = ATTENTION.c.next_at > moment, moment + 2 * LONGEST_PAUSE
    return ATTENTION.c.next_at.is_(None) | (later & (ATTENTION.c.next_at <= longest))
