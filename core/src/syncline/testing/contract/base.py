"""What all groups share: the attributes a contract class sets, and the fixtures of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import pytest

from syncline.model.contact import CONTACT
from syncline.model.matching import BUILT_IN, Matcher
from syncline.model.objects import ObjectType
from syncline.plugin.connector import Connector
from syncline.testing.system import System
from syncline.testing.world import Opener, World


class ContractBase:
    """`known_gaps`: test name → reason; such a test must fail. `object_types` and `matchers`: those
    of plugins are added here. `looked_up_fields` are read from elsewhere than they are written to
    (a company that lives in another object), so that their mapping alone does not give back what it
    wrote.
    """

    syncline_conformance: ClassVar[bool] = True
    connector_type: ClassVar[type[Connector]]
    known_gaps: ClassVar[Mapping[str, str]] = {}
    object_types: ClassVar[Mapping[str, ObjectType]] = {CONTACT.name: CONTACT}
    matchers: ClassVar[Mapping[str, Matcher]] = BUILT_IN
    looked_up_fields: ClassVar[frozenset[str]] = frozenset()

    @pytest.fixture
    def system(self) -> System:
        """The system behind the connector: every contract class brings its own."""
        raise NotImplementedError("a contract class needs a fixture `system`")

    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        """Connections that are closed when the test is over."""
        opener = Opener(self.connector_type, types=self.object_types)
        yield opener
        opener.close()

    @pytest.fixture
    def world(self, system: System, opener: Opener, type_name: str) -> World:
        """The first account, connected."""
        return World.enter(system, opener, self.object_types[type_name], self.matchers)


def require(condition: object, reason: str) -> None:
    """Skip the test, visibly, where the connector does not claim the capability."""
    if not condition:
        pytest.skip(reason)
