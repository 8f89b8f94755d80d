"""Rule sets: what a product allows, checked when the configuration is loaded.

A connector brings rule sets through the hook `policy_rules`. A rule set is bound to kinds of
connectors, has its own defaults, may accept a product's own words (`expand`) and reports every
breach with the key's path and what would be allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syncline.model.sides import PerSide
from syncline.policy.schema import ObjectPolicy


@dataclass(frozen=True)
class Breach:
    """One broken rule: the key inside the object (`direction`), the rule, and what is allowed."""

    key: str
    rule: str
    allowed: str


RawPolicy = Mapping[str, Any]
"""The object's table of the configuration file, after pydantic accepted its shape."""


def _as_written(raw: RawPolicy, _type: str, _names: PerSide[str]) -> RawPolicy:
    return raw


@dataclass(frozen=True)
class Between:
    """The two connections of a sync: the kinds of their connectors, and their names, which are the
    configuration's words for the sides.
    """

    kinds: PerSide[str]
    names: PerSide[str]


def _no_breaches(_policy: ObjectPolicy, _raw: RawPolicy, _between: Between) -> tuple[Breach, ...]:
    return ()


@dataclass(frozen=True)
class RuleSet:
    """`kinds`: the two connector kinds it is for, in any order; None for every pair.

    `default_for` pairs of exactly these kinds, if `is_default`. `merge` is the default of the
    setting of that name. `expand(raw, type, names)` translates the product's own switches before
    the schema is applied: of the object type of this name, with the names of the two connections,
    which are the configuration's words for the sides. `check(policy, raw, between)` gets the
    resolved policy, the table as written and what it is between.
    """

    name: str
    kinds: frozenset[str] | None = None
    is_default: bool = False
    merge: str = "fields"
    expand: Callable[[RawPolicy, str, PerSide[str]], RawPolicy] = _as_written
    check: Callable[[ObjectPolicy, RawPolicy, Between], tuple[Breach, ...]] = _no_breaches


OPEN = RuleSet("open")
"""Everything the schema can say; the default for any other pair."""
