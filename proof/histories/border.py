"""Who was ever in the data set: what people and services did, and nothing the engine says."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from proof.histories.deeds import in_data_set
from proof.ledger import Ledger
from syncline.connectors.memory.entries import Entry
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, PerSide, Side


@dataclass
class Border:
    """One side's data set, as it was bounded last. `inside`: records that were in it at any time
    since; `rests`: those that were outside when the border was drawn.
    """

    where: str | None
    inside: set[RecordId] = field(default_factory=set)
    rests: set[RecordId] = field(default_factory=set)

    def look(self, entry: Entry) -> None:
        """Where a record is now."""
        if in_data_set(entry):
            self.inside.add(entry.id)

    def has_left(self, entry: Entry) -> bool:
        """Whether a record was in the data set once, and is not any more."""
        return self.where is not None and not in_data_set(entry) and entry.id in self.inside

    def rest(self, entry: Entry, made: Set[RecordId]) -> bool:
        """Whether nothing need travel to or from a record: it has left, or was outside when the
        border was drawn, or people have `made` it there. What we made outside is kept in step.
        """
        return self.is_outside(entry) and entry.id in self.inside | self.rests | made

    def is_outside(self, entry: Entry) -> bool:
        """Whether a record is not in the data set now."""
        return self.where is not None and not in_data_set(entry)


def drawn(ledger: Ledger, where: PerSide[str | None]) -> PerSide[Border]:
    """The borders that somebody draws now."""
    return PerSide(*(_drawn(ledger, side, where[side]) for side in SIDES))


def redrawn(
    ledger: Ledger, borders: PerSide[Border], where: PerSide[str | None]
) -> PerSide[Border]:
    """The same borders, where they were not moved."""
    kept = (borders[s] if borders[s].where == where[s] else None for s in SIDES)
    return PerSide(
        *(each or _drawn(ledger, s, where[s]) for s, each in zip(SIDES, kept, strict=True))
    )


def _drawn(ledger: Ledger, side: Side, where: str | None) -> Border:
    border = Border(where)
    for each in ledger.live(side):
        border.look(each)
        if not in_data_set(each):
            border.rests.add(each.id)
    return border
