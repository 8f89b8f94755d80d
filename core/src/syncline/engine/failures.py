"""Feeds that fail while a round works: they are left alone until the next run, others go on.

Kept by feed, not by connection: a mailbox that refuses us never holds up another one, and what
all members share fails for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from syncline.engine.lanes import FeedState, Lane
from syncline.engine.report import RoundReport
from syncline.errors import CALL_FAILED, CallFailed
from syncline.model.sides import SIDES


@dataclass
class Failures:
    """What failed in this round so far; threads may add at once."""

    lanes: Mapping[int, Lane]
    report: RoundReport
    _failed: dict[int, CallFailed] = field(default_factory=dict)

    def note(self, feed: FeedState, error: CallFailed) -> None:
        """A call to this feed failed as a whole: its lanes end here, and the report says so."""
        if self._failed.setdefault(feed.id, error) is error:
            lanes = [each for each in self._of_feed.get(feed.id, ()) if each.id in self.lanes]
            self.report.lane_failed(lanes, error, feed.connection.name)

    @contextmanager
    def caught(self, feed: FeedState) -> Iterator[None]:
        """A failure of the calls inside is noted; what follows has to ask whether it failed."""
        try:
            yield
        except CALL_FAILED as error:
            self.note(feed, error)

    @cached_property
    def _of_feed(self) -> Mapping[int, list[Lane]]:
        found: dict[int, list[Lane]] = {}
        for lane in self.lanes.values():
            for feed_id in _feeds(lane):
                found.setdefault(feed_id, []).append(lane)
        return found

    def __contains__(self, feed: FeedState) -> bool:
        return feed.id in self._failed

    def of(self, lane: Lane) -> str:
        """What a feed of this lane failed with, the last if both did; empty if both answer."""
        feeds = _feeds(lane)
        failed = (error for feed_id, error in self._failed.items() if feed_id in feeds)
        return next((error.message for error in reversed(tuple(failed))), "")

    def spare(self, lane: Lane) -> bool:
        """Whether both feeds of a lane still answer."""
        return self._failed.keys().isdisjoint(_feeds(lane))

    def going(self) -> dict[int, Lane]:
        """The lanes that go on."""
        return {key: lane for key, lane in self.lanes.items() if self.spare(lane)}


def _feeds(lane: Lane) -> set[int]:
    return {lane.sides[side].feed.id for side in SIDES}
