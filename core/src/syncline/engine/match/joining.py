"""A record whose counterpart exists already: it is linked to it, and nothing is created.

A record that its user deleted and entered anew takes over the link of the deleted one, in every
lane that has it: otherwise the counterpart would be deleted, if only by somebody else's lane, and
the new record wait beside it or be made a second time. What a record that is gone was settled at
says nothing about another one: both bases are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.intake.interest import linked_there, no_longer_pending
from syncline.engine.lanes import Lane
from syncline.engine.match.markers import Marks
from syncline.engine.write import Prepared
from syncline.model.records import RecordId
from syncline.model.sides import Side
from syncline.state import attention, links, records


def linked_sources(tx: Connection, creates: Sequence[Prepared]) -> set[tuple[int, Side, str]]:
    """By lane, side and record, which of their sources a link holds."""
    by_feed: dict[tuple[Side, int], list[str]] = {}
    for each in creates:
        here = each.side.other
        key = here, each.lane.sides[here].feed.id
        by_feed.setdefault(key, []).append(str(each.source_id))
    return {
        (row.lane_id, here, row._mapping[f"{here}_id"])
        for (here, feed_id), ids in by_feed.items()
        for row in links.by_records(tx, here, feed_id, ids)
    }


def source_of(create: Prepared) -> tuple[int, Side, str]:
    """The record that a create is made from: lane, side and record."""
    return create.lane.id, create.side.other, str(create.source_id)


def join_to(
    tx: Connection, installation: str, create: Prepared, target: RecordId, marker: str | None
) -> bool:
    """Link the record that a create was prepared for to one that is there; False if another record
    of the lane, which is there as well, is linked to that one.
    """
    lane, side = create.lane, create.side
    if create.link_id is None and source_of(create) in linked_sources(tx, [create]):
        return True  # another run has just followed it into a record that is linked
    taken = _link_in_lane(tx, lane, side, target)
    if taken is None:
        _link(tx, installation, create, target, marker)
    elif taken.id == create.link_id:
        pass  # what was to be made again is there again, or somebody else has made it for all
    elif not _is_over(tx, lane, side, taken):
        return False
    elif create.replaces is None:
        take_over(tx, lane, side.other, RecordId(str(create.source_id)), taken)
    else:
        _others_follow(tx, side.other, RecordId(str(create.source_id)), taken)
        links.remove(tx, [taken.id])
        _link(tx, installation, create, target, marker)
    source = [str(create.source_id)]
    no_longer_pending(tx, lane.sides[side.other].feed, source)
    attention.clear(tx, lane.id, side.other, source)
    return True


def _link_in_lane(tx: Connection, lane: Lane, side: Side, record_id: str) -> Row[Any] | None:
    held = links.by_records(tx, side, lane.sides[side].feed.id, [record_id])
    return next((link for link in held if link.lane_id == lane.id), None)


def _link(
    tx: Connection, installation: str, create: Prepared, target: RecordId, marker: str | None
) -> None:
    lane, side = create.lane, create.side
    marks = Marks.of(installation, lane, side.other, [RecordId(str(create.source_id))])
    made = marks.read(marker)
    if create.replaces is not None:
        values = {} if made is None else {"incarnation": made.incarnation}
        again = {f"{side}_id": target, f"{side}_inside": False, **values}
        links.begin_again(tx, [int(create.link_id or 0)], side, **again)
    else:
        new = {
            "lane_id": lane.id,
            "left_feed": lane.sides.left.feed.id,
            "right_feed": lane.sides.right.feed.id,
            f"{side.other}_id": create.source_id,
            f"{side}_id": target,
            "status": "linked",
            "incarnation": 0 if made is None else made.incarnation,
            "dirty": True,
            f"{side.other}_inside": True,
        }
        links.add(tx, new)
    no_longer_pending(tx, lane.sides[side].feed, [target])


def _is_over(tx: Connection, lane: Lane, side: Side, taken: Row[Any]) -> bool:
    """Whether the record is gone that a link holds on the other side than `side`."""
    here = side.other
    former = taken._mapping[f"{here}_id"]
    feed_id = lane.sides[here].feed.id
    row = records.find(tx, feed_id, [former]).get(former) if former else None
    known_gone = row is not None and row.presence == "deleted"
    return links.is_severed_at(taken, here) or (taken.status == "linked" and known_gone)


def take_over(
    tx: Connection,
    lane: Lane,
    side: Side,
    record_id: RecordId,
    taken: Row[Any],
    *,
    incarnation: int = 0,
) -> None:
    """Give a link whose record of `side` is gone another one; what it says of itself, how often it
    had been made, counts where it is more than is known.
    """
    former, feed_id = taken._mapping[f"{side}_id"], lane.sides[side].feed.id
    goes_on = {f"{side}_id": record_id, f"{side}_inside": True}
    number = max(incarnation, taken.incarnation)
    _others_follow(tx, side, record_id, taken)
    links.begin_again(tx, [taken.id], side, **goes_on, incarnation=number)
    if former is not None and not links.by_records(tx, side, feed_id, [former]):
        records.forget(tx, feed_id, [former])


def _others_follow(tx: Connection, side: Side, record_id: RecordId, taken: Row[Any]) -> None:
    """What other lanes have linked to the same counterpart goes on with the same record, where they
    know it: to them, too, it is who was deleted.
    """
    held = {row.id: (there, row) for _id, there, row in links.others(tx, side, [taken.id])}
    alike = {row.id for _id, _there, row in links.others(tx, side.other, [taken.id])}
    for there, row in (each for id, each in held.items() if id in alike):
        feed_id = row._mapping[f"{there}_feed"]
        is_known = bool(records.find(tx, feed_id, [record_id]))
        in_lane = (link.lane_id for link in links.by_records(tx, there, feed_id, [record_id]))
        if row.status == "linked" and is_known and row.lane_id not in in_lane:
            links.begin_again(tx, [row.id], there, **{f"{there}_id": record_id})
            linked_there(tx, there, feed_id, [record_id])
            attention.clear(tx, row.lane_id, there, [record_id])
