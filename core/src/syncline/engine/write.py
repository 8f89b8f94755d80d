"""A write, from its decision to its settlement: prepared, sent, settled.

The same `Write` is in all three, and the intent of one that is sent holds it. So a later run that
finds out what became of it settles what this one would have settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.lanes import FeedState, Lane
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.reports import Action, PlannedOperation
from syncline.model.sides import Side
from syncline.plugin.requests import Applied, Create, Delete, Update

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
class Write:
    """One create, update or delete at `side` of a lane, decided by the rule that `reason` names.

    `source_id` is the record of the other side, as it was at `source_version`. `settlement` is how
    both bases move if the write is applied (for a create: both whole bases). `old` and `new` are
    the target's digests, before and after, of the fields that are sent. `before` and `after` are
    the values for the history. `incarnation`: how often the target had been made before. `alone`: a
    record is deleted only while no other lane holds it.
    """

    lane: Lane
    side: Side
    action: Action
    reason: str
    source_id: RecordId | None
    source_version: str
    incarnation: int = 0
    settlement: Settlement = Settlement()  # noqa: RUF009 - frozen
    old: Mapping[str, Digest] = field(default_factory=dict)
    new: Mapping[str, Digest] = field(default_factory=dict)
    before: Mapping[str, Value] = field(default_factory=dict, repr=False)
    after: Mapping[str, Value] = field(default_factory=dict, repr=False)
    undo: TakesBack | None = None
    alone: bool = False

    def to_json(self) -> dict[str, Any]:
        """For the intent, beside its lane, side and action: sealed in the state before the write
        is sent. How often its target had been made, the link knows.
        """
        return {
            "reason": self.reason,
            "source_id": self.source_id,
            "source_version": self.source_version,
            "left": self.settlement.left.to_json(),
            "right": self.settlement.right.to_json(),
            "old": dict(self.old),
            "new": dict(self.new),
            "before": dict(self.before),
            "after": dict(self.after),
            "undo": None if self.undo is None else vars(self.undo),
            "alone": self.alone,
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any], lane: Lane, side: Side, action: Action) -> Self:
        """What `to_json` wrote, here or in an earlier version. How often the target had been made
        is said by the link; whoever settles the write adds it.
        """
        moves = (BaseMove.from_json(found[side]) for side in ("left", "right"))
        return cls(
            lane=lane,
            side=side,
            action=action,
            reason=found["reason"],
            source_id=found["source_id"],
            source_version=found["source_version"],
            settlement=Settlement(*moves),
            old=_digests(found["old"]),
            new=_digests(found["new"]),
            before=found["before"],
            after=found["after"],
            undo=TakesBack.from_json(found.get("undo")),
            alone=found.get("alone", False),
        )


def _digests(found: Mapping[str, Any]) -> dict[str, Digest]:
    return {name: tuple(each) if isinstance(each, list) else each for name, each in found.items()}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A write at some stage of its life."""

    write: Write

    @property
    def lane(self) -> Lane:
        """Whose write it is."""
        return self.write.lane

    @property
    def side(self) -> Side:
        """The side that is written."""
        return self.write.side

    @property
    def feed(self) -> FeedState:
        """The feed that is written."""
        return self.write.lane.sides[self.write.side].feed

    @property
    def action(self) -> Action:
        """Create, update or delete."""
        return self.write.action

    @property
    def source_id(self) -> RecordId | None:
        """The record of the other side."""
        return self.write.source_id


@dataclass(frozen=True, kw_only=True)
class Prepared(Stage):
    """A write that is ready to be sent.

    `link_id` is None until a create's link exists; `source` are the values it is made from, whose
    match keys it is looked for by. `refused` are fields that should be written, too, but may not.
    `replaces`: the record that is gone, where a create makes it again. `noted`: the revision at
    which the target had been noted last; of a create, the one of its feed before it was sent.
    """

    operation: Create | Update | Delete
    planned: PlannedOperation
    link_id: int | None
    source: Mapping[str, Value] = field(default_factory=dict, repr=False)
    refused: tuple[str, ...] = ()
    replaces: RecordId | None = None
    noted: int | None = None

    def begun(self, link_id: int, noted: int) -> Prepared:
        """A create, once its link exists."""
        linked = copy(self)  # replace() would ask for every field, of each of many records
        object.__setattr__(linked, "link_id", link_id)
        object.__setattr__(linked, "noted", noted)
        return linked

    @property
    def operation_account(self) -> str:
        """Whose account is written."""
        return self.operation.account

    @property
    def key(self) -> str:
        """The key of a create; "" for anything else."""
        return self.operation.key if isinstance(self.operation, Create) else ""

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


@dataclass(frozen=True, kw_only=True)
class Sent(Stage):
    """A write without an outcome, from its intent. `service_time`: what the service's clock showed
    when it was sent, in seconds. `told`: the records a person was asked about.
    """

    id: int
    link_id: int
    key: str
    record_id: RecordId | None
    expected_version: str | None
    sent_at: float
    service_time: float | None = None
    told: tuple[str, ...] = ()

    @classmethod
    def from_row(cls, row: Any, plan: Mapping[str, Any], lane: Lane) -> Self:
        """From the intent's row and its unsealed plan."""
        return cls(
            write=Write.from_json(plan, lane, Side(row.side), Action(row.action)),
            id=row.id,
            link_id=row.link_id,
            key=row.key,
            record_id=row.record_id,
            expected_version=row.expected_version,
            sent_at=row.sent_at,
            service_time=plan.get("service_time"),
            told=tuple(plan.get("told", ())),
        )


@dataclass(frozen=True, kw_only=True)
class Settled(Stage):
    """A write that happened, with what its answer says.

    `noted`: the revision at which the target had been noted when the write was decided on, or, of a
    create, its feed before it was sent; None where nobody looked. `was_gone`: somebody had deleted
    the record before our deletion came.
    """

    link_id: int
    applied: Applied
    noted: int | None = None
    was_gone: bool = False

    @property
    def left_out(self) -> frozenset[str]:
        """The fields that the connector could not write: they hold what they held."""
        return frozenset(self.applied.incomplete)

    @property
    def held_after(self) -> Mapping[str, Value]:
        """The values after it, for the history."""
        before, after = self.write.before, {**self.write.after, **(self.applied.stored or {})}
        written = {name: value for name, value in after.items() if name not in self.left_out}
        return written | {n: v for n, v in before.items() if n in self.left_out & after.keys()}
