"""Edits that nobody opposed: there is nothing to decide, so they stand where they were typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from proof.histories.ground import Ground
from proof.ledger import PLACE, values_in
from syncline.model.contact import CONTACT
from syncline.model.fields import Value
from syncline.model.records import RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Merge


class Typed(NamedTuple):
    """What somebody typed last into a field, since both sides were in step."""

    side: Side
    id: RecordId
    family: str
    name: str
    value: Value


def unopposed(ground: Ground) -> Iterator[Typed]:
    """What was typed on one side of a pair that nobody has taken apart, while nobody touched on the
    other side what is decided together with it, and both sides had held that alike. A service that
    rewrites records later, by itself, opposes whoever types meanwhile.
    """
    past, ledger = ground.past, ground.ledger
    unclear = past.shared.union(*past.unread, *past.unseen, past.decided)
    for (member, family), ids in past.pairs.items():
        if (member, family) in past.torn or family in unclear:
            continue
        pair = PerSide(*ids)
        alike = ledger.rested_alike(pair)
        for side in SIDES:
            if ground.stores[side.other].options.rewrites_later is not None:
                continue
            for name in past.two_way:
                typed = ledger.typed.get((pair[side], name))
                together = _decided_together(ground, name)
                place = (PLACE,) if _merged_whole(ground) else ()
                opposed = ledger.touched_since(side.other, family, (*together, *place))
                if typed and not opposed and alike.issuperset(together):
                    yield Typed(side, pair[side], family, name, typed[0])


def stands(ground: Ground, typed: Typed) -> bool:
    """Whether the record holds it, or is not there any more."""
    entry = ground.stores[typed.side].entries[typed.id]
    held, was = (
        set(values_in(fields, (typed.name,)))
        for fields in (entry.fields, {typed.name: typed.value})
    )
    return entry.deleted or held == was


def _decided_together(ground: Ground, name: str) -> tuple[str, ...]:
    """The fields of its group that go both ways, or did; all of them, where whole records are
    merged. One that was turned on since is decided for itself, once.
    """
    whole = _merged_whole(ground)
    [unit] = [names for names in CONTACT.units().values() if name in names]
    return tuple(each for each in ground.past.once_two_way if whole or each in unit)


def _merged_whole(ground: Ground) -> bool:
    """Whether whole records are merged, or were: it counts as well then where one was put."""
    return ground.past.merged_whole or ground.world.policy.merge is Merge.RECORD
