"""Pairing records that were never linked: by our own marker, by match keys, by what they hold.

The join happens inside the database. A key that more than twenty records of a lane's side hold says
nothing; several candidates at the strongest key that finds any stop as ambiguous.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Subquery,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import alias

from syncline.engine.intake.interest import none_pending
from syncline.engine.intake.wanted import THIS_LANE, of_lane
from syncline.engine.lanes import Lane
from syncline.engine.match.alike import SIMILAR, Comparison
from syncline.engine.match.markers import Marks
from syncline.engine.match.pending import in_scope, lanes_with_unlinked, marked, unlinked
from syncline.engine.match.turns import turns_of_pairs
from syncline.engine.report import RoundReport
from syncline.engine.words import label
from syncline.engine.world import World
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention, links, records, tables
from syncline.state.among import one_of
from syncline.state.crowds import Crowds
from syncline.state.database import table
from syncline.state.lanes import LANE

CANDIDATE: Final = table(tables.Candidate)

_AMBIGUOUS: Final = (
    "several records carry the same match key: link them by hand, or make the key unique"
)
_NAMESAKE: Final = (
    "the state was lost or put back, and the other side has an unlinked record of the same name "
    "that holds something else: it may be the same one, edited since"
)


def pair_all(world: World, lanes: Mapping[int, Lane], crowds: Crowds, report: RoundReport) -> None:
    """Link what belongs together, in every lane that has something to pair on both sides."""
    with world.transaction() as tx:
        sides = [lanes_with_unlinked(tx, lanes, side) for side in SIDES]
    for lane_id in sorted(set.intersection(*sides)):
        pair(world, lanes[lane_id], crowds, report)


def pair(world: World, lane: Lane, crowds: Crowds, report: RoundReport) -> None:
    """Link what belongs together in one lane."""
    with world.transaction() as tx:
        found = _by_marker(tx, world, lane)
        for matcher in lane.policy.match if _matches(lane) or _still_waits(tx, lane) else ():
            found += _by_key(tx, world, lane, matcher, crowds, report)
        if _matches(lane):
            found += _by_content(tx, world, lane, report)
        if found:
            _no_longer_pending(tx, lane)
    connection = lane.sides.right.feed.connection.name
    if found:
        report.count(lane, Action.LINK, connection, found)


def _matches(lane: Lane) -> bool:
    """After the first sync, where nothing may be created, what is new is held, not linked. One that
    was ambiguous in the first sync is not new: it is linked when its keys say with which.
    """
    policy = lane.policy
    return lane.first_sync or any(policy.direction.writes(s) and policy.create[s] for s in SIDES)


def _since_first_sync(side: Side, record_id: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a record is ambiguous in this lane since its first sync."""
    waiting = attention.ATTENTION.c
    return exists().where(_SINCE, waiting.side == side.value, waiting.record_id == record_id)


_SINCE: Final = and_(
    attention.ATTENTION.c.lane_id == THIS_LANE,
    attention.ATTENTION.c.reason == "ambiguous",
    attention.ATTENTION.c.since_at
    <= select(LANE.c.first_synced_at).where(LANE.c.id == THIS_LANE).scalar_subquery(),
)
_ANY_SINCE: Final = select(exists().where(_SINCE))


def _still_waits(tx: Connection, lane: Lane) -> bool:
    return bool(tx.scalar(_ANY_SINCE, of_lane(lane)))


_OWNED: Final = [(side, by_owner) for side in SIDES for by_owner in (False, True)]
_PENDING: Final = {
    (side, by_owner): select(records.RECORD.c.id).where(
        in_scope(side, records.RECORD, by_owner=by_owner), unlinked(side, records.RECORD)
    )
    for side, by_owner in _OWNED
}
_PAIRED: Final = {
    (side, by_owner): none_pending(
        side,
        in_scope(side, records.RECORD, by_owner=by_owner) & ~unlinked(side, records.RECORD),
    )
    for side, by_owner in _OWNED
}


# --- by marker --------------------------------------------------------------------------------


def _by_marker(tx: Connection, world: World, lane: Lane) -> int:
    """A record that carries our marker is the counterpart of the record the marker names."""
    found = 0
    for side in SIDES:
        statement = marked(side, by_owner=lane.sides[side].by_owner)
        if rows := tx.execute(statement, of_lane(lane)).all():
            found += _link_marked(tx, world, lane, side, rows)
    return found


def _link_marked(tx: Connection, world: World, lane: Lane, side: Side, rows: Sequence[Any]) -> int:
    pending = _PENDING[side.other, lane.sides[side.other].by_owner]
    sources = tx.execute(pending, of_lane(lane))
    marks = Marks.of(world.installation, lane, side.other, (row.id for row in sources))
    latest = marks.latest((row.id, row.marker) for row in rows)
    for source_id, (incarnation, target_id) in latest.items():
        ids = {f"{side.other}_id": source_id, f"{side}_id": target_id}
        links.add(tx, {**_new_link(lane), **ids, "incarnation": incarnation})
    attention.clear(tx, lane.id, side.other, latest)
    attention.clear(tx, lane.id, side, (target_id for _number, target_id in latest.values()))
    return len(latest)


# --- by match key -----------------------------------------------------------------------------


def _by_key(
    tx: Connection, world: World, lane: Lane, matcher: str, crowds: Crowds, report: RoundReport
) -> int:
    _fill_candidates(tx, world, lane, matcher, crowds)
    several = tx.execute(_SEVERAL, of_lane(lane)).all()
    added = _insert_links(tx, lane, _CLEAR)
    for statement in _WAIT_NO_MORE:
        tx.execute(statement, of_lane(lane))
    tx.execute(_NO_CANDIDATES, of_lane(lane))
    _ambiguous(tx, world, lane, several, report)
    return added


def _fill_candidates(
    tx: Connection, world: World, lane: Lane, matcher: str, crowds: Crowds
) -> None:
    """Every pair of pending records of both sides that shares a key of this matcher, once."""
    by_owner = lane.sides.map(lambda here: here.by_owner)
    statement = _filling(by_owner, only_first=not _matches(lane))
    values: dict[str, Any] = {"matcher": matcher, "now": world.seconds}
    for side in SIDES:
        here = lane.sides[side]
        values[f"{side}_crowded"] = list(crowds.on_side(here.feed.id, here.owner))
    tx.execute(statement, {**of_lane(lane), **values})


@lru_cache(maxsize=8)
def _filling(by_owner: PerSide[bool], *, only_first: bool) -> Insert:
    """What one owner has in a feed of many is taken out of it first, and the join begins there: a
    key that each of them has would be found with all their records. Of two such sides only one:
    nothing is indexed by what was taken out. `only_first`: pairs that wait since the first sync.
    """
    first = next((side for side in SIDES if by_owner[side]), None)
    left, right = (_of_owner(s) if s is first else _free(s, by_owner=by_owner[s]) for s in SIDES)
    statement = (
        select(THIS_LANE, left.c.record_id, right.c.record_id)
        .select_from(left)
        .join(right, right.c.digest == left.c.digest)
        .distinct()
    )
    if only_first:
        ids = PerSide(left.c.record_id, right.c.record_id)
        statement = statement.where(or_(*(_since_first_sync(side, ids[side]) for side in SIDES)))
    return insert(CANDIDATE).from_select(["lane_id", "left_id", "right_id"], statement)


def _of_owner(side: Side) -> CTE:
    """The keys of an owner's records that may be paired now."""
    key, record = alias(records.KEY), alias(records.RECORD)
    mine = select(record.c.id).where(in_scope(side, record, by_owner=True))
    free = _keys(side, key).where(key.c.record_id.in_(mine))
    return free.cte(f"{side}_keys").prefix_with("MATERIALIZED")


def _free(side: Side, *, by_owner: bool) -> Subquery:
    """The keys of a feed's records that may be paired now. That they may is asked with `EXISTS`, so
    that the join goes by the keys: with lists of ids a database may prefer to try every id of one
    side with every id of the other.
    """
    key, record = alias(records.KEY), alias(records.RECORD)
    here = exists().where(record.c.id == key.c.record_id, in_scope(side, record, by_owner=by_owner))
    return _keys(side, key).where(here).subquery(f"{side}_keys")


def _keys(side: Side, key: Any) -> Select[Any]:
    """The keys of this matcher that say something, of records that are unlinked and do not wait."""
    link = alias(links.LINK)
    taken = exists().where(link.c.lane_id == THIS_LANE, link.c[f"{side}_id"] == key.c.record_id)
    return select(key.c.record_id, key.c.digest).where(
        key.c.feed_id == bindparam(f"this_{side}_feed"),
        key.c.kind == bindparam("matcher"),
        ~one_of(key.c.digest, f"{side}_crowded"),
        ~taken,
        ~attention.waits(THIS_LANE, side, key.c.record_id),
    )


def _has_another(side: str, other: str) -> ColumnElement[bool]:
    """The record on `side` has a second candidate."""
    rival = alias(CANDIDATE)
    return exists().where(
        rival.c.lane_id == CANDIDATE.c.lane_id,
        rival.c[f"{side}_id"] == CANDIDATE.c[f"{side}_id"],
        rival.c[f"{other}_id"] != CANDIDATE.c[f"{other}_id"],
    )


_CONTESTED: Final = _has_another("left", "right") | _has_another("right", "left")
_PAIRS: Final = select(CANDIDATE.c.left_id, CANDIDATE.c.right_id).where(
    CANDIDATE.c.lane_id == THIS_LANE
)
_SEVERAL: Final = _PAIRS.where(_CONTESTED)
_CLEAR: Final = _PAIRS.where(~_CONTESTED)
_WAIT_NO_MORE: Final = [
    delete(attention.ATTENTION).where(
        attention.ATTENTION.c.lane_id == THIS_LANE,
        attention.ATTENTION.c.side == side.value,
        attention.ATTENTION.c.record_id.in_(_CLEAR.with_only_columns(CANDIDATE.c[f"{side}_id"])),
    )
    for side in SIDES
]
_NO_CANDIDATES: Final = delete(CANDIDATE).where(CANDIDATE.c.lane_id == THIS_LANE)


def _insert_links(tx: Connection, lane: Lane, pairs: Select[Any]) -> int:
    """Insert a link for each pair, without the pairs ever leaving the database."""
    fixed = _new_link(lane)
    rows = pairs.subquery()
    before = _number_of_links(tx, lane)
    statement = select(
        *(literal(value) for value in fixed.values()), rows.c.left_id, rows.c.right_id
    )
    if lane.limit is not None:  # the first in order will be the first to be written
        statement = statement.order_by(*turns_of_pairs(rows))
    insertion = insert(links.LINK).from_select([*fixed, "left_id", "right_id"], statement)
    tx.execute(insertion, of_lane(lane))
    return _number_of_links(tx, lane) - before


def _number_of_links(tx: Connection, lane: Lane) -> int:
    statement = select(func.count()).where(links.LINK.c.lane_id == lane.id)
    return int(tx.scalar(statement) or 0)


def _ambiguous(
    tx: Connection, world: World, lane: Lane, pairs: Sequence[Any], report: RoundReport
) -> None:
    for side in SIDES:
        for record_id in dict.fromkeys(row._mapping[f"{side}_id"] for row in pairs):
            _wait(tx, world, lane, report, side, record_id, "ambiguous", _AMBIGUOUS)


# --- by content -------------------------------------------------------------------------------


def _by_content(tx: Connection, world: World, lane: Lane, report: RoundReport) -> int:
    """What holds the same is the same; what is only called the same waits, where we lost track."""
    alike = Comparison(tx, world, lane).run()
    for left_id, right_id in alike.pairs:
        links.add(tx, {**_new_link(lane), "left_id": left_id, "right_id": right_id})
    for side in SIDES:
        attention.clear(tx, lane.id, side, (PerSide(*pair)[side] for pair in alike.pairs))
        for record_id in alike.suspects[side]:
            _wait(tx, world, lane, report, side, record_id, SIMILAR, _NAMESAKE)
    return len(alike.pairs)


# --- shared -----------------------------------------------------------------------------------


def _wait(
    tx: Connection,
    world: World,
    lane: Lane,
    report: RoundReport,
    side: Side,
    record_id: str,
    kind: attention.Reason,
    why: str,
) -> None:
    """A record that a person has to look at."""
    waiting = attention.Waiting(lane.id, side, record_id, kind, why, patient=True)
    attention.wait(tx, waiting, world.seconds)
    named = _label(tx, world, lane, side, record_id)
    report.waits(lane, side, RecordId(record_id), kind, why, label=named)


def _label(tx: Connection, world: World, lane: Lane, side: Side, record_id: str) -> str:
    record = records.RECORD.c
    own = record.feed_id == lane.sides[side].feed.id, record.id == record_id
    payload = tx.scalar(select(record.payload).where(*own))
    return "" if payload is None else label(lane.type, world.database.vault.unseal(payload))


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
        tx.execute(_PAIRED[side, lane.sides[side].by_owner], of_lane(lane))
