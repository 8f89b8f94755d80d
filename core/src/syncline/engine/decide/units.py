"""Both records are there: what travels, unit by unit.

A unit is what is decided together: the fields of one group (the parts of a name) that travel the
same way, may be written at the same sides, and were settled before or not. Within a unit only
fields that somebody changed are carried: what nobody touched may be the other side's richer value,
cut to what this side can hold.

An edit that may not be written at the other side waits there alone. It stays an edit for as long as
it waits, so it must not be a reason to write anything else each time.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    fields: tuple[str, ...]
    direction: Direction
    is_set: bool


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

    def open(self, names: Iterable[str]) -> tuple[str, ...]:
        """The fields on which the sides do not agree anyway."""
        return tuple(name for name in names if name not in self.equal)

    def changed(self, side: Side, names: Iterable[str]) -> bool:
        """Whether this side changed any of these fields."""
        return any(self.views[side].changes[name] is Change.CHANGED for name in names)

    def edited(self, side: Side, names: Iterable[str]) -> bool:
        """Whether this side changed any of these fields, and the other side's may be written."""
        return self.changed(side, [n for n in names if n not in self.views[side.other].locked])

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
    units = []
    for names in policy.type.units().values():
        alike: dict[tuple[Direction, PerSide[bool], bool], list[str]] = {}
        for name in names:
            if all(view.changes.get(name, Change.UNREAD) is not Change.UNREAD for view in views):
                locked = PerSide(*(name in view.locked for view in views))
                unknown = any(view.changes[name] is Change.UNKNOWN for view in views)
                key = policy.field_direction(name), locked, unknown
                alike.setdefault(key, []).append(name)
        for (direction, _locked, _unknown), members in alike.items():
            if direction is not Direction.NONE:
                is_set = policy.type.fields[members[0]].type.is_set
                units.append(_Unit(tuple(members), direction, is_set))
    return tuple(units)


def _settles(name: str, case: _Case) -> bool:
    """Both sides agree, and a base does not say so yet."""
    return name in case.equal and any(view.changes[name] is not Change.SAME for view in case.views)


# --- two ways ---------------------------------------------------------------------------------


def _whole_record(units: Iterable[_Unit], case: _Case) -> _WholeRecord | None:
    if case.policy.merge is not Merge.RECORD or case.policy.direction is not Direction.BOTH:
        return None
    two_way = [
        name
        for unit in units
        if unit.direction is Direction.BOTH
        for name in case.open(unit.fields)
    ]
    if not all(case.edited(side, two_way) for side in SIDES):
        return None
    return _WholeRecord(case.winner)


def _two_way(unit: _Unit, case: _Case, whole: _WholeRecord | None) -> _Found:
    names = case.open(unit.fields)
    if any(case.unknown(name) for name in names):
        return _first(unit, names, case)
    names = tuple(n for n in names if any(case.changed(side, (n,)) for side in SIDES))
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
    empty = case.views.map(lambda view: view.empty)
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
    return source is not None and any(case.edited(source, unit.fields) for unit in units)


def _one_way(unit: _Unit, case: _Case, edited_source: bool) -> _Found:
    source = unit.direction.source
    names = case.open(unit.fields)
    if source is None or not names:
        return _Found()
    carries = []
    if first := tuple(name for name in names if case.unknown(name)):
        mode = Mode.KEEP_TARGET_IF_EMPTY
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
