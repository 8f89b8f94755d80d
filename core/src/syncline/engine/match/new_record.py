"""A record that is about to be made for one of the other side: what is sent, and both its bases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from syncline.engine.decide.deltas import Digests
from syncline.engine.decide.digests import Digester
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.decide.values import SideValues, created_fields
from syncline.engine.lanes import Lane
from syncline.engine.match.markers import create_key
from syncline.engine.words import field_changes, planned
from syncline.engine.write import Prepared, Write
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import PerSide, Side
from syncline.plugin.requests import Create
from syncline.plugin.spec import TypeSpec


class Origin(NamedTuple):
    """The record that a new one is made for; its digests, where they are known already."""

    id: RecordId
    version: str
    fields: Mapping[str, Any]
    digests: Digests | None = None


class Former(NamedTuple):
    """The pair that a record is made again for: its link, how often it was made, what is gone."""

    link_id: int
    incarnation: int
    record_id: RecordId | None


def prepare_create(
    lane: Lane,
    side: Side,
    origin: Origin,
    *,
    installation: str,
    reason: str,
    former: Former | None = None,
) -> Prepared:
    """A new record at `side` for one of the other side; with `former`, again for an old pair."""
    here = lane.sides[side]
    incarnation = 0 if former is None else former.incarnation + 1
    sent, settlement = created(lane, side, origin)
    key = create_key(installation, lane, side.other, origin.id, incarnation)
    changes = field_changes({}, sent)
    shown = planned(lane, side, Action.CREATE, None, origin.fields, reason, changes=changes)
    write = Write(
        lane=lane,
        side=side,
        action=Action.CREATE,
        reason=shown.reason,
        source_id=origin.id,
        source_version=origin.version,
        incarnation=incarnation,
        settlement=settlement,
        new=settlement.side(side).put,
        after=sent,
    )
    return Prepared(
        write=write,
        operation=Create(key=key, account=here.account, container=here.container, fields=sent),
        planned=shown,
        link_id=None if former is None else former.link_id,
        source=origin.fields,
        replaces=None if former is None else former.record_id,
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
        if name in own and sent.get(name) == source.get(name)
        else digester.field(name, sent.get(name))
        for name in spec.by_name
    }
