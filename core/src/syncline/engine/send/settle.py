"""Taking an outcome into the state, in one transaction with the end of its intent.

A field we did not write keeps its base. A written field's base is the predicted digest; what the
write's own answer said was stored replaces it. Anything else that is read later is somebody's
edit, and travels on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from syncline.engine import approvals
from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.intake.interest import no_longer_pending, pending_again
from syncline.engine.send.ended import end_pair, present_row
from syncline.engine.send.give_way import give_way
from syncline.engine.send.last_agreed import agreed_json
from syncline.engine.send.made_again import made_again_for_all
from syncline.engine.send.moved import link_rows, moved
from syncline.engine.send.still_due import by_feed, still_due
from syncline.engine.send.targets import Targets, note_targets
from syncline.engine.world import World
from syncline.engine.write import Settled
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention, conflicts, history, links, records


def settle(tx: Connection, world: World, settled: Sequence[Settled]) -> set[int]:
    """Move bases, note versions, write history. The intents are ended by the caller.

    Each link may appear once. Returns the links whose target somebody else has noted since the
    write was decided on: it is to be read again.
    """
    rows = link_rows(tx, [each.link_id for each in settled])
    linked = [each for each in settled if each.link_id in rows]
    taken = give_way(tx, world, linked, rows)
    live = [each for each in linked if each.link_id not in taken]
    for each in live:
        if each.action is Action.DELETE:
            end_pair(tx, each, rows[each.link_id])
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


def _settle_writes(
    tx: Connection, settled: Sequence[Settled], rows: Mapping[int, Row[Any]], targets: Targets
) -> set[int]:
    """Returns the links that are due still."""
    made_again_for_all(tx, settled, rows)
    saved = [_settled_link(each, rows[each.link_id]) for each in settled]
    links.save(tx, saved)
    existed = [each for each in settled if rows[each.link_id].status != "creating"]
    links.change(tx, [each.link_id for each in existed], dirty=False)
    due = still_due(tx, settled, saved, targets)
    links.change(tx, due, dirty=True)
    conflicts.drop(tx, [each.link_id for each in settled if each.link_id not in due])
    _tell_other_lanes(tx, settled)
    _taken_back_for_all(tx, settled)
    _created_again(tx, settled)
    created = [each for each in settled if each.action is Action.CREATE]
    updated = [each for each in settled if each.action is not Action.CREATE]
    _former_may_be_back(tx, created, rows)
    for side in SIDES:
        for feed, ids in by_feed([each for each in created if each.side is side], side):
            pending_again(tx, feed.side, feed.id, ids)
        for feed, ids in by_feed([each for each in created if each.side is side.other], side):
            no_longer_pending(tx, feed, ids, settled=True)
        for feed, ids in by_feed([each for each in updated if each.side is side.other], side):
            records.drop_payloads(tx, feed.id, ids)
    return due


def _settled_link(each: Settled, row: Row[Any]) -> dict[str, Any]:
    versions = {each.side.other: each.write.source_version, each.side: each.applied.version}
    if each.action is not Action.CREATE:  # another run may have noted that its record is gone
        versions = {s: v for s, v in versions.items() if not links.is_severed_at(row, s)}
    saved = moved(row, _with_stored(each), versions)
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
        if present_row(tx, each.feed, former) is not None:
            pending_again(tx, each.side, each.feed.id, [former])


def _created_again(tx: Connection, settled: Sequence[Settled]) -> None:
    """An undo brought deleted records back. One whose counterpart is gone is a new record."""
    for each in settled:
        if each.write.undo is not None and each.action is Action.CREATE:
            links.created_again(tx, each.lane.id, each.side, each.write.undo.record_id)
            if each.write.undo.fate == "removed":
                links.remove(tx, [each.link_id])


def _tell_other_lanes(tx: Connection, settled: Sequence[Settled]) -> None:
    """A record was written for one lane: for the others that link it, it was edited. (A new one
    nobody links yet.)
    """
    ours = {each.link_id for each in settled}
    updated = [each for each in settled if each.action is not Action.CREATE]
    for side in SIDES:
        for feed, ids in by_feed([each for each in updated if each.side is side], side):
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
