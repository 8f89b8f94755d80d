"""Both records are there: what travels, unit by unit.

A unit is what is decided together: the fields of one group (the parts of a name) that travel the
same way, may be written at the same sides, and were settled before or not. Within a unit only
fields that somebody changed are carried: what nobody touched may be the other side's richer value,
cut to what this side can hold.

An edit that may not be written at the other side waits there alone. It stays an edit for as long as
it waits, so it must not be a reason to write anything else each time.

The fields of an atomic group are one unit whatever is so of each of them: half of them would be
wrong, so all are carried, filled or overruled, or none is; one that cannot be read, or written,
keeps the others where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syncline.engine.decide.decision import (
    Carry,
    Decision,
    Mode,
    Reason,
    Ruling,
    SideView,
    Verdict,
)
from syncline.engine.decide.deltas import Change
from syncline.engine.decide.winner import winner_of, won
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Direction, Drift, Merge, ObjectPolicy


@dataclass(frozen=True)
class _Unit:
    """`locked`: the sides at which it may not be written."""

    fields: tuple[str, ...]
    direction: Direction
    locked: PerSide[bool]
    is_set: bool = False
    atomic: bool = False

    def or_none(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Some of its fields; of an atomic unit all of them, or none."""
        return self.fields if self.atomic and names else names

    def empty(self, names: Iterable[str], view: SideView) -> frozenset[str]:
        """Which of some of its fields a side has no value for; of an atomic unit, if it has none
        for any.
        """
        found = frozenset(name for name in names if name in view.empty)
        return found if not self.atomic or found.issuperset(self.fields) else frozenset()


@dataclass(frozen=True)
class _Found:
    """What is decided about one unit."""

    carries: tuple[Carry, ...] = ()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _WholeRecord:
    """With merge = record, both sides edited the record: whose is taken; None: a person decides."""

    winner: Side | None


@dataclass(frozen=True)
class _Case:
    """What every unit of a link is decided by."""

    views: PerSide[SideView]
    policy: ObjectPolicy
    equal: frozenset[str]
    ruling: Ruling

    def open(self, unit: _Unit) -> tuple[str, ...]:
        """The fields on which the sides do not agree anyway."""
        return unit.or_none(tuple(name for name in unit.fields if name not in self.equal))

    def changed(self, side: Side, names: Iterable[str]) -> bool:
        """Whether this side changed any of these fields."""
        return any(self.views[side].changes[name] is Change.CHANGED for name in names)

    def edited(self, side: Side, unit: _Unit, names: Iterable[str]) -> bool:
        """Whether this side changed any of a unit's fields, and the other side's may be written."""
        return not unit.locked[side.other] and self.changed(side, names)

    def unknown(self, name: str) -> bool:
        """Whether a side has no base for this field."""
        return any(view.changes[name] is Change.UNKNOWN for view in self.views)

    @property
    def winner(self) -> Side | None:
        """The side that wins a conflict; None: a person decides."""
        return winner_of(self.views, self.policy, self.ruling)

    def won(self, reason: Reason, winner: Side) -> str:
        """The reason with the winner's name and the rule."""
        return won(reason, winner, self.policy, self.ruling)


def decide_fields(
    views: PerSide[SideView], policy: ObjectPolicy, equal: frozenset[str], ruling: Ruling
) -> Decision:
    """What travels between two records that are both there. A field that was not read on a side
    says nothing and takes no part.
    """
    case = _Case(views, policy, equal, ruling)
    units = _units(policy, views)
    whole = _whole_record(units, case)
    edited_source = _edited_source(units, case)
    found = [
        _two_way(unit, case, whole)
        if unit.direction is Direction.BOTH
        else _one_way(unit, case, edited_source)
        for unit in units
    ]
    carries = tuple(carry for each in found for carry in each.carries)
    conflicts = tuple(name for each in found for name in each.conflicts)
    settled = tuple(name for unit in units for name in unit.fields if _settles(name, case))
    if carries:
        return Decision(Verdict.UPDATE, carries[0].reason, None, carries, settled, conflicts)
    if conflicts:
        return Decision(Verdict.CONFLICT, Reason.BOTH_EDITED, None, (), settled, conflicts)
    return Decision(Verdict.NOTHING, settled=settled)


def _units(policy: ObjectPolicy, views: PerSide[SideView]) -> tuple[_Unit, ...]:
    """What is decided together, of what both sides map and can say something about."""
    type, units = policy.type, list[_Unit]()
    for names in type.units().values():
        mapped = [name for name in names if all(name in view.changes for view in views)]
        read = [n for n in mapped if all(v.changes[n] is not Change.UNREAD for v in views)]
        if not read:
            continue
        if type.fields[names[0]].atomic:
            alike: Iterable[list[str]] = [read] if read == mapped else []
        else:
            alike = _alike(read, policy, views)
        units.extend(_unit(members, policy, views) for members in alike)
    return tuple(unit for unit in units if unit.direction is not Direction.NONE)


def _alike(
    names: Iterable[str], policy: ObjectPolicy, views: PerSide[SideView]
) -> Iterable[list[str]]:
    """Those that travel the same way, may be written at the same sides, and were settled before."""
    found: dict[tuple[Direction, PerSide[bool], bool], list[str]] = {}
    for name in names:
        locked = PerSide(*(name in view.locked for view in views))
        unknown = any(view.changes[name] is Change.UNKNOWN for view in views)
        found.setdefault((policy.field_direction(name), locked, unknown), []).append(name)
    return found.values()


def _unit(names: Sequence[str], policy: ObjectPolicy, views: PerSide[SideView]) -> _Unit:
    spec = policy.type.fields[names[0]]
    return _Unit(
        fields=tuple(names),
        direction=policy.field_direction(names[0]),
        locked=views.map(lambda view: not view.locked.isdisjoint(names)),
        is_set=spec.type.is_set,
        atomic=spec.atomic,
    )


def _settles(name: str, case: _Case) -> bool:
    """Both sides agree, and a base does not say so yet."""
    return name in case.equal and any(view.changes[name] is not Change.SAME for view in case.views)


# --- two ways ---------------------------------------------------------------------------------


def _whole_record(units: Iterable[_Unit], case: _Case) -> _WholeRecord | None:
    if case.policy.merge is not Merge.RECORD or case.policy.direction is not Direction.BOTH:
        return None
    two_way = [(unit, case.open(unit)) for unit in units if unit.direction is Direction.BOTH]
    if not all(any(case.edited(side, *each) for each in two_way) for side in SIDES):
        return None
    return _WholeRecord(case.winner)


def _two_way(unit: _Unit, case: _Case, whole: _WholeRecord | None) -> _Found:
    names = case.open(unit)
    if any(case.unknown(name) for name in names):
        return _first(unit, names, case)
    edited = tuple(n for n in names if any(case.changed(side, (n,)) for side in SIDES))
    names = unit.or_none(edited)
    changed = tuple(side for side in SIDES if case.changed(side, names))
    if not changed:
        return _Found()
    if whole is not None and (whole.winner is None or whole.winner.other in changed):
        return _by_rule(names, whole.winner, case)
    if len(changed) == 1:
        mode = Mode.MERGE if unit.is_set else Mode.REPLACE
        return _carry(names, changed[0], mode, Reason.EDITED_ONE_SIDE)
    if unit.is_set:
        return _elements(names, Reason.ELEMENTS, case)
    return _by_rule(names, case.winner, case)


def _by_rule(names: tuple[str, ...], winner: Side | None, case: _Case) -> _Found:
    if winner is None:
        return _Found(conflicts=names)
    return _carry(names, winner, Mode.REPLACE, case.won(Reason.WON, winner), overrides=True)


def _elements(names: tuple[str, ...], reason: Reason, case: _Case) -> _Found:
    return _Found(
        tuple(Carry(names, side, Mode.MERGE, reason, winner=case.winner) for side in SIDES)
    )


def _first(unit: _Unit, names: tuple[str, ...], case: _Case) -> _Found:
    """No base: one-sided values fill, sets are united, different values follow the rule. Nothing
    is cleared.
    """
    if unit.is_set and case.ruling.former_source is None:
        return _elements(names, Reason.FIRST_ELEMENTS, case)
    empty = case.views.map(lambda view: unit.empty(names, view))
    both = tuple(n for n in names if not any(n in each for each in empty))
    winner = case.ruling.former_source or case.winner
    if both and winner is None:
        return _Found(conflicts=names)
    carries = []
    if both and winner is not None:
        former = case.ruling.former_source is not None
        reason = case.won(Reason.FIRST_SOURCE if former else Reason.FIRST_WON, winner)
        carries.append(Carry(both, winner, Mode.REPLACE, reason, overrides=True))
    for side in SIDES:
        fills = tuple(n for n in names if n not in empty[side] and n in empty[side.other])
        if fills:
            carries.append(Carry(fills, side, Mode.REPLACE, Reason.FIRST_FILLS))
    return _Found(tuple(carries))


# --- one way ----------------------------------------------------------------------------------


def _edited_source(units: Iterable[_Unit], case: _Case) -> bool:
    """An object that goes one way is written whole as soon as its source changed at all."""
    source = case.policy.direction.source
    return source is not None and any(case.edited(source, unit, unit.fields) for unit in units)


def _one_way(unit: _Unit, case: _Case, edited_source: bool) -> _Found:
    source = unit.direction.source
    names = case.open(unit)
    if source is None or not names:
        return _Found()
    carries = []
    if first := unit.or_none(tuple(name for name in names if case.unknown(name))):
        half = unit.atomic and not unit.empty(first, case.views[source])
        mode = Mode.REPLACE if half else Mode.KEEP_TARGET_IF_EMPTY
        carries.append(Carry(first, source, mode, Reason.FIRST_ONE_WAY))
    known = tuple(name for name in names if name not in first)
    edited = edited_source or case.changed(source, known)
    drifted = case.changed(source.other, known)
    if known and (edited or (drifted and _takes_back(source.other, case))):
        reason = Reason.EDITED_SOURCE if edited else Reason.DRIFT
        carries.append(Carry(known, source, Mode.REPLACE, reason, overrides=drifted))
    return _Found(tuple(carries))


def _takes_back(target: Side, case: _Case) -> bool:
    """Whether an edit of the target alone is taken back: not where others hold the record, too, or
    what one of them wrote would be taken back for the next one, in turns for ever.
    """
    return case.policy.drift is Drift.REVERT and not case.views[target].also_linked


def _carry(
    names: tuple[str, ...], source: Side, mode: Mode, reason: str, *, overrides: bool = False
) -> _Found:
    return _Found((Carry(names, source, mode, reason, overrides),))
