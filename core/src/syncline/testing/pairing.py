"""A sync between the system under test and a memory store, run by the engine."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from syncline.connectors import plugin as memory_plugin
from syncline.connectors.memory import MemoryConfig, MemoryOptions, MemoryStore
from syncline.model.fields import Value
from syncline.model.matching import BUILT_IN, Matcher
from syncline.model.objects import ObjectType
from syncline.model.records import RecordId
from syncline.model.reports import RunReport
from syncline.model.sides import PerSide
from syncline.plugin.connection import BUILT_IN_TYPES
from syncline.plugin.connector import Connector
from syncline.plugin.hookspecs import hookimpl
from syncline.plugin.manager import PluginManager
from syncline.plugin.secrets import Secret
from syncline.policy.schema import Conflict, Direction, Merge, ObjectPolicy
from syncline.policy.settings import (
    Configuration,
    ConnectionSettings,
    Member,
    StateSettings,
    SyncSettings,
)
from syncline.testing.world import World

if TYPE_CHECKING:
    from syncline.run.session import Session

_KEY = base64.b64encode(b"a key for conformance tests only").decode("ascii")


class Offered:
    """A plugin that offers one connector, and what is known beside what core knows."""

    def __init__(self, type_: type[Connector], world: World) -> None:
        self._type, self._world = type_, world

    @hookimpl
    def connector_types(self) -> tuple[type[Connector], ...]:
        """The connector under test."""
        return (self._type,)

    @hookimpl
    def object_types(self) -> tuple[ObjectType, ...]:
        """The object type under test, if a plugin brings it."""
        return () if self._world.type.name in BUILT_IN_TYPES else (self._world.type,)

    @hookimpl
    def register_matchers(self) -> Mapping[str, Matcher]:
        """Those that plugins bring."""
        known = self._world.matchers
        return {name: known[name] for name in known.keys() - BUILT_IN.keys()}


@dataclass
class Pairing:
    """Both accounts of the system, each kept the same as an account of a memory store."""

    world: World
    folder: Path
    memory: MemoryStore = field(init=False)
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        """Make the other side: an empty store with the same users."""
        type, matchers = self.world.type, self.world.matchers
        match = frozenset(matchers) & frozenset(type.default_match)
        options = MemoryOptions(type=type, matchers=matchers, match=match)
        self.memory = MemoryStore.open(f"opposite-{uuid4().hex}", options, clock=self.now)
        for name in self.world.system.accounts:
            self.memory.add_account(name)

    def now(self) -> datetime:
        """Our clock; it goes on with the service's."""
        return datetime.now(UTC) + self.ahead

    def settle(self) -> None:
        """Both sides show what was written, and what waits is due."""
        self.world.settle()
        self.ahead += timedelta(hours=1)

    def run(self, *, full: bool = False) -> RunReport:
        """One run, in a session of its own, as a person would start it."""
        from syncline.run.selection import Selection

        with self._session() as session:
            report = session.run(Selection(full=full))
        self.settle()
        return report

    def settled(self) -> RunReport:
        """The run that found nothing more to write, at most the fourth."""
        for _ in range(4):
            report = self.run()
            assert not report.problems, [each.message for each in report.problems]
            if not report.writes:
                return report
        raise AssertionError("after three runs there is still something to write")

    def theirs(self, account: str) -> list[dict[str, Value]]:
        """What the system under test holds, as both can hold it, in a comparable order."""
        return self._comparable(self.world.system.read(account))

    def ours(self, account: str) -> list[dict[str, Value]]:
        """What the memory store holds, likewise."""
        return self._comparable(self.memory.read(account))

    def _comparable(
        self, records: Mapping[RecordId, Mapping[str, Value]]
    ) -> list[dict[str, Value]]:
        from syncline.testing.samples import DERIVED

        shared = self.world.spec.readable - DERIVED
        normal = (self.world.normal(fields) for fields in records.values())
        found = [
            {n: v for n, v in each.items() if n in shared and v is not None} for each in normal
        ]
        return sorted(found, key=repr)

    def _session(self) -> Session:
        from syncline.run.session import Session
        from syncline.run.surroundings import Surroundings

        return Session.open(
            self._configuration(), self._plugins(), surroundings=Surroundings(now=self.now)
        )

    def _plugins(self) -> PluginManager:
        tested = self.world.opener.connector_type
        offered = {} if tested.name == "memory" else {"memory": memory_plugin}
        return PluginManager.of({**offered, "tested": Offered(tested, self.world)})

    def _configuration(self) -> Configuration:
        key = self.folder / "key"
        key.write_text(_KEY, "ascii")
        tested = self.world.opener.connector_type
        config = tested.Config.model_validate(self.world.system.settings())
        return Configuration(
            path=self.folder / "syncline.toml",
            installation="conformance-kit",
            state=StateSettings(f"sqlite:///{self.folder / 'state.db'}", Secret(file=key)),
            connections={
                "tested": ConnectionSettings("tested", tested.name, config),
                "opposite": ConnectionSettings(
                    "opposite", "memory", MemoryConfig(store=self.memory.name)
                ),
            },
            syncs={"kit": self._sync()},
        )

    def _sync(self) -> SyncSettings:
        policy = ObjectPolicy(
            type=self.world.type,
            direction=Direction.BOTH,
            conflict=Conflict.LEFT_WINS,
            merge=Merge.FIELDS,
            match=self.world.type.default_match,
        )
        return SyncSettings(
            name="kit",
            between=PerSide("tested", "opposite"),
            rules="open",
            members=tuple(Member(PerSide(name, name)) for name in self.world.system.accounts),
            objects={self.world.type.name: policy},
        )
