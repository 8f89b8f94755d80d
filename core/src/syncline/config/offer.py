"""What the configuration needs to know of the installed plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from syncline.model.matching import Matcher
from syncline.model.objects import ObjectType
from syncline.plugin.connector import Connector
from syncline.plugin.discovery import PluginInfo
from syncline.policy.rules import RuleSet


class Offer(Protocol):
    """The names a configuration may use. `PluginManager` is one; a test may bring its own."""

    @property
    def plugins(self) -> tuple[PluginInfo, ...]:
        """Every installed plugin, in whatever state it is."""
        ...

    @property
    def object_types(self) -> Mapping[str, ObjectType]:
        """Object types by name."""
        ...

    @property
    def rule_sets(self) -> Mapping[str, RuleSet]:
        """Rule sets by name, `open` included."""
        ...

    @property
    def matchers(self) -> Mapping[str, Matcher]:
        """Matchers by name, the built-in ones included."""
        ...

    def require_connector(self, kind: str) -> type[Connector]:
        """The connector of this kind.

        Raises:
            ConfigurationError: unknown, broken or incompatible, with the reason and the way out.

        """
        ...
