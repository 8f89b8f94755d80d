"""Written records noted as we know them now, unless somebody has noted them since.

A write's answer says what the record held at that moment. Another run may have read it after that,
and noted an edit, or that it is gone, before the write is settled. Nobody can tell which of the
two is newer, so what was noted stays, the link stays due, and the record is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digest
from syncline.engine.write import Settled
from syncline.model.reports import Action
from syncline.state import feeds, records


@dataclass(frozen=True)
class Targets:
    """The digests of the records that were written, by feed and record; and the links of those
    that were `overtaken` by what somebody else has noted.
    """

    digests: dict[tuple[int, str], str] = field(default_factory=dict)
    overtaken: set[int] = field(default_factory=set)


def note_targets(tx: Connection, settled: Sequence[Settled]) -> Targets:
    """Note what was written."""
    by_feed: dict[int, list[str]] = {}
    for each in settled:
        by_feed.setdefault(each.feed.id, []).append(each.applied.id)
    known = {feed_id: records.find(tx, feed_id, ids) for feed_id, ids in by_feed.items()}
    forgotten_at = {feed_id: feeds.forgotten_at(tx, feed_id) for feed_id in by_feed}
    noted = Targets()
    rows = []
    for each in settled:
        row = known[each.feed.id].get(each.applied.id)
        if _is_overtaken(each, row, forgotten_at[each.feed.id]):
            noted.overtaken.add(each.link_id)
            if each.action is Action.CREATE:
                records.not_pending(tx, each.feed.id, [each.applied.id])  # it has its link
            continue
        rows.append(_target_row(each, row, _current(each, row)))
    records.save(tx, rows)
    noted.digests.update({(row["feed_id"], row["id"]): row["digests_json"] for row in rows})
    return noted


def _is_overtaken(each: Settled, known: Row[Any] | None, forgotten_at: int) -> bool:
    """Whether somebody has noted the target, or forgotten it, since the write was decided on; of
    what was made, since it was sent: that it is gone again leaves no row.
    """
    if each.action is Action.CREATE and known is not None:
        return bool(known.presence == "present")
    if each.noted is None:
        return False
    if each.action is Action.CREATE:
        return forgotten_at > each.noted
    return known is None or known.revision > each.noted


def _current(each: Settled, known: Row[Any] | None) -> dict[str, Digest]:
    """What the record holds: as last seen, then as predicted, then as the answer said. Of a field
    that was left out nothing is known but what was seen there before.
    """
    before = None if known is None else digests.load(known.digests_json)
    written = {**each.write.new, **each.lane.digester.fields(each.applied.stored or {})}
    return {**(before or {}), **{n: d for n, d in written.items() if n not in each.left_out}}


def _target_row(
    each: Settled, known: Row[Any] | None, current: Mapping[str, Digest]
) -> dict[str, Any]:
    kept = ("owner", "marker", "modified_at", "writable_json", "generation", "pending",
            "presence", "in_scope")  # fmt: skip
    new = {
        "owner": each.lane.sides[each.side].account,
        "generation": 0,
        "presence": "present",
        "in_scope": True,
    }
    row = {name: new.get(name) if known is None else known._mapping[name] for name in kept}
    if each.action is Action.CREATE:
        row["pending"] = False  # unless another lane wants it, too: asked when all are noted
        row["presence"] = "present"  # a service may give it the id of a deleted record
    elif known is None:
        row["pending"] = False
    return {
        **row,
        "feed_id": each.feed.id,
        "id": each.applied.id,
        "version": each.applied.version or "",
        "digests_json": digests.dump(current),
        "payload": None,
    }
