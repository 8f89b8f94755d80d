"""Whose records belong together: a member, a person, and the records of both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncline.connectors.memory.entries import Entry
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Records

if TYPE_CHECKING:
    from proof.histories.history import History


@dataclass(frozen=True)
class Pair:
    """What a member has of a person on each side: none, one, or several records."""

    member: str
    family: str
    entries: PerSide[list[Entry]]

    def __str__(self) -> str:
        return f"{self.family} of {self.member}"


def lanes_of(history: History) -> Iterator[Pair]:
    """Every member with every person they have on a side."""
    found = PerSide(*(history.ledger.families(side) for side in SIDES))
    for member in history.world.people:
        for family in sorted(set(found.left) | set(found.right)):
            there = [found[side].get(family, []) for side in SIDES]
            entries = PerSide(
                *(_of_member(history, member, s, t) for s, t in zip(SIDES, there, strict=True))
            )
            if any(
                each.place.account == _account(history, member, s)
                for s in SIDES
                for each in entries[s]
            ):
                yield Pair(member, family, entries)


def _of_member(history: History, member: str, side: Side, there: list[Entry]) -> list[Entry]:
    """The member's own records of a person. Where all members share a feed, whatever is visible to
    them; or else the one of somebody else, which was found when theirs was to be made there. If
    theirs was deleted there, and what they have stays alone, none was to be made.
    """
    own = [each for each in there if each.place.account == _account(history, member, side)]
    if history.stores[side].options.feed == "account":
        return own
    policy = history.world.policy
    if policy.records[side] is Records.VISIBLE:
        return there
    alone = any(str(each.fields["family_name"]) in history.past.severed[side] for each in there)
    made = policy.direction.writes(side) and policy.create[side] and not alone
    return own or (there if made else [])


def _account(history: History, member: str, side: Side) -> str:
    return history.stores[side].accounts[member]
