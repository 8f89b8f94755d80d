"""The rule set `salesforce-for-outlook`: what that product allows, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncline.model.sides import Side
from syncline.policy.rules import Between, Breach, RawPolicy, RuleSet
from syncline.policy.schema import Direction, ObjectPolicy

OUTLOOK, SALESFORCE = "outlook", "salesforce"


def _check(policy: ObjectPolicy, raw: RawPolicy, between: Between) -> tuple[Breach, ...]:
    return tuple(_breaches(policy, raw, between))


def _breaches(policy: ObjectPolicy, raw: RawPolicy, between: Between) -> Iterator[Breach]:
    crm = Side.LEFT if between.kinds.left == SALESFORCE else Side.RIGHT
    if policy.direction is Direction.NONE:
        if any(policy.container):
            yield Breach("container", "direction is none, so there is no container", "leave it out")
        return
    if policy.type.name == "contact" and policy.direction.source is crm.other:
        yield Breach(
            "direction",
            "contacts may not go from Outlook to Salesforce only",
            "both, Salesforce to Outlook, or none",
        )
    yield from _one_way(policy, raw)
    if policy.where[crm] is None and not _says_all(raw, between.names[crm]):
        yield Breach(
            "where",
            "each object that is synced needs a data set at Salesforce, and none is named for it",
            f'a SOQL condition or "all": {{ {between.names[crm]} = "all" }}',
        )


def _one_way(policy: ObjectPolicy, raw: RawPolicy) -> Iterator[Breach]:
    source = policy.direction.source
    if source is None:
        return
    undecided = raw.get("conflict") in ("newest_wins", "manual")
    if undecided or (policy.conflict is not None and policy.conflict.winner is not source):
        yield Breach("conflict", "with one direction the source wins", "leave it out")


def _says_all(raw: RawPolicy, crm: str) -> bool:
    """Whether "all" is said of Salesforce: for both sides, or by the name of its connection."""
    where = raw.get("where")
    said = where.get(crm) if isinstance(where, Mapping) else where
    return isinstance(said, str) and said.strip().lower() == "all"


SALESFORCE_FOR_OUTLOOK = RuleSet(
    name="salesforce-for-outlook",
    kinds=frozenset({OUTLOOK, SALESFORCE}),
    is_default=True,
    merge="record",
    check=_check,
)
