"""Links as people ask for them: what belongs together, in which state, and what it waits for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Row, func, select

from syncline.errors import UsageError
from syncline.look.link_entries import Waiting, link_entries
from syncline.look.references import find_records, lanes_by_record
from syncline.look.view import LaneRecord, View
from syncline.look.waiting import waiting_records
from syncline.model import handles
from syncline.model.reports import LinkEntry, WaitingRecord
from syncline.model.sides import SIDES
from syncline.state.among import among
from syncline.state.links import LINK

MOST: Final = 1000
"""Links in one list; the numbers are those of all."""


class Selected(Protocol):
    """Which lanes are meant, by names; empty tuples mean all."""

    @property
    def syncs(self) -> tuple[str, ...]: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    @property
    def members(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class LinkList:
    """`counts` are all links by state; `entries` those that were asked for, at most `MOST`, and
    `waiting` what waits without one of them.
    """

    counts: Mapping[str, int]
    entries: tuple[LinkEntry, ...]
    waiting: tuple[WaitingRecord, ...]


def selected_links(view: View, selection: Selected, *, everything: bool) -> LinkList:
    """The links of some lanes; without `everything` only those that are not in step, and the
    records that wait without a link.
    """
    lanes = {id: lane for id, lane in view.lanes().items() if _is_meant(lane, selection)}
    waiting = waiting_records(view, lanes)
    links = _rows(view, lanes, waiting, everything=everything)
    entries = link_entries(view, lanes, links, waiting)
    return LinkList(_counts(view, lanes), entries, _alone(waiting.values(), entries))


def links_of_record(view: View, reference: str) -> LinkList:
    """The links of a record, and what it waits for without one: by a link's number, an id, a
    name or an address.

    Raises:
        UsageError: there is neither.

    """
    lanes = view.every_lane()
    waiting = waiting_records(view, lanes)
    links, records = _by_number(view, reference), list[LaneRecord]()
    if not links:
        records = find_records(view, reference)
        links = links_with(view, records)
    entries = link_entries(view, lanes, links, waiting)
    alone = _alone((waiting[record] for record in records if record in waiting), entries)
    if not entries and not alone:
        raise UsageError(
            "there is no such link",
            hint="Name its number (`syncline links list`), a record's id, its name or an "
            "e-mail address. Names are known only of records that were written, or that wait.",
        )
    return LinkList({}, entries, alone)


def links_with(view: View, records: Iterable[LaneRecord]) -> list[Row[Any]]:
    """The links of these records, by number."""
    found: list[Row[Any]] = []
    for (side, record_id), lanes in lanes_by_record(records).items():
        found += _where(view, LINK.c[f"{side}_id"] == record_id, among(LINK.c.lane_id, lanes))
    return _by_id(found)


def _is_meant(lane: Row[Any], selection: Selected) -> bool:
    people = {name.casefold() for name in selection.members}
    mine = {lane.left_name.casefold(), lane.right_name.casefold()}
    return (
        (not selection.syncs or lane.sync in selection.syncs)
        and (not selection.types or lane.type in selection.types)
        and (not people or bool(people & mine))
    )


def _rows(
    view: View, lanes: Collection[int], waiting: Waiting, *, everything: bool
) -> list[Row[Any]]:
    """The links of lanes, and those that hold what waits, however many there are."""
    mine = select(LINK.c.id).where(among(LINK.c.lane_id, lanes))
    wanted = mine if everything else mine.where(LINK.c.status != "linked")
    # An index answers which they are from its own pages; the rows would all have to be read.
    found = _where(view, LINK.c.id.in_(wanted.order_by(LINK.c.id).limit(MOST)))
    for side in SIDES:
        ids = {record.record_id for record in waiting if record.side is side}
        found += _where(view, among(LINK.c[f"{side}_id"], ids))
    return _by_id(found)


def _by_number(view: View, reference: str) -> list[Row[Any]]:
    number = handles.number_of(reference, handles.LINK)
    return [] if number is None else _where(view, LINK.c.id == number)


def _where(view: View, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    return list(view.snapshot.execute(select(LINK).where(*conditions)))


def _by_id(links: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Each of them once."""
    found = {link.id: link for link in links}
    return [found[id] for id in sorted(found)]


def _alone(
    waiting: Iterable[WaitingRecord], entries: Iterable[LinkEntry]
) -> tuple[WaitingRecord, ...]:
    """What waits and is in none of these links."""
    linked = {record.id for entry in entries for record in entry.waiting}
    return tuple(record for record in waiting if record.id not in linked)


def _counts(view: View, lanes: Collection[int]) -> dict[str, int]:
    statement = select(LINK.c.status, func.count().label("number")).group_by(LINK.c.status)
    rows = view.snapshot.execute(statement.where(among(LINK.c.lane_id, lanes)))
    return {row.status: row.number for row in rows}
