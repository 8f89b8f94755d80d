"""The decision table: what becomes of two linked records.

`decide_link` looks at both sides' presence first, then at each unit of fields. The table as
people read it, cell by cell, is `docs/explanation/decision-table.md`; the tests follow the same
order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from syncline.engine.decide.deltas import Change
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import (
    Conflict,
    Direction,
    Drift,
    LeftScope,
    Merge,
    ObjectPolicy,
    SharedDelete,
)


class Presence(Enum):
    """Whether a side has its record, as far as there is evidence."""

    PRESENT = "present"
    DELETED = "deleted"
    LEFT = "left"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class SideView:
    """One side of a link. `empty` are the fields without a value; `also_linked` is the number of
    other lanes that link the same record; `modified` is the service's instant of its last change.
    """

    presence: Presence
    changes: Mapping[str, Change] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    modified: datetime | None = None
    also_linked: int = 0

    @property
    def edited(self) -> bool:
        """Whether anything changed since the last settlement."""
        return any(change is Change.CHANGED for change in self.changes.values())


class Mode(Enum):
    """How a value travels: as a whole, element by element, or as a whole unless it is empty."""

    REPLACE = "replace"
    MERGE = "merge"
    KEEP_TARGET_IF_EMPTY = "source blanks do not clear"


@dataclass(frozen=True)
class Carry:
    """Fields that travel from `source` to the other side. `overrides`: an edit there is lost."""

    fields: tuple[str, ...]
    source: Side
    mode: Mode
    reason: str
    overrides: bool = False


class Verdict(Enum):
    """What becomes of the link as a whole."""

    NOTHING = "nothing"
    UPDATE = "update"
    DELETE = "delete"
    RECREATE = "recreate"
    SEVER = "sever"
    END = "end"
    FREEZE = "out of scope"
    WAIT = "wait"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Decision:
    """`side` is the side that is written by DELETE and RECREATE. `settled` are fields on which
    both sides agree already: nothing is written, both bases move. `conflicts` wait for a person.
    """

    verdict: Verdict
    reason: str = ""
    side: Side | None = None
    carries: tuple[Carry, ...] = ()
    settled: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


NOTHING = Decision(Verdict.NOTHING)


@dataclass(frozen=True)
class Ruling:
    """What overrides the policy for one link: a person's or a plugin's choice of the winner, and
    the winner where bases are unknown because one-way became two-way.
    """

    winner: Side | None = None
    baseline_winner: Side | None = None
    restored: bool = False


def decide_link(
    left: SideView,
    right: SideView,
    policy: ObjectPolicy,
    equal: frozenset[str] = frozenset(),
    ruling: Ruling = Ruling(),
) -> Decision:
    """What to do with a link.

    `equal` names the fields whose values are the same under what each side can hold. Both sides'
    `changes` hold the fields that both sides map and that take part at all.
    """
    views = PerSide(left, right)
    if any(view.presence is Presence.UNREADABLE for view in views):
        return Decision(Verdict.WAIT, "a side cannot be read at the moment")
    gone = tuple(side for side in SIDES if views[side].presence is Presence.DELETED)
    if len(gone) == 2:
        return Decision(Verdict.END, "deleted on both sides")
    if gone:
        return _deleted(gone[0], views, policy, ruling)
    outside = tuple(side for side in SIDES if views[side].presence is Presence.LEFT)
    if outside:
        return _left_scope(outside[0], views, policy)
    return _present(views, policy, equal, ruling)


# --- one side is gone -------------------------------------------------------------------------


def _deleted(
    gone: Side, views: PerSide[SideView], policy: ObjectPolicy, ruling: Ruling
) -> Decision:
    source = policy.direction.source
    if source is gone:
        return _propagate_deletion(gone, views, policy, "the source's deletions pass")
    if source is gone.other:
        return _target_gone(gone, views, policy)
    if not views[gone.other].edited:
        return _propagate_deletion(
            gone, views, policy, "deleted on one side, not edited on the other"
        )
    winner = ruling.winner or _conflict_winner(policy.conflict, views, deletion=gone)
    if winner is None:
        return Decision(
            Verdict.CONFLICT, "deleted on one side and edited on the other: a person decides"
        )
    if winner is gone:
        return _propagate_deletion(gone, views, policy, "deleted and edited: the deletion wins")
    return _recreate(gone, policy, "deleted and edited: the edit wins")


def _target_gone(gone: Side, views: PerSide[SideView], policy: ObjectPolicy) -> Decision:
    edited = views[gone.other].edited
    if not edited and policy.drift is Drift.IGNORE:
        return Decision(
            Verdict.NOTHING, "deleted at the target: stays away until the source's edit"
        )
    return _recreate(gone, policy, "the source was edited after its copy was deleted")


def _recreate(side: Side, policy: ObjectPolicy, reason: str) -> Decision:
    if not policy.create[side]:
        return Decision(Verdict.SEVER, f"{reason}, but creating is switched off there")
    return Decision(Verdict.RECREATE, reason, side)


def _propagate_deletion(
    gone: Side, views: PerSide[SideView], policy: ObjectPolicy, reason: str
) -> Decision:
    target = gone.other
    if not policy.direction.writes(target):
        return Decision(Verdict.NOTHING, "this direction does not write there")
    if not policy.delete[target]:
        return Decision(
            Verdict.SEVER, f"{reason}; deleting is switched off there: it stays, unlinked"
        )
    if views[target].also_linked and policy.shared_delete is SharedDelete.SEVER:
        return Decision(Verdict.SEVER, "others link the same record: only this link ends")
    return Decision(Verdict.DELETE, reason, target)


def _left_scope(outside: Side, views: PerSide[SideView], policy: ObjectPolicy) -> Decision:
    target = outside.other
    if (
        policy.left_scope is LeftScope.DELETE
        and views[target].presence is Presence.PRESENT
        and policy.direction.writes(target)
        and policy.delete[target]
        and not views[target].also_linked
    ):
        return Decision(Verdict.DELETE, "it left the data set, and left_scope = delete", target)
    return Decision(Verdict.FREEZE, "it left the data set: both stay, nothing travels")


# --- both are there ---------------------------------------------------------------------------


def _present(
    views: PerSide[SideView], policy: ObjectPolicy, equal: frozenset[str], ruling: Ruling
) -> Decision:
    units = _units(policy, views)
    whole = _record_winner(units, views, policy, equal, ruling)
    found = [_unit(unit, views, policy, equal, ruling, whole) for unit in units]
    carries = tuple(carry for each in found for carry in each.carries)
    settled = tuple(name for each in found for name in each.settled)
    conflicts = tuple(name for each in found for name in each.conflicts)
    if carries:
        return Decision(Verdict.UPDATE, carries[0].reason, None, carries, settled, conflicts)
    if conflicts:
        return Decision(
            Verdict.CONFLICT,
            "changed on both sides: a person decides",
            None,
            (),
            settled,
            conflicts,
        )
    return Decision(Verdict.NOTHING, "", None, (), settled)


@dataclass(frozen=True)
class _Unit:
    fields: tuple[str, ...]
    direction: Direction
    is_set: bool


def _units(policy: ObjectPolicy, views: PerSide[SideView]) -> tuple[_Unit, ...]:
    """What is decided together: fields of one group that travel the same way and were read."""
    units = []
    for names in policy.type.units().values():
        by_direction: dict[Direction, list[str]] = {}
        for name in names:
            if all(view.changes.get(name, Change.UNREAD) is not Change.UNREAD for view in views):
                by_direction.setdefault(policy.field_direction(name), []).append(name)
        for direction, members in by_direction.items():
            if direction is not Direction.NONE:
                is_set = policy.type.fields[members[0]].type.is_set
                units.append(_Unit(tuple(members), direction, is_set))
    return tuple(units)


def _record_winner(
    units: Iterable[_Unit],
    views: PerSide[SideView],
    policy: ObjectPolicy,
    equal: frozenset[str],
    ruling: Ruling,
) -> Side | bool | None:
    """With merge = record: whose whole record wins. False: no such conflict; None: a person."""
    if policy.merge is not Merge.RECORD or policy.direction is not Direction.BOTH:
        return False
    two_way = [
        name
        for unit in units
        if unit.direction is Direction.BOTH
        for name in unit.fields
        if name not in equal
    ]
    edited = [any(view.changes[name] is Change.CHANGED for name in two_way) for view in views]
    if not all(edited):
        return False
    return ruling.winner or _conflict_winner(policy.conflict, views)


@dataclass(frozen=True)
class _UnitDecision:
    carries: tuple[Carry, ...] = ()
    settled: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def _unit(
    unit: _Unit,
    views: PerSide[SideView],
    policy: ObjectPolicy,
    equal: frozenset[str],
    ruling: Ruling,
    whole: Side | bool | None,
) -> _UnitDecision:
    if unit.direction is not Direction.BOTH:
        return _one_way_unit(unit, views, policy)
    open_fields = tuple(name for name in unit.fields if name not in equal)
    if not open_fields:
        return _UnitDecision(settled=_moved(unit.fields, views))
    if any(_unknown(view, open_fields) for view in views):
        return _first_unit(unit, open_fields, views, policy, ruling)
    changed = tuple(side for side in SIDES if _changed(views[side], open_fields))
    if whole is None:
        return _UnitDecision(conflicts=open_fields if changed else ())
    if isinstance(whole, Side):
        lost = whole.other in changed
        return _carry(open_fields, whole, Mode.REPLACE, _won(policy, whole), overrides=lost)
    if not changed:
        return _UnitDecision()
    if len(changed) == 1:
        mode = Mode.MERGE if unit.is_set else Mode.REPLACE
        return _carry(unit.fields, changed[0], mode, "edited on one side only")
    return _both_changed(unit, open_fields, views, policy, ruling)


def _both_changed(
    unit: _Unit,
    names: tuple[str, ...],
    views: PerSide[SideView],
    policy: ObjectPolicy,
    ruling: Ruling,
) -> _UnitDecision:
    if unit.is_set:
        reason = "elements added and removed on both sides"
        return _UnitDecision(tuple(Carry(names, side, Mode.MERGE, reason) for side in SIDES))
    winner = ruling.winner or _conflict_winner(policy.conflict, views)
    if winner is None:
        return _UnitDecision(conflicts=names)
    return _carry(names, winner, Mode.REPLACE, _won(policy, winner), overrides=True)


def _one_way_unit(unit: _Unit, views: PerSide[SideView], policy: ObjectPolicy) -> _UnitDecision:
    source = unit.direction.source
    if source is None:
        return _UnitDecision()
    # An object that goes one way is written whole as soon as its source changed at all.
    watched = views[source].changes if policy.direction.source is source else unit.fields
    if any(_unknown(view, unit.fields) for view in views):
        mode = Mode.KEEP_TARGET_IF_EMPTY
        return _carry(unit.fields, source, mode, "first sync: the source's values win")
    edited = any(views[source].changes.get(name) is Change.CHANGED for name in watched)
    drifted = policy.drift is Drift.REVERT and _changed(views[source.other], unit.fields)
    if not edited and not drifted:
        return _UnitDecision()
    reason = "edited at the source" if edited else "drift = revert"
    overrides = _changed(views[source.other], unit.fields)
    return _carry(unit.fields, source, Mode.REPLACE, reason, overrides=overrides)


def _first_unit(
    unit: _Unit,
    names: tuple[str, ...],
    views: PerSide[SideView],
    policy: ObjectPolicy,
    ruling: Ruling,
) -> _UnitDecision:
    """No base: one-sided values fill, sets are united, different values follow the rule."""
    if unit.is_set and ruling.baseline_winner is None:
        reason = "first sync: both sides' elements are kept"
        return _UnitDecision(tuple(Carry(names, side, Mode.MERGE, reason) for side in SIDES))
    filled = tuple(side for side in SIDES if any(n not in views[side].empty for n in names))
    if len(filled) == 1:
        return _carry(
            names, filled[0], Mode.KEEP_TARGET_IF_EMPTY, "first sync: fills what is empty"
        )
    winner = ruling.baseline_winner or ruling.winner or _conflict_winner(policy.conflict, views)
    if winner is None:
        return _UnitDecision(conflicts=names)
    reason = f"first sync: {_won(policy, winner)}"
    return _carry(names, winner, Mode.KEEP_TARGET_IF_EMPTY, reason, overrides=True)


def _carry(
    names: tuple[str, ...], source: Side, mode: Mode, reason: str, *, overrides: bool = False
) -> _UnitDecision:
    return _UnitDecision((Carry(names, source, mode, reason, overrides),))


def _changed(view: SideView, names: Iterable[str]) -> bool:
    return any(view.changes[name] is Change.CHANGED for name in names)


def _unknown(view: SideView, names: Iterable[str]) -> bool:
    return any(view.changes[name] is Change.UNKNOWN for name in names)


def _moved(names: tuple[str, ...], views: PerSide[SideView]) -> tuple[str, ...]:
    return tuple(
        name for name in names if any(view.changes[name] is not Change.SAME for view in views)
    )


def _conflict_winner(
    conflict: Conflict | None, views: PerSide[SideView], deletion: Side | None = None
) -> Side | None:
    """The side that wins, None if a person must decide.

    `newest_wins` compares the services' own instants. Of a deletion there is none: the edit wins.
    A tie, or a service that tells no time, goes to the left side, always.
    """
    if conflict is None or conflict is Conflict.MANUAL:
        return None
    if conflict.winner is not None:
        return conflict.winner
    if deletion is not None:
        return deletion.other
    left, right = views.left.modified, views.right.modified
    return Side.RIGHT if left is not None and right is not None and right > left else Side.LEFT


def _won(policy: ObjectPolicy, winner: Side) -> str:
    rule = policy.conflict.value if policy.conflict else "decided"
    return f"changed on both sides: {winner.value} wins ({rule})"
