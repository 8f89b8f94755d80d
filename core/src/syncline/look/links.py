"""Links as people ask for them: what belongs together, in which state, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Row, func, select

from syncline.errors import UsageError
from syncline.look.references import Finder, Found
from syncline.look.status import Inspection
from syncline.model.records import RecordId
from syncline.model.reports import LaneName, LinkEntry, WaitingRecord
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import links, records
from syncline.state.among import among
from syncline.state.attention import ATTENTION
from syncline.state.database import chunks
from syncline.state.intents import INTENT
from syncline.state.lanes import IN_USE, LANE

LINKED = "linked"
MOST = 1000
"""Links in one list; the numbers are those of all."""


class Selected(Protocol):
    """Which lanes are meant, by names; empty tuples mean all."""

    @property
    def syncs(self) -> tuple[str, ...]: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    @property
    def members(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class LinkList:
    """`counts` are all links by state; `entries` those that were asked for, at most `MOST`."""

    counts: Mapping[str, int]
    entries: tuple[LinkEntry, ...]
    waiting: tuple[WaitingRecord, ...]


@dataclass(frozen=True)
class Pairs:
    """Reads links on behalf of a person."""

    inspection: Inspection

    def find(self, selection: Selected, *, everything: bool) -> LinkList:
        """The links of some lanes; without `everything` only those that are not in step, and the
        records that wait without a link.
        """
        with self.inspection.database.transaction() as tx:
            every = tx.execute(select(LANE).where(IN_USE))
            lanes = {row.id: row for row in every if _is_meant(row, selection)}
            waiting = self._waiting(tx, lanes)
            rows = self._rows(tx, lanes, everything, waiting)
            entries = self._entries(tx, rows, lanes, waiting)
            counts = _counts(tx, lanes)
        linked = {each.id for entry in entries for each in entry.waiting}
        alone = (each for found in waiting.values() for each in found if each.id not in linked)
        return LinkList(counts, entries, tuple(alone))

    def of_record(self, reference: str) -> LinkList:
        """The links of a record, and what it waits for without one: by a link's number, an id, a
        name or an address.

        Raises:
            UsageError: there is neither.

        """
        database = self.inspection.database
        with database.transaction() as tx:
            lanes = {row.id: row for row in tx.execute(select(LANE))}
            waiting = self._waiting(tx, lanes)
            ids, alone = _by_number(tx, reference), list[WaitingRecord]()
            if not ids:
                found = Finder(tx, database.vault, self.inspection.plugins).find(reference)
                ids = [key for each in found for key in _links_of(tx, *each)]
                for each in found:
                    alone += waiting.get(each, ())
            rows = [row for part in chunks(set(ids)) for row in tx.execute(_by_ids(part))]
            entries = self._entries(tx, rows, lanes, waiting)
        linked = {each.id for entry in entries for each in entry.waiting}
        alone = [each for each in alone if each.id not in linked]
        if not entries and not alone:
            raise UsageError(
                "there is no such link",
                hint="Name its number (`syncline links list`), a record's id, its name or an "
                "e-mail address. Names are known only of records that were written, or that wait.",
            )
        return LinkList({}, entries, tuple(alone))

    # --- rows to values -------------------------------------------------------------------------

    def _rows(
        self,
        tx: Connection,
        lanes: Iterable[int],
        everything: bool,
        waiting: Mapping[Found, list[WaitingRecord]],
    ) -> list[Row[Any]]:
        link = links.LINK
        found: dict[int, Row[Any]] = {}
        for part in chunks(lanes):
            statement = select(link).where(among(link.c.lane_id, part))
            if not everything:
                statement = statement.where(link.c.status != LINKED)
            found.update((r.id, r) for r in tx.execute(statement.order_by(link.c.id).limit(MOST)))
        for side in SIDES:
            for part in chunks({each.record_id for each in waiting if each.side is side}):
                holds = select(link).where(among(link.c[f"{side}_id"], part))
                found.update((r.id, r) for r in tx.execute(holds))
        return [found[key] for key in sorted(found)]

    def _waiting(
        self, tx: Connection, lanes: Mapping[int, Row[Any]]
    ) -> dict[Found, list[WaitingRecord]]:
        found: dict[Found, list[WaitingRecord]] = {}
        for row in tx.execute(select(ATTENTION).order_by(ATTENTION.c.since_at)):
            if row.lane_id in lanes:
                shown = self.inspection.waiting(tx, row, lanes[row.lane_id])
                key = Found(row.lane_id, Side(row.side), row.record_id)
                found.setdefault(key, []).append(shown)
        return found

    def _entries(
        self,
        tx: Connection,
        rows: Iterable[Row[Any]],
        lanes: Mapping[int, Row[Any]],
        waiting: Mapping[Found, list[WaitingRecord]],
    ) -> tuple[LinkEntry, ...]:
        return tuple(
            self._entry(tx, row, lanes[row.lane_id], waiting)
            for row in rows
            if row.lane_id in lanes
        )

    def _entry(
        self,
        tx: Connection,
        row: Row[Any],
        lane: Row[Any],
        waiting: Mapping[Found, list[WaitingRecord]],
    ) -> LinkEntry:
        ids = PerSide(row.left_id, row.right_id)
        sent = tx.scalar(select(INTENT.c.sent_at).where(INTENT.c.link_id == row.id))
        waits = [
            each
            for side in SIDES
            for each in waiting.get(Found(row.lane_id, side, str(ids[side])), ())
        ]
        names = PerSide(*(self.inspection.connection(lane, side) for side in SIDES))
        return LinkEntry(
            number=row.id,
            lane=LaneName(lane.sync, lane.type, lane.left_name, lane.right_name),
            status=row.status,
            state=_state(row, names, sent is not None),
            connections=names,
            ids=PerSide(*(None if id is None else RecordId(id) for id in ids)),
            presence=PerSide(*(_presence(tx, row, side) for side in SIDES)),
            label=next(filter(None, (self._label(tx, lane, s, ids[s]) for s in SIDES)), ""),
            due=bool(row.dirty),
            waiting=tuple(waits),
        )

    def _label(self, tx: Connection, lane: Row[Any], side: Side, record_id: str | None) -> str:
        return "" if record_id is None else self.inspection.label_of(tx, lane, side, record_id)


def _is_meant(lane: Row[Any], selection: Selected) -> bool:
    people = {name.casefold() for name in selection.members}
    mine = {lane.left_name.casefold(), lane.right_name.casefold()}
    return (
        (not selection.syncs or lane.sync in selection.syncs)
        and (not selection.types or lane.type in selection.types)
        and (not people or bool(people & mine))
    )


def _state(row: Row[Any], names: PerSide[str], sent: bool) -> str:
    """The state of a link in words."""
    if sent and row.status != "creating":
        return "a write was sent and its outcome is not known yet: the next run looks"
    match row.status:
        case "linked":
            return "linked; looked at in the next run" if row.dirty else "linked, in step"
        case "creating":
            return "being created: it was sent, and its outcome is not known yet"
        case "severed":
            return _severed(row, names)
        case "out_of_scope":
            return "out of the data set: both records stay, nothing travels until it is back"
    return str(row.status)


def _severed(row: Row[Any], names: PerSide[str]) -> str:
    gone = next((side for side in SIDES if links.is_severed_at(row, side)), None)
    if gone is None:
        return "severed: both records stay, nothing travels between them"
    here, there = names[gone], names[gone.other]
    return (
        f"severed: gone in {here}; it stays in {there}, and is not copied again. "
        f"Restored in {here}, it is linked again"
    )


def _presence(tx: Connection, row: Row[Any], side: Side) -> str:
    """What the state last saw of a record: present, deleted, left, unreadable; or unknown."""
    record_id = row._mapping[f"{side}_id"]
    if record_id is None:
        return "not created yet"
    seen = records.find(tx, row._mapping[f"{side}_feed"], [record_id]).get(record_id)
    if seen is None:
        return "deleted" if links.is_severed_at(row, side) else "unknown"
    return str(seen.presence)


def _counts(tx: Connection, lanes: Iterable[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(lanes):
        status = links.LINK.c.status
        statement = select(status, func.count()).where(among(links.LINK.c.lane_id, part))
        for name, number in tx.execute(statement.group_by(status)):
            found[name] = found.get(name, 0) + number
    return found


def _by_number(tx: Connection, reference: str) -> list[int]:
    number = reference.removeprefix("l")
    if not number.isdigit() or len(number) > 15:
        return []
    return list(tx.scalars(select(links.LINK.c.id).where(links.LINK.c.id == int(number))))


def _links_of(tx: Connection, lane_id: int, side: Side, record_id: str) -> list[int]:
    where = (links.LINK.c.lane_id == lane_id, links.LINK.c[f"{side}_id"] == record_id)
    return list(tx.scalars(select(links.LINK.c.id).where(*where)))


def _by_ids(part: list[int]) -> Any:
    return select(links.LINK).where(among(links.LINK.c.id, part)).order_by(links.LINK.c.id)
