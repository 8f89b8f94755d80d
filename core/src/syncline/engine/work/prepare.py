"""From a decided link to the writes that carry it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.engine.decide.decision import Reason
from syncline.engine.decide.deltas import Digest, cleared
from syncline.engine.decide.link import Verdict
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.decide.values import TargetWrite
from syncline.engine.match.new_record import Former, Origin, prepare_create
from syncline.engine.words import field_changes, planned
from syncline.engine.work.evaluate import Evaluation
from syncline.engine.work.held import GuardedOperation
from syncline.engine.write import Prepared, Write
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, Side
from syncline.plugin.requests import Delete, Update
from syncline.policy.schema import SharedDelete


def prepare_link(evaluation: Evaluation, installation: str) -> list[Prepared]:
    """The writes of a decided link: up to one update a side, one deletion, or one creation."""
    match evaluation.decision.verdict:
        case Verdict.DELETE:
            return _deletion(evaluation)
        case Verdict.RECREATE:
            return _recreation(evaluation, installation)
        case _:
            sides = [s for s in SIDES if s in evaluation.writes and evaluation.writes[s].fields]
            return [_update(evaluation, s, first=s is sides[0]) for s in sides]


def guarded(prepared: Prepared, evaluation: Evaluation) -> GuardedOperation:
    """The operation as guards and approvals see it."""
    left, right = (each.version for each in evaluation.link.sides)
    emptied = cleared(prepared.write.new, prepared.write.old)
    record = prepared.target_id or prepared.source_id or ""
    return GuardedOperation(
        prepared.lane, prepared.side, prepared.action, record, (left, right), emptied
    )


def _update(evaluation: Evaluation, side: Side, *, first: bool) -> Prepared:
    link, target = evaluation.link, evaluation.writes[side]
    lane, values = link.lane, evaluation.values[side]
    here, there = link.sides[side], link.sides[side.other]
    current = _record(here.id, here.version, {} if values is None else values.fields)
    after = {**current.fields, **target.fields}
    changes = field_changes(current.fields, target.fields)
    reason = _reason(evaluation, side)
    shown = planned(lane, side, Action.UPDATE, current.id, after, reason, changes=changes)
    write = Write(
        lane=lane,
        side=side,
        action=Action.UPDATE,
        reason=shown.reason,
        source_id=there.id,
        source_version=there.version,
        incarnation=link.incarnation,
        settlement=_with_agreed(evaluation, target) if first else target.settlement,
        old=lane.digester.fields({name: current.fields.get(name) for name in target.fields}),
        new=lane.digester.fields({name: target.stored.get(name) for name in target.fields}),
        before=current.fields,
        after=target.stored,
    )
    operation = Update(
        id=current.id,
        version=here.version if lane.policy.direction.source is None else None,
        fields=target.fields,
        current=current,
        account=lane.sides[side].account,
    )
    return Prepared(
        write=write,
        operation=operation,
        planned=shown,
        link_id=link.id,
        refused=target.refused,
        noted=here.revision,
    )


def _deletion(evaluation: Evaluation) -> list[Prepared]:
    link, side = evaluation.link, evaluation.decision.side
    if side is None:
        return []
    lane, values = link.lane, evaluation.values[side]
    here, there = link.sides[side], link.sides[side.other]
    current = _record(here.id, here.version, {} if values is None else values.fields)
    reason = evaluation.decision.reason
    shown = planned(lane, side, Action.DELETE, current.id, current.fields, reason)
    write = Write(
        lane=lane,
        side=side,
        action=Action.DELETE,
        reason=shown.reason,
        source_id=there.id,
        source_version=there.version,
        before=current.fields,
        alone=_alone(evaluation),
    )
    account = lane.sides[side].account
    operation = Delete(id=current.id, version=here.version, current=current, account=account)
    prepared = Prepared(
        write=write,
        operation=operation,
        planned=shown,
        link_id=link.id,
        noted=here.revision,
    )
    return [prepared]


def _alone(evaluation: Evaluation) -> bool:
    """Whether it matters that nobody else holds the record, as nobody did when it was decided."""
    left = evaluation.decision.reason == Reason.LEFT_SCOPE_DELETE
    return left or evaluation.link.policy.shared_delete is SharedDelete.SEVER


def _recreation(evaluation: Evaluation, installation: str) -> list[Prepared]:
    link, side = evaluation.link, evaluation.decision.side
    source = None if side is None else evaluation.values[side.other]
    if side is None or source is None:
        return []
    here = link.sides[side.other]
    return [
        prepare_create(
            link.lane,
            side,
            Origin(RecordId(str(here.id)), here.version, source.fields),
            installation=installation,
            reason=evaluation.decision.reason,
            former=Former(link.id, link.incarnation, link.sides[side].id),
        )
    ]


def _reason(evaluation: Evaluation, side: Side) -> str:
    """The rules that carry something into this side, each once."""
    reasons = [c.reason for c in evaluation.decision.carries if c.source is side.other]
    names = [each for each in dict.fromkeys(reasons) if each]
    return "; ".join(names) or evaluation.decision.reason


def _with_agreed(evaluation: Evaluation, write: TargetWrite) -> Settlement:
    """What is agreed, and what needed no write, settles together with the first write."""
    quiet = [each.settlement for each in evaluation.writes.values() if not each.fields]
    return join((evaluation.agreed, *quiet, write.settlement))


def join(settlements: Sequence[Settlement]) -> Settlement:
    """Several settlements of one link as one; a field appears in several only as set moves."""
    return Settlement(*(_join([s.side(side) for s in settlements]) for side in SIDES))


def _join(moves: Sequence[BaseMove]) -> BaseMove:
    put: dict[str, Digest] = {}
    added: dict[str, tuple[str, ...]] = {}
    removed: dict[str, tuple[str, ...]] = {}
    for move in moves:
        put.update(move.put)
        for name, names in move.added.items():
            added[name] = tuple(dict.fromkeys((*added.get(name, ()), *names)))
        for name, names in move.removed.items():
            removed[name] = tuple(dict.fromkeys((*removed.get(name, ()), *names)))
    return BaseMove(put, added, removed)


def _record(record_id: RecordId | None, version: str, fields: Mapping[str, Any]) -> Record:
    return Record(id=RecordId(str(record_id)), version=version, fields=fields)
