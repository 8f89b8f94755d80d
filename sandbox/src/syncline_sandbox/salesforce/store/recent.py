"""What each user viewed or referenced last: `FOR VIEW` and `FOR REFERENCE` write it down, the
resource `recent` and an object's own page read it.

SOQL and SOSL Reference, "FOR VIEW and FOR REFERENCE"; REST guide, "Recently Viewed Items".
"""

from __future__ import annotations

from collections.abc import Iterable

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.schema.object_type import ObjectType
from syncline_sandbox.salesforce.store.tables import HIDDEN, table
from syncline_sandbox.storage import Row

MOST = 200
"""Rows of one object that are remembered for a user."""
_DATES = {"VIEW": "LastViewedDate", "REFERENCE": "LastReferencedDate"}


def note(
    org: Org, kind: ObjectType, record_ids: Iterable[str], user: str, uses: frozenset[str]
) -> None:
    """Writes down that a user viewed or referenced rows; no stamp of theirs moves."""
    dates = [name for use, name in _DATES.items() if use in uses and kind.field(name)]
    for record_id in record_ids:
        for name in dates:
            org.storage.run(
                f'UPDATE {table(kind.name)} SET "{name}" = ? '  # noqa: S608 - from the schema
                "WHERE Id = ?",
                org.stamp(),
                record_id,
            )
        org.storage.run(
            "INSERT OR REPLACE INTO recent VALUES (?, ?, ?, ?)",
            *(user, kind.name, record_id, org.storage.next("recent")),
        )
    org.storage.run(
        "DELETE FROM recent WHERE user = ? AND object = ? AND number NOT IN "
        "(SELECT number FROM recent WHERE user = ? AND object = ? ORDER BY number DESC LIMIT ?)",
        *(user, kind.name, user, kind.name, MOST),
    )


def recent(org: Org, user: str, kind: ObjectType | None, most: int) -> list[tuple[ObjectType, Row]]:
    """The rows a user dealt with, the latest first; of one object, or of all that are visible."""
    condition, values = ("AND object = ?", [kind.name]) if kind else ("", [])
    found = org.storage.rows(
        "SELECT object, id FROM recent "  # noqa: S608 - two constants
        f"WHERE user = ? {condition} ORDER BY number DESC",
        user,
        *values,
    )
    rows = ((org.visible.object(row["object"]), row["id"]) for row in found)
    living = ((each, _row(org, each, record_id)) for each, record_id in rows if each)
    return [(each, row) for each, row in living if row is not None][:most]


def _row(org: Org, kind: ObjectType, record_id: str) -> Row | None:
    alive = "AND IsDeleted = 0" if kind.undeletable else ""
    return org.storage.row(
        f"SELECT * FROM {table(kind.name)} "  # noqa: S608 - names come from the schema
        f"WHERE Id = ? AND {HIDDEN} = 0 {alive}",
        record_id,
    )
