"""Links in words: both records, in which state they are, and what they wait for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, literal, select, union_all

from syncline.look.labels import Labels, labels_of
from syncline.look.view import LaneRecord, Lanes, View, lane_name
from syncline.model.records import RecordId
from syncline.model.reports import LinkEntry, WaitingRecord
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state.among import among
from syncline.state.intents import INTENT
from syncline.state.links import LINK, is_severed_at
from syncline.state.records import RECORD

Waiting = Mapping[LaneRecord, WaitingRecord]


def link_entries(
    view: View, lanes: Lanes, links: Iterable[Row[Any]], waiting: Waiting
) -> tuple[LinkEntry, ...]:
    """Those of these links that are in these lanes."""
    shown = [link for link in links if link.lane_id in lanes]
    known = _Known.of(view, lanes, [link.id for link in shown])
    return tuple(_entry(view, link, lanes[link.lane_id], waiting, known) for link in shown)


@dataclass(frozen=True)
class _Known:
    """What the state knows of links besides their own rows: which have a write without an outcome,
    what was last seen of their records, and what people call these.
    """

    sent: frozenset[int]
    presence: Mapping[tuple[int, str], str]
    labels: Labels

    @classmethod
    def of(cls, view: View, lanes: Lanes, ids: Collection[int]) -> _Known:
        sent = select(INTENT.c.link_id).where(among(INTENT.c.link_id, ids))
        seen = (_presence_at(side).where(among(LINK.c.id, ids)) for side in SIDES)
        records = (_records_at(side).where(among(LINK.c.id, ids)) for side in SIDES)
        return cls(
            frozenset(view.snapshot.scalars(sent)),
            {(row.id, row.side): row.presence for row in view.snapshot.execute(union_all(*seen))},
            labels_of(view, lanes, union_all(*records)),
        )


def _presence_at(side: Side) -> Any:
    same = (RECORD.c.feed_id == LINK.c[f"{side}_feed"]) & (RECORD.c.id == LINK.c[f"{side}_id"])
    columns = (LINK.c.id, literal(side.value).label("side"), RECORD.c.presence)
    return select(*columns).join(RECORD, same)


def _records_at(side: Side) -> Any:
    record_id = LINK.c[f"{side}_id"]
    columns = (LINK.c.lane_id, literal(side.value).label("side"), record_id.label("record_id"))
    return select(*columns).where(record_id.is_not(None))


def _entry(
    view: View, link: Row[Any], lane: Row[Any], waiting: Waiting, known: _Known
) -> LinkEntry:
    ids = PerSide(link.left_id, link.right_id)
    records = [LaneRecord(lane.id, side, str(ids[side])) for side in SIDES]
    connections = view.connections(lane)
    return LinkEntry(
        number=link.id,
        lane=lane_name(lane),
        status=link.status,
        state=_state(link, connections, sent=link.id in known.sent),
        connections=connections,
        ids=PerSide(*(None if id is None else RecordId(id) for id in ids)),
        presence=PerSide(*(_presence(link, side, known) for side in SIDES)),
        label=next((known.labels[record] for record in records if record in known.labels), ""),
        due=bool(link.dirty),
        waiting=tuple(waiting[record] for record in records if record in waiting),
    )


def _state(link: Row[Any], connections: PerSide[str], *, sent: bool) -> str:
    """The state of a link in words."""
    if sent and link.status != "creating":
        return "a write was sent and its outcome is not known yet: the next run looks"
    match link.status:
        case "linked":
            return "linked; looked at in the next run" if link.dirty else "linked, in step"
        case "creating":
            return "being created: it was sent, and its outcome is not known yet"
        case "severed":
            return _severed(link, connections)
        case "out_of_scope":
            return "out of the data set: both records stay, nothing travels until it is back"
    return str(link.status)


def _severed(link: Row[Any], connections: PerSide[str]) -> str:
    gone = next((side for side in SIDES if is_severed_at(link, side)), None)
    if gone is None:
        return "severed: both records stay, nothing travels between them"
    here, there = connections[gone], connections[gone.other]
    return (
        f"severed: gone in {here}; it stays in {there}, and is not copied again. "
        f"Restored in {here}, it is linked again"
    )


def _presence(link: Row[Any], side: Side, known: _Known) -> str:
    """What the state last saw of a record: present, deleted, left, unreadable; or unknown."""
    if link._mapping[f"{side}_id"] is None:
        return "not created yet"
    otherwise = "deleted" if is_severed_at(link, side) else "unknown"
    return known.presence.get((link.id, side.value), otherwise)
