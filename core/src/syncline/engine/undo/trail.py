"""What the state knows of how records that a run created have changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.decide.touched import Trail
from syncline.engine.intake.record_row import seconds
from syncline.engine.undo.done import Done, newer_writes
from syncline.model.records import Record
from syncline.model.reports import Action
from syncline.state import records
from syncline.state.vault import Vault


def trails(
    tx: Connection, vault: Vault, page: Sequence[tuple[Done, Record]]
) -> dict[records.FeedRecord, Trail]:
    """Of these records as they are now, the trails of those the run created."""
    created = [each for each in page if each[0].wrote.action is Action.CREATE]
    by_feed: dict[int, list[str]] = {}
    for done, _record in created:
        by_feed.setdefault(done.feed.id, []).append(done.record_id)
    rows = {feed_id: records.find(tx, feed_id, ids) for feed_id, ids in by_feed.items()}
    moved = (done for done, record in created if record.version != done.wrote.version)
    newer = newer_writes(tx, moved)
    return {
        (key := (done.feed.id, done.record_id)): _trail(
            vault, done, record, newer.get(key), _noted(rows[done.feed.id].get(done.record_id))
        )
        for done, record in created
    }


def _noted(row: Row[Any] | None) -> Row[Any] | None:
    """A record's row, if somebody has read the record since we wrote it."""
    return row if row is not None and row.presence == "present" and row.version else None


def _trail(
    vault: Vault, done: Done, record: Record, newer: Row[Any] | None, noted: Row[Any] | None
) -> Trail:
    return Trail(
        version=record.version,
        created=seconds(record.created),
        modified=seconds(record.modified),
        answered=done.wrote.version if newer is None else _values(vault, newer).get("version"),
        again=done.again or newer is not None,
        noted=None if noted is None else noted.version,
        noted_modified=None if noted is None else noted.modified_at,
    )


def _values(vault: Vault, row: Row[Any]) -> Mapping[str, Any]:
    values: Mapping[str, Any] = vault.unseal(row.values_sealed)
    return values
