"""What a person would call a record, for many records at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Row,
    Select,
    SelectBase,
    Subquery,
    and_,
    case,
    literal,
    select,
    union_all,
)

from syncline.engine.words import label
from syncline.look.view import LaneRecord, Lanes, View
from syncline.model.fields import Value
from syncline.model.objects import ObjectType
from syncline.model.sides import SIDES, Side
from syncline.state.among import among
from syncline.state.history import HISTORY
from syncline.state.lanes import LANE
from syncline.state.links import LINK
from syncline.state.records import RECORD

Labels = Mapping[LaneRecord, str]


def labels_of(view: View, lanes: Lanes, records: SelectBase) -> Labels:
    """What a person would call these records, as far as the state knows: from their values, while
    they are kept, or from the last time they were written; or else by their counterparts. Those
    that nothing is known of are left out. `records` selects `lane_id`, `side` and `record_id`.
    """
    asked = records.subquery()
    labels = _own_labels(view, lanes, asked)
    counterparts = {
        LaneRecord(row.lane_id, Side(row.side).other, row.other_id): _key(row)
        for row in view.snapshot.execute(_counterparts(asked))
    }
    nameless = counterparts.keys() - labels.keys()
    if not nameless:
        return labels
    theirs = _own_labels(view, lanes, _counterparts(asked, nameless).subquery())
    by_counterpart = {here: theirs.get(counterparts[here], "") for here in nameless}
    return labels | {here: words for here, words in by_counterpart.items() if words}


def label_in(type: ObjectType, written: Mapping[str, Mapping[str, Value]]) -> str:
    """The label of a record in its history; none where that is about other fields."""
    for values in (written["after"], written["before"]):
        if any(values.get(name) for name in type.label_fields):
            return label(type, values)
    return ""


def _own_labels(view: View, lanes: Lanes, records: Subquery) -> dict[LaneRecord, str]:
    labels: dict[LaneRecord, str] = {}
    for row in view.snapshot.execute(_kept(records)):
        if (type := _type_of(view, lanes, row)) is not None:
            labels[_key(row)] = label(type, view.vault.unseal(row.payload))
    for row in view.snapshot.execute(_written(records)):
        if not labels.get(_key(row)) and (type := _type_of(view, lanes, row)) is not None:
            labels[_key(row)] = label_in(type, view.vault.unseal(row.values_sealed))
    return {record: words for record, words in labels.items() if words}


def _kept(records: Subquery) -> Select[Any]:
    """Their values, of those that still have them."""
    feed = case((records.c.side == Side.LEFT.value, LANE.c.left_feed), else_=LANE.c.right_feed)
    same = (RECORD.c.feed_id == feed) & (RECORD.c.id == records.c.record_id)
    return (
        select(records.c.lane_id, records.c.side, records.c.record_id, RECORD.c.payload)
        .join(LANE, LANE.c.id == records.c.lane_id)
        .join(RECORD, same)
        .where(RECORD.c.payload.is_not(None))
    )


def _written(records: Subquery) -> Select[Any]:
    """What was written to them, newest first."""
    names = ("lane_id", "side", "record_id")
    same = [HISTORY.c[name] == records.c[name] for name in names]
    columns = [records.c[name] for name in names]
    statement = select(*columns, HISTORY.c.values_sealed).join(HISTORY, and_(*same))
    return statement.order_by(HISTORY.c.id.desc())


def _counterparts(
    records: Subquery, only: Iterable[LaneRecord] | None = None
) -> CompoundSelect[Any]:
    """The records they are linked with, each with its own's id as `other_id`."""
    return union_all(*(_at(side, records, only) for side in SIDES))


def _at(side: Side, records: Subquery, only: Iterable[LaneRecord] | None) -> Select[Any]:
    """Those on this side."""
    here, there = LINK.c[f"{side.other}_id"], LINK.c[f"{side}_id"]
    linked = (LINK.c.lane_id == records.c.lane_id) & (here == records.c.record_id)
    statement = (
        select(
            LINK.c.lane_id,
            literal(side.value).label("side"),
            there.label("record_id"),
            here.label("other_id"),
        )
        .join(records, linked)
        .where(records.c.side == side.other.value, there.is_not(None))
    )
    if only is None:
        return statement
    ids = sorted({record.record_id for record in only})
    return statement.where(among(records.c.record_id, ids))


def _key(row: Row[Any]) -> LaneRecord:
    return LaneRecord(row.lane_id, Side(row.side), row.record_id)


def _type_of(view: View, lanes: Lanes, row: Row[Any]) -> ObjectType | None:
    lane = lanes.get(row.lane_id)
    return None if lane is None else view.object_types.get(lane.type)
