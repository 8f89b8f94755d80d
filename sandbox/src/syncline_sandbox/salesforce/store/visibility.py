"""Late visibility: queries go on seeing the old state of a row for a while after it changed.

Long transactions stamp early and commit late, and Salesforce's read path lags behind; both look
the same from outside: a row appears with a stamp older than rows that were read before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.stamps import from_stamp, stamp
from syncline_sandbox.salesforce.store.tables import before_table, table

_ALWAYS = 2**62


def hold_back(org: Org, kind: ObjectType, record_id: str) -> None:
    """To be called before a row is written: keeps its present state for queries, if the quirk
    `late-visibility` is on. A row that is not there yet stays unseen.
    """
    late = org.environment.quirks.fires("late-visibility")
    if late is None:
        return
    until, calls = org.now() + timedelta(seconds=int(late["seconds"])), late["calls"]
    if calls is not None:
        until = datetime.max.replace(tzinfo=until.tzinfo)
    last_call = org.storage.current("api-call") + int(calls) if calls is not None else _ALWAYS
    held = org.storage.row("SELECT 1 FROM lag WHERE object = ? AND id = ?", kind.name, record_id)
    if held is None:
        org.storage.run(
            f"INSERT INTO {before_table(kind.name)} "  # noqa: S608 - names come from the schema
            f"SELECT * FROM {table(kind.name)} WHERE Id = ?",
            record_id,
        )
    org.storage.run(
        "INSERT OR REPLACE INTO lag VALUES (?, ?, ?, ?)",
        *(kind.name, record_id, stamp(until), last_call),
    )


def source(org: Org, kind: ObjectType) -> str:
    """Where queries find the rows of an object as they are to be seen now."""
    _release(org, kind)
    if org.storage.row("SELECT 1 FROM lag WHERE object = ? LIMIT 1", kind.name) is None:
        return table(kind.name)
    return (
        f"(SELECT * FROM {table(kind.name)} "  # noqa: S608 - names come from the schema
        f"WHERE Id NOT IN (SELECT id FROM lag WHERE object = '{kind.name}') "
        f"UNION ALL SELECT * FROM {before_table(kind.name)})"
    )


def covered_until(org: Org, kind: ObjectType) -> datetime:
    """Up to when a replication call can vouch for completeness: nothing older is still unseen."""
    _release(org, kind)
    row = org.storage.row(
        f"SELECT min(SystemModstamp) AS first FROM {table(kind.name)} "  # noqa: S608 - as above
        "WHERE Id IN (SELECT id FROM lag WHERE object = ?)",
        kind.name,
    )
    return from_stamp(row["first"]) if row and row["first"] else org.now()


def _release(org: Org, kind: ObjectType) -> None:
    due = "object = ? AND (visible_at <= ? OR visible_call < ?)"
    values = (kind.name, stamp(org.now()), org.storage.current("api-call"))
    org.storage.run(
        f"DELETE FROM {before_table(kind.name)} "  # noqa: S608 - names come from the schema
        f"WHERE Id IN (SELECT id FROM lag WHERE {due})",
        *values,
    )
    org.storage.run(f"DELETE FROM lag WHERE {due}", *values)  # noqa: S608 - a constant condition
