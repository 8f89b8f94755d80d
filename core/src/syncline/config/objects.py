"""From `[syncs.NAME.objects.TYPE]` to an `ObjectPolicy`: names resolved, rules checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from syncline.config.context import SyncContext
from syncline.config.custom_fields import resolve_fields
from syncline.config.document import ObjectTable
from syncline.config.problems import Problems, did_you_mean
from syncline.config.sided import BOTH_SIDES
from syncline.config.tables import Table, values_of
from syncline.config.words import choose, conflicts, directions, quoted
from syncline.model.objects import ObjectType
from syncline.model.sides import SIDES, PerSide
from syncline.plugin.connector import Connector
from syncline.policy.rules import Between
from syncline.policy.schema import Conflict, Direction, Drift, Merge, ObjectPolicy


def resolve_object(
    type_name: str, raw: Mapping[str, Any], context: SyncContext, problems: Problems
) -> ObjectPolicy | None:
    """The policy of one object type; None (and problems) if the table cannot be used."""
    type = _find_type(type_name, context, problems)
    table = _read_table(type_name, raw, context, problems)
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
    for breach in context.rules.check(policy, raw, Between(context.kinds, context.names)):
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


def _read_table(
    type_name: str, raw: Mapping[str, Any], context: SyncContext, problems: Problems
) -> Table | None:
    """The table after the rule set translated its own words."""
    rules = context.rules
    try:
        return ObjectTable.model_validate(dict(rules.expand(raw, type_name, context.names)))
    except ValidationError as error:
        problems.add_validation(error, ObjectTable)
    except ValueError as error:
        problems.add("", f"{error} (rule set {rules.name})")
    return None


def _resolve(
    type: ObjectType, table: Table, context: SyncContext, problems: Problems
) -> ObjectPolicy | None:
    values = values_of(table, context.names, problems)
    words = directions(context.names)
    direction = choose("direction", values["direction"], words, problems, "a direction here")
    if direction is None:
        return None
    place = problems.under("fields")
    wide, rules = resolve_fields(type, values["fields"], direction, context, place)
    if values["drift"] is Drift.REVERT and direction is Direction.BOTH:
        problems.add("drift", "needs a one-way direction", '"ignore"')
    resolved = {
        "direction": direction,
        "conflict": _conflict(values["conflict"], direction, context, problems),
        "merge": values["merge"] or Merge(context.rules.merge),
        "container": _container(type.name, values["container"], context, problems),
        "where": _where(dict(table)["where"][BOTH_SIDES], values["where"], context, problems),
        "match": _match(type, values["match"], context, problems),
        "fields": rules,
    }
    return ObjectPolicy(type=wide, **{**values, **resolved})


def _conflict(
    written: str | None, direction: Direction, context: SyncContext, problems: Problems
) -> Conflict | None:
    """The rule, for `both` only; one-way it may be written, if it says that the source wins."""
    words = conflicts(context.names)
    if written is None:
        if direction is Direction.BOTH:
            problems.add("conflict", 'is required when the direction is "both"', quoted(words))
        return None
    chosen = choose("conflict", written, words, problems, "a conflict rule here")
    if chosen is None or direction is Direction.BOTH:
        return chosen
    source = direction.source
    if source is not None and chosen.winner is not source:
        word = f"{context.names[source]}_wins"
        problems.add("conflict", "one-way, the source always wins", f'"{word}", or no `conflict`')
    return None


def _container(
    type: str, written: PerSide[str | None], context: SyncContext, problems: Problems
) -> PerSide[str | None]:
    chosen = written.map(lambda path: (path or "").strip() or None)
    for side in SIDES:
        spec = next(each for each in context.connectors[side].types if each.name == type)
        if chosen[side] and not spec.containers:
            rule = f"{context.names[side]} has no folders for {type}"
            fitting = f'{{ {context.names[side.other]} = "…" }}'
            problems.add("container", rule, fitting)
    return chosen


def _where(
    both: str | None, chosen: PerSide[str | None], context: SyncContext, problems: Problems
) -> PerSide[str | None]:
    """The data set per side; a condition is in one connector's language, so it names its side."""
    if both is not None:
        example = " or ".join(f"{{ {name} = … }}" for name in context.names)
        problems.add("where", "a condition is for one side", f'"all", {example}')
    for side in SIDES:
        connector, text = context.connectors[side], chosen[side]
        if text is not None and not text.strip():
            problems.add(f"where.{context.names[side]}", "is empty", '"all", or a condition')
        elif text is not None and both is None and connector.scope is Connector.scope:
            rule = f"the connector {context.kinds[side]} has no data sets"
            problems.add(f"where.{context.names[side]}", rule, '"all"')
    return chosen


def _match(
    type: ObjectType, written: tuple[str, ...] | None, context: SyncContext, problems: Problems
) -> tuple[str, ...]:
    if written is None:
        return type.default_match
    for name in written:
        if name not in context.offer.matchers:
            known = context.offer.matchers
            problems.add("match", f'there is no matcher "{name}"{did_you_mean(name, known)}', known)
    return written
