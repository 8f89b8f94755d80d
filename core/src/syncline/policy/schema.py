"""What an administrator may ask for, resolved: every choice made, every name checked.

`syncline.config` turns the configuration file into these values; `syncline.engine.decide` reads
nothing else. The meaning of each setting is the table in `docs/explanation/policy.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property

from syncline.model.objects import ObjectType
from syncline.model.sides import PerSide, Side


class Direction(StrEnum):
    """Which way changes travel."""

    NONE = "none"
    LEFT_TO_RIGHT = "left_to_right"
    RIGHT_TO_LEFT = "right_to_left"
    BOTH = "both"

    def writes(self, side: Side) -> bool:
        """Whether changes may be written at this side."""
        if self is Direction.BOTH:
            return True
        return self is (Direction.RIGHT_TO_LEFT if side is Side.LEFT else Direction.LEFT_TO_RIGHT)

    @property
    def source(self) -> Side | None:
        """The source of a one-way direction; None for `none` and `both`."""
        if self is Direction.LEFT_TO_RIGHT:
            return Side.LEFT
        return Side.RIGHT if self is Direction.RIGHT_TO_LEFT else None


class Conflict(StrEnum):
    """Who wins when both sides changed the same thing."""

    LEFT_WINS = "left_wins"
    RIGHT_WINS = "right_wins"
    NEWEST_WINS = "newest_wins"
    MANUAL = "manual"

    @property
    def winner(self) -> Side | None:
        """The side that always wins, if the rule names one."""
        if self is Conflict.LEFT_WINS:
            return Side.LEFT
        return Side.RIGHT if self is Conflict.RIGHT_WINS else None


class Merge(StrEnum):
    """`record`: the winner's whole record; `fields`: edits of different fields both survive."""

    RECORD = "record"
    FIELDS = "fields"


class Records(StrEnum):
    """What of a shared system belongs to a member."""

    OWN = "own"
    VISIBLE = "visible"


class LeftScope(StrEnum):
    """What happens to the counterpart of a record that left the data set."""

    KEEP = "keep"
    DELETE = "delete"


class Drift(StrEnum):
    """One-way: whether an edit of the target alone is taken back."""

    IGNORE = "ignore"
    REVERT = "revert"


class SharedDelete(StrEnum):
    """Deleting, from one mailbox, a CRM record that several lanes link."""

    SEVER = "sever"
    PROPAGATE = "propagate"


@dataclass(frozen=True)
class FieldRule:
    """The rule of one field. `direction` NONE is `off`. `native` names a custom field's place."""

    direction: Direction
    native: PerSide[str | None] = field(default_factory=lambda: PerSide(None, None))


@dataclass(frozen=True)
class GuardLimits:
    """Above these, a class of operations is held until a person approves (per lane and round).

    An approval that no run has used within `approval_days` is void.
    """

    deletions: int = 10
    deletion_share: float = 0.20
    cleared_share: float = 0.05
    minimum_links: int = 20
    approval_days: int = 7


@dataclass(frozen=True, kw_only=True)
class ObjectPolicy:
    """Everything that is decided about one object type in one sync.

    `where` holds the data set's text per side, None for "all". `conflict` is None unless the
    direction is `both`. `fields` holds a rule only where it differs from `direction`.
    """

    type: ObjectType
    direction: Direction
    enabled: bool = True
    conflict: Conflict | None = None
    merge: Merge = Merge.RECORD
    create: PerSide[bool] = PerSide(True, True)
    delete: PerSide[bool] = PerSide(True, True)
    container: PerSide[str | None] = PerSide(None, None)
    records: PerSide[Records] = PerSide(Records.OWN, Records.OWN)
    where: PerSide[str | None] = PerSide(None, None)
    max_records: int = 5000
    match: tuple[str, ...] = ()
    left_scope: LeftScope = LeftScope.KEEP
    drift: Drift = Drift.IGNORE
    shared_delete: SharedDelete = SharedDelete.SEVER
    invitations: str = "never"
    guards: GuardLimits = GuardLimits()
    fields: Mapping[str, FieldRule] = field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """Another text for every other policy; approvals are bound to it."""
        names = (each.name for each in fields(self) if each.name not in ("type", "fields"))
        choices = [repr(getattr(self, name)) for name in names]
        rules = repr(sorted(self.fields.items()))
        text = "\x1f".join((self.type.name, *choices, rules))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def runs(self) -> bool:
        """Whether anything is read or written at all."""
        return self.enabled and self.direction is not Direction.NONE

    def field_direction(self, name: str) -> Direction:
        """Which way this field travels: its own rule, within what the object's direction allows."""
        rule = self.fields.get(name)
        if rule is None or rule.direction is self.direction:
            return self.direction
        if self.direction is Direction.BOTH or rule.direction is Direction.NONE:
            return rule.direction
        return self.direction if rule.direction is Direction.BOTH else Direction.NONE
