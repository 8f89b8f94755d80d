"""What the tables of one sync are read against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncline.config.offer import Offer
from syncline.model.sides import PerSide
from syncline.plugin.connector import Connector
from syncline.policy.rules import RuleSet


@dataclass(frozen=True)
class Systems:
    """The kind of each of the file's connections, its connector class if there is one, and the
    plugins.
    """

    kinds: Mapping[str, str]
    connectors: Mapping[str, type[Connector]]
    offer: Offer


@dataclass(frozen=True)
class SyncContext:
    """The two connections of a sync by name, kind and class, its rule set, and the plugins."""

    names: PerSide[str]
    kinds: PerSide[str]
    connectors: PerSide[type[Connector]]
    rules: RuleSet
    offer: Offer
