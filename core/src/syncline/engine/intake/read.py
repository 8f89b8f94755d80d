"""Reading feeds: changes page by page, records by id, and when everything is listed.

A page's records are committed as they come; the cursor is committed together with the last page,
or, of a pass over everything, when what is missing has been asked for. A cursor is moved only by
the reader that started from it. Only a complete pass may make a record `missing`, and missing is
only a reason to ask by id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, select

from syncline.engine.intake.answer import Answer, ask, look
from syncline.engine.intake.newcomers import newcomers
from syncline.engine.intake.observe import Observer
from syncline.engine.intake.place import NOBODY_KNOWS, Whereabouts
from syncline.engine.intake.sweep import Sweep
from syncline.engine.intake.unread import is_kept_waiting
from syncline.engine.lanes import FeedState, Readers
from syncline.engine.world import World
from syncline.errors import Busy, Resync, Retry, Stop
from syncline.model.records import AbsenceReason, Absent, Record, RecordId
from syncline.plugin.requests import ChangesRequest, Page
from syncline.state import feeds, records
from syncline.state.clocks import is_recent
from syncline.state.database import chunks
from syncline.state.links import LINK
from syncline.state.records import RECORD

SWEEP_EVERY: Final = 24 * 3600.0
"""Seconds after which a feed is listed again: what it did not tell is found then at the latest."""
_PAGES_AT_MOST: Final = 1_000_000
_READINGS_AT_MOST: Final = 10
"""Of a record that others note each time while it is being read."""


class FeedReader:
    """Reads one feed for the round. `nameless`: rows without a usable id, which were left out."""

    def __init__(self, world: World, feed: FeedState, readers: Readers) -> None:
        self.world = world
        self.feed = feed
        self.observer = Observer(world, feed, readers)
        self.nameless = 0

    def read(self, *, sweep: bool) -> None:
        """Bring our picture of the feed up to date; `sweep`: also look for what is missing.

        Raises:
            ConnectionFailure: the feed could not be read; what was read before is kept.

        """
        row = self._row()
        try:
            complete = self._changes(row, row.cursor_json)
        except Resync:
            complete = self._changes(row, None)
        all_listed = complete and self.feed.feed.scope is None
        if not all_listed and (complete or sweep or self._sweep_due(row)):
            Sweep(self.world, self.feed, self.observer, self.by_id).run()
        self._welcome_lanes()

    def _welcome_lanes(self) -> None:
        """A lane that is new on a feed others have read before needs the values of its records."""
        for lane, side in self.observer.readers:
            if lane.first_sync or lane.rebaseline:
                with self.world.transaction() as tx:
                    ids = newcomers(tx, lane, side)
                self.by_id(RecordId(each) for each in ids)

    def revision(self) -> int:
        """How far the feed is noted, to be asked before a call: what is noted after that may be
        newer than the answer.
        """
        with self.world.transaction() as tx:
            return feeds.revision(tx, self.feed.id)

    def by_id(self, ids: Iterable[RecordId]) -> list[Record]:
        """Read these records now and take note of them; returns those that are there. That one is
        not returned does not mean that it is gone: see `answer`.

        Raises:
            ConnectionFailure: the system does not answer, or others note these records each time
                before we do.

        """
        return list(self.answer(ids).records.values())

    def answer(self, ids: Iterable[RecordId]) -> Answer:
        """As `by_id`, with the reason why the others are absent."""
        answered = Answer()
        wanted = dict.fromkeys(ids)
        for _reading in range(_READINGS_AT_MOST):
            again: set[RecordId] = set()
            for part in chunks(wanted, max(1, self.feed.spec.read_batch)):
                read, overtaken = self._read_part(part)
                answered = answered.with_newer(read)
                again |= overtaken
            if not again:
                return answered
            wanted = dict.fromkeys(sorted(again))
        raise Retry("another run reads the same records again and again")

    def _read_part(self, ids: Sequence[RecordId]) -> tuple[Answer, set[RecordId]]:
        """What is said of these records; and those that somebody has noted meanwhile."""
        began = self.revision()
        page = ask(self.feed, ids)
        beyond = self._of_never_inside(page)
        there = {record.id: record for record in (*page.records, *beyond.records)}
        absent = {absence.id: absence for absence in (*page.absent, *beyond.absent)}
        gone = [absence for id, absence in absent.items() if id not in there]
        whereabouts = Whereabouts(frozenset(record.id for record in beyond.records))
        with self.world.transaction() as tx:
            seen = self.observer.note(
                tx, [*there.values()], gone, began=began, whereabouts=whereabouts, asked=True
            )
        known = replace(page, records=tuple(there.values()), absent=tuple(gone))
        return Answer.of(known), seen.overtaken

    def _of_never_inside(self, page: Page) -> Page:
        """Records that were linked outside of the data set cannot leave it: what is said of them
        wherever they are.
        """
        left = [each.id for each in page.absent if each.reason is AbsenceReason.LEFT]
        if not left or self.feed.feed.scope is None:
            return Page()
        with self.world.transaction() as tx:
            ids = self.observer.never_inside(tx, left)
        return ask(self.feed, ids, scoped=False) if ids else Page()

    # --- what was made since --------------------------------------------------------------------

    def news(self, since: float) -> list[Record]:
        """What may have been made since, by the service's clock, and what no link holds: what was
        noted already, and what the feed tells of beyond our cursor, in the data set or outside of
        it. Nothing is taken note of: a round must not come to know, after its guards have counted,
        what they have not counted.

        Raises:
            ConnectionFailure: the feed could not be read.

        """
        row = self._row()
        told: dict[str, Record] = {}
        for page in self._pages(row.cursor_json):
            for absence in page.absent:
                told.pop(absence.id, None)
            told.update((record.id, record) for record in page.records if is_since(record, since))
        with self.world.transaction() as tx:
            noted = _unlinked_since(tx, self.feed, since)
        answer = look(self.feed, [id for id in noted if id not in told], scoped=False)
        return [*told.values(), *answer.records.values()]

    # --- changes ------------------------------------------------------------------------------

    def _changes(self, row: Row[Any], cursor: str | None) -> bool:
        """Read to the end of the round; True if it was a pass over everything. `row` is the feed
        as it was when this reader began.
        """
        generation = self._begin_pass() if cursor is None else 0
        began = int(row.revision)
        for page in self._pages(cursor):
            began = self._keep(page, began, generation, cursor)
        if cursor is None:
            self._end_pass(page, generation, row.cursor_json)
        return cursor is None

    def _pages(self, cursor: str | None) -> Iterator[Page]:
        start = None if cursor is None else json.loads(cursor)
        following: Any = None
        for _page in range(_PAGES_AT_MOST):
            request = ChangesRequest(
                spec=self.feed.spec, feed=self.feed.feed, cursor=start, next=following
            )
            page = self.feed.connection.fetch(request)
            yield page
            following = page.next
            if following is None:
                return
        raise Stop("a feed never ended", connection=self.feed.connection.name)

    def _begin_pass(self) -> int:
        """The number of a pass over everything that begins now."""
        with self.world.transaction() as tx:
            return feeds.next_pass(tx, self.feed.id)

    def _end_pass(self, page: Page, generation: int, before: str | None) -> None:
        """Everything was listed: what is missing is asked for. Only then the cursor is kept, since
        a feed that goes on from it does not tell of those deletions any more. A data set is yet to
        be listed.
        """
        listed_at: float | None = None
        if self.feed.feed.scope is None:
            with self.world.transaction() as tx:
                unseen = records.unseen(tx, self.feed.id, generation)
            self.by_id(RecordId(key) for key in unseen)
            listed_at = self.world.seconds
        cursor = json.dumps(page.cursor)
        with self.world.transaction() as tx:
            feeds.move_cursor(tx, self.feed.id, before, cursor, swept_at=listed_at)

    def _keep(self, page: Page, began: int, generation: int, cursor: str | None) -> int:
        """Take note of a page. `generation` is 0 but for a pass over everything, of which nothing
        is known of the data set: that is what the listing is for. Returns the revision after it.
        """
        first_pass = cursor is None
        if _says_nothing(page, cursor):
            return began  # no commit for nothing: most feeds of most runs
        self.nameless += page.nameless
        whereabouts = NOBODY_KNOWS if first_pass else Whereabouts(self._outside(page))
        absent = self._placed(page.absent, whereabouts.outside)
        with self.world.transaction() as tx:
            seen = self.observer.note(
                tx,
                page.records,
                absent,
                began=began,
                generation=generation,
                whereabouts=whereabouts,
            )
            if not first_pass and not seen.to_read:
                self._go_on(tx, page, cursor)
            revision = feeds.revision(tx, self.feed.id)
        self.world.progress.advance(len(page.records))
        if seen.to_read:
            self.by_id(seen.to_read)
            with self.world.transaction() as tx:
                if not first_pass:
                    self._go_on(tx, page, cursor)
                revision = feeds.revision(tx, self.feed.id)
        return revision

    def _go_on(self, tx: Connection, page: Page, cursor: str | None) -> None:
        if page.next is None:
            feeds.move_cursor(tx, self.feed.id, cursor, json.dumps(page.cursor))

    def _outside(self, page: Page) -> frozenset[str]:
        """Of a page's records, those outside the data set: asked by id, since feeds are not
        filtered (a filter would hide what a related record moved out).
        """
        waiting = (each.id for each in page.absent if is_kept_waiting(each))
        asked = [*(record.id for record in page.records), *waiting]
        if self.feed.feed.scope is None or not asked:
            return frozenset()
        answer = look(self.feed, asked, scoped=True)
        return frozenset(each for each in answer.absent if answer.has_left(each))

    def _placed(self, absent: Sequence[Absent], outside: Set[str]) -> list[Absent]:
        """What cannot be read waits only where it would be in the data set, or is kept the same
        outside of it.
        """
        left = {each.id for each in absent if is_kept_waiting(each) and each.id in outside}
        if left:
            with self.world.transaction() as tx:
                left.difference_update(self.observer.never_inside(tx, left))
        return [Absent(each.id, AbsenceReason.LEFT) if each.id in left else each for each in absent]

    # --- listing everything -------------------------------------------------------------------

    def _sweep_due(self, row: Row[Any]) -> bool:
        """Whether everything is to be listed: always, where no feed tells of deletions; where a
        first pass was not followed by its listing; and on its cadence.
        """
        if self.feed.spec.deletions == "swept":
            return True
        swept, now = row.swept_at, self.world.seconds
        return swept is None or not is_recent(swept, now, SWEEP_EVERY)

    def _row(self) -> Row[Any]:
        with self.world.transaction() as tx:
            row = feeds.find(tx, self.feed.id)
        if row is None:
            raise Busy("a run with another configuration has taken over this member")
        return row


def is_since(record: Record, since: float) -> bool:
    """Whether a record may have been made since that moment, by the service's clock."""
    return record.created is None or record.created.timestamp() >= since


def _unlinked_since(tx: Connection, feed: FeedState, since: float) -> list[RecordId]:
    """What may have been made since, as far as the feed has told us."""
    fresh = (RECORD.c.modified_at >= since) | (RECORD.c.modified_at.is_(None) & RECORD.c.pending)
    here = (LINK.c[f"{feed.side}_feed"], LINK.c[f"{feed.side}_id"])
    linked = exists().where(here[0] == RECORD.c.feed_id, here[1] == RECORD.c.id)
    statement = select(RECORD.c.id).where(RECORD.c.feed_id == feed.id, fresh, ~linked)
    return [RecordId(each) for each in tx.scalars(statement)]


def _says_nothing(page: Page, cursor: str | None) -> bool:
    """A last page without news, and the cursor we have already."""
    quiet = not page.records and not page.absent and page.next is None
    return quiet and cursor is not None and json.dumps(page.cursor) == cursor
