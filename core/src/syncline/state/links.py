"""Links: two records that are the same thing, and what each side held when last settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from syncline.model.sides import SIDES, Side
from syncline.state import conflicts, records, tables
from syncline.state.among import one_of
from syncline.state.bulk import insert_many, update_rows
from syncline.state.database import chunks, table
from syncline.state.feeds import FEED
from syncline.state.records import RECORD

LINK: Final = table(tables.LinkRow)
TOMBSTONE: Final = table(tables.Tombstone)
_LANE: Final = table(tables.LaneRow)

UNDONE: Final = "undone"
"""The cause on the tombstone of a pair whose record an undo has created again."""

LIVE: Final = ("linked", "creating")
"""The status of links in use."""
RESTING: Final = "out_of_scope"
"""A pair of which one record has left its data set, and may come back."""

_GONE: Final = "gone"
"""In place of a version: the record of this side is gone, and the link severed because of it."""

_BY_ID: Final = select(LINK).where(one_of(LINK.c.id, "ids"))
_THESE: Final = update(LINK).where(one_of(LINK.c.id, "ids"))
_REMOVED: Final = delete(LINK).where(one_of(LINK.c.id, "ids"))
_COUNTS: Final = (
    select(LINK.c.lane_id, func.count())
    .where(one_of(LINK.c.lane_id, "lanes"), LINK.c.status == "linked")
    .group_by(LINK.c.lane_id)
)
_ENDED: Final = {
    side: select(TOMBSTONE)
    .where(TOMBSTONE.c.lane_id == bindparam("lane"), one_of(TOMBSTONE.c[f"{side}_id"], "ids"))
    .order_by(TOMBSTONE.c.id)
    for side in SIDES
}
_BY_RECORDS: Final = {
    side: select(LINK).where(
        LINK.c[f"{side}_feed"] == bindparam("feed"), one_of(LINK.c[f"{side}_id"], "ids")
    )
    for side in SIDES
}


def find(tx: Connection, ids: Iterable[int]) -> list[Row[Any]]:
    """These links."""
    return [row for part in chunks(ids) for row in tx.execute(_BY_ID, {"ids": part}).all()]


def by_records(tx: Connection, side: Side, feed_id: int, ids: Iterable[str]) -> list[Row[Any]]:
    """All links, of any lane and status, that hold one of these records on this side."""
    found: list[Row[Any]] = []
    for part in chunks(ids):
        found.extend(tx.execute(_BY_RECORDS[side], {"feed": feed_id, "ids": part}).all())
    return found


def never_inside(tx: Connection, side: Side, feed_id: int) -> list[str]:
    """The records of links in use that were never seen in their data set on this side."""
    statement = select(LINK.c[f"{side}_id"]).where(
        LINK.c[f"{side}_feed"] == feed_id,
        LINK.c[f"{side}_id"].is_not(None),
        LINK.c.status == "linked",
        ~LINK.c[f"{side}_inside"],
    )
    return list(tx.scalars(statement))


def add(tx: Connection, values: Mapping[str, Any]) -> int:
    """A new link; returns its id."""
    result = tx.execute(insert(LINK).values(**values).returning(LINK.c.id))
    return int(result.scalar_one())


def add_many(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """New links, with the same set of columns; their ids in the same order."""
    names = ("lane_id", "left_id", "right_id")
    made = insert_many(tx, LINK, rows, names)
    return [made[tuple(row.get(name) for name in names)] for row in rows]


def change(tx: Connection, link_ids: Iterable[int], **values: Any) -> None:
    """The same change for many links."""
    for part in chunks(link_ids):
        tx.execute(_THESE, {"ids": part, **values})


def save(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Different changes for many links: each row holds `id` and the same set of columns."""
    update_rows(tx, LINK, rows)


def end(tx: Connection, row: Row[Any], cause: str) -> None:
    """The pair is no more: a tombstone remembers it."""
    values = {"left_id": row.left_id, "right_id": row.right_id, "incarnation": row.incarnation}
    tx.execute(insert(TOMBSTONE).values(lane_id=row.lane_id, cause=cause, **values))
    tx.execute(delete(LINK).where(LINK.c.id == row.id))


def remove(tx: Connection, link_ids: Iterable[int]) -> None:
    """Links whose creation turned out never to have happened, or that others take the place of."""
    for part in chunks(link_ids):
        tx.execute(_REMOVED, {"ids": part})
        conflicts.drop(tx, part)


def remove_unmade(tx: Connection, link_id: int) -> bool:
    """Remove a link that was only being created; False if it was there before."""
    made = delete(LINK).where(LINK.c.id == link_id, LINK.c.status == "creating")
    return bool(tx.execute(made).rowcount)


def sever(tx: Connection, link_id: int, gone: Side | None) -> None:
    """Nothing travels any more. If one record of the pair is gone, the other one stays, and is not
    copied again.
    """
    drop_values(tx, [link_id])
    version = {} if gone is None else {f"{gone}_version": _GONE}
    change(tx, [link_id], status="severed", dirty=False, **version)
    conflicts.drop(tx, [link_id])


def severed_at(side: Side) -> ColumnElement[bool]:
    """The condition of `is_severed_at`."""
    return and_(LINK.c.status == "severed", LINK.c[f"{side}_version"] == _GONE)


def is_severed_at(link: Row[Any], side: Side) -> bool:
    """Whether a link ended because this side's record was gone."""
    return bool(link.status == "severed" and link._mapping[f"{side}_version"] == _GONE)


def survivors(tx: Connection, lane_id: int, side: Side, other_feed: int) -> list[str]:
    """A lane's records on a side whose counterpart was deleted, as far as it is known: those it
    is yet to be decided about, and those that stayed. `other_feed`: what it reads on the other.
    """
    # The deleted ones are few, and lead to their links; the links would be looked through all.
    deleted = tx.scalars(_DELETED, {"feed": other_feed}).all()
    due = [
        link._mapping[f"{side}_id"]
        for link in by_records(tx, side.other, other_feed, deleted)
        if link.lane_id == lane_id and link.status == "linked" and link.dirty
    ]
    return [id for id in (*due, *tx.scalars(_STAYED[side], {"lane": lane_id})) if id is not None]


def drop_values(tx: Connection, link_ids: Collection[int]) -> None:
    """Nothing travels over these links any more, or for now: the values of their records are kept
    no longer, unless another link needs them. What is to travel later is read again.
    """
    over = {row.id: row for row in find(tx, link_ids)}
    for side in SIDES:
        by_feed: dict[int, set[str]] = {}
        for row in over.values():
            by_feed.setdefault(row._mapping[f"{side}_feed"], set()).add(row._mapping[f"{side}_id"])
        for feed_id, ids in by_feed.items():
            others = (row for row in by_records(tx, side, feed_id, ids) if row.id not in over)
            due = {row._mapping[f"{side}_id"] for row in others if row.dirty and row.status in LIVE}
            records.drop_payloads(tx, feed_id, ids - due)


def is_edited(tx: Connection, link: Row[Any], side: Side) -> bool:
    """Whether the record on this side of a link in use is there, and is not as it was settled."""
    base = link._mapping[f"{side}_base_json"]
    there = (
        RECORD.c.feed_id == link._mapping[f"{side}_feed"],
        RECORD.c.id == link._mapping[f"{side}_id"],
        RECORD.c.presence == "present",
    )
    current = tx.scalar(select(RECORD.c.digests_json).where(*there))
    return link.status == "linked" and current is not None and current != base


def begin_again(tx: Connection, link_ids: Iterable[int], side: Side, **values: Any) -> None:
    """These links go on with another record on this side, or with one that is there again: what
    the former one was settled at says nothing about it, so that both bases are unknown.
    """
    unknown = {"left_base_json": None, "right_base_json": None, f"{side}_version": None}
    began = {"status": "linked", "dirty": True, "former_source": None}
    change(tx, link_ids, **began, **unknown, **values)


def ended(tx: Connection, lane_id: int, side: Side, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The latest tombstone of each of these records, by its id."""
    found: dict[str, Row[Any]] = {}
    for part in chunks(ids):
        for row in tx.execute(_ENDED[side], {"lane": lane_id, "ids": part}):
            found[row._mapping[f"{side}_id"]] = row
    return found


def created_again(tx: Connection, lane_id: int, side: Side, record_id: str) -> None:
    """An undo made a deleted record again: its tombstone says so, that it is not made twice."""
    tx.execute(
        update(TOMBSTONE)
        .where(TOMBSTONE.c.lane_id == lane_id, TOMBSTONE.c[f"{side}_id"] == record_id)
        .values(cause=UNDONE)
    )


def counts(tx: Connection, lane_ids: Iterable[int]) -> dict[int, int]:
    """The number of links in use, of the lanes that have any."""
    found: dict[int, int] = {}
    for part in chunks(lane_ids):
        rows = tx.execute(_COUNTS, {"lanes": part})
        found.update((lane_id, number) for lane_id, number in rows)
    return found


def also_linked(tx: Connection, side: Side, link_ids: Iterable[int]) -> dict[int, int]:
    """Of links whose record on this side others hold, too: by how many other links, in use or at
    rest, over all lanes in use. One whose own counterpart is deleted holds nothing: when all are,
    the deletion passes.
    """
    found: Counter[int] = Counter()
    for part in chunks(link_ids):
        for statement in _ALSO_HELD[side]:
            for link_id, number in tx.execute(statement, {"links": part}):
                found[link_id] += number
    return found


def others(tx: Connection, side: Side, link_ids: Iterable[int]) -> list[tuple[int, Side, Row[Any]]]:
    """The other links that hold a link's record of this side, of any status and over all lanes:
    whose record it is, the side on which the other one has it, and that other one.
    """
    return [
        (row.link, there, row)
        for part in chunks(link_ids)
        for there in SIDES
        for row in tx.execute(_OTHERS[side, there], {"links": part})
    ]


def others_in_use(
    tx: Connection, side: Side, link_ids: Iterable[int]
) -> list[tuple[int, Side, Row[Any]]]:
    """Of `others`, those of lanes in use."""
    found = others(tx, side, link_ids)
    lanes = select(_LANE.c.id).where(one_of(_LANE.c.id, "lanes"), _LANE.c.left_feed.is_not(None))
    ids = {row.lane_id for _link, _there, row in found}
    used = {id for part in chunks(ids) for id in tx.scalars(lanes, {"lanes": part})}
    return [each for each in found if each[2].lane_id in used]


def _sharing(side: Side, there: Side) -> Select[Any]:
    """Links, each with the others that hold the same record on their side `there`, in whatever
    data set they look: an account that is read in two ways is two feeds.
    """
    here, theirs = FEED.alias("here"), FEED.alias("theirs")
    alike = [theirs.c[name] == here.c[name] for name in ("store_id", "type", "account")]
    feed, record = _OTHER.c[f"{there}_feed"], _OTHER.c[f"{there}_id"]
    return (
        select(LINK.c.id.label("link"))
        .join(here, here.c.id == LINK.c[f"{side}_feed"])
        .join(theirs, and_(*alike))
        .join(_OTHER, (feed == theirs.c.id) & (record == LINK.c[f"{side}_id"]))
        .where(one_of(LINK.c.id, "links"), _OTHER.c.id != LINK.c.id)
    )


def _also_held(side: Side, there: Side) -> Select[Any]:
    """By how many, of those that hold it."""
    counterpart = [
        RECORD.c[column] == _OTHER.c[f"{there.other}_{name}"]
        for column, name in (("feed_id", "feed"), ("id", "id"))
    ]
    gone = exists().where(*counterpart, RECORD.c.presence == "deleted")
    return (
        _sharing(side, there)
        .add_columns(func.count())
        .join(_LANE, (_LANE.c.id == _OTHER.c.lane_id) & _LANE.c.left_feed.is_not(None))
        .where(_OTHER.c.status.in_((*LIVE, RESTING)), ~gone)
        .group_by(LINK.c.id)
    )


_DELETED: Final = select(RECORD.c.id).where(
    RECORD.c.feed_id == bindparam("feed"),
    RECORD.c.in_scope.is_(False),
    RECORD.c.presence == "deleted",
)
_STAYED: Final = {
    side: select(LINK.c[f"{side}_id"]).where(
        LINK.c.lane_id == bindparam("lane"),
        LINK.c.status == "severed",
        LINK.c[f"{side.other}_version"] == _GONE,
    )
    for side in SIDES
}
_OTHER: Final = LINK.alias("other")
_ALSO_HELD: Final = {side: [_also_held(side, there) for there in SIDES] for side in SIDES}
_OTHERS: Final = {
    (side, there): _sharing(side, there).add_columns(_OTHER) for side in SIDES for there in SIDES
}
