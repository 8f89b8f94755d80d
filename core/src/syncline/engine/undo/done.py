"""What a run did, record by record, from its history.

A record that several lanes hold may have been written through any of them: those of members who
have a CRM's record in common, or of the syncs that one mailbox is in. What counts is the record.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Row, and_, or_, select

from syncline.engine.decide.undo import Wrote, net, parts
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.send.last_agreed import agreed_from
from syncline.engine.world import World
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, Side
from syncline.state.among import among
from syncline.state.database import chunks
from syncline.state.history import HISTORY
from syncline.state.lanes import LANE
from syncline.state.records import FeedRecord

PAGE: Final = 600
"""Records at a time, so that memory does not grow with the size of the run."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """The net of what the run did to one record, the lane through which it is taken back, and the
    rule that had decided there.

    `row` is the last row of it in the history, of the moment `at`: what is newer, a later run did.
    `again`: the run wrote it more than once.
    """

    lane: Lane
    side: Side
    record_id: RecordId
    wrote: Wrote
    reason: str
    row: int
    at: float
    again: bool = False

    @property
    def feed(self) -> FeedState:
        """The feed the record is in."""
        return self.lane.sides[self.side].feed


@dataclass(frozen=True)
class Deeds:
    """What run `undone` did through these lanes."""

    world: World
    undone: str
    lanes: Mapping[int, Lane]

    def pages(self, among_lanes: Container[int], *, created: bool) -> Iterator[list[Done]]:
        """What some of the lanes are to take back: the records the run created, or the others."""
        with self.world.transaction() as tx:
            records = self._records(tx)
        wanted = [
            rows
            for rows in records
            if (rows[0].action == Action.CREATE.value) is created
            and any(row.lane_id in among_lanes for row in rows)
        ]
        for part in chunks(wanted, PAGE):
            with self.world.transaction() as tx:
                whole = self._whole(tx, part)
            page = [done for rows in part for done in self._done([whole[row.id] for row in rows])]
            yield [done for done in page if done.lane.id in among_lanes]

    def _records(self, tx: Connection) -> list[list[Row[Any]]]:
        """The rows of each record the run wrote, in order, whichever lane wrote it."""
        found: dict[tuple[object, ...], list[Row[Any]]] = {}
        names = ("id", "lane_id", "side", "record_id", "action")
        columns = [HISTORY.c[name] for name in names]
        statement = select(*columns).where(HISTORY.c.run_id == self.undone).order_by(HISTORY.c.id)
        for row in tx.execute(statement):
            lane = self.lanes.get(row.lane_id)
            if lane is not None:
                feed = lane.sides[Side(row.side)].feed
                place = (lane.type.name, feed.store_id, feed.feed.account, row.record_id)
                found.setdefault(place, []).append(row)
        return list(found.values())

    def _whole(self, tx: Connection, page: Sequence[Sequence[Row[Any]]]) -> dict[int, Row[Any]]:
        """The rows of a page with their values, by their ids."""
        ids = chunks(row.id for rows in page for row in rows)
        found = (tx.execute(select(HISTORY).where(among(HISTORY.c.id, part))) for part in ids)
        return {row.id: row for part in found for row in part}

    def _done(self, rows: Sequence[Row[Any]]) -> list[Done]:
        wrote = net([self._wrote(row) for row in rows])
        if wrote is None:
            return []
        if wrote.action is Action.UPDATE:
            return self._updates(rows, wrote)
        row = rows[0] if wrote.action is Action.CREATE else rows[-1]
        return [self._through(row, wrote, rows)]

    def _updates(self, rows: Sequence[Row[Any]], wrote: Wrote) -> list[Done]:
        """Whoever wrote it last takes it back, as far as it maps what was written."""
        last = {(row.lane_id, row.side): row for row in rows}
        writers = sorted(last.values(), key=lambda row: row.id, reverse=True)
        mapped = [self._writable(row) for row in writers]
        shares = parts(wrote, mapped, self.lanes[writers[0].lane_id].digester)
        return [
            self._through(row, share, rows)
            for row, share in zip(writers, shares, strict=True)
            if share is not None
        ]

    def _writable(self, row: Row[Any]) -> set[str]:
        spec = self.lanes[row.lane_id].sides[Side(row.side)].feed.spec
        return {
            name
            for name, mapped in spec.by_name.items()
            if not (mapped.read_only or mapped.create_only)
        }

    def _through(self, row: Row[Any], wrote: Wrote, rows: Sequence[Row[Any]]) -> Done:
        return Done(
            lane=self.lanes[row.lane_id],
            side=Side(row.side),
            record_id=RecordId(row.record_id),
            wrote=wrote,
            reason=row.reason,
            row=rows[-1].id,
            at=rows[-1].at,
            again=len(rows) > 1,
        )

    def _wrote(self, row: Row[Any]) -> Wrote:
        values = self.world.database.vault.unseal(row.values_sealed)
        lane, other = self.lanes[row.lane_id], Side(row.side).other
        return Wrote(
            Action(row.action),
            values["before"],
            values["after"],
            values.get("version"),
            agreed_from(self.world, lane, other, values.get("agreed")),
        )


def newer_write(tx: Connection, done: Done) -> Row[Any] | None:
    """The row of the last write of a record after that, through whatever lane."""
    return newer_writes(tx, [done]).get((done.feed.id, done.record_id))


def newer_writes(tx: Connection, page: Iterable[Done]) -> dict[FeedRecord, Row[Any]]:
    """Of several records, by feed and record."""
    by_feed: dict[int, list[Done]] = {}
    for done in page:
        by_feed.setdefault(done.feed.id, []).append(done)
    return {
        (feed_id, done.record_id): row
        for feed_id, group in by_feed.items()
        for part in chunks(group)
        for done, row in _newer(tx, part)
    }


def _newer(tx: Connection, group: Sequence[Done]) -> Iterator[tuple[Done, Row[Any]]]:
    """Of records of one feed. What came since the first of these writes is taken out before anybody
    asks for its lanes: with their index, each lane would be asked for each record.
    """
    first, ids = group[0], [done.record_id for done in group]
    since = min(done.row for done in group)
    recent = (
        select(HISTORY)
        .where(HISTORY.c.id > since, among(HISTORY.c.record_id, ids))
        .cte("recent")
        .prefix_with("MATERIALIZED")
    )
    statement = (
        select(recent)
        .join(LANE, LANE.c.id == recent.c.lane_id)
        .where(LANE.c.type == first.lane.type.name, is_in(first.feed, recent))
        .order_by(recent.c.id)
    )
    last = {row.record_id: row for row in tx.execute(statement)}
    for done in group:
        row = last.get(done.record_id)
        if row is not None and row.id > done.row:
            yield done, row


def is_in(feed: FeedState, history: FromClause = HISTORY) -> ColumnElement[bool]:
    """Of a row of the history with its lane: its record is where this feed's are."""
    return or_(*(_on_side(side, feed, history) for side in SIDES))


def _on_side(side: Side, feed: FeedState, history: FromClause) -> ColumnElement[bool]:
    here = [history.c.side == side.value, LANE.c[f"{side}_store"] == feed.store_id]
    if feed.feed.account is not None:
        here.append(LANE.c[f"{side}_account"] == feed.feed.account)
    return and_(*here)
