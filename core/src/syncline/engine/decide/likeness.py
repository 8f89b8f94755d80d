"""Which records without a counterpart are the same thing by what they hold, and which may be.

Two that hold the same, one on each side, are one: to link them changes nothing on either side,
and to copy them would double them. Records that hold the same as others of their side cannot be
told apart by anybody: they are paired one to one, in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncline.engine.decide.deltas import Digest, Digests
from syncline.model.sides import PerSide

Content = tuple[tuple[str, Digest], ...]
"""The filled fields of a record, in order, each with its digest."""


@dataclass(frozen=True)
class Unpaired:
    """A record without counterpart. `forms`: what it holds, then what a copy of it on the other
    side would hold there, where that is known. `name`: what people call it by.
    """

    id: str
    forms: tuple[Content, ...]
    name: Content


def content(digests: Digests, fields: Iterable[str]) -> Content:
    """What of these fields is filled, and with what."""
    found = ((name, digests.get(name)) for name in sorted(fields))
    return tuple((name, digest) for name, digest in found if digest is not None)


def equal_pairs(sides: PerSide[Sequence[Unpaired]]) -> list[tuple[str, str]]:
    """Left and right ids of the records that hold the same: as they are, then as one of the two is
    stored on the other's side. Records that hold nothing say nothing.
    """
    found: list[tuple[str, str]] = []
    left = {each.id: each for each in sides.left}
    right = {each.id: each for each in sides.right}
    for pick in ((0, 0), (1, 0), (0, 1)):
        pairs = _joined(_by_form(left, pick[0]), _by_form(right, pick[1]))
        for left_id, right_id in pairs:
            del left[left_id], right[right_id]
        found += pairs
    return found


def _by_form(records: Mapping[str, Unpaired], number: int) -> dict[Content, list[str]]:
    found: dict[Content, list[str]] = {}
    for id in sorted(records):
        forms = records[id].forms
        if number < len(forms) and forms[0] and forms[number]:
            found.setdefault(forms[number], []).append(id)
    return found


def _joined(
    left: Mapping[Content, Sequence[str]], right: Mapping[Content, Sequence[str]]
) -> list[tuple[str, str]]:
    return [
        pair for form, ids in left.items() for pair in zip(ids, right.get(form, ()), strict=False)
    ]


def namesakes(sides: PerSide[Sequence[Unpaired]]) -> PerSide[list[Unpaired]]:
    """Those that are called the same as one on the other side."""
    left, right = sides.map(lambda records: {each.name for each in records if each.name})
    both = left & right
    return sides.map(lambda records: [each for each in records if each.name in both])
