"""Bases whose digests lost their meaning: another key, normal form or mapping version.

Digests of two versions cannot be compared, and the values are not kept. So before they are given
up, each base is reduced to what survives: the version at which the record held it, and for which
fields; of single values also that they had changed by then. When the record is read again at that
version, its digests are the base; at any other version the base is unknown, and the rule of the
first sync applies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Change, Digest, Digests, changes
from syncline.engine.lanes import FeedState
from syncline.model.records import Record, RecordId
from syncline.model.sides import SIDES, Side
from syncline.state.among import among, one_of
from syncline.state.bulk import insert_rows, update_rows
from syncline.state.database import chunks
from syncline.state.lanes import LOST
from syncline.state.links import LINK
from syncline.state.records import RECORD

_PAGE: Final = 2_000
_OTHER: Final = "another value"
_SET_ASIDE: Final = {
    side: select(LOST, LINK.c[f"{side}_id"].label("record_id"))
    .join(LINK, LINK.c.id == LOST.c.link_id)
    .where(
        LOST.c.side == side.value,
        LINK.c[f"{side}_feed"] == bindparam("feed"),
        one_of(LINK.c[f"{side}_id"], "ids"),
    )
    for side in SIDES
}
_FORGOTTEN: Final = {
    side: delete(LOST).where(LOST.c.side == side.value, one_of(LOST.c.link_id, "links"))
    for side in SIDES
}

Rows = list[Row[Any]]


def set_aside(tx: Connection, lane_id: int, side: Side) -> None:
    """The bases of one side of a lane are unknown from now on, but for what can be found again."""
    for page in _based(tx, lane_id, side):
        kept = [each for row in page if (each := _kept(row, side)) is not None]
        ids = [row.id for row in page]
        for part in chunks(ids):
            tx.execute(_FORGOTTEN[side], {"links": part})
            tx.execute(
                update(LINK).where(among(LINK.c.id, part)).values({f"{side}_base_json": None})
            )
        insert_rows(tx, LOST, kept)
    tx.execute(update(LINK).where(LINK.c.lane_id == lane_id).values(dirty=True))


def forget_fields(tx: Connection, lane_id: int, names: Iterable[str]) -> None:
    """These fields have no base at either side any more: the rule of the first sync applies."""
    gone = frozenset(names)
    for side in SIDES:
        column = f"{side}_base_json"
        for page in _based(tx, lane_id, side):
            bases = ((row.id, digests.load(row.base_json) or {}) for row in page)
            rows = [
                {"id": key, column: digests.dump({n: d for n, d in base.items() if n not in gone})}
                for key, base in bases
                if not gone.isdisjoint(base)
            ]
            update_rows(tx, LINK, rows)


def find_again(
    tx: Connection,
    feed: FeedState,
    found: Mapping[RecordId, Record],
    digests_of: Callable[[Record], Digests],
) -> None:
    """Records of a feed were read: bases that were set aside at just these versions are known
    again. The others stay unknown: their record has moved, or its version cannot tell.
    """
    side = feed.side
    for part in chunks(found):
        rows = tx.execute(_SET_ASIDE[side], {"feed": feed.id, "ids": part}).all()
        for row in rows:
            record = found[row.record_id]
            if row.version == record.version and not feed.spec.weak_versions:
                base = _again(row.fields_json, digests_of(record))
                statement = update(LINK).where(LINK.c.id == row.link_id)
                tx.execute(statement.values({f"{side}_base_json": digests.dump(base)}))
        _forget(tx, side, [row.link_id for row in rows])


def _based(tx: Connection, lane_id: int, side: Side) -> Iterator[Rows]:
    """The links of a lane whose base is known, with the record as last seen, page by page."""
    seen = (RECORD.c.version, RECORD.c.presence, RECORD.c.digests_json)
    statement = (
        select(LINK.c.id, LINK.c[f"{side}_base_json"].label("base_json"), *seen)
        .outerjoin(
            RECORD,
            (RECORD.c.feed_id == LINK.c[f"{side}_feed"]) & (RECORD.c.id == LINK.c[f"{side}_id"]),
        )
        .where(LINK.c.lane_id == lane_id, LINK.c[f"{side}_base_json"].is_not(None))
        .order_by(LINK.c.id)
        .limit(_PAGE)
    )
    after = 0
    while page := cast(Rows, list(tx.execute(statement.where(LINK.c.id > after)))):
        after = page[-1].id
        yield page


def _kept(row: Row[Any], side: Side) -> dict[str, Any] | None:
    """The version at which a record held its base, and the fields of which that is true."""
    if not row.version or row.presence != "present":
        return None
    now, base = digests.load(row.digests_json) or {}, digests.load(row.base_json) or {}
    found = changes(now, base, now)
    same = [name for name, change in found.items() if change is Change.SAME]
    changed = [
        name
        for name, change in found.items()
        if change is Change.CHANGED and not isinstance(now[name] or base[name], tuple)
    ]
    if not (same or changed):
        return None
    fields = json.dumps({"same": sorted(same), "changed": sorted(changed)})
    return {"link_id": row.id, "side": side.value, "version": row.version, "fields_json": fields}


def _again(fields_json: str, current: Digests) -> dict[str, Digest]:
    """The base in today's digests. What had changed had another value: no digest equals it."""
    fields = json.loads(fields_json)
    same: dict[str, Digest] = {name: current[name] for name in fields["same"] if name in current}
    return same | dict.fromkeys(fields["changed"], _OTHER)


def _forget(tx: Connection, side: Side, link_ids: Iterable[int]) -> None:
    for part in chunks(link_ids):
        tx.execute(_FORGOTTEN[side], {"links": part})
