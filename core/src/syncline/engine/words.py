"""Operations as people see them: a label for a record, changes field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from syncline.engine.as_planned import existing
from syncline.engine.lanes import Lane
from syncline.model.fields import Value
from syncline.model.objects import ObjectType
from syncline.model.records import RecordId
from syncline.model.reports import Action, FieldChange, PlannedOperation
from syncline.model.sides import SIDES, Side


def label(type: ObjectType, fields: Mapping[str, Value]) -> str:
    """What a person would call this record; if it has no name, its first address, if any."""
    words = [shown for name in type.label_fields[:2] if (shown := _shown(type, fields, name))]
    if not words:
        words = [w for name in type.label_fields[2:] if (w := _shown(type, fields, name))][:1]
    return " ".join(words or type.addresses(fields)[:1]) or "(without a name)"


def _shown(type: ObjectType, fields: Mapping[str, Value], name: str) -> str:
    return type.fields[name].type.shown(fields[name]) if fields.get(name) else ""


def field_changes(
    before: Mapping[str, Value], sent: Mapping[str, Value]
) -> tuple[FieldChange, ...]:
    """Old and new value of each field that is sent."""
    return tuple(FieldChange(name, before.get(name), value) for name, value in sent.items())


def planned(
    lane: Lane,
    side: Side,
    action: Action,
    record_id: RecordId | None,
    fields: Mapping[str, Value],
    reason: str,
    *,
    changes: tuple[FieldChange, ...] = (),
    held: str = "",
    handle: str = "",
) -> PlannedOperation:
    """An operation at one side of a lane, for the report."""
    return PlannedOperation(
        lane=lane.name,
        action=action,
        side=side,
        connection=lane.sides[side].feed.connection.name,
        id=existing(record_id),
        label=label(lane.type, fields),
        reason=with_names(reason, *(lane.sides[each].feed.connection.name for each in SIDES)),
        changes=changes,
        held=held,
        handle=handle,
    )


_SIDE: Final = re.compile(
    r"\(decided by .*?\)(?=[;,]|$)|\b(left|right)(?=_wins\b| wins\b)", flags=re.DOTALL
)
"""A side that wins; before it, the words of a plugin, which are its own."""


@lru_cache(maxsize=256)
def with_names(reason: str, left: str, right: str) -> str:
    """A reason with connections in place of sides: reasons name sides, people know the names."""
    names = {Side.LEFT.value: left, Side.RIGHT.value: right}
    return _SIDE.sub(lambda found: names.get(found[1], found[0]), reason)
