"""Finding records by what a person calls them: an id, a name, an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Row, select

from syncline.engine.words import label
from syncline.look.view import LaneRecord, View
from syncline.model.fields import Value
from syncline.model.sides import SIDES, Side
from syncline.state.history import HISTORY
from syncline.state.links import LINK
from syncline.state.records import RECORD

ENOUGH: Final = 50
"""Records; a name that finds more than these is too short."""


def find_records(view: View, reference: str) -> list[LaneRecord]:
    """The records meant: exactly this id, or (part of) this name or address. It is looked where the
    state still knows values: they are sealed, so names are compared here.
    """
    exact = list(dict.fromkeys(_by_id(view, reference)))
    return exact or list(dict.fromkeys(_by_words(view, reference.strip())))[:ENOUGH]


def lanes_by_record(records: Iterable[LaneRecord]) -> Mapping[tuple[Side, str], list[int]]:
    """In which lanes each of these is: one person may be in many."""
    lanes: dict[tuple[Side, str], list[int]] = {}
    for record in records:
        lanes.setdefault((record.side, record.record_id), []).append(record.lane_id)
    return lanes


def _by_id(view: View, reference: str) -> Iterator[LaneRecord]:
    for side in SIDES:
        linked = select(LINK.c.lane_id).where(LINK.c[f"{side}_id"] == reference)
        for lane_id in view.snapshot.scalars(linked):
            yield LaneRecord(lane_id, side, reference)
    written = select(HISTORY.c.lane_id, HISTORY.c.side).distinct()
    for row in view.snapshot.execute(written.where(HISTORY.c.record_id == reference)):
        yield LaneRecord(row.lane_id, Side(row.side), reference)


def _by_words(view: View, reference: str) -> Iterator[LaneRecord]:
    wanted = reference.casefold()
    if not wanted:
        return
    lanes = view.every_lane()
    for row in view.snapshot.execute(select(HISTORY).order_by(HISTORY.c.id.desc())):
        lane = lanes.get(row.lane_id)
        values = view.vault.unseal(row.values_sealed)
        if lane and any(_means(view, lane, values[when], wanted) for when in ("after", "before")):
            yield LaneRecord(row.lane_id, Side(row.side), row.record_id)
    yield from _by_values(view, lanes.values(), wanted)


def _by_values(view: View, lanes: Iterable[Row[Any]], wanted: str) -> Iterator[LaneRecord]:
    """Records that wait for something still have their values."""
    reading: dict[int, list[tuple[Side, Row[Any]]]] = {}
    for lane in lanes:
        for side in SIDES:
            reading.setdefault(lane._mapping[f"{side}_feed"], []).append((side, lane))
    kept = select(RECORD.c.feed_id, RECORD.c.id, RECORD.c.payload)
    for row in view.snapshot.execute(kept.where(RECORD.c.payload.is_not(None))):
        fields = view.vault.unseal(row.payload)
        for side, lane in reading.get(row.feed_id, ()):
            if _means(view, lane, fields, wanted):
                yield LaneRecord(lane.id, side, row.id)


def _means(view: View, lane: Row[Any], fields: Mapping[str, Value], wanted: str) -> bool:
    type = view.object_types.get(lane.type)
    if type is None or not fields:
        return False
    words = (label(type, fields), *type.addresses(fields))
    return any(wanted in text.casefold() for text in words)
