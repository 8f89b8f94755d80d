"""From `[syncs.NAME]` to an agreement: connections, rule set, members, and one policy per type."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from syncline.config.context import SyncContext, Systems
from syncline.config.members import MemberContext, account_key, resolve_members
from syncline.config.objects import resolve_object
from syncline.config.problems import Problems, did_you_mean
from syncline.model.sides import PerSide
from syncline.policy.rules import RuleSet
from syncline.policy.settings import Member, SyncSettings

Written = Mapping[str, Any]
"""The values of a `[syncs.NAME]`, checked by its table."""


def idle_connections(syncs: Mapping[str, Written]) -> frozenset[str]:
    """Connections that only resting syncs use: nothing of theirs is needed."""
    used: dict[bool, set[str]] = {True: set(), False: set()}
    for sync in syncs.values():
        used[sync["enabled"]].update(sync["between"])
    return frozenset(used[False] - used[True])


def resolve_sync(
    name: str,
    written: Written,
    systems: Systems,
    problems: Problems,
) -> SyncSettings | None:
    """The sync with everything resolved; None if its connections or rule set are wrong."""
    context = _context(written, systems, problems)
    if context is None:
        return None
    if not written["objects"]:
        problems.add("objects", "names no object type", systems.offer.object_types)
    policies = {
        type: resolve_object(type, raw, context, problems.under("objects", type))
        for type, raw in written["objects"].items()
    }
    resolved = {
        "between": context.names,
        "rules": context.rules.name,
        "members": _members(written, MemberContext(context.names, tuple(policies)), problems),
        "objects": {type: policy for type, policy in policies.items() if policy is not None},
    }
    return SyncSettings(name, **{**written, **resolved})


def _context(written: Written, systems: Systems, problems: Problems) -> SyncContext | None:
    names = _between(written["between"], systems.kinds, problems)
    if names is None or not all(each in systems.connectors for each in names):
        return None
    kinds = names.map(lambda each: systems.kinds[each])
    rules = _rule_set(written["rules"], kinds, systems.offer.rule_sets, problems)
    if rules is None:
        return None
    connectors = names.map(lambda each: systems.connectors[each])
    return SyncContext(names, kinds, connectors, rules, systems.offer)


def _members(written: Written, context: MemberContext, problems: Problems) -> tuple[Member, ...]:
    before = len(problems.found)
    members = resolve_members(written["members"], context, problems)
    if written["enabled"] and not members and len(problems.found) == before:
        problems.add("members", "names no member", "at least one, or enabled = false")
    return members


def _between(written: list[str], known: Collection[str], problems: Problems) -> PerSide[str] | None:
    left, right = written
    if left == right:
        problems.add("between", "names one connection twice", "two different connections")
        return None
    unknown = [name for name in (left, right) if name not in known]
    for name in unknown:
        rule = f'there is no connection "{name}"{did_you_mean(name, known)}'
        problems.add("between", rule, known)
    return None if unknown else PerSide(left, right)


def default_rule_set(kinds: PerSide[str], offered: Mapping[str, RuleSet]) -> RuleSet | None:
    """The rule set made for this pair of kinds, `open` if there is none, None if several are."""
    pair = frozenset(kinds)
    made = [rules for rules in offered.values() if rules.is_default and rules.kinds == pair]
    if len(made) > 1:
        return None
    return made[0] if made else offered["open"]


def _rule_set(
    written: str | None,
    kinds: PerSide[str],
    offered: Mapping[str, RuleSet],
    problems: Problems,
) -> RuleSet | None:
    """The named rule set, or the default of this pair."""
    pair = frozenset(kinds)
    fitting = {name: rules for name, rules in offered.items() if rules.kinds in {None, pair}}
    if written is None:
        chosen = default_rule_set(kinds, offered)
        if chosen is None:
            rule = f"is required: several rule sets are made for {' and '.join(sorted(pair))}"
            problems.add("rules", rule, fitting)
        return chosen
    if written in fitting:
        return fitting[written]
    if written in offered:
        made_for = " and ".join(sorted(offered[written].kinds or ()))
        rule = f'"{written}" is for {made_for}, not for {" and ".join(sorted(pair))}'
    else:
        rule = f'there is no rule set "{written}"{did_you_mean(written, offered)}'
    problems.add("rules", rule, fitting)
    return None


def check_lanes_unique(syncs: Iterable[SyncSettings], problems: Problems) -> None:
    """Two active syncs must not keep the same two accounts the same for the same object type."""
    taken: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
    for sync in syncs:
        types = [type for type, policy in sync.objects.items() if sync.enabled and policy.runs]
        for member in sync.members:
            pair = zip(sync.between, member.accounts, strict=True)
            accounts = frozenset((name, account_key(account)) for name, account in pair)
            for type in types:
                other = taken.setdefault((type, accounts), sync.name)
                if other != sync.name:
                    who = " and ".join(member.accounts)
                    rule = f"{who} are already synced by {other}"
                    allowed = f"one of the two with enabled = false, or other members in {other}"
                    problems.under(sync.name).add(f"objects.{type}", rule, allowed)
