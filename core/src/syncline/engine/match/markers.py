"""Marks on what we make: they name the record it was made for, and how often it had been made.

    acme:5d1f…  40 digits           made for the first time
    acme:5d1f…  32 digits, then .3  made again for the third time

The first 32 digits name the record, whatever the number: so what was made is recognised without
the state, however often it had been made. Neither form is longer than the other until the millionth
time: a mark fits a field of 64 characters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from syncline.engine.lanes import Lane
from syncline.model.sides import Side

_DIGITS: Final = 40
_NAMING: Final = 32
_FORMER: Final = (1, 2)
"""Before, the number was part of what is digested. Such marks are out there, of these numbers."""


def create_key(installation: str, lane: Lane, source: Side, id: str, incarnation: int) -> str:
    """The deterministic key of a create, which is also the marker the new record carries.

    It holds no secret, so that it survives the loss of the state: installation, then SHA-256 over
    both stores' identities, the type and the source record, and the incarnation from the second on.
    Where accounts are stores of their own, the target's account is part of it: a shared record goes
    to several.
    """
    digits = _digest(lane, source, id, 0)
    if incarnation:
        digits = f"{digits[:_NAMING]}.{incarnation}"
    return f"{installation}:{digits}"


class Made(NamedTuple):
    """What a mark says: made for this record, so many times before."""

    source_id: str
    incarnation: int


@dataclass(frozen=True)
class Marks:
    """Reads the marks of what was made for certain records of one side of a lane."""

    installation: str
    _named: dict[str, Made]

    @classmethod
    def of(cls, installation: str, lane: Lane, source: Side, ids: Iterable[str]) -> Marks:
        """Those of these records."""
        named = {
            _digest(lane, source, id, number)[:_NAMING]: Made(id, number)
            for id in ids
            for number in (0, *_FORMER)
        }
        return cls(installation, named)

    def read(self, marker: str | None) -> Made | None:
        """What a mark says; None where it is none, or of another record or installation."""
        ours, _colon, digits = (marker or "").partition(":")
        name, _dot, number = digits.partition(".")
        made = self._named.get(name[:_NAMING])
        if ours != self.installation or made is None:
            return None
        return made._replace(incarnation=int(number)) if number.isdecimal() else made

    def latest(self, marked: Iterable[tuple[str, str | None]]) -> dict[str, tuple[int, str]]:
        """By source, how often it had been made, and the record: of several records (each with its
        mark) that were made for one, the one that was made last.
        """
        found: dict[str, tuple[int, str]] = {}
        for record_id, marker in sorted(marked, key=lambda each: each[0], reverse=True):
            made = self.read(marker)
            if made is not None and made.incarnation >= found.get(made.source_id, (0, ""))[0]:
                found[made.source_id] = made.incarnation, record_id
        return found


def _digest(lane: Lane, source: Side, id: str, number: int) -> str:
    here, there = lane.sides[source.other], lane.sides[source]
    target = here.feed.store if here.of_all_accounts else f"{here.feed.store}\x1e{here.account}"
    parts = (there.feed.store, target, lane.type.name, id, str(number))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_DIGITS]
