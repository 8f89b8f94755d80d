"""From the configuration's names to lanes the engine can run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from syncline.engine.lanes import Lane, LaneSide
from syncline.errors import Busy, SynclineError
from syncline.model.reports import LaneName, Problem
from syncline.model.sides import SIDES, PerSide
from syncline.plugin.connection import ConnectionHandle
from syncline.plugin.service import Service
from syncline.policy.schema import ObjectPolicy
from syncline.policy.settings import Member, SyncSettings
from syncline.run.lane_rows import LaneRows
from syncline.run.sync_side import SyncSide
from syncline.state.database import Database


@dataclass
class Resolver:
    """Resolves the lanes of one sync and object type. `connect(name)` gives open connections,
    `reach` what the round then asks in their place.
    """

    database: Database
    connect: Callable[[str], ConnectionHandle]
    reach: Callable[[Service], Service]
    now: Callable[[], float]
    epoch: int | None = None
    limit: int | None = None
    adopt_foreign: bool = False
    problems: list[Problem] = field(default_factory=list)

    def lanes(
        self, sync: SyncSettings, policy: ObjectPolicy, members: tuple[Member, ...]
    ) -> dict[int, Lane]:
        """The lanes of these members; a member that cannot be resolved is a problem, no more.

        Raises:
            ConnectionFailure: a connection refuses us as a whole.

        """
        handles = PerSide(*(self.connect(sync.between[side]) for side in SIDES))
        ends = PerSide(
            *(
                SyncSide.open(
                    self.database, handles[side], self.reach, policy, side, members, self.now
                )
                for side in SIDES
            )
        )
        sides: list[tuple[LaneName, PerSide[LaneSide]]] = []
        for member in members:
            name = LaneName(sync.name, policy.type.name, *member.accounts)
            try:
                sides.append((name, PerSide(*(ends[side].of(member) for side in SIDES))))
            except SynclineError as error:
                self._problem(name, error)
        known = LaneRows.of(
            self.database, policy, (each for _name, each in sides), self.now(), self.epoch
        )
        found: dict[int, Lane] = {}
        for name, both in sides:
            try:
                lane = known.lane(name, both, self.limit, adopt=self.adopt_foreign)
            except Busy as error:
                self._problem(name, error)
            else:
                found[lane.id] = lane
        return found

    def _problem(self, name: LaneName, error: SynclineError) -> None:
        busy = isinstance(error, Busy)
        self.problems.append(
            Problem(
                kind="busy" if busy else "member",
                message=error.message,
                hint=error.hint,
                lane=name,
                exit_code=8 if busy else 5,
            )
        )
