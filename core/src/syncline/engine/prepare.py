"""From a decided link to the writes that carry it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from syncline.engine.decide.deltas import Digest, Digests, cleared
from syncline.engine.decide.link import Verdict
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.decide.values import (
    SideValues,
    TargetWrite,
    created_fields,
)
from syncline.engine.digests import Digester
from syncline.engine.due import DueLink
from syncline.engine.evaluate import Evaluation
from syncline.engine.held import GuardedOperation
from syncline.engine.lanes import Lane
from syncline.engine.markers import create_key
from syncline.engine.prepared import Prepared
from syncline.engine.words import field_changes, planned
from syncline.model.records import Record, RecordId
from syncline.model.reports import Action
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.requests import Create, Delete, Update
from syncline.plugin.spec import TypeSpec


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
    emptied = cleared(prepared.new, prepared.old)
    record = prepared.target_id or prepared.source_id or ""
    return GuardedOperation(
        prepared.lane, prepared.side, prepared.action, record, (left, right), emptied
    )


def _update(evaluation: Evaluation, side: Side, *, first: bool) -> Prepared:
    link, write = evaluation.link, evaluation.writes[side]
    lane, values = link.lane, evaluation.values[side]
    here, there = link.sides[side], link.sides[side.other]
    current = _record(here.id, here.version, {} if values is None else values.fields)
    reason = _reason(evaluation, side)
    digester = lane.digester
    conditional = lane.policy.direction.source is None
    return Prepared(
        lane=lane,
        side=side,
        operation=Update(
            id=current.id,
            version=here.version if conditional else None,
            fields=write.fields,
            current=current,
            account=lane.sides[side].account,
        ),
        planned=planned(
            lane,
            side,
            Action.UPDATE,
            current.id,
            {**current.fields, **write.fields},
            reason,
            changes=field_changes(current.fields, write.fields),
        ),
        source_id=there.id,
        source_version=there.version,
        link_id=link.id,
        incarnation=link.incarnation,
        settlement=_with_agreed(evaluation, write) if first else write.settlement,
        old=digester.fields({name: current.fields.get(name) for name in write.fields}),
        new=digester.fields({name: write.stored.get(name) for name in write.fields}),
        before=current.fields,
        after=write.stored,
        refused=write.refused,
        noted=here.revision,
    )


def _deletion(evaluation: Evaluation) -> list[Prepared]:
    link, side = evaluation.link, evaluation.decision.side
    if side is None:
        return []
    here, there = link.sides[side], link.sides[side.other]
    values = evaluation.values[side]
    current = _record(here.id, here.version, {} if values is None else values.fields)
    operation = Delete(
        id=current.id,
        version=here.version,
        current=current,
        account=link.lane.sides[side].account,
    )
    reason = evaluation.decision.reason
    return [
        Prepared(
            lane=link.lane,
            side=side,
            operation=operation,
            planned=planned(link.lane, side, Action.DELETE, current.id, current.fields, reason),
            source_id=there.id,
            source_version=there.version,
            link_id=link.id,
            before=current.fields,
            noted=here.revision,
        )
    ]


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
            link=link,
        )
    ]


class Origin(NamedTuple):
    """The record that a new one is made for; its digests, where they are known already."""

    id: RecordId
    version: str
    fields: Mapping[str, Any]
    digests: Digests | None = None


def prepare_create(
    lane: Lane,
    side: Side,
    origin: Origin,
    *,
    installation: str,
    reason: str,
    link: DueLink | None = None,
) -> Prepared:
    """A new record at `side` for a record of the other side; with `link`, again for an old pair."""
    here = lane.sides[side]
    incarnation = 0 if link is None else link.incarnation + 1
    sent, settlement = created(lane, side, origin)
    key = create_key(installation, lane, side.other, origin.id, incarnation)
    changes = field_changes({}, sent)
    return Prepared(
        lane=lane,
        side=side,
        operation=Create(key=key, account=here.account, container=here.container, fields=sent),
        planned=planned(lane, side, Action.CREATE, None, origin.fields, reason, changes=changes),
        source_id=origin.id,
        source_version=origin.version,
        link_id=None if link is None else link.id,
        incarnation=incarnation,
        settlement=settlement,
        new=settlement.side(side).put,
        after=sent,
        source=origin.fields,
        replaces=None if link is None else link.sides[side].id,
    )


def created(lane: Lane, side: Side, origin: Origin) -> tuple[Mapping[str, Any], Settlement]:
    """What is sent to make a record at `side`, and both whole bases."""
    there, here = lane.sides[side.other].feed.spec, lane.sides[side].feed.spec
    source, target = SideValues(origin.fields, None, there), SideValues({}, None, here)
    filled = {name for name, digest in (origin.digests or {}).items() if digest is not None}
    sent, _refused = created_fields(source, target, lane.digester, lane.carried(side), filled)
    own = _own_digests(lane, side.other, origin.fields, origin.digests)
    made = _created_base(sent, here, lane.digester, origin.fields, own)
    bases = PerSide(own, own).with_side(side, made)
    return sent, Settlement(BaseMove(bases.left), BaseMove(bases.right))


def _own_digests(
    lane: Lane, source: Side, fields: Mapping[str, Any], seen: Digests | None
) -> Digests:
    """The source's digests, of the fields its side maps."""
    mapped = lane.sides[source].feed.spec.by_name
    if seen is not None:
        return {name: seen[name] for name in fields if name in mapped and name in seen}
    return lane.digester.fields({name: v for name, v in fields.items() if name in mapped})


def _created_base(
    sent: Mapping[str, Any],
    spec: TypeSpec,
    digester: Digester,
    source: Mapping[str, Any],
    own: Digests,
) -> Digests:
    """The new record's whole base; what is sent as the source has it has the source's digest."""
    return {
        name: own[name]
        if name in own and _listed(sent.get(name)) == _listed(source.get(name))
        else digester.field(name, sent.get(name))
        for name in spec.by_name
    }


def _listed(value: Any) -> Any:
    """Elements as a list: what was sealed comes back with lists for tuples."""
    return list(value) if isinstance(value, tuple) else value


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
