"""The sweep: all keys of a feed are listed, to find what its changes cannot tell.

What is new or has moved is read by id, what is missing is asked for by id. And what a listing of a
data set shows is inside of it: a pass over all changes does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from syncline.engine.decide import digests
from syncline.engine.intake.observe import Observer
from syncline.engine.intake.unread import REASON, is_kept_waiting
from syncline.engine.lanes import FeedState
from syncline.engine.world import World
from syncline.errors import Stop
from syncline.model.records import RecordId
from syncline.plugin.requests import KeysRequest, Page
from syncline.state import attention, feeds, links, records

_PAGES_AT_MOST: Final = 1_000_000


@dataclass(frozen=True)
class Sweep:
    """Lists one feed. `read` reads records by id and takes note of them."""

    world: World
    feed: FeedState
    observer: Observer
    read: Callable[[Iterable[RecordId]], object]

    def run(self) -> None:
        """List everything, and ask for what is missing.

        Raises:
            ConnectionFailure: the listing broke off: it says nothing about what is missing.

        """
        with self.world.transaction() as tx:
            began = feeds.revision(tx, self.feed.id)
            generation = feeds.next_pass(tx, self.feed.id)
        self._list(generation)
        with self.world.transaction() as tx:
            missing = self._missing(tx, records.unseen(tx, self.feed.id, generation), began)
            if not missing:
                feeds.swept(tx, self.feed.id, self.world.seconds)
        if missing:
            self.read(missing)
            with self.world.transaction() as tx:
                feeds.swept(tx, self.feed.id, self.world.seconds)

    def _list(self, generation: int) -> None:
        following: Any = None
        for _page in range(_PAGES_AT_MOST):
            request = KeysRequest(spec=self.feed.spec, feed=self.feed.feed, next=following)
            page = self.feed.connection.fetch(request)
            self._keep(page, generation)
            following = page.next
            if following is None:
                return
        raise Stop("a listing never ended", connection=self.feed.connection.name)

    def _keep(self, page: Page, generation: int) -> None:
        listed = {record.id: record for record in page.records}
        with self.world.transaction() as tx:
            known = records.find(tx, self.feed.id, listed)
            unmoved = [
                listed[RecordId(key)]
                for key, row in known.items()
                if _is_unmoved(row, listed[RecordId(key)].version) and self._is_whole(row)
            ]
            self.observer.inside(tx, unmoved)
            records.mark_seen(tx, self.feed.id, [each.id for each in unmoved], generation)
        waiting = [each.id for each in page.absent if is_kept_waiting(each)]
        same = {each.id for each in unmoved}
        moved = [*(key for key in listed if key not in same), *waiting]
        if moved:
            self.read(moved)
            with self.world.transaction() as tx:
                records.mark_seen(tx, self.feed.id, moved, generation)

    def _is_whole(self, row: Row[Any]) -> bool:
        """Whether every field was read: what was hidden may be shown now, at the same version."""
        return self.feed.spec.readable <= (digests.load(row.digests_json) or {}).keys()

    def _missing(self, tx: Connection, candidates: Mapping[str, int], began: int) -> list[RecordId]:
        """Records to ask for. Of a data set's sweep, those that nothing links are just outside,
        unless somebody has noted them since it began.
        """
        if self.feed.feed.scope is None:
            return [RecordId(key) for key in candidates]
        side, feed_id = self.feed.side, self.feed.id
        rows = links.by_records(tx, side, feed_id, candidates)
        linked = {row._mapping[f"{side}_id"] for row in rows}
        asked = [key for key, at in candidates.items() if key in linked or at > began]
        outside = candidates.keys() - set(asked)
        records.leave(tx, feed_id, outside)
        attention.over(tx, side, feed_id, outside, REASON)
        # No listing has these. Their end is told by the feed, if at all, once: not where everything
        # is read anew since its cursor had died.
        never_inside = links.never_inside(tx, side, feed_id)
        return [RecordId(key) for key in dict.fromkeys([*asked, *never_inside])]


def _is_unmoved(row: Row[Any], version: str) -> bool:
    return bool(row.presence == "present" and row.in_scope and row.version == version)
