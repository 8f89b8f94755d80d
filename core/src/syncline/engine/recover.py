"""What an earlier run left uncertain, resolved by looking, never by repeating.

Before anything new is planned, each open intent is compared with what is there now. A third value
found where we had written is a later edit, and travels on as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, select

from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.settlement import Settlement
from syncline.engine.deleted import last_held, sent_as_held
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.lookup import MARKER, Lookup
from syncline.engine.prepared import Sent
from syncline.engine.read import FeedReader
from syncline.engine.report import RoundReport
from syncline.engine.settle import Settled, history_row, settle
from syncline.engine.world import World
from syncline.errors import ConnectionFailure
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action, Problem
from syncline.model.sides import SIDES
from syncline.plugin.requests import Applied, MatchKey
from syncline.plugin.spec import TypeSpec
from syncline.state import claims, history, intents, links
from syncline.state.database import chunks
from syncline.state.records import RECORD

_MARGIN: Final = 60.0
"""Seconds by which a service's clock may lag behind ours when we ask for what was created since."""
_ON_ITS_WAY: Final = 10.0
"""Seconds in which a service may still carry out what was sent by somebody who is dead by now."""


@dataclass(frozen=True)
class Recovery:
    """Resolves the open intents of the round's lanes."""

    world: World
    lanes: Mapping[int, Lane]
    readers: Mapping[int, FeedReader]
    report: RoundReport

    def run(self) -> dict[int, ConnectionFailure]:
        """Resolve what can be resolved; what cannot yet keeps its intent and is reported.

        Returns the feeds that could not be asked.
        """
        by_feed: dict[int, list[Sent]] = {}
        for each in self._open():
            feed = self.lanes[each.lane_id].sides[each.side].feed
            by_feed.setdefault(feed.id, []).append(each)
        failed: dict[int, ConnectionFailure] = {}
        for feed_id, sent in by_feed.items():
            try:
                for part in chunks(sent, 200):
                    self._resolve(part)
            except ConnectionFailure as error:
                failed[feed_id] = error
        return failed

    def _resolve(self, part: Sequence[Sent]) -> None:
        creates = [each for each in part if each.action is Action.CREATE]
        others = [each for each in part if each.action is not Action.CREATE]
        if others:
            self._resolve_by_id(others)
        for each in creates:
            self._resolve_create(each)

    def _open(self) -> list[Sent]:
        with self.world.transaction() as tx:
            rows = intents.of_lanes(tx, self.lanes)
        return [Sent.from_row(row, self.world.database.vault.unseal(row.plan)) for row in rows]

    # --- updates and deletions ------------------------------------------------------------------

    def _resolve_by_id(self, sent: Sequence[Sent]) -> None:
        now: dict[tuple[int, str], Record] = {}
        wanted: dict[int, set[RecordId]] = {}
        for each in sent:
            if each.record_id is not None:
                feed = self.lanes[each.lane_id].sides[each.side].feed
                wanted.setdefault(feed.id, set()).add(each.record_id)
        for feed_id, ids in wanted.items():
            for record in self.readers[feed_id].by_id(sorted(ids)):
                now[feed_id, record.id] = record
        for each in self._as_they_were_deleted(sent, now):
            feed = self.lanes[each.lane_id].sides[each.side].feed
            found = now.get((feed.id, str(each.record_id)))
            if each.action is Action.DELETE:
                self._resolve_delete(each, found)
            else:
                self._resolve_update(each, found)

    def _as_they_were_deleted(
        self, sent: Sequence[Sent], now: Mapping[tuple[int, str], Record]
    ) -> list[Sent]:
        """Deletions that happened, with what their records held last, where that can be told."""
        feeds: dict[int, FeedState] = {}
        gone: dict[int, list[RecordId]] = {}
        for each in sent:
            feed = self.lanes[each.lane_id].sides[each.side].feed
            if each.action is Action.DELETE and (feed.id, _id(each)) not in now:
                feeds[feed.id] = feed
                gone.setdefault(feed.id, []).append(_id(each))
        held = {
            (feed_id, id): record
            for feed_id, ids in gone.items()
            for id, record in last_held(feeds[feed_id], ids).items()
        }
        return [self._as_held(each, held) for each in sent]

    def _as_held(self, each: Sent, held: Mapping[tuple[int, RecordId], Record]) -> Sent:
        lane = self.lanes[each.lane_id]
        record = held.get((lane.sides[each.side].feed.id, _id(each)))
        return sent_as_held(each, record, lane.digester)

    def _resolve_delete(self, each: Sent, found: Record | None) -> None:
        """Gone: it happened. Still there: plan anew; the deletion is decided again, or not."""
        with self.world.transaction() as tx:
            if found is None:
                self._settle(tx, each, Applied(id=_id(each)), each.settlement, {})
            else:
                links.change(tx, [each.link_id], dirty=True)
            intents.end(tx, [each.id])

    def _resolve_update(self, each: Sent, found: Record | None) -> None:
        """Same version: it did not happen. Otherwise it did, for every field that left its old
        value: both bases move as planned, before anything new is planned.
        """
        lane = self.lanes[each.lane_id]
        with self.world.transaction() as tx:
            if found is not None and found.version != each.expected_version:
                current = lane.digester.fields(found.fields)
                happened = [n for n in each.new if n in current and current[n] != each.old.get(n)]
                settlement = _only(each.settlement, happened, each.new)
                applied = Applied(id=found.id, version=found.version)
                if happened:
                    self._settle(tx, each, applied, settlement, current)
            if found is None:
                self._note_what_may_have_been(tx, each)
            links.change(tx, [each.link_id], dirty=True)
            intents.end(tx, [each.id])

    def _note_what_may_have_been(self, tx: Connection, each: Sent) -> None:
        """The record is gone, and with it the answer. What the update may have gone over was
        somebody's, and is nowhere else any more.
        """
        doubt = "perhaps: the record was gone before anybody could look"
        perhaps = self._settled(each, Applied(id=_id(each)), each.settlement, each.new, doubt)
        history.add(tx, [history_row(self.world, perhaps)])

    # --- creates --------------------------------------------------------------------------------

    def _resolve_create(self, each: Sent) -> None:
        """Looked for by our marker, else by a twin made since: one hit is adopted, none is planned
        anew once it could be seen if there were one, several wait for a person.
        """
        lane = self.lanes[each.lane_id]
        feed = lane.sides[each.side].feed
        found = self._search(each, lane)
        if len(found) == 1:
            self._adopt(each, found[0])
        elif found:
            self._unresolved(each, f"{len(found)} records may be the one that was created")
        elif self.world.seconds - each.sent_at < _unseen_for(feed.spec):
            self._unresolved(each, "it cannot be seen yet whether the record was created")
        else:
            self._did_not_happen(each)

    def _search(self, each: Sent, lane: Lane) -> list[Record]:
        feed = lane.sides[each.side].feed
        lookup = Lookup(self.world, feed)
        if feed.spec.idempotency != "none" and MARKER in feed.spec.match:
            marker = [MatchKey(kind=MARKER, value=each.key)]
            return [r for r in lookup.created_since(marker, 0.0) if r.marker == each.key]
        names = ("email", "name+company", "name")
        keys = [key for key in lookup.keys(each.key, each.after, names) if key.kind != MARKER]
        since = each.sent_at - _MARGIN
        found = lookup.created_since(keys, since) if keys else self._made_since(feed.id, each)
        return [record for record in found if self._is_ours(each, lane, record)]

    def _made_since(self, feed_id: int, each: Sent) -> list[Record]:
        """Without any key to ask for: the feed's own news are the place to look."""
        self.readers[feed_id].read(sweep=False)
        with self.world.transaction() as tx:
            ids = _pending_ids(tx, feed_id)
        records = self.readers[feed_id].by_id(ids)
        floor = each.sent_at - _MARGIN
        return [r for r in records if r.created is None or r.created.timestamp() >= floor]

    def _is_ours(self, each: Sent, lane: Lane, record: Record) -> bool:
        """It holds what we sent and nobody else's link has it."""
        current = lane.digester.fields(record.fields)
        same = all(current.get(name) == digest for name, digest in each.new.items())
        with self.world.transaction() as tx:
            feed = lane.sides[each.side].feed
            taken = links.by_records(tx, each.side, feed.id, [record.id])
        return same and not taken

    def _adopt(self, each: Sent, record: Record) -> None:
        lane = self.lanes[each.lane_id]
        feed = lane.sides[each.side].feed
        with self.world.transaction() as tx:
            applied = Applied(id=record.id, version=record.version)
            self._settle(tx, each, applied, each.settlement, each.new)
            intents.end(tx, [each.id])
        self.readers[feed.id].by_id([record.id])
        with self.world.transaction() as tx:
            current = lane.digester.fields(record.fields)
            differs = any(current.get(n, d) != d for n, d in each.new.items())
            links.change(tx, [each.link_id], dirty=differs)

    def _did_not_happen(self, each: Sent) -> None:
        with self.world.transaction() as tx:
            rows = tx.execute(select(links.LINK).where(links.LINK.c.id == each.link_id)).all()
            if rows and rows[0].status == "creating":
                links.remove(tx, [each.link_id])
            else:
                links.change(tx, [each.link_id], dirty=True)
            claims.release(tx, each.lane_id, [str(each.source_id)])
            intents.end(tx, [each.id])

    def _unresolved(self, each: Sent, message: str) -> None:
        lane = self.lanes[each.lane_id]
        with self.world.transaction() as tx:
            intents.tried_again(tx, each.id)
        self.report.tally(lane).waiting += 1
        self.report.problem(
            Problem(
                kind="unknown",
                message=message,
                hint="The next run looks again; nothing is created twice meanwhile.",
                lane=lane.name,
                connection=lane.sides[each.side].feed.connection.name,
                id=each.source_id,
            )
        )

    # --- shared ---------------------------------------------------------------------------------

    def _settle(
        self,
        tx: Connection,
        each: Sent,
        applied: Applied,
        settlement: Settlement,
        predicted: Mapping[str, Digest],
    ) -> None:
        row = tx.execute(select(links.LINK).where(links.LINK.c.id == each.link_id)).one_or_none()
        if row is None:
            return
        settled = self._settled(each, applied, settlement, predicted, "recovered")
        incarnation = row.incarnation + (each.action is Action.CREATE and _again(row))
        settle(tx, self.world, [replace(settled, incarnation=incarnation)])

    def _settled(
        self,
        each: Sent,
        applied: Applied,
        settlement: Settlement,
        predicted: Mapping[str, Digest],
        how: str,
    ) -> Settled:
        return Settled(
            lane=self.lanes[each.lane_id],
            link_id=each.link_id,
            side=each.side,
            action=each.action,
            reason=f"{each.reason} ({how})",
            settlement=settlement,
            source_id=each.source_id,
            source_version=each.source_version,
            applied=applied,
            predicted=predicted,
            before=each.before,
            after=each.after,
            undo=each.undo,
        )


def _unseen_for(spec: TypeSpec) -> float:
    """Seconds after sending in which a record that is not found may be there all the same. With a
    key a second create makes no second record, whenever the first one arrives.
    """
    on_its_way = 0.0 if spec.idempotency == "key" else _ON_ITS_WAY
    return max(on_its_way, spec.change_detection.visibility_lag)


def _again(row: object) -> bool:
    return getattr(row, "status", "") != "creating"


def _id(each: Sent) -> RecordId:
    return RecordId(str(each.record_id))


def _only(settlement: Settlement, happened: Iterable[str], sent: Iterable[str]) -> Settlement:
    """Of the sent fields only those that happened; what was merely agreed settles as well."""
    dropped = set(sent) - set(happened)
    names = {name for side in SIDES for name in settlement.side(side).names} - dropped
    return Settlement(settlement.left.only(names), settlement.right.only(names))


def _pending_ids(tx: Connection, feed_id: int) -> list[RecordId]:
    statement = select(RECORD.c.id).where(
        RECORD.c.feed_id == feed_id, RECORD.c.in_scope, RECORD.c.pending
    )
    return [RecordId(each) for each in tx.scalars(statement)]
