"""Reading feeds: changes page by page, and the sweep that finds what feeds cannot tell.

A page's records are committed as they come; the cursor is committed together with the last page,
or, of a pass over everything, when what is missing has been asked for.
Only a complete pass may make a record `missing`, and missing is only a reason to ask by id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from syncline.engine.lanes import FeedState, Readers
from syncline.engine.newcomers import newcomers
from syncline.engine.observe import Observer
from syncline.engine.world import World
from syncline.errors import Busy, Resync, Stop
from syncline.model.records import AbsenceReason, Absent, Record, RecordId
from syncline.plugin.requests import ChangesRequest, IdsRequest, KeysRequest, Page
from syncline.state import links, records, tables
from syncline.state.database import chunks, table

FEED: Final = table(tables.FeedRow)
SWEEP_EVERY: Final = 24 * 3600.0
_PAGES_AT_MOST: Final = 1_000_000
_ROW: Final = select(FEED).where(FEED.c.id == bindparam("feed"))
_CHANGED: Final = update(FEED).where(FEED.c.id == bindparam("feed"))


@dataclass
class FeedRead:
    """What reading a feed brought."""

    records: int = 0
    complete: bool = False


class FeedReader:
    """Reads one feed for the round."""

    def __init__(self, world: World, feed: FeedState, readers: Readers) -> None:
        self.world = world
        self.feed = feed
        self.observer = Observer(world, feed, readers)
        self.result = FeedRead()

    def read(self, *, sweep: bool) -> FeedRead:
        """Bring our picture of the feed up to date; `sweep`: also look for what is missing.

        Raises:
            ConnectionFailure: the feed could not be read; what was read before is kept.

        """
        row = self._row()
        generation = row.generation + 1
        try:
            complete = self._changes(row.cursor_json, generation)
        except Resync:
            complete = self._changes(None, generation)
        all_listed = complete and self.feed.feed.scope is None
        if not all_listed and (complete or sweep or self._sweep_due(row)):
            self._sweep(generation)
        self.result.complete = complete
        self._welcome_lanes()
        return self.result

    def _welcome_lanes(self) -> None:
        """A lane that is new on a feed others have read before needs the values of its records."""
        for lane, side in self.observer.readers:
            if (lane.first_sync or lane.rebaseline) and lane.sides[side].shared:
                with self.world.transaction() as tx:
                    ids = newcomers(tx, lane, side)
                self.by_id(RecordId(each) for each in ids)

    def by_id(self, ids: Iterable[RecordId]) -> list[Record]:
        """Read these records now and take note of them; returns those that are there."""
        found: list[Record] = []
        for part in chunks(dict.fromkeys(ids), max(1, self.feed.spec.read_batch)):
            page = self._ids(part)
            outside = self._never_inside(page)
            found.extend((*page.records, *outside))
            absent = [each for each in page.absent if each.id not in {r.id for r in outside}]
            with self.world.transaction() as tx:
                self.observer.note(tx, page.records, absent)
                self.observer.note(tx, outside, outside=[record.id for record in outside])
        return found

    def _never_inside(self, page: Page) -> tuple[Record, ...]:
        """Records that were linked outside of the data set cannot leave it: their values."""
        left = [each.id for each in page.absent if each.reason is AbsenceReason.LEFT]
        if not left or self.feed.feed.scope is None:
            return ()
        with self.world.transaction() as tx:
            ids = self.observer.never_inside(tx, left)
        return self._ids(ids, scoped=False).records if ids else ()

    # --- changes ------------------------------------------------------------------------------

    def _changes(self, cursor: str | None, generation: int) -> bool:
        """Read to the end of the round; True if it was a pass over everything."""
        start = None if cursor is None else json.loads(cursor)
        if start is None:
            self._begin_pass(generation)
        following: Any = None
        for _page in range(_PAGES_AT_MOST):
            request = ChangesRequest(
                spec=self.feed.spec, feed=self.feed.feed, cursor=start, next=following
            )
            page = self.feed.connection.fetch(request)
            self._keep(page, generation, first_pass=cursor is None, cursor=cursor)
            following = page.next
            if following is None:
                if cursor is None:
                    self._end_pass(page, generation)
                return cursor is None
        raise Stop("a feed never ended", connection=self.feed.connection.name)

    def _begin_pass(self, generation: int) -> None:
        """Each pass has a number of its own, also one that breaks off: what it saw may be gone when
        the next one comes.
        """
        with self.world.transaction() as tx:
            self._change_row(tx, generation=generation)

    def _end_pass(self, page: Page, generation: int) -> None:
        """Everything was listed: what is missing is asked for. Only then the cursor is kept, since
        a feed that goes on from it does not tell of those deletions any more.
        """
        if self.feed.feed.scope is None:
            self._look_for(self._unseen(generation))
        with self.world.transaction() as tx:
            cursor = json.dumps(page.cursor)
            self._change_row(tx, cursor_json=cursor, complete_at=self.world.seconds)

    def _change_row(self, tx: Connection, **values: Any) -> None:
        tx.execute(_CHANGED, {"feed": self.feed.id, **values})

    def _keep(self, page: Page, generation: int, *, first_pass: bool, cursor: str | None) -> None:
        if _says_nothing(page, cursor):
            return  # no commit for nothing: most feeds of most runs
        outside = () if first_pass else self._outside(page)
        with self.world.transaction() as tx:
            seen = self.observer.note(
                tx,
                page.records,
                page.absent,
                generation=generation if first_pass and self.feed.feed.scope is None else 0,
                outside=outside,
            )
            if page.next is None and not first_pass:
                self._change_row(tx, cursor_json=json.dumps(page.cursor))
        self._count(len(page.records))
        if seen.to_read:
            self.by_id(seen.to_read)

    def _outside(self, page: Page) -> set[str]:
        """Of a page's records, those outside the data set: asked by id, since feeds are not
        filtered (a filter would hide what a related record moved out).
        """
        if self.feed.feed.scope is None or not page.records:
            return set()
        outside: set[str] = set()
        for part in chunks((r.id for r in page.records), max(1, self.feed.spec.read_batch)):
            answer = self._ids(part)
            outside |= {a.id for a in answer.absent if a.reason is AbsenceReason.LEFT}
        return outside

    # --- the sweep ----------------------------------------------------------------------------

    def _sweep(self, generation: int) -> None:
        """List all keys in scope; what is new or moved is read, what is missing is asked for."""
        self._begin_pass(generation)
        following: Any = None
        for _page in range(_PAGES_AT_MOST):
            request = KeysRequest(spec=self.feed.spec, feed=self.feed.feed, next=following)
            page = self.feed.connection.fetch(request)
            self._keep_keys(page, generation)
            following = page.next
            if following is None:
                break
        self._look_for(self._not_in_sweep(generation))
        with self.world.transaction() as tx:
            self._change_row(tx, swept_at=self.world.seconds)

    def _keep_keys(self, page: Page, generation: int) -> None:
        versions = {record.id: record.version for record in page.records}
        with self.world.transaction() as tx:
            known = records.find(tx, self.feed.id, versions)
            fresh = [key for key, row in known.items() if _unmoved(row, versions[RecordId(key)])]
            records.mark_seen(tx, self.feed.id, fresh, generation)
        moved = [key for key in versions if key not in set(fresh)]
        if moved:
            self.by_id(moved)
            with self.world.transaction() as tx:
                records.mark_seen(tx, self.feed.id, moved, generation)

    def _look_for(self, candidates: list[str]) -> None:
        """Absence is no evidence: each candidate is asked for by id."""
        self.by_id(RecordId(each) for each in candidates)

    def _unseen(self, generation: int) -> list[str]:
        with self.world.transaction() as tx:
            return records.unseen(tx, self.feed.id, generation)

    def _not_in_sweep(self, generation: int) -> list[str]:
        """Records to ask for. Of a data set's sweep, those that nothing links are just outside."""
        candidates = self._unseen(generation)
        if self.feed.feed.scope is None:
            return candidates
        side, feed_id = self.feed.side, self.feed.id
        with self.world.transaction() as tx:
            rows = links.by_records(tx, side, feed_id, candidates)
            linked = {row._mapping[f"{side}_id"] for row in rows}
            records.leave(tx, feed_id, [each for each in candidates if each not in linked])
            # No listing has these, and where deletions are not reported no feed tells of their end.
            swept = self.feed.spec.deletions == "swept"
            never_inside = links.never_inside(tx, side, feed_id) if swept else []
        return list(
            dict.fromkeys([*(each for each in candidates if each in linked), *never_inside])
        )

    def _sweep_due(self, row: Row[Any]) -> bool:
        if self.feed.spec.deletions == "swept":
            return True
        if self.feed.feed.scope is None:
            return False
        swept = row.swept_at or 0.0
        unfinished = swept < (row.complete_at or 0.0)  # a first pass whose sweep then failed
        return unfinished or self.world.seconds - swept >= SWEEP_EVERY

    # --- small things -------------------------------------------------------------------------

    def _ids(self, ids: Sequence[RecordId], *, scoped: bool = True) -> Page:
        request = IdsRequest(
            spec=self.feed.spec, feed=self.feed.feed, ids=tuple(ids), scoped=scoped
        )
        page = self.feed.connection.fetch(request)
        answered = {each.id for each in page.records} | {each.id for each in page.absent}
        silent = tuple(
            Absent(each, AbsenceReason.UNREADABLE) for each in ids if each not in answered
        )
        return Page(records=page.records, absent=(*page.absent, *silent))

    def _row(self) -> Row[Any]:
        with self.world.transaction() as tx:
            row = tx.execute(_ROW, {"feed": self.feed.id}).one_or_none()
        if row is None:
            raise Busy("a run with another configuration has taken over this member")
        return row

    def _count(self, number: int) -> None:
        self.result.records += number
        self.world.progress.advance(number)


def _says_nothing(page: Page, cursor: str | None) -> bool:
    """A last page without news, and the cursor we have already."""
    quiet = not page.records and not page.absent and page.next is None
    return quiet and cursor is not None and json.dumps(page.cursor) == cursor


def _unmoved(row: Row[Any], version: str) -> bool:
    return bool(row.presence == "present" and row.in_scope and row.version == version)
