"""A write that is ready to be sent, with everything settling or recovering it needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.lanes import FeedState, Lane
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.reports import Action, PlannedOperation
from syncline.model.sides import Side
from syncline.plugin.requests import Create, Delete, Update

LinkFate = Literal["linked", "out_of_scope", "removed"]
"""What a link becomes whose record was created again; of `removed` the record is a new one."""


@dataclass(frozen=True)
class TakesBack:
    """Marks a write of an undo: it takes back what an earlier run did to `record_id`.

    A deletion then severs the link instead of ending it, so that the survivor is not copied
    again; a creation gives the link this fate. An update leaves the base of the other side alone.
    """

    record_id: RecordId
    fate: LinkFate = "linked"

    @classmethod
    def from_json(cls, found: Mapping[str, Any] | None) -> TakesBack | None:
        """From the intent's plan; None if the write was no undo."""
        return None if found is None else cls(found["record_id"], found["fate"])


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """One create, update or delete at `side`.

    `settlement` is how both bases move if it is applied (for a create: both whole bases). `old`
    and `new` are the target's digests, before and after, of the fields that are sent. `before`
    and `after` are the values for the history. `link_id` is None until a create's link exists;
    `source` are the values it is made from, whose match keys it is looked for by. `refused` are
    fields that should be written, too, but may not. `replaces`: the record that is gone, where a
    create makes it again. `noted`: the revision at which the target had been noted last.
    """

    lane: Lane
    side: Side
    operation: Create | Update | Delete
    planned: PlannedOperation
    source_id: RecordId | None
    source_version: str
    link_id: int | None
    incarnation: int = 0
    settlement: Settlement = Settlement()  # noqa: RUF009 - frozen
    old: Mapping[str, Digest] = field(default_factory=dict)
    new: Mapping[str, Digest] = field(default_factory=dict)
    before: Mapping[str, Value] = field(default_factory=dict, repr=False)
    after: Mapping[str, Value] = field(default_factory=dict, repr=False)
    source: Mapping[str, Value] = field(default_factory=dict, repr=False)
    refused: tuple[str, ...] = ()
    replaces: RecordId | None = None
    undo: TakesBack | None = None
    noted: int | None = None

    def with_link(self, link_id: int) -> Prepared:
        """The same, once its link exists."""
        linked = copy(self)  # replace() would ask for every field, of each of many records
        object.__setattr__(linked, "link_id", link_id)
        return linked

    @property
    def action(self) -> Action:
        """Create, update or delete."""
        return self.planned.action

    @property
    def feed(self) -> FeedState:
        """The feed that is written."""
        return self.lane.sides[self.side].feed

    @property
    def operation_account(self) -> str:
        """Whose account is written."""
        return self.operation.account

    @property
    def target_id(self) -> RecordId | None:
        """The record that is written; None for a create."""
        return None if isinstance(self.operation, Create) else self.operation.id

    @property
    def expected_version(self) -> str | None:
        """The version just read from the target."""
        if isinstance(self.operation, Create):
            return None
        return self.operation.current.version

    def to_json(self, service_time: float | None = None) -> dict[str, Any]:
        """For the intent: sealed in the state before the write is sent. `service_time`: what the
        service's clock shows then, in seconds.
        """
        return {
            "left": self.settlement.left.to_json(),
            "right": self.settlement.right.to_json(),
            "old": dict(self.old),
            "new": dict(self.new),
            "before": dict(self.before),
            "after": dict(self.after),
            "reason": self.planned.reason,
            "source_id": self.source_id,
            "source_version": self.source_version,
            "undo": None if self.undo is None else vars(self.undo),
            "service_time": service_time,
        }


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An intent read back from the state: what is known of a write without outcome. `told`: the
    records a person was asked about.
    """

    id: int
    lane_id: int
    link_id: int
    side: Side
    action: Action
    key: str
    record_id: RecordId | None
    expected_version: str | None
    sent_at: float
    settlement: Settlement
    old: Mapping[str, Digest]
    new: Mapping[str, Digest]
    before: Mapping[str, Value] = field(repr=False)
    after: Mapping[str, Value] = field(repr=False)
    reason: str
    source_id: RecordId | None
    source_version: str
    undo: TakesBack | None = None
    service_time: float | None = None
    told: tuple[str, ...] = ()

    @classmethod
    def from_row(cls, row: Any, plan: Mapping[str, Any]) -> Sent:
        """From the intent's row and its unsealed plan."""
        return cls(
            id=row.id,
            lane_id=row.lane_id,
            link_id=row.link_id,
            side=Side(row.side),
            action=Action(row.action),
            key=row.key,
            record_id=row.record_id,
            expected_version=row.expected_version,
            sent_at=row.sent_at,
            settlement=Settlement(
                BaseMove.from_json(plan["left"]), BaseMove.from_json(plan["right"])
            ),
            old=_digests(plan["old"]),
            new=_digests(plan["new"]),
            before=plan["before"],
            after=plan["after"],
            reason=plan["reason"],
            source_id=plan["source_id"],
            source_version=plan["source_version"],
            undo=TakesBack.from_json(plan.get("undo")),
            service_time=plan.get("service_time"),
            told=tuple(plan.get("told", ())),
        )


def _digests(found: Mapping[str, Any]) -> dict[str, Digest]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in found.items()}
