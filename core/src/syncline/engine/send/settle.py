"""Taking an outcome into the state, in one transaction with the end of its intent.

A field we did not write keeps its base. A written field's base is the predicted digest; what the
write's own answer said was stored replaces it. Anything else that is read later is somebody's
edit, and travels on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row

from syncline.engine import approvals
from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digest, differs
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.intake.interest import no_longer_pending, pending_again
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.send.agreed import agreed_json
from syncline.engine.send.give_way import give_way
from syncline.engine.send.targets import Targets, note_targets
from syncline.engine.world import World
from syncline.engine.write import Settled
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention, claims, conflicts, history, links, records

_COLUMNS: Final = {side: (f"{side}_id", f"{side}_version", f"{side}_base_json") for side in SIDES}
"""Of a link's row, by side: record, version, base."""


def settle(tx: Connection, world: World, settled: Sequence[Settled]) -> set[int]:
    """Move bases, note versions, write history. The intents are ended by the caller.

    Each link may appear once. Returns the links whose target somebody else has noted since the
    write was decided on: it is to be read again.
    """
    rows = _links(tx, [each.link_id for each in settled])
    linked = [each for each in settled if each.link_id in rows]
    taken = give_way(tx, world, linked, rows)
    live = [each for each in linked if each.link_id not in taken]
    for each in live:
        if each.action is Action.DELETE:
            _settle_delete(tx, each, rows[each.link_id])
    written = [each for each in live if each.action is not Action.DELETE]
    targets = note_targets(tx, written)
    due = _settle_writes(tx, written, rows, targets)
    _no_longer_waiting(tx, [each for each in live if each.link_id not in due], rows)
    approvals.spend(tx, [_subject(each) for each in live if each.write.undo is None])
    done = [each for each in live if not each.was_gone]
    history.add(tx, [history_row(world, each, rows[each.link_id]) for each in done])
    return targets.overtaken


def _no_longer_waiting(
    tx: Connection, settled: Sequence[Settled], rows: Mapping[int, Row[Any]]
) -> None:
    """Nothing is left to do for these. (The write to one side may have been refused, and waits,
    while the one to the other side was made.)
    """
    found: dict[tuple[int, Side], list[str]] = {}
    for each in settled:
        for side in SIDES:
            if record_id := rows[each.link_id]._mapping[f"{side}_id"]:
                found.setdefault((each.lane.id, side), []).append(record_id)
    for (lane_id, side), ids in found.items():
        attention.clear(tx, lane_id, side, ids)


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
    rows = _links(tx, [each.link_id for each in agreed])
    saved = []
    for each in agreed:
        versions = {side: version for side, (_id, version) in each.seen.items()}
        moved = _moved(rows[each.link_id], each.settlement, versions)
        saved.append({**moved, "dirty": each.open})
    links.save(tx, saved)
    for side in SIDES:
        by_feed: dict[int, list[str]] = {}
        for each in agreed:
            if not each.open:
                by_feed.setdefault(each.lane.sides[side].feed.id, []).append(each.seen[side][0])
        for feed_id, ids in by_feed.items():
            records.drop_payloads(tx, feed_id, ids)


def _settle_writes(
    tx: Connection, settled: Sequence[Settled], rows: Mapping[int, Row[Any]], targets: Targets
) -> set[int]:
    """Returns the links that are due still."""
    saved = [_settled_link(each, rows[each.link_id]) for each in settled]
    links.save(tx, saved)
    existed = [each for each in settled if rows[each.link_id].status != "creating"]
    links.change(tx, [each.link_id for each in existed], dirty=False)
    due = _still_due(tx, settled, saved, targets)
    links.change(tx, due, dirty=True)
    conflicts.drop(tx, [each.link_id for each in settled if each.link_id not in due])
    _tell_other_lanes(tx, settled)
    _taken_back_for_all(tx, settled)
    _created_again(tx, settled)
    created = [each for each in settled if each.action is Action.CREATE]
    updated = [each for each in settled if each.action is not Action.CREATE]
    _former_may_be_back(tx, created, rows)
    for side in SIDES:
        for feed, ids in _by_feed([each for each in created if each.side is side], side):
            pending_again(tx, feed, ids)
        for feed, ids in _by_feed([each for each in created if each.side is side.other], side):
            no_longer_pending(tx, feed, ids, settled=True)
        for feed, ids in _by_feed([each for each in updated if each.side is side.other], side):
            records.drop_payloads(tx, feed.id, ids)
    return due


def _settled_link(each: Settled, row: Row[Any]) -> dict[str, Any]:
    versions = {each.side.other: each.write.source_version, each.side: each.applied.version}
    if each.action is not Action.CREATE:  # another run may have noted that its record is gone
        versions = {s: v for s, v in versions.items() if not links.is_severed_at(row, s)}
    saved = _moved(row, _with_stored(each), versions)
    saved |= {name: getattr(row, name) for name in ("incarnation", "left_inside", "right_inside")}
    if each.action is Action.CREATE:
        status = "linked" if each.write.undo is None else each.write.undo.fate
        unseen = {f"{each.side}_inside": each.feed.feed.scope is None}  # it is another record
        created = {f"{each.side}_id": each.applied.id, "status": status, **unseen}
        saved |= {**created, "incarnation": each.write.incarnation}
    return saved


def _former_may_be_back(
    tx: Connection, created: Sequence[Settled], rows: Mapping[int, Row[Any]]
) -> None:
    """A record was made again, and another run has noted that the former one is there again: that
    is a new one, which no link holds any more.
    """
    for each in created:
        former = rows[each.link_id]._mapping[f"{each.side}_id"]
        if former in (None, each.applied.id):
            continue
        if _there(tx, each.feed, former) is not None:
            pending_again(tx, each.feed, [former])


def _created_again(tx: Connection, settled: Sequence[Settled]) -> None:
    """An undo brought deleted records back. One whose counterpart is gone is a new record."""
    for each in settled:
        if each.write.undo is not None and each.action is Action.CREATE:
            links.created_again(tx, each.lane.id, each.side, each.write.undo.record_id)
            if each.write.undo.fate == "removed":
                links.remove(tx, [each.link_id])


def _by_feed(settled: Sequence[Settled], side: Side) -> list[tuple[FeedState, list[str]]]:
    """The records of one side, written or source, by feed."""
    found: dict[int, tuple[FeedState, list[str]]] = {}
    for each in settled:
        record_id = each.applied.id if each.side is side else each.source_id
        if record_id is not None:
            feed = each.lane.sides[side].feed
            found.setdefault(feed.id, (feed, []))[1].append(record_id)
    return list(found.values())


def _tell_other_lanes(tx: Connection, settled: Sequence[Settled]) -> None:
    """A record was written for one lane: for the others that link it, it was edited. (A new one
    nobody links yet.)
    """
    ours = {each.link_id for each in settled}
    updated = [each for each in settled if each.action is not Action.CREATE]
    for side in SIDES:
        for feed, ids in _by_feed([each for each in updated if each.side is side], side):
            found = links.by_records(tx, side, feed.id, ids)
            links.change(tx, [row.id for row in found if row.id not in ours], dirty=True)


def _taken_back_for_all(tx: Connection, settled: Sequence[Settled]) -> None:
    """An undo put values of a record back that several hold: for those who had agreed with what it
    took back this is no edit, either. Nobody's next run carries it on.
    """
    undone = [
        each for each in settled if each.write.undo is not None and each.action is Action.UPDATE
    ]
    for side in SIDES:
        by_link = {each.link_id: each for each in undone if each.side is side}
        for link_id, there, other in links.others(tx, side, by_link):
            column = f"{there}_base_json"
            base = digests.load(other._mapping[column])
            if base is not None:
                moved = {**base, **_put_back(by_link[link_id], base)}
                links.save(tx, [{"id": other.id, column: digests.dump(moved)}])


def _put_back(each: Settled, base: Mapping[str, Digest]) -> dict[str, Digest]:
    """Of the restored fields, those that a base had agreed to as the run had left them."""
    put = _with_stored(each).side(each.side).put
    taken = each.lane.digester.fields({name: each.write.before.get(name) for name in put})
    return {name: put[name] for name in put if name in base and base[name] == taken[name]}


def _settle_delete(tx: Connection, each: Settled, row: Row[Any]) -> None:
    conflicts.drop(tx, [row.id])
    if each.write.undo is not None:
        links.sever(tx, row.id, each.side)
        claims.release(tx, each.lane.id, each.side.other, [str(each.source_id)])
        return
    links.end(tx, row, "delete")
    for side in SIDES:
        record_id, feed = row._mapping[f"{side}_id"], each.lane.sides[side].feed
        if record_id is None:
            continue
        if _is_back(tx, each, side, record_id):
            pending_again(tx, feed, [record_id])
        elif not links.by_records(tx, side, feed.id, [record_id]):
            records.forget(tx, feed.id, [record_id])


def _is_back(tx: Connection, each: Settled, side: Side, record_id: str) -> bool:
    """Whether a record of a pair that is over is there again, and so a new one: somebody has noted
    the one whose deletion was carried over, or, since we decided on that, the one we deleted.
    """
    row = _there(tx, each.lane.sides[side].feed, record_id)
    if row is None:
        return False
    return side is not each.side or (each.noted is not None and row.revision > each.noted)


def _there(tx: Connection, feed: FeedState, record_id: str) -> Row[Any] | None:
    """A record's row, if it was noted last as there, in the feed's data set."""
    row = records.find(tx, feed.id, [record_id]).get(record_id)
    return row if row is not None and row.presence == "present" and row.in_scope else None


def _with_stored(each: Settled) -> Settlement:
    """The settlement, corrected by what the write's own answer said was stored. What it said was
    left out is not settled at either side.
    """
    if not (each.applied.stored or each.left_out):
        return each.write.settlement
    planned, digester = each.write.settlement, each.lane.digester
    move = planned.side(each.side)
    corrected = {
        name: digester.field(name, value)
        for name, value in (each.applied.stored or {}).items()
        if name in move.put
    }
    put = BaseMove({**move.put, **corrected}, move.added, move.removed)
    moves = PerSide(planned.left, planned.right).with_side(each.side, put)
    return Settlement.of(moves.map(lambda side: side.only(side.names - each.left_out)))


def _moved(
    row: Row[Any], settlement: Settlement, versions: Mapping[Side, str | None]
) -> dict[str, Any]:
    saved: dict[str, Any] = {"id": row.id, "status": row.status}
    for side, (record_id, version, base) in _COLUMNS.items():
        moved = settlement.side(side).applied(digests.load(getattr(row, base)))
        saved[base] = digests.dump(moved)
        saved[version] = versions.get(side, getattr(row, version))
        saved[record_id] = getattr(row, record_id)
    return saved


def _still_due(
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


def _sources_seen(tx: Connection, settled: Sequence[Settled]) -> dict[tuple[int, str], Row[Any]]:
    """By feed and record, what is noted of the sides that were not written."""
    return {
        (feed.id, row.id): row
        for side in SIDES
        for feed, ids in _by_feed([each for each in settled if each.side is side.other], side)
        for row in records.seen_as(tx, feed.id, ids)
    }


def _subject(each: Settled) -> approvals.Subject:
    """The operation, as guards held it."""
    record_id = each.source_id if each.action is Action.CREATE else each.applied.id
    return approvals.Subject(each.lane.id, each.side, each.action, str(record_id))


def history_row(world: World, each: Settled, link: Row[Any] | None = None) -> dict[str, Any]:
    """What was done, and the values before and after; of a deletion, which ends its link, also what
    the other record was settled at.
    """
    values: dict[str, Any] = {
        "before": dict(each.write.before),
        "after": dict(each.held_after),
        "version": each.applied.version,
    }
    if link is not None and each.action is Action.DELETE:
        values["agreed"] = agreed_json(world, each.lane, each.side.other, link)
    return {
        "run_id": world.run_id,
        "lane_id": each.lane.id,
        "link_id": each.link_id,
        "side": each.side.value,
        "action": each.action.value,
        "record_id": each.applied.id,
        "reason": each.write.reason,
        "at": world.seconds,
        "values_sealed": world.database.vault.seal(values),
    }


def _links(tx: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in links.find(tx, ids)}
