"""sObject Get Deleted and Get Updated: ids of what was deleted or changed in a span of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from syncline_sandbox.messages import Answer
from syncline_sandbox.salesforce.errors import ApiError, refuse
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.service.requests import Context, answer
from syncline_sandbox.salesforce.stamps import parse_instant, stamp, whole_minute
from syncline_sandbox.salesforce.store.tables import HIDDEN
from syncline_sandbox.salesforce.store.visibility import covered_until, source

REACH = timedelta(days=30)
BIN_REACH = timedelta(days=15)
MAX_IDS = 600_000


def deleted(context: Context, kind: str) -> Answer:
    """GET: what was deleted and may be seen; reaches back fifteen days."""
    found = context.kind(kind)
    start, end = _span(context)
    floor = context.org.now() - BIN_REACH
    rows = context.org.storage.rows(
        "SELECT d.id, d.deleted_at FROM deletion d "  # noqa: S608 - names come from the schema
        f"LEFT JOIN {source(context.org, found)} r ON r.Id = d.id "
        f"WHERE d.object = ? AND d.deleted_at >= ? AND d.deleted_at < ? "
        f"AND COALESCE(r.{HIDDEN}, 0) = 0 AND COALESCE(r.IsDeleted, 1) = 1 ORDER BY d.deleted_at",
        *(found.name, stamp(max(start, floor)), stamp(end)),
    )
    _check_count(rows)
    records = [{"id": row["id"], "deletedDate": row["deleted_at"]} for row in rows]
    earliest = context.org.setting("delete_log_from") or stamp(floor)
    return answer(
        {
            "deletedRecords": records,
            "earliestDateAvailable": earliest,
            "latestDateCovered": _covered(context, found, end),
        }
    )


def updated(context: Context, kind: str) -> Answer:
    """GET: ids of what was created or changed; reaches back thirty days."""
    found = context.kind(kind)
    start, end = _span(context)
    rows = context.org.storage.rows(
        f"SELECT Id FROM {source(context.org, found)} "  # noqa: S608 - names come from the schema
        f"WHERE LastModifiedDate >= ? AND LastModifiedDate < ? AND {HIDDEN} = 0 "
        f"{'AND IsDeleted = 0' if found.undeletable else ''} ORDER BY LastModifiedDate, Id",
        *(stamp(start), stamp(end)),
    )
    _check_count(rows)
    ids = [row["Id"] for row in rows]
    return answer({"ids": ids, "latestDateCovered": _covered(context, found, end)})


def _span(context: Context) -> tuple[datetime, datetime]:
    options = context.call.query
    start, end = (_instant(options.get(name, ""), name) for name in ("start", "end"))
    if start < whole_minute(context.org.now() - REACH):
        raise _invalid("startDate before org replication enabled date or older than 30 days")
    if end - start <= timedelta(minutes=1):
        raise _invalid("endDate must be more than one minute after startDate")
    return start, end


def _instant(text: str, name: str) -> datetime:
    moment = parse_instant(text.replace(" ", "+"))
    if moment is None:
        raise refuse("INVALID_REPLICATION_DATE", f"invalid {name}: {text}")
    return whole_minute(moment)


def _covered(context: Context, kind: ObjectType, end: datetime) -> str:
    return stamp(min(end, covered_until(context.org, kind)))


def _check_count(rows: list[Any]) -> None:
    if len(rows) > MAX_IDS:
        raise refuse("EXCEEDED_ID_LIMIT", "more than 600,000 ids")


def _invalid(message: str) -> ApiError:
    return refuse("INVALID_REPLICATION_DATE", message)
