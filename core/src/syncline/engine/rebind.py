"""A record that its user deleted and entered anew: its link goes on with the new one.

Otherwise the counterpart would be deleted, and the new record wait beside it or be made a second
time. What the deleted record was settled at says nothing about the new one: both bases are unknown.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.lanes import Lane
from syncline.model.records import RecordId
from syncline.model.sides import Side
from syncline.state import links, records


def rebind(tx: Connection, lane: Lane, side: Side, source: RecordId, taken: Row[Any]) -> bool:
    """Give the link that holds a record of `side` the new record of the other side; False if the
    one it has is still there.
    """
    here = side.other
    former = taken._mapping[f"{here}_id"]
    feed_id = lane.sides[here].feed.id
    row = records.find(tx, feed_id, [former]).get(former) if former else None
    known_gone = row is not None and row.presence == "deleted"
    is_over = links.is_severed_at(taken, here) or (taken.status == "linked" and known_gone)
    if not is_over:
        return False
    links.begin_again(tx, [taken.id], here, **{f"{here}_id": source, f"{here}_inside": True})
    if not links.by_records(tx, here, feed_id, [former]):
        records.forget(tx, feed_id, [former])
    return True
