"""What was made for a record, and is another record's by now: the link that holds it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from syncline.engine.world import World
from syncline.engine.write import Settled
from syncline.model.reports import Action
from syncline.model.sides import Side
from syncline.state import attention, claims, links

TAKEN: Final = "another record of the same person is linked to it already"


def give_way(
    tx: Connection, world: World, settled: Sequence[Settled], rows: Mapping[int, Row[Any]]
) -> set[int]:
    """The links of creates whose record another link of their lane holds already: it was found as
    somebody's twin before its maker's answer was here, or a service gave a create that came twice
    the same record. Their own records wait for a person; nothing is made a second time.
    """
    created = [each for each in settled if each.action is Action.CREATE]
    holders = _holders(tx, created)
    taken = set()
    for each in created:
        record = each.lane.id, each.side, each.applied.id
        if holders.setdefault(record, each.link_id) != each.link_id:
            taken.add(each.link_id)
            _leave(tx, world, each, rows[each.link_id])
    return taken


def _holders(tx: Connection, created: Sequence[Settled]) -> dict[tuple[int, Side, str], int]:
    """By lane, side and record, the links that hold what was made. One that ended because its
    record was gone holds nothing: the service has given the id to what was made.
    """
    by_feed: dict[tuple[Side, int], list[str]] = {}
    for each in created:
        by_feed.setdefault((each.side, each.feed.id), []).append(each.applied.id)
    holders: dict[tuple[int, Side, str], int] = {}
    for (side, feed_id), ids in by_feed.items():
        rows = links.by_records(tx, side, feed_id, ids)
        former = [row.id for row in rows if links.is_severed_at(row, side)]
        links.change(tx, former, **{f"{side}_id": None})
        holders |= {
            (row.lane_id, side, row._mapping[f"{side}_id"]): row.id
            for row in rows
            if row.id not in former
        }
    return holders


def _leave(tx: Connection, world: World, each: Settled, row: Row[Any]) -> None:
    lane_id, here, source = each.lane.id, each.side.other, str(each.source_id)
    if row.status == "creating":
        links.remove(tx, [row.id])
    else:
        links.sever(tx, row.id, each.side)
    claims.release(tx, lane_id, here, [source])
    waiting = attention.Waiting(lane_id, here, source, "ambiguous", TAKEN, patient=True)
    attention.wait(tx, waiting, world.seconds)
