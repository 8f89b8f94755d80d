"""From `[syncs.NAME.objects.TYPE]` to an `ObjectPolicy`: names resolved, rules checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from syncline.config.context import SyncContext
from syncline.config.custom_fields import resolve_fields
from syncline.config.document import BOTH_SIDES, ObjectTable
from syncline.config.problems import Problems, did_you_mean
from syncline.config.words import choose, conflicts, directions, per_side, quoted
from syncline.model.objects import ObjectType
from syncline.model.sides import SIDES, PerSide
from syncline.plugin.connector import Connector
from syncline.policy.rules import RuleSet
from syncline.policy.schema import (
    Conflict,
    Direction,
    Drift,
    GuardLimits,
    LeftScope,
    Merge,
    ObjectPolicy,
    Records,
    SharedDelete,
)


def resolve_object(
    type_name: str, raw: Mapping[str, Any], context: SyncContext, problems: Problems
) -> ObjectPolicy | None:
    """The policy of one object type; None (and problems) if the table cannot be used."""
    type = _find_type(type_name, context, problems)
    table = _read_table(raw, context.rules, problems)
    if type is None or table is None:
        return None
    before = len(problems.found)
    policy = _resolve(type, table, context, problems)
    if policy is not None:
        _check_rules(policy, raw, context, problems)
    return policy if len(problems.found) == before else None


def _check_rules(
    policy: ObjectPolicy, raw: Mapping[str, Any], context: SyncContext, problems: Problems
) -> None:
    """Note the rule set's breaches, but not of keys that are wrong anyway."""
    for breach in context.rules.check(policy, raw, context.kinds):
        if not problems.has(breach.key):
            rule = f"{breach.rule} (rule set {context.rules.name})"
            problems.add(breach.key, rule, breach.allowed)


def _find_type(name: str, context: SyncContext, problems: Problems) -> ObjectType | None:
    types = context.offer.object_types
    if name not in types:
        problems.add("", f"unknown object type{did_you_mean(name, types)}", types)
        return None
    for side in SIDES:
        offered = [spec.name for spec in context.connectors[side].types]
        if name not in offered:
            rule = f"the connector {context.kinds[side]} of {context.names[side]} has no {name}"
            problems.add("", rule, offered)
            return None
    return types[name]


def _read_table(raw: Mapping[str, Any], rules: RuleSet, problems: Problems) -> ObjectTable | None:
    """The table after the rule set translated its own words."""
    try:
        return ObjectTable.model_validate(dict(rules.expand(raw)))
    except ValidationError as error:
        problems.add_validation(error, ObjectTable)
    except ValueError as error:
        problems.add("", f"{error} (rule set {rules.name})")
    return None


def _resolve(
    type: ObjectType, table: ObjectTable, context: SyncContext, problems: Problems
) -> ObjectPolicy | None:
    names = context.names
    words = directions(names)
    direction = choose("direction", table.direction, words, problems, "a direction here")
    if direction is None:
        return None
    wide, rules = resolve_fields(type, table.fields, direction, context, problems.under("fields"))
    if table.drift == "revert" and direction is Direction.BOTH:
        problems.add("drift", "needs a one-way direction", '"ignore"')
    own = per_side("records", table.records, names, "own", problems)
    return ObjectPolicy(
        type=wide,
        direction=direction,
        enabled=table.enabled,
        conflict=_conflict(table, direction, context, problems),
        merge=Merge(table.merge or context.rules.merge),
        create=per_side("create", table.create, names, True, problems),
        delete=per_side("delete", table.delete, names, True, problems),
        container=_container(type.name, table, context, problems),
        records=own.map(Records),
        where=_where(table, context, problems),
        max_records=table.max_records,
        match=_match(type, table, context, problems),
        left_scope=LeftScope(table.left_scope),
        drift=Drift(table.drift),
        shared_delete=SharedDelete(table.shared_delete),
        invitations=table.invitations,
        guards=GuardLimits(**table.guards.model_dump()),
        fields=rules,
    )


def _conflict(
    table: ObjectTable, direction: Direction, context: SyncContext, problems: Problems
) -> Conflict | None:
    """The rule, for `both` only; one-way it may be written, if it says that the source wins."""
    words = conflicts(context.names)
    if table.conflict is None:
        if direction is Direction.BOTH:
            problems.add("conflict", 'is required when the direction is "both"', quoted(words))
        return None
    chosen = choose("conflict", table.conflict, words, problems, "a conflict rule here")
    if chosen is None or direction is Direction.BOTH:
        return chosen
    source = direction.source
    if source is not None and chosen.winner is not source:
        word = f"{context.names[source]}_wins"
        problems.add("conflict", "one-way, the source always wins", f'"{word}", or no `conflict`')
    return None


def _container(
    type: str, table: ObjectTable, context: SyncContext, problems: Problems
) -> PerSide[str | None]:
    chosen = per_side("container", table.container, context.names, "", problems)
    for side in SIDES:
        spec = next(each for each in context.connectors[side].types if each.name == type)
        if chosen[side].strip() and not spec.containers:
            rule = f"{context.names[side]} has no folders for {type}"
            fitting = f'{{ {context.names[side.other]} = "…" }}'
            problems.add("container", rule, fitting)
    return chosen.map(lambda path: path.strip() or None)


def _where(table: ObjectTable, context: SyncContext, problems: Problems) -> PerSide[str | None]:
    """The data set per side; a condition is in one connector's language, so it names its side."""
    both = table.where.get(BOTH_SIDES, "all")
    if both != "all":
        example = " or ".join(f"{{ {name} = … }}" for name in context.names)
        problems.add("where", "a condition is for one side", f'"all", {example}')
    chosen = per_side("where", table.where, context.names, "all", problems)
    for side in SIDES:
        connector = context.connectors[side]
        if not chosen[side].strip():
            problems.add(f"where.{context.names[side]}", "is empty", '"all", or a condition')
        elif chosen[side] != "all" and both == "all" and connector.scope is Connector.scope:
            rule = f"the connector {context.kinds[side]} has no data sets"
            problems.add(f"where.{context.names[side]}", rule, '"all"')
    return chosen.map(lambda text: None if text == "all" else text)


def _match(
    type: ObjectType, table: ObjectTable, context: SyncContext, problems: Problems
) -> tuple[str, ...]:
    if table.match is None:
        return type.default_match
    for name in table.match:
        if name not in context.offer.matchers:
            known = context.offer.matchers
            problems.add("match", f'there is no matcher "{name}"{did_you_mean(name, known)}', known)
    return tuple(table.match)
