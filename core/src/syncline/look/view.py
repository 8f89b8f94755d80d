"""A view: one moment of the state, and what is needed to put it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from syncline.model.objects import ObjectType
from syncline.model.reports import LaneName
from syncline.model.sides import PerSide, Side
from syncline.policy.settings import Configuration
from syncline.state.lanes import IN_USE, LANE
from syncline.state.vault import Vault

Lanes = Mapping[int, Row[Any]]
"""Rows of lanes by their ids."""


class LaneRecord(NamedTuple):
    """A record on a side of a lane."""

    lane_id: int
    side: Side
    record_id: str


@dataclass(frozen=True)
class View:
    """A `snapshot` of the state at `now`, in seconds; what is sealed in it can be read with the
    vault, the configuration has the names that people know, and plugins offer the object types.
    """

    snapshot: Connection
    vault: Vault
    configuration: Configuration
    object_types: Mapping[str, ObjectType]
    now: float

    def lanes(self) -> Lanes:
        """The lanes in use."""
        rows = self.snapshot.execute(select(LANE).where(IN_USE).order_by(LANE.c.id))
        return {row.id: row for row in rows}

    def every_lane(self) -> Lanes:
        """The lanes, those as well that the configuration has no more."""
        return {row.id: row for row in self.snapshot.execute(select(LANE).order_by(LANE.c.id))}

    def connections(self, lane: Row[Any]) -> PerSide[str]:
        """The names of a lane's connections; of a sync that is configured no more, the sides."""
        sync = self.configuration.syncs.get(lane.sync)
        return PerSide(Side.LEFT.value, Side.RIGHT.value) if sync is None else sync.between


def lane_name(lane: Row[Any]) -> LaneName:
    """What a lane is called."""
    return LaneName(lane.sync, lane.type, lane.left_name, lane.right_name)


def instant(seconds: float) -> datetime:
    """As people's clocks show it."""
    return datetime.fromtimestamp(seconds, UTC)


def instant_if_any(seconds: float | None) -> datetime | None:
    """Likewise; None stays None."""
    return None if seconds is None else instant(seconds)
