"""From a decided link to the writes that carry it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncline.engine.decide.deltas import Digest, Digests, cleared
from syncline.engine.decide.link import Verdict
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.decide.values import (
    SideValues,
    TargetWrite,
    created_fields,
)
from syncline.engine.digests import Digester
from syncline.engine.held import GuardedOperation
from syncline.engine.lanes import Lane, create_key
from syncline.engine.prepared import Prepared
from syncline.engine.update import DueLink, Evaluation
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


def guarded(prepared: Prepared, evaluation: Evaluation | None) -> GuardedOperation:
    """The operation as guards and approvals see it."""
    versions = ("", "")
    if evaluation is not None:
        versions = (evaluation.link.sides.left.version, evaluation.link.sides.right.version)
    emptied = cleared(prepared.new, prepared.old)
    record = prepared.target_id or prepared.source_id or ""
    return GuardedOperation(
        prepared.lane, prepared.side, prepared.action, record, versions, emptied
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
            source_id=RecordId(str(here.id)),
            source_version=here.version,
            fields=source.fields,
            installation=installation,
            reason=evaluation.decision.reason,
            link=link,
        )
    ]


def prepare_create(
    lane: Lane,
    side: Side,
    *,
    source_id: RecordId,
    source_version: str,
    fields: Mapping[str, Any],
    installation: str,
    reason: str,
    link: DueLink | None = None,
    seen: Digests | None = None,
) -> Prepared:
    """A new record at `side` for a record of the other side; with `link`, again for an old pair.

    `seen` are the source's digests, where they are known already.
    """
    there, here = lane.sides[side.other], lane.sides[side]
    incarnation = 0 if link is None else link.incarnation + 1
    source = SideValues(fields, None, there.feed.spec)
    target = SideValues({}, None, here.feed.spec)
    filled = {name for name, digest in (seen or {}).items() if digest is not None}
    sent, _refused = created_fields(source, target, lane.digester, lane.carried(side), filled)
    own = _own_digests(lane, side.other, fields, seen)
    made = _created_base(sent, here.feed.spec, lane.digester, fields, own)
    bases = PerSide(own, own).with_side(side, made)
    key = create_key(installation, lane, side.other, source_id, incarnation)
    return Prepared(
        lane=lane,
        side=side,
        operation=Create(key=key, account=here.account, container=here.container, fields=sent),
        planned=planned(
            lane, side, Action.CREATE, None, fields, reason, changes=field_changes({}, sent)
        ),
        source_id=source_id,
        source_version=source_version,
        link_id=None if link is None else link.id,
        incarnation=incarnation,
        settlement=Settlement(BaseMove(bases.left), BaseMove(bases.right)),
        new=bases[side],
        after=sent,
        source=fields,
    )


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
