"""Carrying out the work of a run: it is noted when it begins and when it ends, and reported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from syncline.engine.as_planned import AsPlanned
from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.world import World, itself
from syncline.model.progress import Progress
from syncline.model.reports import CallCounts, RunReport
from syncline.plugin.events import RunStarted
from syncline.plugin.manager import PluginManager
from syncline.policy.settings import Configuration
from syncline.run.connections import Connections
from syncline.run.older_state import not_the_latest
from syncline.run.surroundings import Surroundings
from syncline.state import claims, history, leases
from syncline.state.careful import be_careful
from syncline.state.database import Database, scratch_copy
from syncline.state.epochs import Epochs, Standing

_DAY = 24 * 3600.0

Work = Callable[[World, RoundReport], list[Lane]]
"""What a run consists of; returns the lanes it was about."""


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Carries out runs over one configuration that is open. `stop`: set when one is to end."""

    configuration: Configuration
    plugins: PluginManager
    database: Database
    connections: Connections
    epochs: Epochs
    surroundings: Surroundings
    progress: Progress
    workers: int
    stop: threading.Event

    def carry(self, work: Work, *, dry: bool, undoes: str | None = None) -> RunReport:
        """Do the work of a run; dry on a copy of the state that is thrown away."""
        if not dry:
            return self._carry(self._world(self.database, None), work, undoes)
        scratch, planned = scratch_copy(self.database), AsPlanned(self.surroundings.now)
        try:
            with scratch.transaction() as tx:
                leases.bury(tx, self.database.engine.url)
            return self._carry(self._world(scratch, planned), _foreseen(work, planned), None)
        finally:
            scratch.close()

    def _world(self, database: Database, planned: AsPlanned | None) -> World:
        return World(
            database=database,
            plugins=self.plugins,
            now=self.surroundings.now,
            run_id=self.surroundings.new_id(),
            installation=self.configuration.installation,
            progress=self.progress,
            dry=planned is not None,
            reach=itself if planned is None else planned.of,
            stop=self.stop.is_set,
            workers=self.workers,
        )

    def _carry(self, world: World, work: Work, undoes: str | None) -> RunReport:
        before, started = self.connections.calls(), world.now()
        report = RoundReport(keep_all=world.dry)
        self.plugins.observe_run_started(
            RunStarted(run_id=world.run_id, dry=world.dry, started=started)
        )
        epoch = self._begin(world, report, undoes)
        lanes = work(replace(world, epoch=epoch), report)
        found = self._report(world, started, report, lanes, before)
        if not world.dry:
            self._note_end(world, found)
        self.plugins.observe_run_finished(found)
        return found

    def _begin(self, world: World, report: RoundReport, undoes: str | None) -> int | None:
        """Note the run and the state's new epoch, which is returned; a plan only looks what the
        state is.

        Raises:
            StateError: the state is a copy that belongs elsewhere.

        """
        found, epoch = (self.epochs.standing() if world.dry else Standing.KNOWN), None
        with world.database.transaction() as tx:
            if not world.dry:
                found, epoch = self.epochs.begin(tx, world.run_id)
                history.begin_run(tx, world.run_id, world.seconds, undoes)
            if found is not Standing.KNOWN:
                be_careful(tx, world.seconds)
        self.epochs.raised(epoch)
        if found is not Standing.KNOWN:
            report.problem(not_the_latest(found))
        return None if epoch is None else epoch.number

    def _report(
        self,
        world: World,
        started: datetime,
        report: RoundReport,
        lanes: list[Lane],
        before: Mapping[str, CallCounts],
    ) -> RunReport:
        reports = report.lane_reports(lanes)
        return RunReport(
            run_id=world.run_id,
            dry=world.dry,
            started=started,
            finished=world.now(),
            lanes=reports,
            operations=tuple(report.operations),
            problems=tuple(report.problems),
            guards=tuple(report.guards),
            calls=_difference(before, self.connections.calls()),
            conflicts=sum(lane.conflicts for lane in reports),
            interrupted=world.stop(),
        )

    def _note_end(self, world: World, report: RunReport) -> None:
        counts: dict[str, int] = {}
        for lane in report.lanes:
            for name, number in lane.counts.items():
                counts[name] = counts.get(name, 0) + number
        kept = self.configuration.state
        with world.database.transaction() as tx:
            history.end_run(tx, world.run_id, world.seconds, report.exit_code, counts)
            history.expire(tx, world.seconds - kept.history_days * _DAY, kept.history_runs)
            claims.expire(tx, world.seconds)
            epoch = self.epochs.rise(tx)
        self.epochs.raised(epoch)


def _foreseen(work: Work, planned: AsPlanned) -> Work:
    """The work of a plan, which also says what it cannot know."""

    def work_and_tell(world: World, report: RoundReport) -> list[Lane]:
        lanes = work(world, report)
        for problem in planned.cannot_tell(lanes):
            report.problem(problem)
        return lanes

    return work_and_tell


def _difference(
    before: Mapping[str, CallCounts], after: Mapping[str, CallCounts]
) -> tuple[CallCounts, ...]:
    return tuple(
        CallCounts(
            connection=name,
            reads=now.reads - (before[name].reads if name in before else 0),
            writes=now.writes - (before[name].writes if name in before else 0),
            checks=now.checks - (before[name].checks if name in before else 0),
        )
        for name, now in sorted(after.items())
    )
