"""A pair ends: we have deleted one of its records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.intake.interest import pending_again
from syncline.engine.lanes import FeedState
from syncline.engine.write import Settled
from syncline.model.sides import SIDES, Side
from syncline.state import claims, conflicts, links, records


def end_pair(tx: Connection, each: Settled, row: Row[Any]) -> None:
    """`row`: its link. One that an undo parts is severed: its other record stays as it is."""
    conflicts.drop(tx, [row.id])
    if _is_of_a_successor(each, row):
        _let_be_made_again(tx, each, row)
        return
    _release_from_others(tx, each, row)
    if each.write.undo is not None:
        links.sever(tx, row.id, each.side)
        claims.release(tx, each.lane.id, each.side.other, [str(each.source_id)])
        return
    links.end(tx, row, "delete")
    for side in SIDES:
        record_id, feed = row._mapping[f"{side}_id"], each.lane.sides[side].feed
        if record_id is None:
            continue
        if _is_back(tx, each, side, record_id):
            pending_again(tx, side, feed.id, [record_id])
        elif not links.by_records(tx, side, feed.id, [record_id]):
            records.forget(tx, feed.id, [record_id])


def _is_of_a_successor(each: Settled, row: Row[Any]) -> bool:
    """Whether somebody who was entered anew took the place of the one whose deletion was carried
    over, while that was on its way.
    """
    return each.write.undo is None and row._mapping[f"{each.side.other}_id"] != each.source_id


def _let_be_made_again(tx: Connection, each: Settled, row: Row[Any]) -> None:
    """What was deleted was theirs by then. Everybody's pair with it is over, and whoever is there
    still is a new record, of which one is made.
    """
    others = [(there, other) for _id, there, other in links.others(tx, each.side, [row.id])]
    for there, link in [(each.side, row), *others]:
        here = there.other
        record_id, feed_id = link._mapping[f"{here}_id"], link._mapping[f"{here}_feed"]
        if record_id is not None and not _is_gone(tx, link, here):
            links.remove(tx, [link.id])
            pending_again(tx, here, feed_id, [record_id])


def _release_from_others(tx: Connection, each: Settled, row: Row[Any]) -> None:
    """Who linked the record while its deletion was on its way has deleted nothing, and agreed to
    nothing: their own policy says what becomes of what they had linked to it.
    """
    if not each.write.alone:
        return
    others = links.others_in_use(tx, each.side, [row.id])
    for _link, there, other in others:
        if other.status == "linked" and not _is_gone(tx, other, there.other):
            links.begin_again(tx, [other.id], there)


def _is_gone(tx: Connection, link: Row[Any], side: Side) -> bool:
    record_id = link._mapping[f"{side}_id"]
    row = records.find(tx, link._mapping[f"{side}_feed"], [record_id]).get(record_id)
    return row is None or row.presence == "deleted"


def _is_back(tx: Connection, each: Settled, side: Side, record_id: str) -> bool:
    """Whether a record of a pair that is over is there again, and so a new one: somebody has noted
    the one whose deletion was carried over, or, since we decided on that, the one we deleted.
    """
    row = present_row(tx, each.lane.sides[side].feed, record_id)
    if row is None:
        return False
    return side is not each.side or (each.noted is not None and row.revision > each.noted)


def present_row(tx: Connection, feed: FeedState, record_id: str) -> Row[Any] | None:
    """A record's row, if it was noted last as there, in the feed's data set."""
    row = records.find(tx, feed.id, [record_id]).get(record_id)
    return row if row is not None and row.presence == "present" and row.in_scope else None
