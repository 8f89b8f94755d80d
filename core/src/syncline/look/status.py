"""What the state knows of lanes, of what waits, of what is held, and of conflicts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, ScalarResult, func, select, tuple_

from syncline.engine.approvals import APPROVAL
from syncline.engine.words import label
from syncline.look.release import release
from syncline.model.fields import Value
from syncline.model.objects import ObjectType
from syncline.model.records import RecordId
from syncline.model.reports import (
    Action,
    HeldOperation,
    LaneName,
    LaneStatus,
    StatusReport,
    WaitingConflict,
    WaitingRecord,
)
from syncline.model.sides import Side
from syncline.plugin.manager import PluginManager
from syncline.policy.settings import Configuration
from syncline.state import leases
from syncline.state.attention import ATTENTION
from syncline.state.conflicts import CONFLICT
from syncline.state.database import Database
from syncline.state.history import HISTORY, RUN
from syncline.state.lanes import IN_USE, LANE, lease_keys
from syncline.state.links import LINK
from syncline.state.records import RECORD

_LAST_RUNS = 10


@dataclass(frozen=True)
class Inspection:
    """Reads the state on behalf of a person."""

    database: Database
    configuration: Configuration
    plugins: PluginManager
    now: float

    def status(self) -> StatusReport:
        """Every lane, what waits, what is held, how the last runs ended."""
        with self.database.transaction() as tx:
            lanes = {
                row.id: row for row in tx.execute(select(LANE).where(IN_USE).order_by(LANE.c.id))
            }
            return StatusReport(
                lanes=tuple(self._lane(tx, row) for row in lanes.values()),
                waiting=tuple(
                    self.waiting(tx, row, lanes[row.lane_id])
                    for row in tx.execute(select(ATTENTION).order_by(ATTENTION.c.since_at))
                    if row.lane_id in lanes
                ),
                held=tuple(self._held(tx, lanes)),
                last_runs=tuple(self._runs(tx)),
            )

    def held(self) -> tuple[HeldOperation, ...]:
        """The operations that guards hold and nobody has approved."""
        with self.database.transaction() as tx:
            lanes = {row.id: row for row in tx.execute(select(LANE).where(IN_USE))}
            return tuple(self._held(tx, lanes))

    def conflicts(self) -> tuple[WaitingConflict, ...]:
        """The conflicts that wait for a person."""
        with self.database.transaction() as tx:
            rows = tx.execute(
                select(CONFLICT, LANE)
                .join(LANE, LANE.c.id == CONFLICT.c.lane_id)
                .where(CONFLICT.c.winner.is_(None), IN_USE)
                .order_by(CONFLICT.c.since_at)
            ).all()
        return tuple(self._conflict(row) for row in rows)

    # --- rows to values -------------------------------------------------------------------------

    def _lane(self, tx: Connection, row: Row[Any]) -> LaneStatus:
        return LaneStatus(
            lane=_name(row),
            links=_count(tx, LINK, row.id, LINK.c.status == "linked"),
            waiting=_count(tx, ATTENTION, row.id),
            conflicts=_count(tx, CONFLICT, row.id, CONFLICT.c.winner.is_(None)),
            held=_count(tx, APPROVAL, row.id, APPROVAL.c.approved_at.is_(None)),
            last_run=_instant(row.last_run_at),
            last_error=row.last_error,
            busy_until=self._busy(tx, row),
        )

    def _busy(self, tx: Connection, row: Row[Any]) -> datetime | None:
        ends = [leases.until(tx, key, self.now) for key in lease_keys(row)]
        return _instant(max((end for end in ends if end is not None), default=None))

    def waiting(self, tx: Connection, row: Row[Any], lane: Row[Any]) -> WaitingRecord:
        """A row of attention in words."""
        side = Side(row.side)
        return WaitingRecord(
            lane=_name(lane),
            side=side,
            connection=self.connection(lane, side),
            id=RecordId(row.record_id),
            reason=row.reason,
            message=row.message,
            since=datetime.fromtimestamp(row.since_at, UTC),
            next_at=_instant(row.next_at),
            attempts=row.attempts,
            label=self.label_of(tx, lane, side, row.record_id),
            release=release(row.reason, self.connection(lane, _refusing(row))),
            code=row.code,
        )

    def _held(self, tx: Connection, lanes: dict[int, Row[Any]]) -> list[HeldOperation]:
        rows = tx.execute(select(APPROVAL).where(APPROVAL.c.approved_at.is_(None)))
        return [
            HeldOperation(
                handle=row.handle,
                lane=_name(lanes[row.lane_id]),
                action=Action(row.action),
                connection=row.connection,
                id=RecordId(row.record_id),
                label=self.label_of(tx, lanes[row.lane_id], Side(row.side), row.record_id),
                guard=row.guard,
                since=datetime.fromtimestamp(row.since_at, UTC),
            )
            for row in rows
            if row.lane_id in lanes
        ]

    def _conflict(self, row: Row[Any]) -> WaitingConflict:
        values = self.database.vault.unseal(row.values_sealed)
        return WaitingConflict(
            handle=f"c{row.id}",
            lane=_name(row),
            label=values["label"],
            fields=tuple(json.loads(row.fields_json)),
            left=values["left"],
            right=values["right"],
            since=datetime.fromtimestamp(row.since_at, UTC),
        )

    def label_of(self, tx: Connection, lane: Row[Any], side: Side, record_id: str) -> str:
        """What a person would call the record, as far as the state knows: from its values, while
        they are kept, or from the last time it was written; or else by its counterpart.
        """
        type = self.plugins.object_types.get(lane.type)
        if type is None:
            return ""
        own = self._own_label(tx, type, lane, side, record_id)
        if own:
            return own
        there = tx.scalar(
            select(LINK.c[f"{side.other}_id"]).where(
                LINK.c.lane_id == lane.id, LINK.c[f"{side}_id"] == record_id
            )
        )
        return "" if there is None else self._own_label(tx, type, lane, side.other, there)

    def _own_label(
        self, tx: Connection, type: ObjectType, lane: Row[Any], side: Side, record_id: str
    ) -> str:
        feed, unseal = lane._mapping[f"{side}_feed"], self.database.vault.unseal
        kept = select(RECORD.c.payload).where(RECORD.c.feed_id == feed, RECORD.c.id == record_id)
        if (payload := tx.scalar(kept)) is not None:
            return label(type, unseal(payload))
        known = (name_of(type, unseal(sealed)) for sealed in _written(tx, lane, side, record_id))
        return next(filter(None, known), "")

    def connection(self, lane: Row[Any], side: Side) -> str:
        """The name of the connection at a side of a lane."""
        sync = self.configuration.syncs.get(lane.sync)
        return side.value if sync is None else sync.between[side]

    @staticmethod
    def _runs(tx: Connection) -> list[tuple[str, datetime, int]]:
        rows = tx.execute(
            select(RUN)
            .where(RUN.c.exit_code.is_not(None))
            .order_by(RUN.c.started_at.desc())
            .limit(_LAST_RUNS)
        )
        return [
            (row.id, datetime.fromtimestamp(row.started_at, UTC), row.exit_code) for row in rows
        ]


_AT_THE_OTHER_SIDE = ("no permission", "refused", "incomplete", "deferred", "unknown", "uncertain")


def _refusing(row: Row[Any]) -> Side:
    """The side that something must change at: a refused write waits with the record it is of."""
    side = Side(row.side)
    return side.other if row.reason in _AT_THE_OTHER_SIDE else side


def name_of(type: ObjectType, written: Mapping[str, Mapping[str, Value]]) -> str:
    """The label of a record in its history; none where that is about other fields."""
    for values in (written["after"], written["before"]):
        if any(values.get(name) for name in type.label_fields):
            return label(type, values)
    return ""


def _written(tx: Connection, lane: Row[Any], side: Side, record_id: str) -> ScalarResult[bytes]:
    """What was written to a record, newest first, sealed."""
    columns = HISTORY.c.lane_id, HISTORY.c.side, HISTORY.c.record_id
    own = tuple_(*columns) == (lane.id, side.value, record_id)
    return tx.scalars(select(HISTORY.c.values_sealed).where(own).order_by(HISTORY.c.id.desc()))


def _name(row: Row[Any]) -> LaneName:
    return LaneName(row.sync, row.type, row.left_name, row.right_name)


def _count(tx: Connection, table: Any, lane_id: int, *conditions: Any) -> int:
    statement = select(func.count()).where(table.c.lane_id == lane_id, *conditions)
    return int(tx.scalar(statement) or 0)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
