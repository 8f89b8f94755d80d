"""What a row says of a record, and what an answer says more, or less, than the row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from syncline.model.records import WRITABLE, AbsenceReason, Absent, Record, Writable

_EMPTY: Final[Mapping[str, Any]] = {
    "version": "",
    "marker": None,
    "modified_at": None,
    "writable_json": None,
    "payload": None,
    "generation": 0,
}


def absent_row(feed_id: int, record_id: str, presence: str, old: Row[Any] | None) -> dict[str, Any]:
    """The row of a record that is not there; what it held stays, unless it is gone for good."""
    row = {"feed_id": feed_id, "id": record_id, "digests_json": "{}", "owner": ""}
    if old is not None:
        row.update(old._mapping)
    row.update(presence=presence, in_scope=False, pending=False)
    if presence == "deleted":
        row.update(version="", payload=None)
    return {**_EMPTY, **row}


def says_less(absence: Absent, old: Row[Any] | None) -> bool:
    """Whether a record is known to be deleted, and a service only does not say any more what became
    of it (Salesforce forgets after 15 days, `getDeleted`): that it is gone was certain.
    """
    deleted = old is not None and old.presence == "deleted"
    return deleted and absence.reason is AbsenceReason.UNREADABLE


def same_place(old: Row[Any], record: Record, inside: bool) -> bool:
    """Whether it is where it was, and its values were kept if somebody needs them."""
    return bool(
        old.presence == "present"
        and old.in_scope == inside
        and old.owner == (record.owner or "")
        and not (old.pending and old.payload is None)
    )


def seconds(moment: datetime | None) -> float | None:
    """Seconds since 1970; None for an instant at the very ends of the calendar, which is nobody's
    and does not come back from a number in every time zone.
    """
    return moment.timestamp() if moment and 1 < moment.year < datetime.max.year else None


def writable(record: Record) -> str | None:
    """What may be written on a record, for its row; None: everything."""
    if record.writable == WRITABLE:
        return None
    names = record.writable.fields
    return json.dumps([sorted(names) if names is not None else None, record.writable.reason])


def writable_of(text: str | None) -> Writable:
    """What may be written on a record, from its row."""
    if text is None:
        return WRITABLE
    names, reason = json.loads(text)
    return Writable(frozenset(names) if names is not None else None, reason)
