"""Links whose sides hold the same: bases move, and nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from syncline.engine.decide.settlement import Settlement
from syncline.engine.lanes import Lane
from syncline.engine.send.moved import link_rows, moved
from syncline.model.sides import SIDES, Side
from syncline.state import links, records


class Agreement(NamedTuple):
    """A link whose sides hold the same. For each side: id, version. `open`: there is still
    something to decide about it.
    """

    lane: Lane
    link_id: int
    settlement: Settlement
    seen: Mapping[Side, tuple[str, str]]
    open: bool


def settle_agreement(tx: Connection, agreed: Sequence[Agreement]) -> None:
    """Bases move, nothing was written. The values of what is open still are kept."""
    rows = link_rows(tx, [each.link_id for each in agreed])
    saved = []
    for each in agreed:
        versions = {side: version for side, (_id, version) in each.seen.items()}
        row = moved(rows[each.link_id], each.settlement, versions)
        saved.append({**row, "dirty": each.open})
    links.save(tx, saved)
    for side in SIDES:
        by_feed: dict[int, list[str]] = {}
        for each in agreed:
            if not each.open:
                by_feed.setdefault(each.lane.sides[side].feed.id, []).append(each.seen[side][0])
        for feed_id, ids in by_feed.items():
            records.drop_payloads(tx, feed_id, ids)
