"""What a connection says of some records by id: there, or absent with a reason.

Not returned is not gone: a record is gone if the service says so, and for no other reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from syncline.engine.lanes import FeedState
from syncline.model.records import AbsenceReason, Record, RecordId
from syncline.plugin.requests import IdsRequest, Page
from syncline.state.database import chunks

_GONE: Final = (AbsenceReason.DELETED, AbsenceReason.MERGED)


@dataclass(frozen=True)
class Answer:
    """By id. Each record that was asked for is in one of the two."""

    records: Mapping[str, Record] = field(default_factory=dict)
    absent: Mapping[str, AbsenceReason] = field(default_factory=dict)

    @classmethod
    def of(cls, *pages: Page) -> Answer:
        """What these pages say."""
        return cls(
            {record.id: record for page in pages for record in page.records},
            {absence.id: absence.reason for page in pages for absence in page.absent},
        )

    def with_newer(self, newer: Answer) -> Answer:
        """What both say together; of a record that both speak of, what the newer one says."""
        records = {k: r for k, r in self.records.items() if k not in newer.absent}
        absent = {k: r for k, r in self.absent.items() if k not in newer.records}
        return Answer({**records, **newer.records}, {**absent, **newer.absent})

    def is_gone(self, record_id: str | None) -> bool:
        """Whether the service says that it was deleted, or merged into another one."""
        return self.absent.get(str(record_id)) in _GONE

    def has_left(self, record_id: str | None) -> bool:
        """Whether it is there, outside of what we may look at."""
        return self.absent.get(str(record_id)) is AbsenceReason.LEFT


def ask(feed: FeedState, ids: Sequence[str], *, scoped: bool = True) -> Page:
    """What one call says of these records, without taking note of them.

    Raises:
        ConnectionFailure: the connection does not answer.

    """
    wanted = tuple(RecordId(each) for each in ids)
    request = IdsRequest(spec=feed.spec, feed=feed.feed, ids=wanted, scoped=scoped)
    return feed.connection.fetch(request)


def look(feed: FeedState, ids: Iterable[str], *, scoped: bool) -> Answer:
    """As `ask`, of any number of records. `scoped`: those outside of the data set have left.

    Raises:
        ConnectionFailure: the connection does not answer.

    """
    parts = chunks(dict.fromkeys(ids), max(1, feed.spec.read_batch))
    return Answer.of(*(ask(feed, part, scoped=scoped) for part in parts))
