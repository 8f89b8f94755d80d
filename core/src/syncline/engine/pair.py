"""Pairing records that were never linked: first by our own marker, then by match keys.

The join happens inside the database. A key that more than twenty records of a side hold says
nothing; several candidates at the strongest key that finds any stop as ambiguous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    exists,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.sql import alias

from syncline.engine.interest import no_longer_pending
from syncline.engine.lanes import Lane, create_key
from syncline.engine.report import RoundReport
from syncline.engine.world import World
from syncline.model.reports import Action, Problem
from syncline.model.sides import SIDES, Side
from syncline.state import attention, links, records

HOLDERS_AT_MOST: Final = 20

_AMBIGUOUS: Final = (
    "several records carry the same match key: link them by hand, or make the key unique"
)


def pair(world: World, lane: Lane, report: RoundReport) -> int:
    """Link what belongs together in one lane; returns the number of new links."""
    with world.database.transaction() as tx:
        if not all(_any_pending(tx, lane, side) for side in SIDES):
            return 0
        found = _by_marker(tx, world, lane)
        for matcher in lane.policy.match if _matches(lane) else ():
            found += _by_key(tx, world, lane, matcher, report)
        if found:
            _no_longer_pending(tx, lane)
    connection = lane.sides.right.feed.connection.name
    if found:
        report.count(lane, Action.LINK, connection, found)
    return found


def _matches(lane: Lane) -> bool:
    """After the first sync, where nothing may be created, what is new is held, not linked."""
    policy = lane.policy
    return lane.first_sync or any(policy.direction.writes(s) and policy.create[s] for s in SIDES)


# --- by marker --------------------------------------------------------------------------------


def _by_marker(tx: Connection, world: World, lane: Lane) -> int:
    """A record that carries our marker is the counterpart of the record the marker names."""
    found = 0
    for side in SIDES:
        marked = {
            row.marker: row.id
            for row in tx.execute(
                _pending(lane, side, records.RECORD).where(records.RECORD.c.marker.is_not(None))
            )
        }
        if marked:
            found += _link_marked(tx, world, lane, side, marked)
    return found


def _link_marked(
    tx: Connection, world: World, lane: Lane, side: Side, marked: Mapping[str, str]
) -> int:
    pairs: list[tuple[str, str]] = []
    for row in tx.execute(_pending(lane, side.other, records.RECORD)):
        for incarnation in range(3):
            key = create_key(world.installation, lane, side.other, row.id, incarnation)
            if key in marked:
                pairs.append((row.id, marked[key]))
    for source_id, target_id in pairs:
        ids = {f"{side.other}_id": source_id, f"{side}_id": target_id}
        links.add(tx, {**_new_link(lane), **ids})
    return len(pairs)


# --- by match key -----------------------------------------------------------------------------

_LEFT = alias(records.RECORD, "left_record")
_RIGHT = alias(records.RECORD, "right_record")
_LEFT_KEY = alias(records.KEY, "left_key")
_RIGHT_KEY = alias(records.KEY, "right_key")


def _by_key(tx: Connection, world: World, lane: Lane, matcher: str, report: RoundReport) -> int:
    pairs = _candidates(lane, matcher, world.seconds).cte("candidates")
    lefts = select(pairs.c.left_id, func.count().label("n")).group_by(pairs.c.left_id).cte("lefts")
    rights = (
        select(pairs.c.right_id, func.count().label("n")).group_by(pairs.c.right_id).cte("rights")
    )
    joined = (
        select(pairs.c.left_id, pairs.c.right_id)
        .join(lefts, lefts.c.left_id == pairs.c.left_id)
        .join(rights, rights.c.right_id == pairs.c.right_id)
    )
    several = tx.execute(joined.where((lefts.c.n > 1) | (rights.c.n > 1))).all()
    unique = joined.where(lefts.c.n == 1, rights.c.n == 1)
    added = _insert_links(tx, lane, unique)
    _ambiguous(tx, world, lane, several, report)
    return added


def _candidates(lane: Lane, matcher: str, now: float) -> Select[Any]:
    """Pairs of pending records of both sides that share a key of this matcher."""
    sides = ((_LEFT, _LEFT_KEY, Side.LEFT), (_RIGHT, _RIGHT_KEY, Side.RIGHT))
    statement = (
        select(_LEFT.c.id.label("left_id"), _RIGHT.c.id.label("right_id"))
        .select_from(_LEFT_KEY)
        .join(
            _RIGHT_KEY,
            (_RIGHT_KEY.c.kind == _LEFT_KEY.c.kind) & (_RIGHT_KEY.c.digest == _LEFT_KEY.c.digest),
        )
        .join(
            _LEFT, (_LEFT.c.feed_id == _LEFT_KEY.c.feed_id) & (_LEFT.c.id == _LEFT_KEY.c.record_id)
        )
        .join(
            _RIGHT,
            (_RIGHT.c.feed_id == _RIGHT_KEY.c.feed_id) & (_RIGHT.c.id == _RIGHT_KEY.c.record_id),
        )
        .where(_LEFT_KEY.c.kind == matcher)
        .distinct()
    )
    for record, key, side in sides:
        feed_id = lane.sides[side].feed.id
        statement = statement.where(
            key.c.feed_id == feed_id,
            in_scope(lane, side, record),
            unlinked(lane, side, record),
            ~attention.waits(literal(lane.id), record.c.id, now),
            _holders(feed_id, key) <= HOLDERS_AT_MOST,
        )
    return statement


def _holders(feed_id: int, key: Any) -> ColumnElement[int]:
    other = alias(records.KEY)
    return (
        select(func.count())
        .select_from(other)
        .where(
            other.c.feed_id == feed_id, other.c.kind == key.c.kind, other.c.digest == key.c.digest
        )
        .scalar_subquery()
    )


def _insert_links(tx: Connection, lane: Lane, pairs: Select[Any]) -> int:
    """Insert a link for each pair, without the pairs ever leaving the database."""
    fixed = _new_link(lane)
    rows = pairs.subquery()
    before = _number_of_links(tx, lane)
    statement = select(
        *(literal(value) for value in fixed.values()), rows.c.left_id, rows.c.right_id
    )
    tx.execute(insert(links.LINK).from_select([*fixed, "left_id", "right_id"], statement))
    return _number_of_links(tx, lane) - before


def _number_of_links(tx: Connection, lane: Lane) -> int:
    statement = select(func.count()).where(links.LINK.c.lane_id == lane.id)
    return int(tx.scalar(statement) or 0)


def _ambiguous(
    tx: Connection, world: World, lane: Lane, pairs: Sequence[Any], report: RoundReport
) -> None:
    for side in SIDES:
        ids = dict.fromkeys(row._mapping[f"{side}_id"] for row in pairs)
        for record_id in ids:
            waiting = attention.Waiting(
                lane.id, side, record_id, "ambiguous", _AMBIGUOUS, patient=True
            )
            attention.wait(tx, waiting, world.seconds)
            report.tally(lane).waiting += 1
            report.problem(
                Problem(
                    kind="ambiguous",
                    message=_AMBIGUOUS,
                    lane=lane.name,
                    connection=lane.sides[side].feed.connection.name,
                    id=record_id,
                )
            )


# --- shared -----------------------------------------------------------------------------------


def in_scope(lane: Lane, side: Side, record: Any) -> ColumnElement[bool]:
    """The condition that a record is there, and belongs to the lane on this side."""
    here = lane.sides[side]
    condition: ColumnElement[bool] = (
        (record.c.feed_id == here.feed.id)
        & record.c.pending
        & (record.c.presence == "present")
        & record.c.in_scope
    )
    return condition & (record.c.owner == here.account) if here.by_owner else condition


def unlinked(lane: Lane, side: Side, record: Any) -> ColumnElement[bool]:
    """The condition that the lane has no link for a record."""
    link = alias(links.LINK)
    return ~exists().where(link.c.lane_id == lane.id, link.c[f"{side}_id"] == record.c.id)


def _pending(lane: Lane, side: Side, record: Any) -> Select[Any]:
    return select(record.c.id, record.c.marker).where(
        in_scope(lane, side, record), unlinked(lane, side, record)
    )


def _pending_records(lane: Lane, side: Side) -> Select[Any]:
    return select(records.RECORD.c.id).where(in_scope(lane, side, records.RECORD))


def _any_pending(tx: Connection, lane: Lane, side: Side) -> bool:
    return tx.execute(_pending(lane, side, records.RECORD).limit(1)).first() is not None


def _new_link(lane: Lane) -> dict[str, Any]:
    return {
        "lane_id": lane.id,
        "left_feed": lane.sides.left.feed.id,
        "right_feed": lane.sides.right.feed.id,
        "status": "linked",
        "incarnation": 0,
        "dirty": True,
        "left_inside": True,
        "right_inside": True,
    }


def _no_longer_pending(tx: Connection, lane: Lane) -> None:
    for side in SIDES:
        here, link = lane.sides[side], links.LINK
        mine = _pending_records(lane, side).where(
            exists().where(link.c.lane_id == lane.id, link.c[f"{side}_id"] == records.RECORD.c.id)
        )
        no_longer_pending(tx, here.feed, tx.scalars(mine))
