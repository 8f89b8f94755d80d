"""What is made again is made for everybody who held the record that is gone.

To them it is the same person, whatever they have typed since; looked at alone, it would be a new
one, and copied to them beside what they have. Both their bases are unknown then: what the former
record was settled at says nothing about this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.intake.interest import Interest
from syncline.engine.write import Settled
from syncline.model.reports import Action
from syncline.model.sides import Side
from syncline.state import attention, links, records

_Other = tuple[Side, Row[Any]]
"""Another lane's link, and its side that held the record."""


def made_again_for_all(
    tx: Connection, settled: Sequence[Settled], rows: Mapping[int, Row[Any]]
) -> None:
    """To be called before the links say what was made. `rows`: the links."""
    for each in settled:
        if _is_made_again(tx, each, rows[each.link_id]):
            for there, other in _holders(tx, each):
                _follows(tx, each, there, other)


def _is_made_again(tx: Connection, each: Settled, row: Row[Any]) -> bool:
    """Not where somebody has noted since that the former one is back."""
    if each.action is not Action.CREATE or each.write.undo is not None or row.status == "creating":
        return False
    former = row._mapping[f"{each.side}_id"]
    if former in (None, each.applied.id):
        return False
    known = records.find(tx, each.feed.id, [former]).get(former)
    return known is None or known.presence == "deleted"


def _holders(tx: Connection, each: Settled) -> Iterator[_Other]:
    """Links of the lanes to which the new record belongs as well."""
    others = links.others(tx, each.side, [each.link_id])
    theirs = [
        (there, other)
        for _link, there, other in others
        if other._mapping[f"{there}_feed"] == each.feed.id and _goes_on(other, there)
    ]
    if not theirs:
        return
    owner = each.lane.sides[each.side].account
    belongs = Interest.of(tx, each.feed).lanes(owner)
    taken = {
        row.lane_id for row in links.by_records(tx, each.side, each.feed.id, [each.applied.id])
    }
    for there, other in theirs:
        if other.lane_id in belongs - taken:
            yield there, other


def _goes_on(other: Row[Any], there: Side) -> bool:
    return other.status == "linked" or links.is_severed_at(other, there)


def _follows(tx: Connection, each: Settled, there: Side, other: Row[Any]) -> None:
    record = {f"{there}_id": each.applied.id, f"{there}_inside": each.feed.feed.scope is None}
    links.begin_again(tx, [other.id], there, **record)
    source = other._mapping[f"{there.other}_id"]
    attention.clear(tx, other.lane_id, there.other, [source])
