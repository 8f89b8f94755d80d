"""Whose records belong together: a member, a person, and the records of both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proof.histories.ground import Ground
from syncline.connectors.memory.entries import Entry
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Records


@dataclass(frozen=True)
class Pair:
    """What a member has of a person on each side: none, one, or several records."""

    member: str
    family: str
    entries: PerSide[list[Entry]]

    def __str__(self) -> str:
        return f"{self.family} of {self.member}"


def lanes_of(ground: Ground) -> Iterator[Pair]:
    """Every member with every person they have on a side."""
    found = PerSide(*(ground.ledger.families(side) for side in SIDES))
    for member in ground.world.people:
        for family in sorted(set(found.left) | set(found.right)):
            there = [found[side].get(family, []) for side in SIDES]
            entries = PerSide(
                *(_of_member(ground, member, s, t) for s, t in zip(SIDES, there, strict=True))
            )
            if any(
                each.place.account == _account(ground, member, s)
                for s in SIDES
                for each in entries[s]
            ):
                yield Pair(member, family, entries)


def _of_member(ground: Ground, member: str, side: Side, there: list[Entry]) -> list[Entry]:
    """The member's own records of a person. Where all members share a feed, whatever is visible to
    them; or else the one of somebody else, which was found when theirs was to be made there. If
    theirs was deleted there, and what they have stays alone, none was to be made.
    """
    own = [each for each in there if each.place.account == _account(ground, member, side)]
    if ground.stores[side].options.feed == "account":
        return own
    policy = ground.world.policy
    if policy.records[side] is Records.VISIBLE:
        return there
    alone = any(str(each.fields["family_name"]) in ground.past.severed[side] for each in there)
    made = policy.direction.writes(side) and policy.create[side] and not alone
    return own or (there if made else [])


def _account(ground: Ground, member: str, side: Side) -> str:
    return ground.stores[side].accounts[member]


def pairs_now(ground: Ground) -> dict[tuple[str, str], tuple[RecordId, RecordId]]:
    """Who is exactly once on each side, and which two records that are."""
    return {
        (each.member, each.family): (each.entries.left[0].id, each.entries.right[0].id)
        for each in lanes_of(ground)
        if all(len(each.entries[side]) == 1 for side in SIDES)
    }
