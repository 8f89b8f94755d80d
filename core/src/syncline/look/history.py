"""What happened: to one record, newest first and in words; and run by run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from syncline.engine.words import label
from syncline.errors import UsageError
from syncline.look.references import ENOUGH, Finder, Found
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.reports import Action, FieldChange, HistoryEntry, LaneName, RunEntry
from syncline.model.sides import Side
from syncline.plugin.manager import PluginManager
from syncline.policy.settings import Configuration
from syncline.state import links
from syncline.state.among import among
from syncline.state.database import Database, chunks
from syncline.state.history import HISTORY, RUN
from syncline.state.lanes import LANE


@dataclass(frozen=True)
class Story:
    """Reads the history of one installation."""

    database: Database
    configuration: Configuration
    plugins: PluginManager

    def record(self, reference: str) -> tuple[HistoryEntry, ...]:
        """What was done to a record and to those it was linked with, newest first.

        Raises:
            UsageError: nothing is known under this id, name or address.

        """
        with self.database.transaction() as tx:
            found = Finder(tx, self.database.vault, self.plugins).find(reference)
            rows = self._rows(tx, found)
            lanes = {row.id: row for row in tx.execute(select(LANE))}
            undone = {row.id: row.undoes for row in tx.execute(select(RUN.c.id, RUN.c.undoes))}
        if not found:
            raise UsageError(
                "nothing is known of such a record",
                hint="Name its id, or (part of) its name or an e-mail address. Of a record that "
                "was only linked and never written the id alone is known, and what was done longer "
                "ago than the history is kept is forgotten.",
            )
        return tuple(
            self._entry(row, lanes[row.lane_id], undone.get(row.run_id))
            for row in sorted(rows, key=lambda row: -row.id)
            if row.lane_id in lanes
        )

    def runs(self, limit: int = ENOUGH) -> tuple[RunEntry, ...]:
        """The latest runs, newest first."""
        statement = select(RUN).order_by(RUN.c.started_at.desc()).limit(limit)
        with self.database.transaction() as tx:
            rows = tx.execute(statement).all()
        return tuple(
            RunEntry(
                id=row.id,
                started=_instant(row.started_at),
                finished=None if row.finished_at is None else _instant(row.finished_at),
                exit_code=row.exit_code,
                counts=json.loads(row.counts_json),
                undoes=row.undoes,
            )
            for row in rows
        )

    # --- rows to values -------------------------------------------------------------------------

    def _rows(self, tx: Connection, found: Iterable[Found]) -> list[Row[Any]]:
        """The rows of these records, and of the records on the other side of their links."""
        rows: dict[int, Row[Any]] = {}
        for each in found:
            where = (
                HISTORY.c.lane_id == each.lane_id,
                HISTORY.c.side == each.side.value,
                HISTORY.c.record_id == each.record_id,
            )
            rows.update((row.id, row) for row in tx.execute(select(HISTORY).where(*where)))
        held = {row.link_id for row in rows.values()} | set(_links(tx, found))
        for part in chunks(held - {None}):
            also = select(HISTORY).where(among(HISTORY.c.link_id, part))
            rows.update((row.id, row) for row in tx.execute(also))
        return list(rows.values())

    def _entry(self, row: Row[Any], lane: Row[Any], undoes: str | None) -> HistoryEntry:
        values = self.database.vault.unseal(row.values_sealed)
        before, after = values["before"], values["after"]
        side = Side(row.side)
        sync = self.configuration.syncs.get(lane.sync)
        type = self.plugins.object_types.get(lane.type)
        return HistoryEntry(
            at=_instant(row.at),
            run=row.run_id,
            undoes=undoes,
            lane=LaneName(lane.sync, lane.type, lane.left_name, lane.right_name),
            side=side,
            connection=side.value if sync is None else sync.between[side],
            action=Action(row.action),
            id=RecordId(row.record_id),
            label="" if type is None else label(type, after or before),
            reason=row.reason,
            changes=_changes(before, after),
        )


def _links(tx: Connection, found: Iterable[Found]) -> list[int]:
    ids: list[int] = []
    for each in found:
        column = links.LINK.c[f"{each.side}_id"]
        where = (links.LINK.c.lane_id == each.lane_id, column == each.record_id)
        ids.extend(tx.scalars(select(links.LINK.c.id).where(*where)))
    return ids


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[FieldChange, ...]:
    """The fields that differ; of a deletion those that went, of a creation those that came."""
    names = dict.fromkeys((*before, *after))
    return tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in names
        if (before.get(name) or None) != (after.get(name) or None)
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
