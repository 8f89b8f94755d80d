"""Which links are due still, though a write of theirs was just settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import differs
from syncline.engine.lanes import FeedState
from syncline.engine.send.targets import Targets
from syncline.engine.write import Settled
from syncline.model.sides import SIDES, Side
from syncline.state import records


def still_due(
    tx: Connection,
    settled: Sequence[Settled],
    saved: Sequence[Mapping[str, Any]],
    targets: Targets,
) -> set[int]:
    """The links where a side, as last seen, differs from what it was settled at: the write to the
    other side is yet to come (and this run may never send it), the answer revealed somebody's
    edit, a field was left out, or somebody else has noted something of either record meanwhile.
    """
    due = set()
    sources = _sources_seen(tx, settled)
    seen: dict[tuple[int, str], str | None] = {
        **{k: r.digests_json if r.presence == "present" else None for k, r in sources.items()},
        **targets.digests,
    }
    for each, link in zip(settled, saved, strict=True):
        moved = _leads_elsewhere(each, link) or _is_given_away(each, link, sources)
        if each.left_out or each.link_id in targets.overtaken or moved:
            due.add(each.link_id)
        for side in SIDES:
            text = seen.get((each.lane.sides[side].feed.id, link[f"{side}_id"]), "{}")
            base_text = link[f"{side}_base_json"]
            if text is None:
                due.add(each.link_id)
                continue
            if text == base_text:
                continue  # as it mostly is
            current = digests.load(text) or {}
            compared = {n: current[n] for n in each.lane.compared if n in current}
            if differs(compared, digests.load(base_text)):
                due.add(each.link_id)
    return due


def _leads_elsewhere(each: Settled, link: Mapping[str, Any]) -> bool:
    """Whether a record of the link was merged into another one meanwhile."""
    moved = link[f"{each.side.other}_id"] != each.source_id
    return link[f"{each.side}_id"] != each.applied.id or (each.source_id is not None and moved)


def _is_given_away(
    each: Settled, link: Mapping[str, Any], sources: Mapping[tuple[int, str], Row[Any]]
) -> bool:
    """Whether the source, which belonged to the lane, is somebody else's by now."""
    source = each.side.other
    here = each.lane.sides[source]
    row = sources.get((here.feed.id, str(each.source_id)))
    return row is not None and here.owner not in (None, row.owner) and link[f"{source}_inside"]


def _sources_seen(tx: Connection, settled: Sequence[Settled]) -> dict[records.FeedRecord, Row[Any]]:
    """What is noted of the sides that were not written."""
    return records.seen_as(
        tx,
        (
            (each.lane.sides[each.side.other].feed.id, each.source_id)
            for each in settled
            if each.source_id is not None
        ),
    )


def by_feed(settled: Sequence[Settled], side: Side) -> list[tuple[FeedState, list[str]]]:
    """The records of one side, written or source, by feed."""
    found: dict[int, tuple[FeedState, list[str]]] = {}
    for each in settled:
        record_id = each.applied.id if each.side is side else each.source_id
        if record_id is not None:
            feed = each.lane.sides[side].feed
            found.setdefault(feed.id, (feed, []))[1].append(record_id)
    return list(found.values())
