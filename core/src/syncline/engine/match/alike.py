"""Unlinked records that hold the same on both sides, and those that only may be the same.

What no mark and no key pairs is compared by what it holds: by digests, and where a system stores
less than it is given, by what a copy would hold there. Only in a lane whose state is known to have
been lost or put back are namesakes suspected: somebody may have edited one of two that were linked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
)

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digests
from syncline.engine.decide.likeness import Content, Unpaired, content, equal_pairs, namesakes
from syncline.engine.intake.wanted import of_lane
from syncline.engine.lanes import Lane
from syncline.engine.match.new_record import Origin, created
from syncline.engine.match.pending import in_scope, unlinked
from syncline.engine.world import World
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import records
from syncline.state.attention import ATTENTION, not_due
from syncline.state.compact import dumped

SIMILAR: Final = "similar"
"""Why a namesake waits."""
_CALLED_BY: Final = 2
"""So many of a type's label fields are the name; the others stand in for it."""


_ANY: Final = true()
_IN: Final = {
    (side, by_owner): (
        in_scope(side, records.RECORD, by_owner=by_owner),
        unlinked(side, records.RECORD),
    )
    for side in SIDES
    for by_owner in (False, True)
}
_NUMBER: Final = {
    key: select(func.count()).select_from(records.RECORD).where(*where)
    for key, where in _IN.items()
}
_HELD: Final = {
    key: select(records.RECORD.c.id, records.RECORD.c.digests_json).where(*where)
    for key, where in _IN.items()
}
_NOTED: Final = select(ATTENTION.c.side, ATTENTION.c.record_id).where(
    ATTENTION.c.lane_id == bindparam("lane")
)
_SUSPECTED: Final = _NOTED.where(ATTENTION.c.reason == SIMILAR)
_LATER: Final = _NOTED.where(not_due())
_FEW: Final = 20
"""So many names are looked for in the database: a long side is not read for a few new records."""


@dataclass(frozen=True)
class Alike:
    """`pairs`: left and right ids to link. `suspects`: what has to wait for a person."""

    pairs: Sequence[tuple[str, str]]
    suspects: PerSide[Sequence[str]]


@dataclass(frozen=True)
class Comparison:
    """Compares what is unlinked in one lane. Linking and waiting are for the caller."""

    tx: Connection
    world: World
    lane: Lane

    def run(self) -> Alike:
        """Exact ones first: what has a twin is nobody's suspect."""
        sides = self._unpaired()
        exact = equal_pairs(sides)
        called = namesakes(_without(sides, exact))
        stored = equal_pairs(PerSide(*(self._with_copies(s, called[s]) for s in SIDES)))
        return Alike([*exact, *stored], self._suspects(_without(called, stored)))

    def _suspects(self, sides: PerSide[Sequence[Unpaired]]) -> PerSide[Sequence[str]]:
        """Once suspected, namesakes stay so until an edit or a deletion makes a difference."""
        both = namesakes(sides)
        names = {each.name for s in SIDES for each in both[s] if each.id in self._waiting[s]}
        found = both.map(
            lambda unpaired: [e.id for e in unpaired if self.lane.careful or e.name in names]
        )
        return PerSide(*([id for id in found[s] if id not in self._asleep[s]] for s in SIDES))

    # --- what there is --------------------------------------------------------------------------

    def _unpaired(self) -> PerSide[Sequence[Unpaired]]:
        """Only names that both sides have matter: the longer side is not kept as a whole."""
        shorter = min(SIDES, key=self._number)
        few = list(self._read(shorter))
        names = {each.name for each in few}
        longer = self._read(shorter.other, _says(names))
        many = [each for each in longer if each.name in names]
        both: PerSide[Sequence[Unpaired]] = PerSide(many, many)
        return both.with_side(shorter, few)

    def _number(self, side: Side) -> int:
        statement = _NUMBER[side, self.lane.sides[side].by_owner]
        return int(self.tx.scalar(statement, of_lane(self.lane)) or 0)

    def _read(self, side: Side, also: ColumnElement[bool] = _ANY) -> Iterable[Unpaired]:
        statement = _HELD[side, self.lane.sides[side].by_owner]
        statement = statement if also is _ANY else statement.where(also)
        for row in self.tx.execute(statement, of_lane(self.lane)):
            if row.id not in self._asleep[side] or row.id in self._waiting[side]:
                held = digests.load(row.digests_json) or {}
                yield Unpaired(row.id, (content(held, self._fields),), self._name(held))

    def _name(self, held: Digests) -> Content:
        label = [name for name in self.lane.type.label_fields if name in self._fields]
        return content(held, label[:_CALLED_BY]) or content(held, label[_CALLED_BY:])

    @cached_property
    def _fields(self) -> frozenset[str]:
        """What travels: the rest may differ between two records that are one."""
        return frozenset(name for side in SIDES for name in self.lane.carried(side))

    def _with_copies(self, side: Side, unpaired: Sequence[Unpaired]) -> list[Unpaired]:
        """With what a copy would hold on the other side, where the values are known."""
        ids = [each.id for each in unpaired]
        rows = records.find(self.tx, self.lane.sides[side].feed.id, ids)
        found = []
        for each in unpaired:
            row = rows[each.id]
            if row.payload is None:
                found.append(each)
                continue
            fields = self.world.database.vault.unseal(row.payload)
            origin = Origin(RecordId(row.id), row.version, fields, digests.load(row.digests_json))
            _sent, settlement = created(self.lane, side.other, origin)
            copy = content(settlement.side(side.other).put, self._fields)
            found.append(replace(each, forms=(*each.forms, copy)))
        return found

    # --- what waits already ---------------------------------------------------------------------

    @cached_property
    def _waiting(self) -> PerSide[frozenset[str]]:
        """Those that were suspected before."""
        return self._noted(_SUSPECTED)

    @cached_property
    def _asleep(self) -> PerSide[frozenset[str]]:
        """Those that wait, for whatever reason, and are not due."""
        return self._noted(_LATER)

    def _noted(self, which: Select[Any]) -> PerSide[frozenset[str]]:
        found: Mapping[Side, set[str]] = {side: set() for side in SIDES}
        values = {"lane": self.lane.id, "now": self.world.seconds}
        for side, id in self.tx.execute(which, values):
            found[Side(side)].add(id)
        return PerSide(*(frozenset(found[side]) for side in SIDES))


def _says(names: Collection[Content]) -> ColumnElement[bool]:
    """The condition that a record is called by one of few names; of many, or none, any record's."""
    if len(names) > _FEW or not all(names):
        return _ANY
    held = records.RECORD.c.digests_json
    firsts = {dumped(dict(name[:1])).decode().strip("{}") for name in names}
    return or_(false(), *(held.contains(each, autoescape=True) for each in sorted(firsts)))


def _without(
    sides: PerSide[Sequence[Unpaired]] | PerSide[list[Unpaired]], pairs: Sequence[tuple[str, str]]
) -> PerSide[Sequence[Unpaired]]:
    gone = PerSide({left for left, _right in pairs}, {right for _left, right in pairs})
    return PerSide(*([each for each in sides[s] if each.id not in gone[s]] for s in SIDES))
