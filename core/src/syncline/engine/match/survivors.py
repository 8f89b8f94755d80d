"""Records whose counterpart was deleted, read by their ids: who was entered anew may be one.

Each is read once a round, however many pages of new records there are. What was read a while ago
is noted as of then: if somebody has noted it since, it is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from syncline.engine.failures import Failures
from syncline.engine.intake.answer import Answer, look
from syncline.engine.intake.read import FeedReader
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.world import World
from syncline.model.records import Record
from syncline.state import links


@dataclass(frozen=True)
class Known:
    """Records read by id, wherever they are in the connection. `began`: the revision of the feed
    before the (first) call.
    """

    answer: Answer
    began: int

    def there(self, ids: Iterable[str]) -> list[Record]:
        """Those of these records that are there."""
        return [self.answer.records[id] for id in ids if id in self.answer.records]


@dataclass
class Survivors:
    """Knows them for the lanes of a round, by the feed they are in."""

    world: World
    readers: Mapping[int, FeedReader]
    failures: Failures
    _known: dict[int, Known] = field(default_factory=dict)

    def of(
        self, feed: FeedState, lanes: Iterable[Lane]
    ) -> tuple[Known, Mapping[int, Sequence[str]]] | None:
        """What is known of them, and by lane which they are; None if the feed does not answer."""
        with self.world.transaction() as tx:
            ids = {
                lane.id: links.survivors(
                    tx, lane.id, feed.side, lane.sides[feed.side.other].feed.id
                )
                for lane in lanes
            }
        before = self._known.get(feed.id, Known(Answer(), 0))
        asked = before.answer.records.keys() | before.answer.absent.keys()
        new = [id for some in ids.values() for id in some if id not in asked]
        if not new:
            return before, ids
        found = self.read(feed, new)
        if found is None:
            return None
        began = before.began if asked else found.began
        self._known[feed.id] = Known(before.answer.with_newer(found.answer), began)
        return self._known[feed.id], ids

    def read(self, feed: FeedState, ids: Sequence[str]) -> Known | None:
        """These records, as they are now; None if the feed does not answer."""
        if not ids:
            return Known(Answer(), 0)
        began = self.readers[feed.id].revision()
        with self.failures.caught(feed):
            return Known(look(feed, ids, scoped=False), began)
        return None
