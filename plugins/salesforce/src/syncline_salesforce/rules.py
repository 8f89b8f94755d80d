"""The rule set `salesforce-for-outlook`: what that product allows, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncline.model.sides import PerSide, Side
from syncline.policy.rules import Breach, RawPolicy, RuleSet
from syncline.policy.schema import Direction, ObjectPolicy

OUTLOOK, SALESFORCE = "outlook", "salesforce"


def _check(policy: ObjectPolicy, raw: RawPolicy, kinds: PerSide[str]) -> tuple[Breach, ...]:
    return tuple(_breaches(policy, raw, kinds))


def _breaches(policy: ObjectPolicy, raw: RawPolicy, kinds: PerSide[str]) -> Iterator[Breach]:
    crm = Side.LEFT if kinds.left == SALESFORCE else Side.RIGHT
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
    if policy.where[crm] is None and not _says_all(raw, kinds[crm.other]):
        yield Breach(
            "where",
            "each object that is synced needs a data set at Salesforce, and none is named for it",
            'a SOQL condition or "all" for the Salesforce connection: { salesforce = "all" }',
        )


def _one_way(policy: ObjectPolicy, raw: RawPolicy) -> Iterator[Breach]:
    source = policy.direction.source
    if source is None:
        return
    undecided = raw.get("conflict") in ("newest_wins", "manual")
    if undecided or (policy.conflict is not None and policy.conflict.winner is not source):
        yield Breach("conflict", "with one direction the source wins", "leave it out")


def _says_all(raw: RawPolicy, other: str) -> bool:
    """Whether "all" is said of Salesforce: for both sides, or by name. Of names a rule set is told
    the kinds only; a connection that is called as the `other` kind is no Salesforce.
    """
    where = raw.get("where")
    said = where if isinstance(where, Mapping) else {"": where}
    return any(
        name != other and isinstance(text, str) and text.strip().lower() == "all"
        for name, text in said.items()
    )


SALESFORCE_FOR_OUTLOOK = RuleSet(
    name="salesforce-for-outlook",
    kinds=frozenset({OUTLOOK, SALESFORCE}),
    is_default=True,
    merge="record",
    check=_check,
)
