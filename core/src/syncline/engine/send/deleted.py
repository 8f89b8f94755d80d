"""What records held when they were deleted, where a deletion may have gone over an edit.

A deletion whose condition is not exact takes along whatever was edited after we had read the
record. No engine can hold that up; but a service that has a bin can be asked afterwards, so that
the history holds what was really there, and an undo gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from syncline.engine.decide.digests import Digester
from syncline.engine.lanes import FeedState
from syncline.engine.write import Stage
from syncline.errors import SynclineError
from syncline.model.fields import Value
from syncline.model.records import Record, RecordId
from syncline.plugin.requests import DeletedRequest
from syncline.state.database import chunks


def last_held(feed: FeedState, ids: Iterable[RecordId]) -> dict[RecordId, Record]:
    """What the bin says these records held; what it does not say is left out.

    Empty where deletions have an exact condition, so that nothing can have come between, and where
    the connector cannot read deleted records. Never fails: the deletions have happened, and the
    history then keeps what was read before them.
    """
    if feed.spec.conditional_delete == "version" or not feed.connection.can_read_deleted:
        return {}
    held: dict[RecordId, Record] = {}
    for part in chunks(dict.fromkeys(ids), max(1, feed.spec.read_batch)):
        request = DeletedRequest(spec=feed.spec, feed=feed.feed, ids=tuple(part))
        try:
            held |= {record.id: record for record in feed.connection.fetch(request).records}
        except SynclineError:
            return held
    return held


Deletion = TypeVar("Deletion", bound=Stage)
"""Prepared, or sent by an earlier run."""


def as_held(deletion: Deletion, record: Record | None) -> Deletion:
    """The deletion, with what the record held last as the values before it."""
    if record is None:
        return deletion
    write = deletion.write
    reason = _reason(write.reason, write.before, record, write.lane.digester)
    return replace(
        deletion,
        write=replace(write, before={**write.before, **record.fields}, reason=reason),
    )


def _reason(reason: str, before: Mapping[str, Value], record: Record, digester: Digester) -> str:
    """The history says so where the record had become another one than what was decided about."""
    known, was = digester.fields(record.fields), digester.fields(before)
    edited = any(digest != was.get(name) for name, digest in known.items())
    return f"{reason}; an edit made meanwhile went with it" if edited else reason
