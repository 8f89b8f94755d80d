"""Merging sets element by element, within what the target can hold.

Elements stored at the target keep their places; an element that did not fit before may move up
only when the source changed the set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from syncline.model.capacity import Capacity
from syncline.model.fields import SetType, Value


@dataclass(frozen=True)
class SetSide:
    """One side's set: its value now, and the digests of the elements it had when last settled
    (None: unknown). `many` is how many elements this side can hold.
    """

    value: Value
    base: frozenset[str] | None
    many: int | None = None


@dataclass(frozen=True)
class SetMerge:
    """The frame of a merge: the field type, the digest of an element's key, the target's capacity.

    `source_wins`: where both sides added more than the target can hold, the source's additions
    push out the target's own.
    """

    kind: SetType
    digest: Callable[[str], str]
    capacity: Capacity
    source_wins: bool = False


@dataclass(frozen=True)
class _Element:
    digest: str
    key: str
    text: str


def merged(source: SetSide, target: SetSide, frame: SetMerge) -> tuple[str, ...]:
    """What the target should hold after both sides' additions and removals."""
    offered, held = _elements(source.value, frame, cut=True), _elements(target.value, frame)
    removed = (source.base or frozenset()) - {
        each.digest for each in _elements(source.value, frame)
    }
    removed_there = (target.base or frozenset()) - {each.digest for each in held}
    own = {
        each.digest for each in held if target.base is not None and each.digest not in target.base
    }
    kept = [each for each in held if each.digest not in removed or each.digest in own]
    there = {each.key for each in kept}
    new = [each for each in offered if each.key not in there and not _known(each, source.base)]
    surplus = [
        each
        for each in offered
        if each.key not in there and _known(each, source.base) and each.digest not in removed_there
    ]
    many = frame.capacity.many
    if frame.source_wins and many is not None and len(kept) + len(new) > many:
        kept = [each for each in kept if each.digest not in own] + _last(kept, own, many, len(new))
    return _texts((*kept, *new, *surplus), many)


def replaced(source: SetSide, target: SetSide, frame: SetMerge) -> tuple[str, ...]:
    """What the target should hold when the source's set wins as a whole.

    If the source holds as many elements as it can, what else the target holds may be what the
    source has no room for: it stays, unless the source once had it.
    """
    offered, held = _elements(source.value, frame, cut=True), _elements(target.value, frame)
    wanted = {each.key for each in offered}
    there = {each.key for each in held}
    kept = [each for each in held if each.key in wanted]
    new = [each for each in offered if each.key not in there]
    beyond: list[_Element] = []
    if source.many is not None and len(offered) >= source.many:
        beyond = [each for each in held if each.key not in wanted and not _known(each, source.base)]
    return _texts((*kept, *new, *beyond), frame.capacity.many)


def _elements(value: Value, frame: SetMerge, *, cut: bool = False) -> list[_Element]:
    found = []
    for key, text in frame.kind.elements(value).items():
        stored = frame.capacity.stored_element(text) if cut else text
        found.append(_Element(frame.digest(key), frame.kind.key(stored), stored))
    return found


def _known(element: _Element, base: frozenset[str] | None) -> bool:
    return base is not None and element.digest in base


def _last(kept: list[_Element], own: set[str], many: int, new: int) -> list[_Element]:
    """The target's own additions that still fit beside the source's."""
    old = sum(1 for each in kept if each.digest not in own)
    room = max(0, many - old - new)
    return [each for each in kept if each.digest in own][:room]


def _texts(elements: Iterable[_Element], many: int | None) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for each in elements:
        if each.key:
            found.setdefault(each.key, each.text)
    return tuple(found.values())[:many]
