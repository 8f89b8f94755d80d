"""Which lanes an undo is about: those the run wrote, as far as the configuration still has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select

from syncline.engine.lanes import Lane
from syncline.engine.report import RoundReport
from syncline.engine.undo.round import UndoRound
from syncline.engine.world import World
from syncline.errors import SynclineError, UsageError
from syncline.model.reports import KeptRecord, LaneName, Problem
from syncline.plugin.connection import ConnectionHandle
from syncline.policy.schema import ObjectPolicy
from syncline.policy.settings import Configuration, Member, SyncSettings
from syncline.run.choose import sync_failed
from syncline.run.resolve import Resolver
from syncline.state.database import Database
from syncline.state.history import HISTORY, RUN
from syncline.state.lanes import LANE


def find_run(database: Database, given: str) -> str:
    """The id of the run that is meant: whole, or a beginning that only one run has.

    Raises:
        UsageError: there is no such run, or several begin like this.

    """
    with database.transaction() as tx:
        named = RUN.c.id.startswith(given, autoescape=True)
        rows = tx.execute(select(RUN.c.id).where(named)).all()
    found = [row for row in rows if row.id == given] or rows
    if not given or not found:
        raise UsageError(
            f"there is no run {given!r}",
            hint="`syncline history runs` lists those that the history still holds.",
        )
    if len(found) > 1:
        raise UsageError(f"{len(found)} runs begin with {given!r}", hint="Write more of it.")
    return str(found[0].id)


@dataclass
class Undoing:
    """Takes back what one run wrote, sync by sync and type by type."""

    configuration: Configuration
    connect: Callable[[str], ConnectionHandle]
    undone: str
    kept: list[KeptRecord] = field(default_factory=list)

    def work(self, world: World, report: RoundReport) -> list[Lane]:
        """Undo it; returns the lanes it was about."""
        wanted = self._lanes(world.database)
        rounds = [
            self._resolved(world, report, sync, policy, members)
            for sync in self.configuration.syncs.values()
            for policy in sync.objects.values()
            if (members := _members(sync, policy, wanted)) and not world.stop()
        ]
        everyone = {lane.id: lane for lanes in rounds for lane in lanes.values()}
        for lanes in reversed(rounds):  # what the run did last is taken back first
            if not world.stop():
                UndoRound(
                    world, lanes, report, undone=self.undone, everyone=everyone, kept=self.kept
                ).run()
        found = list(everyone.values())
        self._note_missing(report, wanted, found)
        return found

    def _resolved(
        self,
        world: World,
        report: RoundReport,
        sync: SyncSettings,
        policy: ObjectPolicy,
        members: tuple[Member, ...],
    ) -> dict[int, Lane]:
        resolver = Resolver(
            world.database, self.connect, world.reach, lambda: world.seconds, world.epoch
        )
        try:
            lanes = resolver.lanes(sync, policy, members)
        except SynclineError as error:
            report.problem(sync_failed(sync.name, error))
            return {}
        report.problems.extend(resolver.problems)
        return lanes

    def _lanes(self, database: Database) -> list[Row[Any]]:
        """The lanes the run wrote, and how often."""
        columns = [LANE.c[name] for name in ("id", "sync", "type", "left_name", "right_name")]
        statement = (
            select(*columns, func.count().label("rows"))
            .join(HISTORY, HISTORY.c.lane_id == LANE.c.id)
            .where(HISTORY.c.run_id == self.undone)
            .group_by(*columns)
        )
        with database.transaction() as tx:
            return list(tx.execute(statement))

    @staticmethod
    def _note_missing(report: RoundReport, wanted: list[Row[Any]], found: list[Lane]) -> None:
        there = {lane.id for lane in found} | {
            key.id for key in wanted if any(p.lane == _name(key) for p in report.problems)
        }
        for row in wanted:
            if row.id not in there:
                report.problem(
                    Problem(
                        kind="not configured",
                        message=f"{row.rows} writes of the run cannot be taken back: the "
                        "configuration has this lane no more, or it is switched off",
                        hint="Put the sync and its member back, and undo again.",
                        lane=_name(row),
                    )
                )


def _members(
    sync: SyncSettings, policy: ObjectPolicy, wanted: list[Row[Any]]
) -> tuple[Member, ...]:
    """The members whose lanes the run wrote; none if the sync or the type is switched off."""
    if not sync.enabled or not policy.runs:
        return ()
    names = {_name(row) for row in wanted}
    return tuple(
        member
        for member in sync.members
        if LaneName(sync.name, policy.type.name, *member.accounts) in names
    )


def _name(row: Row[Any]) -> LaneName:
    return LaneName(row.sync, row.type, row.left_name, row.right_name)
