"""What people have been asked to approve, as the state keeps it: one row for each operation.

An approval is exact: its handle stands for both versions and the policy. That somebody was asked is
not: it stays true of the same operation, whatever its records and the policy have become since. So
an operation that was held goes through by an approval that holds now, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from syncline.engine.decide.guards import Guard
from syncline.engine.lanes import Lane
from syncline.model.reports import Action
from syncline.model.sides import SIDES, Side
from syncline.state import tables
from syncline.state.among import among, one_of
from syncline.state.bulk import upsert
from syncline.state.database import chunks, table
from syncline.state.links import LINK

APPROVAL: Final = table(tables.Approval)
_DAY: Final = 24 * 3600.0
_OF_LANES: Final = (
    select(APPROVAL)
    .where(one_of(APPROVAL.c.lane_id, "lanes"))
    .order_by(APPROVAL.c.since_at, APPROVAL.c.handle)
)
_OF_RECORDS: Final = _OF_LANES.where(one_of(APPROVAL.c.record_id, "records"))
_STILL_DUE: Final = {
    side: select(LINK.c.lane_id, LINK.c[f"{side}_id"]).where(
        one_of(LINK.c.lane_id, "lanes"),
        one_of(LINK.c[f"{side}_id"], "records"),
        LINK.c.status == "linked",
        LINK.c.dirty,
    )
    for side in SIDES
}
_VOID: Final = (
    update(APPROVAL)
    .where(
        one_of(APPROVAL.c.lane_id, "lanes"),
        (APPROVAL.c.approved_at < bindparam("past"))
        | (APPROVAL.c.approved_at > bindparam("future")),
    )
    .values(approved_at=None)
)


class Subject(NamedTuple):
    """What an operation is, whatever its records hold: the same from run to run."""

    lane_id: int
    side: Side
    action: Action
    record_id: str

    @property
    def linked(self) -> tuple[int, Side, str]:
        """The record by which its link is found: what is made (again) has its source's id here."""
        side = self.side.other if self.action is Action.CREATE else self.side
        return self.lane_id, side, self.record_id


@dataclass(frozen=True)
class Asked:
    """An operation somebody was asked about; `approved` as the handle says, and not otherwise."""

    handle: str
    subject: Subject
    guard: Guard
    since: float
    approved: bool


def load_asked(tx: Connection, lanes: Mapping[int, Lane], now: float) -> list[Asked]:
    """What people were asked in these lanes. An approval nobody used in time is void."""
    by_days: dict[int, list[int]] = {}
    for lane in lanes.values():
        by_days.setdefault(lane.policy.guards.approval_days, []).append(lane.id)
    for days, ids in by_days.items():
        _expire(tx, ids, now, days * _DAY)
    return [_asked(row) for part in chunks(lanes) for row in tx.execute(_OF_LANES, {"lanes": part})]


def _expire(tx: Connection, lane_ids: Iterable[int], now: float, seconds: float) -> None:
    """Operations approved longer ago than this are held again; likewise those approved as far in
    the future, by a clock that was ahead: they would hold for ever.
    """
    for part in chunks(lane_ids):
        values = {"lanes": part, "past": now - seconds, "future": now + seconds}
        tx.execute(_VOID, values)


def ask(tx: Connection, asked: Iterable[tuple[Asked, str]]) -> None:
    """Keep what is held now, at which connection; what was approved meanwhile stays approved."""
    rows = [_row(each, connection) for each, connection in asked]
    upsert(tx, APPROVAL, rows, ("guard",))


def drop(tx: Connection, handles: Collection[str]) -> None:
    """Nobody has to be asked about these any more, or not by this handle."""
    for part in chunks(handles):
        tx.execute(delete(APPROVAL).where(among(APPROVAL.c.handle, part)))


def spend(tx: Connection, done: Iterable[Subject]) -> None:
    """These were carried out. When one like them is decided again, that is another question."""
    over = set(done)
    for part in chunks(over):
        lanes = sorted({each.lane_id for each in part})
        values = {"lanes": lanes, "records": [each.record_id for each in part]}
        asked = [_asked(row) for row in tx.execute(_OF_RECORDS, values)]
        drop(tx, [each.handle for each in asked if each.subject in over])


def still_due(tx: Connection, asked: Collection[Asked]) -> set[tuple[int, Side, str]]:
    """The records of these whose links are yet to be settled (`Subject.linked`)."""
    found: set[tuple[int, Side, str]] = set()
    for part in chunks(asked):
        linked = [each.subject.linked for each in part]
        lanes = sorted({lane_id for lane_id, _side, _record_id in linked})
        for here in SIDES:
            ids = [record_id for _lane_id, side, record_id in linked if side is here]
            due = tx.execute(_STILL_DUE[here], {"lanes": lanes, "records": ids})
            found.update((lane_id, here, record_id) for lane_id, record_id in due)
    return found


def _asked(row: Row[Any]) -> Asked:
    subject = Subject(row.lane_id, Side(row.side), Action(row.action), row.record_id)
    approved = row.approved_at is not None
    return Asked(row.handle, subject, Guard(row.guard), row.since_at, approved)


def _row(asked: Asked, connection: str) -> dict[str, object]:
    subject = asked.subject
    return {
        "handle": asked.handle,
        "lane_id": subject.lane_id,
        "side": subject.side.value,
        "action": subject.action.value,
        "record_id": subject.record_id,
        "connection": connection,
        "guard": asked.guard.value,
        "since_at": asked.since,
        "approved_at": None,
    }
