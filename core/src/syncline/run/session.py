"""A session: an open configuration, with which one checks, plans, runs and looks.

with Session.open(configuration, plugins) as session:
    report = session.plan(Selection())
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.round import Round, wake_all
from syncline.engine.world import World
from syncline.errors import SynclineError
from syncline.look import doctor
from syncline.look.links import LinkList
from syncline.look.reader import Reader
from syncline.model.progress import Progress, Silent
from syncline.model.reports import (
    HeldOperation,
    HistoryEntry,
    RunEntry,
    RunReport,
    StatusReport,
    UndoReport,
    WaitingConflict,
)
from syncline.model.sides import SIDES, Side
from syncline.plugin.manager import PluginManager
from syncline.plugin.requests import CheckReport, CheckResult
from syncline.policy.schema import ObjectPolicy
from syncline.policy.settings import Configuration, Member, SyncSettings
from syncline.run.carrying import Carrier, Work
from syncline.run.checking import checked, rights_at
from syncline.run.choose import choose, sync_failed
from syncline.run.connections import Connections
from syncline.run.decisions import Decisions
from syncline.run.resolve import Resolver
from syncline.run.retiring import retire_others
from syncline.run.selection import Selection
from syncline.run.surroundings import MACHINE, Surroundings
from syncline.run.undo import Undoing, find_run
from syncline.state.database import Database
from syncline.state.epochs import Epochs
from syncline.state.vault import Vault


@dataclass(frozen=True)
class ConnectionCheck:
    """What checking one connection found: a report, or the error that kept it from one."""

    name: str
    connector: str
    report: CheckReport | None
    error: SynclineError | None = None


class Session:
    """One configuration, opened: its database and, as needed, its connections."""

    def __init__(
        self,
        configuration: Configuration,
        plugins: PluginManager,
        database: Database,
        surroundings: Surroundings,
        progress: Progress,
        workers: int,
    ) -> None:
        self._configuration = configuration
        self._plugins = plugins
        self._database = database
        self._now = surroundings.now
        self._reader = Reader(database, configuration, plugins, surroundings.now)
        self._epochs = Epochs(database, surroundings.own_folder)
        self._stop = threading.Event()
        self._connections = Connections(configuration, plugins, database, surroundings)
        self._carrier = Carrier(
            configuration=configuration,
            plugins=plugins,
            database=database,
            connections=self._connections,
            epochs=self._epochs,
            surroundings=surroundings,
            progress=progress,
            workers=workers,
            stop=self._stop,
        )

    @classmethod
    def open(
        cls,
        configuration: Configuration,
        plugins: PluginManager,
        *,
        surroundings: Surroundings = MACHINE,
        progress: Progress | None = None,
        workers: int = 8,
    ) -> Session:
        """Open the database (making or upgrading it). No connection is opened yet.

        Raises:
            ConfigurationError: the state's key is not where the configuration says.
            StateError: the database cannot be used.

        """
        vault = Vault.from_key(configuration.state.key.resolve().get_secret_value())
        database = Database.open(configuration.state.url, vault, surroundings.commits)
        return cls(configuration, plugins, database, surroundings, progress or Silent(), workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and database. May be called twice."""
        self._connections.close()
        self._database.close()

    def request_stop(self) -> None:
        """Let the batch in flight finish, then end the run with `interrupted`. Thread-safe."""
        self._stop.set()

    # --- check ----------------------------------------------------------------------------------

    def check(self, thorough: bool = True) -> tuple[ConnectionCheck, ...]:
        """Every connection a sync uses (all, if there is no sync): credentials, rights, limits."""
        used = dict.fromkeys(
            name for sync in self._configuration.syncs.values() for name in sync.between
        )
        return tuple(
            self._check(name, thorough) for name in used or self._configuration.connections
        )

    def _check(self, name: str, thorough: bool) -> ConnectionCheck:
        settings = self._configuration.connections[name]
        try:
            handle = self._connections.get(name)
            rights = rights_at(self._configuration, name)
            report = checked(handle, rights, self._members_at(name), thorough)
        except SynclineError as error:
            return ConnectionCheck(name, settings.connector, None, error)
        return ConnectionCheck(name, settings.connector, report)

    def _members_at(self, name: str) -> tuple[str, ...]:
        """The accounts that enabled syncs name at a connection."""
        syncs = [sync for sync in self._configuration.syncs.values() if sync.enabled]
        return tuple(
            dict.fromkeys(
                member.accounts[side]
                for sync in syncs
                for side in SIDES
                if sync.between[side] == name
                for member in sync.members
            )
        )

    # --- plan and run ---------------------------------------------------------------------------

    def plan(self, selection: Selection) -> RunReport:
        """What a run would do. Nothing is written anywhere: it works on a copy of the state."""
        return self._carrier.carry(self._rounds(selection), dry=True)

    def run(self, selection: Selection) -> RunReport:
        """Carry out a run; failures are in the report."""
        return self._carrier.carry(self._rounds(selection), dry=False)

    def undo(self, run: str, *, dry: bool = False) -> UndoReport:
        """Take back what a run wrote, where it was not edited since. `dry` only says what.

        Raises:
            UsageError: there is no such run.

        """
        undone = find_run(self._database, run)
        undoing = Undoing(self._configuration, self._connections.get, undone)
        report = self._carrier.carry(undoing.work, dry=dry, undoes=undone)
        return UndoReport(undone=undone, run=report, kept=tuple(undoing.kept))

    def _rounds(self, selection: Selection) -> Work:
        chosen = choose(self._configuration, selection)

        def work(world: World, report: RoundReport) -> list[Lane]:
            resolved = [self._lanes(world, selection, *each, report) for each in chosen]
            if selection.is_everything:
                everyone = (lane for lanes in resolved for lane in lanes.values())
                retire_others(world, self._configuration, everyone)
            rounds = (self._round(world, selection, lanes, report) for lanes in resolved)
            return [lane for lanes in rounds for lane in lanes]

        return work

    def _lanes(
        self,
        world: World,
        selection: Selection,
        sync: SyncSettings,
        policy: ObjectPolicy,
        members: tuple[Member, ...],
        report: RoundReport,
    ) -> dict[int, Lane]:
        if self._stop.is_set():
            return {}
        resolver = Resolver(
            world.database,
            self._connections.get,
            world.reach,
            lambda: world.seconds,
            world.epoch,
            selection.limit,
            selection.adopt,
        )
        try:
            lanes = resolver.lanes(sync, policy, members)
        except SynclineError as error:
            report.problem(sync_failed(sync.name, error))
            return {}
        report.problems.extend(resolver.problems)
        return lanes

    def _round(
        self, world: World, selection: Selection, lanes: dict[int, Lane], report: RoundReport
    ) -> list[Lane]:
        if self._stop.is_set():
            return []
        everyone = list(lanes.values())
        if selection.full:
            wake_all(world, lanes)
        Round(world, lanes, report, full=selection.full).run()
        return everyone

    # --- look and decide ------------------------------------------------------------------------

    def status(self) -> StatusReport:
        """Every lane, what waits and why, what is held, how the last runs ended."""
        return self._reader.status()

    def held(self) -> tuple[HeldOperation, ...]:
        """What guards hold back."""
        return self._reader.held()

    def approve(self, handles: tuple[str, ...]) -> int:
        """Release exactly these held operations; returns how many."""
        return self._decisions().approve(handles)

    def conflicts(self) -> tuple[WaitingConflict, ...]:
        """Conflicts that wait for a person."""
        return self._reader.conflicts()

    def resolve(self, handle: str, winner: Side) -> None:
        """Decide a conflict; the next run carries it out."""
        self._decisions().resolve(handle, winner)

    def links(self, selection: Selection, *, everything: bool = False) -> LinkList:
        """Links that are not in step, or all of them, and what waits for what."""
        return self._reader.links(selection, everything=everything)

    def link(self, reference: str) -> LinkList:
        """The links of one record, and what it waits for: by number, id, name or e-mail address."""
        return self._reader.link(reference)

    def record_history(self, reference: str) -> tuple[HistoryEntry, ...]:
        """What happened to one record, newest first."""
        return self._reader.record_history(reference)

    def runs(self) -> tuple[RunEntry, ...]:
        """The latest runs, newest first."""
        return self._reader.runs()

    def doctor(self) -> tuple[CheckResult, ...]:
        """Whether the installation, the database and the connections are sound."""
        now = self._now().timestamp()
        found = list(doctor.installation(self._plugins.plugins))
        found += doctor.StateCheck(
            self._database, self._configuration, now, self._epochs.folder
        ).findings()
        for each in self.check():
            found += doctor.connection(each.name, each.report, each.error)
            if each.report and (clock := doctor.clock(each.name, each.report, self._now)):
                found = [known for known in found if known.id != clock.id]  # said once is enough
                found.append(clock)
        return tuple(found)

    def _decisions(self) -> Decisions:
        return Decisions(self._database, self._now().timestamp())
