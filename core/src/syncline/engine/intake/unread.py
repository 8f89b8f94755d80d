"""Records of which something cannot be read: each waits in its lanes, with the reason.

They are in no data set of ours until they can be read, and are never taken for deleted. Of one
whose owner cannot be read nobody knows the lane: it is reported for its feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row

from syncline.engine.intake.interest import Interest
from syncline.engine.intake.place import Place
from syncline.engine.lanes import FeedState, Lane, Readers
from syncline.engine.report import RoundReport
from syncline.model.records import AbsenceReason, Absent, Record, RecordId
from syncline.model.reports import Problem
from syncline.state import attention, links

REASON: Final = "unreadable"
HIDDEN: Final = "the record cannot be read at the moment"
"""What is said of a record that the connection gives no reason for."""
_NO_OWNER: Final = "owner: is missing"
_UNHARMED: Final = "Nothing is deleted because of it. Look in that system at what was made last."


@dataclass(frozen=True)
class Unread:
    """Takes note of such records of one feed, for all lanes that read it."""

    feed: FeedState
    readers: Readers
    interest: Interest
    now: float

    def waits(
        self,
        tx: Connection,
        absence: Absent,
        its_links: Iterable[Row[Any]],
        old: Row[Any] | None,
    ) -> list[attention.Waiting]:
        """The record waits; returns what is news to lanes that have no link for it, since of the
        others the links themselves will be reported.
        """
        linked = {link.lane_id for link in its_links if link.status in links.LIVE}
        passed = {link.lane_id for link in its_links} - linked
        wanted = self.interest.lanes(_owner(absence, old)) - passed - linked - self._one_way()
        waiting = {lane_id: self._waiting(absence, lane_id) for lane_id in sorted(linked | wanted)}
        news = [each for each in waiting.values() if attention.explain(tx, each, self.now)]
        return [each for each in news if each.lane_id in wanted]

    def _one_way(self) -> set[int]:
        """Lanes in which nothing comes of a record on this side."""
        return {
            lane.id for lane, side in self.readers if not lane.policy.direction.writes(side.other)
        }

    def _waiting(self, absence: Absent, lane_id: int) -> attention.Waiting:
        return attention.Waiting(
            lane_id, self.feed.side, absence.id, REASON, absence.why, patient=True
        )


def is_kept_waiting(absence: Absent) -> bool:
    """Whether an absence is about a record that is there, and that people can mend."""
    return absence.reason is AbsenceReason.UNREADABLE and bool(absence.why)


def told_apart(
    found: Sequence[Record], absent: Sequence[Absent], place: Place
) -> tuple[dict[RecordId, Record], dict[RecordId, Absent]]:
    """By id, the records of an answer and what is absent. In a feed of which members have what they
    own, one without an owner is nobody else's: it cannot be read until it has one.
    """
    latest = {record.id: record for record in found}
    gone = {absence.id: absence for absence in absent}
    if place.interest.owners:
        ownerless = [r.id for r in latest.values() if not r.owner and r.id not in place.outside]
        for record_id in ownerless:
            del latest[record_id]
            gone[record_id] = Absent(record_id, AbsenceReason.UNREADABLE, why=_NO_OWNER)
    return latest, gone


def is_nobodys(absence: Absent, its_links: Iterable[Row[Any]], old: Row[Any] | None) -> bool:
    """Whether there is no lane in which a record could wait, if lanes have what members own."""
    return not _owner(absence, old) and not any(link.status in links.LIVE for link in its_links)


def _owner(absence: Absent, old: Row[Any] | None) -> str:
    return absence.owner or ("" if old is None else old.owner)


def report_waiting(
    report: RoundReport, lanes: Mapping[int, Lane], waiting: Iterable[attention.Waiting]
) -> None:
    """Records that began to wait in this round, each in its lane."""
    for each in waiting:
        lane = lanes.get(each.lane_id)
        if lane is not None:
            id = RecordId(each.record_id)
            report.waits(lane, each.side, id, each.reason, each.message)


def report_nameless(report: RoundReport, feed: FeedState, readers: Readers, number: int) -> None:
    """Rows that nobody can speak of by name: said once for the feed, whose lanes go on."""
    if number:
        _report_for_feed(
            report, feed, readers, f"{number} records have no usable id, and were left out"
        )


def report_ownerless(report: RoundReport, feed: FeedState, readers: Readers, number: int) -> None:
    """Records that are in no lane while nobody can read whose they are: said likewise, to lanes in
    which something would come of them.
    """
    concerned = tuple(
        (lane, side)
        for lane, side in readers
        if lane.sides[side].by_owner and lane.policy.direction.writes(side.other)
    )
    if number and concerned:
        message = f"{number} records have no owner that can be read, and wait until they have one"
        _report_for_feed(report, feed, concerned, message)


def _report_for_feed(report: RoundReport, feed: FeedState, readers: Readers, message: str) -> None:
    [*names] = {lane.name for lane, _side in readers}
    report.problem(
        Problem(
            kind=REASON,
            message=message,
            hint=_UNHARMED,
            lane=names[0] if len(names) == 1 else None,
            connection=feed.connection.name,
        )
    )
