"""What an administrator may ask for, resolved: every choice made, every name checked.

`syncline.config` turns the configuration file into these values; `syncline.engine.decide` reads
nothing else. Each setting is declared here, once (`syncline.policy.declare`); what follows from it
is the table in `docs/explanation/policy.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Literal

from syncline.model.fields import SHORT_TEXT
from syncline.model.objects import ObjectType
from syncline.model.rights import RIGHTS, Right
from syncline.model.sides import PerSide, Side
from syncline.policy.declare import each_once, says, setting


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
    """One-way only: whether an edit of the target alone is taken back."""

    IGNORE = "ignore"
    REVERT = "revert"


class SharedDelete(StrEnum):
    """A record that several members share is deleted at one of them: only that link ends, or the
    deletion reaches everybody.
    """

    SEVER = "sever"
    PROPAGATE = "propagate"


@dataclass(frozen=True)
class FieldRule:
    """The rule of one field. `direction` NONE is `off`. `native` names a custom field's place."""

    direction: Direction
    native: PerSide[str | None] = field(default_factory=lambda: PerSide(None, None))


@dataclass(frozen=True)
class GuardLimits:
    """Above these limits a class of operations is held until `syncline approve`.

    They are counted for each lane and round.
    """

    deletions: int = setting(10, "So many deletions are never held, whatever their share.", ge=0)
    deletion_share: float = setting(
        0.20, "Share of the links above which deletions are held.", ge=0, le=1
    )
    cleared_share: float = setting(
        0.05, "Share of the records in which one field may be emptied.", ge=0, le=1
    )
    minimum_links: int = setting(
        20, "Below so many links a side gone empty or wholly changed is normal.", ge=0
    )
    approval_days: int = setting(
        7, "Days after which an approval that no run has used is void.", ge=1
    )


@dataclass(frozen=True, kw_only=True)
class ObjectPolicy:
    """The policy of one object type.

    `where` holds the data set's text per side, None for "all". `conflict` is None unless the
    direction is `both`. `fields` holds a rule only where it differs from `direction`.
    """

    type: ObjectType
    direction: Direction = field(
        metadata=says(
            'Which way changes travel: "none", "LEFT_to_RIGHT", "RIGHT_to_LEFT" or "both", with '
            "the connections' names."
        )
    )
    enabled: bool = setting(True, "false: nothing is read or written; settings and state stay.")
    conflict: Conflict | None = setting(
        None,
        'Who wins when both sides changed the same thing: "LEFT_wins", "RIGHT_wins", '
        '"newest_wins" or "manual". Required when the direction is both; one-way it may only say '
        "that the source wins.",
    )
    merge: Merge = setting(
        Merge.RECORD,
        '"record": the winner\'s whole record; "fields": edits of different fields both survive. '
        "Default: what the rule set says.",
        written=None,
    )
    create: PerSide[bool] = setting(
        PerSide(True, True), "Whether Syncline may create records there."
    )
    delete: PerSide[bool] = setting(
        PerSide(True, True), "Whether Syncline may delete records there."
    )
    container: PerSide[str | None] = setting(
        PerSide(None, None),
        'The folder that is synced; "" is the default folder.',
        written="",
    )
    records: PerSide[Records] = setting(
        PerSide(Records.OWN, Records.OWN),
        'What of a shared system belongs to a member: their "own" records or everything "visible" '
        "to them.",
    )
    where: PerSide[str | None] = setting(
        PerSide(None, None),
        'The data set, in the connector\'s own language; "all" for everything.',
        written="all",
    )
    max_records: int = setting(
        5000, "Above so many records the lane stops and says so; it never picks some.", ge=1
    )
    match: tuple[str, ...] = setting(
        (),
        "By what two records that were never linked are recognised as the same, strongest first. "
        "Default: what the object type says.",
        each_once,
        written=None,
    )
    left_scope: LeftScope = setting(LeftScope.KEEP, LeftScope.__doc__)
    drift: Drift = setting(Drift.IGNORE, Drift.__doc__)
    shared_delete: SharedDelete = setting(SharedDelete.SEVER, SharedDelete.__doc__)
    invitations: Literal["never", "send"] = setting(
        "never", '"never": a write that would send mail to people is withheld.'
    )
    guards: GuardLimits = setting(GuardLimits(), "Limits above which operations wait for a person.")
    fields: Mapping[str, FieldRule] = field(
        default_factory=dict,
        metadata=says(
            'Rules of single fields: "off", "both", a direction, or for a custom field its name at '
            "each connection (and `direction`, if not the object's; `type`, if no short text).",
            written={},
        ),
    )

    @cached_property
    def fingerprint(self) -> str:
        """Another text for every other policy; approvals are bound to it."""
        names = (each.name for each in fields(self) if each.name not in ("type", "fields"))
        choices = [repr(getattr(self, name)) for name in names]
        rules = repr(sorted(self.fields.items()))
        types = sorted(self.custom_types.items())
        text = "\x1f".join((self.type.name, *choices, rules, *map(repr, types)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def custom_types(self) -> Mapping[str, str]:
        """The kinds of those custom fields that are no short texts, by name."""
        kinds = {
            name: self.type.fields[name].type.kind
            for name, rule in self.fields.items()
            if rule.native != PerSide(None, None)
        }
        return {name: kind for name, kind in kinds.items() if kind != SHORT_TEXT.kind}

    def rights(self, side: Side) -> frozenset[Right]:
        """What may be done to records of this side, besides reading."""
        if not self.runs or not self.direction.writes(side):
            return frozenset()
        switches: Mapping[Right, PerSide[bool]] = {"create": self.create, "delete": self.delete}
        return RIGHTS - {right for right, allowed in switches.items() if not allowed[side]}

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
