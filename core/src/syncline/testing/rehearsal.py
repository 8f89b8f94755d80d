"""The whole engine over two memory stores: people, a policy, a clock, a real database file.

For the tests of the engine itself, and for authors of plugins whose hooks act on runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

from syncline.connectors.memory import MemoryConnector, MemoryOptions, MemoryStore
from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.progress import Silent
from syncline.model.records import RecordId
from syncline.model.reports import RunReport, UndoReport
from syncline.model.sides import PerSide
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
from syncline.run.selection import Selection
from syncline.run.session import Session
from syncline.run.surroundings import Surroundings
from syncline.state.database import CommitHook, Database
from syncline.testing.reopening import Databases

OpenState = Callable[[CommitHook | None], Database]
PEOPLE = ("ada", "bob")
KEY = "a key for rehearsals, known to all"
"""The installation's key."""
POLICY: Final = ObjectPolicy(
    type=CONTACT,
    direction=Direction.BOTH,
    conflict=Conflict.LEFT_WINS,
    merge=Merge.FIELDS,
    match=("email", "name+company"),
)
"""What worlds begin with."""


class Clock:
    """Time as the test wants it. A store's clock may be off by `skew` seconds."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def skewed(self, seconds: float) -> Callable[[], datetime]:
        return lambda: self.moment + timedelta(seconds=seconds)


class EngineWorld:
    """`left` and `right` are the stores; `sync()` runs once and gives the report. `skew`: by how
    many seconds each store's clock is ahead of ours. `open_state` opens the database in a way of
    its own.
    """

    def __init__(
        self,
        folder: Path,
        left: MemoryOptions,
        right: MemoryOptions,
        *,
        skew: PerSide[float] = PerSide(0.0, 0.0),
        plugins: PluginManager | None = None,
        open_state: OpenState | None = None,
    ) -> None:
        self.clock = Clock()
        name = folder.name
        self.left = MemoryStore.open(f"{name}-left", left, self.clock.skewed(skew.left))
        self.right = MemoryStore.open(f"{name}-right", right, self.clock.skewed(skew.right))
        self.people: tuple[str, ...] = PEOPLE
        for person in self.people:
            self.left.add_account(person)
            self.right.add_account(person)
        self.sync_name = "s"
        self.members: tuple[Member, ...] | None = None
        self.more_syncs: tuple[SyncSettings, ...] = ()
        self.more_stores: dict[str, MemoryStore] = {}
        self.folder = folder
        self.commits: CommitHook | None = None
        self.surroundings = _surroundings(self.clock, folder)
        self._databases = Databases(folder / "state.sqlite")
        key = folder / "key"
        key.write_text(KEY)
        self.state = StateSettings(f"sqlite:///{folder / 'state.sqlite'}", Secret(file=key))
        self.installation = "test"
        self.plugins = plugins or PluginManager.discover()
        self.open_state = open_state
        self.policy = POLICY
        self.workers = 1  # so that what happens can be repeated

    # --- the configuration ----------------------------------------------------------------------

    def set(self, **changes: Any) -> None:
        """Change the policy."""
        self.policy = replace(self.policy, **changes)

    def configuration(self) -> Configuration:
        """`people`, each with an account of the same name on both sides, unless there are
        `members`.
        """
        everyone = tuple(Member(PerSide(person, person)) for person in self.people)
        members = everyone if self.members is None else self.members
        syncs = (self.agreement(self.sync_name, members, self.policy), *self.more_syncs)
        connections = {
            "left": self._connection("left", self.left),
            "right": self._connection("right", self.right),
            **{name: self._connection(name, store) for name, store in self.more_stores.items()},
        }
        return Configuration(
            Path("syncline.toml"),
            self.installation,
            self.state,
            connections,
            {sync.name: sync for sync in syncs},
        )

    @staticmethod
    def agreement(
        name: str,
        members: tuple[Member, ...],
        policy: ObjectPolicy,
        between: PerSide[str] = PerSide("left", "right"),
    ) -> SyncSettings:
        """A sync between two stores."""
        return SyncSettings(name, between, "open", members, {policy.type.name: policy})

    def add_store(self, name: str, options: MemoryOptions) -> MemoryStore:
        """A further system, with an account for each of the people."""
        store = MemoryStore.open(f"{self.folder.name}-{name}", options, self.clock)
        for person in self.people:
            store.add_account(person)
        self.more_stores[name] = store
        return store

    @staticmethod
    def _connection(name: str, store: MemoryStore) -> ConnectionSettings:
        config = MemoryConnector.Config(store=store.name)
        return ConnectionSettings(name, "memory", config)

    # --- running --------------------------------------------------------------------------------

    def session(self) -> Session:
        return self._session(self.commits)

    def another_session(self) -> Session:
        """A process nobody stops, beside whichever there is."""
        return self._session(None)

    def _session(self, commits: CommitHook | None) -> Session:
        opened = self.open_state or partial(self._databases.open, self.state)
        return Session(
            self.configuration(),
            self.plugins,
            opened(commits),
            self.surroundings,
            Silent(),
            workers=self.workers,
        )

    def sync(self, **selection: Any) -> RunReport:
        self.clock.advance(30)
        with self.session() as session:
            return session.run(Selection(**selection))

    def plan(self, **selection: Any) -> RunReport:
        with self.session() as session:
            return session.plan(Selection(**selection))

    def undo(self, run: str, *, dry: bool = False) -> UndoReport:
        self.clock.advance(30)
        with self.session() as session:
            return session.undo(run, dry=dry)

    def settle(self, rounds: int = 4) -> RunReport:
        """Run until a run writes nothing, at most so often; the last report."""
        report = self.sync()
        for _round in range(rounds):
            if report.writes == 0:
                return report
            self.clock.advance(90)
            report = self.sync()
        assert report.writes == 0, report.operations
        return report

    # --- looking --------------------------------------------------------------------------------

    def shown(self, store: MemoryStore, account: str = "ada") -> list[dict[str, Value]]:
        """An account's records without empty fields, sorted by name."""
        found = [
            {name: value for name, value in fields.items() if value}
            for fields in store.read(account).values()
        ]
        return sorted(found, key=lambda f: (f.get("family_name") or "", f.get("given_name") or ""))

    def same(self, account: str = "ada") -> bool:
        return self.shown(self.left, account) == self.shown(self.right, account)

    def only(self, store: MemoryStore, account: str = "ada") -> RecordId:
        [found] = store.read(account)
        return found


def _surroundings(clock: Clock, folder: Path) -> Surroundings:
    """Time is the clock's, nothing is left to chance, and runs have numbers."""
    names = (f"run-{number}" for number in count(1))
    return Surroundings(
        now=clock,
        elapsed=lambda: clock().timestamp(),
        sleep=clock.advance,
        jitter=lambda: 0.5,
        new_id=lambda: next(names),
        own_folder=lambda: folder / "own",
    )


def person(given: str, family: str, **more: Value) -> Mapping[str, Value]:
    """A contact with a name and an e-mail."""
    email = f"{given}.{family}@example.test".lower()
    return {"given_name": given, "family_name": family, "emails": (email,), **more}
