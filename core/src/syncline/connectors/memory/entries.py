"""What a store keeps: entries, and a log of what happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from syncline.model.fields import Value
from syncline.model.records import WRITABLE, AbsenceReason, AccountId, RecordId, Writable


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry lies."""

    account: AccountId
    container: str


@dataclass(slots=True, kw_only=True)
class Entry:
    """One record as the store holds it. `fields` has every native property of a value."""

    id: RecordId
    place: Place
    created: datetime
    changed: datetime
    fields: dict[str, Value] = field(default_factory=dict, repr=False)
    marker: str | None = field(default=None, repr=False)
    sequence: int = 0
    deleted: bool = False
    merged_into: RecordId | None = None
    readable: bool = True
    writable: Writable = WRITABLE

    @property
    def live(self) -> bool:
        """Whether it is there and can be seen."""
        return self.readable and not self.deleted


@dataclass(frozen=True, slots=True)
class Event:
    """The log's line `sequence`, counted from 1: an entry changed or, with `left`, departed."""

    sequence: int
    at: datetime
    stamp: datetime
    id: RecordId
    left: Place | None = None
    reason: AbsenceReason = AbsenceReason.DELETED
