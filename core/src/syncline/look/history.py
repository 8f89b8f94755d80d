"""What happened to one record, newest first and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select

from syncline.engine.words import label
from syncline.errors import UsageError
from syncline.look.links import links_with
from syncline.look.references import find_records, lanes_by_record
from syncline.look.view import LaneRecord, View, instant, lane_name
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.reports import Action, FieldChange, HistoryEntry
from syncline.model.sides import Side
from syncline.state.among import among
from syncline.state.history import HISTORY, RUN


def record_history(view: View, reference: str) -> tuple[HistoryEntry, ...]:
    """What was done to a record and to those it was linked with, newest first.

    Raises:
        UsageError: nothing is known under this id, name or address.

    """
    records = find_records(view, reference)
    if not records:
        raise UsageError(
            "nothing is known of such a record",
            hint="Name its id, or (part of) its name or an e-mail address. Of a record that "
            "was only linked and never written the id alone is known, and what was done longer "
            "ago than the history is kept is forgotten.",
        )
    lanes = view.every_lane()
    undone = {row.id: row.undoes for row in view.snapshot.execute(select(RUN.c.id, RUN.c.undoes))}
    return tuple(
        _entry(view, row, lanes[row.lane_id], undone.get(row.run_id))
        for row in sorted(_rows(view, records), key=lambda row: -row.id)
        if row.lane_id in lanes
    )


def _rows(view: View, records: Iterable[LaneRecord]) -> list[Row[Any]]:
    """What was written to these records, and to those on the other side of their links."""
    rows: dict[int, Row[Any]] = {}
    for (side, record_id), lanes in lanes_by_record(records).items():
        own = (HISTORY.c.side == side.value, HISTORY.c.record_id == record_id)
        written = select(HISTORY).where(among(HISTORY.c.lane_id, lanes), *own)
        rows.update((row.id, row) for row in view.snapshot.execute(written))
    links = {(row.lane_id, row.link_id) for row in rows.values() if row.link_id is not None}
    links.update((link.lane_id, link.id) for link in links_with(view, records))
    also = select(HISTORY).where(among(HISTORY.c.link_id, {link_id for _lane, link_id in links}))
    for row in view.snapshot.execute(also):
        if (row.lane_id, row.link_id) in links:  # before version 0011 others had its id, too
            rows[row.id] = row
    return list(rows.values())


def _entry(view: View, row: Row[Any], lane: Row[Any], undoes: str | None) -> HistoryEntry:
    values = view.vault.unseal(row.values_sealed)
    before, after = values["before"], values["after"]
    side, type = Side(row.side), view.object_types.get(lane.type)
    return HistoryEntry(
        at=instant(row.at),
        run=row.run_id,
        undoes=undoes,
        lane=lane_name(lane),
        side=side,
        connection=view.connections(lane)[side],
        action=Action(row.action),
        id=RecordId(row.record_id),
        label="" if type is None else label(type, after or before),
        reason=row.reason,
        changes=_changes(before, after),
    )


def _changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[FieldChange, ...]:
    """The fields that differ; of a deletion those that went, of a creation those that came."""
    names = dict.fromkeys((*before, *after))
    return tuple(
        FieldChange(name, before.get(name), after.get(name))
        for name in names
        if (before.get(name) or None) != (after.get(name) or None)
    )
