"""A write that happened, with everything settling it needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.settlement import Settlement
from syncline.engine.lanes import FeedState, Lane
from syncline.engine.prepared import TakesBack
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import Side
from syncline.plugin.requests import Applied


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A write that happened: which link, what it did to both bases, what is stored now.

    `noted`: the revision at which the target had been noted when the write was decided on; None
    where nobody looked. `was_gone`: somebody had deleted the record before our deletion came.
    """

    lane: Lane
    link_id: int
    side: Side
    action: Action
    reason: str
    settlement: Settlement
    source_id: RecordId | None
    source_version: str
    applied: Applied
    predicted: Mapping[str, Digest]
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    incarnation: int = 0
    undo: TakesBack | None = None
    noted: int | None = None
    was_gone: bool = False

    @property
    def feed(self) -> FeedState:
        """The feed that was written."""
        return self.lane.sides[self.side].feed

    @property
    def left_out(self) -> frozenset[str]:
        """The fields that the connector could not write: they hold what they held."""
        return frozenset(self.applied.incomplete)

    @property
    def held_after(self) -> Mapping[str, Value]:
        """The values after it, for the history."""
        after = {**self.after, **(self.applied.stored or {})}
        written = {name: value for name, value in after.items() if name not in self.left_out}
        return written | {n: v for n, v in self.before.items() if n in self.left_out & after.keys()}
