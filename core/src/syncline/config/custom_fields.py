"""From `[….fields]` to field rules, and to the object type widened by custom fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from syncline.config.context import SyncContext
from syncline.config.problems import Problems, did_you_mean
from syncline.config.words import directions, quoted
from syncline.model.custom import CUSTOM_TYPES
from syncline.model.fields import SHORT_TEXT, FieldType
from syncline.model.objects import ObjectType
from syncline.model.sides import SIDES, PerSide
from syncline.plugin.connector import Connector
from syncline.policy.schema import Direction, FieldRule

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_OURS: Final = ("direction", "type")
"""What a custom field says of itself; every other key is a connection's name."""

Written = str | dict[str, str]


def resolve_fields(
    type: ObjectType,
    written: Mapping[str, Written],
    whole: Direction,
    context: SyncContext,
    problems: Problems,
) -> tuple[ObjectType, dict[str, FieldRule]]:
    """The type with the custom fields added, and the rule of every field that has its own.

    `whole` is the object's direction: a field may be off or travel less ways, never more.
    """
    rules: dict[str, FieldRule] = {}
    custom: dict[str, FieldType] = {}
    for name, value in written.items():
        table = {"direction": value} if isinstance(value, str) else value
        place = problems.under(name)
        direction = _direction(table.get("direction"), whole, context, place)
        native = {key: text for key, text in table.items() if key not in _OURS}
        if name in type.fields:
            _refuse_places(table, type, place)
            if direction is not whole:
                rules[name] = FieldRule(direction)
        elif isinstance(value, str):
            known = sorted(type.fields)
            place.add("", f"{type.name} has no such field{did_you_mean(name, known)}", known)
        else:
            custom[name] = _type(table.get("type", "text"), place)
            rules[name] = FieldRule(direction, _places(name, native, context, place))
    _refuse_halves(type, rules, whole, problems)
    return (type.with_custom(custom) if custom else type), rules


def _direction(
    word: str | None, whole: Direction, context: SyncContext, problems: Problems
) -> Direction:
    """The field's direction, within the object's; the object's own if it says nothing."""
    words = {**directions(context.names), "off": Direction.NONE}
    fitting = {
        name: meaning
        for name, meaning in words.items()
        if name != "none"
        and (whole in {Direction.BOTH, Direction.NONE} or meaning in _within(whole))
    }
    if word is None:
        return whole
    if word not in words or word == "none":
        problems.add("", f'"{word}" is no rule for a field{did_you_mean(word, fitting)}', fitting)
        return whole
    if word not in fitting:
        problems.add("", f'"{word}" runs against the object\'s direction', quoted(fitting))
    return whole if words[word] is Direction.BOTH else words[word]


def _within(whole: Direction) -> tuple[Direction, ...]:
    return (Direction.NONE, whole, Direction.BOTH)


def _type(word: str, problems: Problems) -> FieldType:
    """What a custom field holds: a short text, if it says nothing."""
    if word not in CUSTOM_TYPES:
        rule = f'"{word}" is no type of a custom field{did_you_mean(word, CUSTOM_TYPES)}'
        problems.add("type", rule, quoted(CUSTOM_TYPES))
    return CUSTOM_TYPES.get(word, SHORT_TEXT)


def _refuse_places(table: Mapping[str, str], type: ObjectType, problems: Problems) -> None:
    if table.keys() - {"direction"}:
        rule = f"{type.name} already has this field; only custom fields say where they live"
        problems.add("", rule, "another name for the custom field")


def _refuse_halves(
    type: ObjectType, rules: Mapping[str, FieldRule], whole: Direction, problems: Problems
) -> None:
    """Fields that mean nothing without each other travel the same way."""
    for names in type.units().values():
        own = {name: rules[name].direction for name in names if name in rules}
        if type.fields[names[0]].atomic and len({own.get(name, whole) for name in names}) > 1:
            rule = f"{', '.join(names)} mean nothing without each other"
            problems.add(next(iter(own)), rule, "one direction for all of them")


def _places(
    name: str, native: Mapping[str, str], context: SyncContext, problems: Problems
) -> PerSide[str | None]:
    """Where a custom field lives, at each side."""
    if not _NAME.fullmatch(name):
        problems.add("", "is not a name for a field", "small letters, digits and _")
    for key in native:
        if key not in tuple(context.names):
            rule = f"unknown key{did_you_mean(key, context.names)}"
            problems.add(key, rule, (*context.names, *_OURS))
    for side in SIDES:
        if not native.get(context.names[side], "").strip():
            problems.add(context.names[side], "is required: the field's name there")
        elif context.connectors[side].custom_field is Connector.custom_field:
            problems.add(context.names[side], f"{context.kinds[side]} has no custom fields")
    return context.names.map(native.get)
