"""From what an undo decided to writes that are ready to be sent, on the ordinary path.

The base of the side that is written becomes the restored value; the other side's base stays. So
neither side counts as edited afterwards, and no run does again what was undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncline.engine.decide.deltas import Digest, Digests
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.decide.undo import Counterpart, UndoDecision, UndoVerdict
from syncline.engine.decide.values import base_of
from syncline.engine.match.markers import create_key
from syncline.engine.undo.consequence import source_base
from syncline.engine.undo.standing import Situation
from syncline.engine.words import field_changes, planned
from syncline.engine.write import LinkFate, Prepared, TakesBack, Write
from syncline.model.records import Record
from syncline.model.reports import Action, PlannedOperation
from syncline.model.sides import PerSide
from syncline.plugin.requests import Create, Delete, Update

_FATE: Mapping[Counterpart, LinkFate] = {
    Counterpart.THERE: "linked",
    Counterpart.OUTSIDE: "out_of_scope",
    Counterpart.GONE: "removed",
}


def prepare_undo(
    situation: Situation, decision: UndoDecision, reason: str, installation: str
) -> Prepared:
    """The write that takes back what a run did to one record.

    `reason` says whose write it takes back. A decision to keep has no write.
    """
    if decision.verdict is UndoVerdict.CREATE:
        return _creation(situation, decision, reason, installation)
    record = situation.now.record
    if record is None or situation.link is None:
        raise ValueError("only a record that is there, and linked, can be written")
    if decision.verdict is UndoVerdict.DELETE:
        return _deletion(situation, record, reason)
    return _restoration(situation, record, decision.fields, reason)


def _restoration(
    situation: Situation, record: Record, fields: Mapping[str, Any], reason: str
) -> Prepared:
    lane, side = situation.done.lane, situation.done.side
    new = lane.digester.fields(fields)
    after = {**record.fields, **fields}
    changes = field_changes(record.fields, fields)
    shown = planned(lane, side, Action.UPDATE, record.id, after, reason, changes=changes)
    write = replace(
        _write(situation, shown),
        settlement=_moves(situation, new),
        old=lane.digester.fields({name: record.fields.get(name) for name in fields}),
        new=new,
        before=record.fields,
        after=after,
        undo=TakesBack(record.id),
    )
    account, version = lane.sides[side].account, record.version
    operation = Update(
        id=record.id, version=version, fields=fields, current=record, account=account
    )
    return _prepared(situation, write, operation, shown)


def _deletion(situation: Situation, record: Record, reason: str) -> Prepared:
    lane, side = situation.done.lane, situation.done.side
    shown = planned(lane, side, Action.DELETE, record.id, record.fields, reason)
    write = replace(
        _write(situation, shown), before=record.fields, undo=TakesBack(record.id), alone=True
    )
    account, version = lane.sides[side].account, record.version
    operation = Delete(id=record.id, version=version, current=record, account=account)
    return _prepared(situation, write, operation, shown)


def _creation(
    situation: Situation, decision: UndoDecision, reason: str, installation: str
) -> Prepared:
    lane, side = situation.done.lane, situation.done.side
    here, fields = lane.sides[side], decision.fields
    incarnation = situation.incarnation + 1
    changes = field_changes({}, fields)
    shown = planned(lane, side, Action.CREATE, None, fields, reason, changes=changes)
    base = base_of(fields, here.feed.spec, lane.digester)
    write = replace(
        _write(situation, shown),
        incarnation=incarnation,
        settlement=_moves(situation, base, _source_base(situation)),
        new=base,
        after=fields,
        undo=TakesBack(situation.done.record_id, _FATE[situation.now.counterpart]),
    )
    key = create_key(installation, lane, side.other, str(situation.source_id), incarnation)
    operation = Create(key=key, account=here.account, container=here.container, fields=fields)
    return _prepared(situation, write, operation, shown)


def _write(situation: Situation, shown: PlannedOperation) -> Write:
    link, done = situation.link, situation.done
    version = "" if link is None else link._mapping[f"{done.side.other}_version"] or ""
    return Write(
        lane=done.lane,
        side=done.side,
        action=shown.action,
        reason=shown.reason,
        source_id=situation.source_id,
        source_version=version,
        incarnation=situation.incarnation,
    )


def _prepared(
    situation: Situation,
    write: Write,
    operation: Create | Update | Delete,
    shown: PlannedOperation,
) -> Prepared:
    link_id = None if situation.link is None else situation.link.id
    return Prepared(write=write, operation=operation, planned=shown, link_id=link_id)


def _source_base(situation: Situation) -> Digests:
    """How the base of the other record moves: that of a severed one stays."""
    return {} if situation.link is not None else source_base(situation) or {}


def _moves(
    situation: Situation, here: Mapping[str, Digest], there: Mapping[str, Digest] | None = None
) -> Settlement:
    side = situation.done.side
    moves = PerSide(BaseMove(), BaseMove()).with_side(side, BaseMove(here))
    return Settlement.of(moves.with_side(side.other, BaseMove(there or {})))
