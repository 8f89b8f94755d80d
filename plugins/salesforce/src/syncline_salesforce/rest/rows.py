"""What a row of any object says of itself: its id, version, owner, and whether it is deleted."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from syncline.model.records import AbsenceReason, Absent, AccountId, Record, RecordId
from syncline_salesforce.rest import soql
from syncline_salesforce.rest.errors import malformed

STAMPS = ("SystemModstamp", "LastModifiedDate")
RELATED_STAMP = "LastModifiedDate"
"""Of a related row: people rename it. Its SystemModstamp moves with every sum that is rolled up."""
_PROCESS_KEY = secrets.token_bytes(32)


def version(
    row: Mapping[str, Any],
    certain_until: datetime | None,
    native: Mapping[str, Any] | None = None,
) -> str:
    """`SystemModstamp|LastModifiedDate`: the first moves with every change, the second is what
    `If-Unmodified-Since` is compared with. The stamps of related rows of which the row shows a
    value (`Account.Name`) follow, since no change of theirs moves its own.

    Stamps are whole seconds, so a row may change again without a new stamp for as long as its
    second is not over (and clocks of servers differ). Until then the version is provisional:
    a digest of the content with a key of this process is added, and at the next read in the
    overlap the row gets its final version and is looked at once more.
    """
    stamps = "|".join([*(str(row.get(name)) for name in STAMPS), *_related_stamps(row)])
    stamp = moment(row, "SystemModstamp")
    if certain_until is None or stamp is None or stamp < certain_until:
        return stamps
    content = json.dumps(native, sort_keys=True, default=str).encode()
    return f"{stamps}|~{hashlib.blake2b(content, key=_PROCESS_KEY, digest_size=8).hexdigest()}"


def _related_stamps(row: Mapping[str, Any]) -> list[str]:
    related = (value for _, value in sorted(row.items()) if isinstance(value, Mapping))
    return [str(each[RELATED_STAMP]) for each in related if each.get(RELATED_STAMP)]


def unmodified_since(known: str) -> datetime | None:
    """The LastModifiedDate a version names; None if it is not one of ours."""
    parts = known.split("|")
    return parsed(parts[1]) if len(parts) > 1 else None


def absent(row: Mapping[str, Any]) -> Absent | None:
    """What a deleted row says: deleted, or merged into another; None if it is not deleted."""
    if not row.get("IsDeleted"):
        return None
    winner = row.get("MasterRecordId")
    if winner:
        return Absent(row_id(row), AbsenceReason.MERGED, row_id({"Id": winner}))
    return Absent(row_id(row), AbsenceReason.DELETED)


def key_of(row: Mapping[str, Any], certain_until: datetime | None) -> Record | Absent | None:
    """What a row of a sweep says: a record without fields, an absence, or nothing if it has no
    usable id.
    """
    id = named(row)
    if id is None:
        return None
    if why := unreadable(row):
        return Absent(id, AbsenceReason.UNREADABLE, why=why, owner=owner_of(row))
    return Record(
        id=id,
        version=version(row, certain_until),
        owner=owner_of(row),
        modified=moment(row, "LastModifiedDate"),
    )


def unreadable(row: Mapping[str, Any]) -> str:
    """What of a row's own columns has a form that Salesforce does not document; "" if nothing.
    Whether it is deleted must be said in so many words, and a version needs both stamps.
    """
    deleted, winner = row.get("IsDeleted", False), row.get("MasterRecordId")
    if not isinstance(deleted, bool):
        return "IsDeleted: is neither true nor false"
    if deleted:
        return "" if not winner or soql.is_id(winner) else "MasterRecordId: is no id"
    return next((f"{name}: is no instant" for name in STAMPS if moment(row, name) is None), "")


def owner_of(row: Mapping[str, Any]) -> AccountId | None:
    return AccountId(row["OwnerId"]) if row.get("OwnerId") else None


def named(row: object) -> RecordId | None:
    """The row's 18-character id; None if it has none that could be one."""
    found = row.get("Id") if isinstance(row, Mapping) else None
    return RecordId(found) if isinstance(found, str) and soql.is_id(found) else None


def row_id(row: Mapping[str, Any]) -> RecordId:
    """As `named`, where nothing can be done without an id."""
    found = named(row)
    if found is None:
        raise malformed("a row without Id")
    return found


def moment(row: Mapping[str, Any], name: str) -> datetime | None:
    """A stamp of the row as an instant in UTC."""
    value = row.get(name)
    return parsed(value) if isinstance(value, str) else None


def parsed(stamp: str) -> datetime | None:
    """`2026-11-21T20:21:25.000+0000` as an instant in UTC; None if it is something else."""
    try:
        instant = datetime.fromisoformat(stamp)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def certain_until(begun: datetime | None, margin: timedelta) -> datetime | None:
    """Before which instant a row read by a query sent at `begun` can no longer change unseen."""
    return None if begun is None else begun - margin
