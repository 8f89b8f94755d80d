"""Merging sets element by element, within what each side can hold.

An element is one thing that stands on one side or on both, perhaps cut on one of them. Elements
that a side holds keep their places and their spelling; an element that had no room may move up
only when the other side changed the set. `docs/explanation/merging-sets.md` has examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from syncline.model.capacity import UNLIMITED, Capacity
from syncline.model.fields import SetType, Value
from syncline.model.sides import SIDES, PerSide, Side


@dataclass(frozen=True)
class SetSide:
    """One side's set: its value now, the digests of the elements it had when last settled (None:
    unknown), and what this side can hold.
    """

    value: Value
    base: frozenset[str] | None
    capacity: Capacity = UNLIMITED


@dataclass(frozen=True)
class SetFrame:
    """What elements are compared by: the field type, and the digest of an element's key."""

    kind: SetType
    digest: Callable[[str], str]

    def cut(self, text: str | None, capacity: Capacity) -> str | None:
        """What a side stores of an element; None if it has no way to express it."""
        return None if text is None else capacity.stored_element(self.kind, text) or None

    def key(self, text: str | None) -> str:
        """An element's key; "" if there is none."""
        return "" if text is None else self.kind.key(text)

    def counts_as(self, text: str | None) -> str:
        """What takes up room; "" if there is no element."""
        return "" if text is None else self.kind.counts_as(text)

    def answers(self, text: str | None) -> str:
        """The question an element answers; "" if it answers none."""
        return "" if text is None else self.kind.answers(text)


@dataclass(frozen=True)
class _Element:
    """`held`: as the side has it; `text`: as the side has it or would store it; `based`: whether
    the side had it when last settled (None: unknown); `place`: where among what the side holds.
    """

    held: PerSide[str | None]
    text: PerSide[str | None]
    based: PerSide[bool | None]
    place: PerSide[int]

    def added(self, side: Side) -> bool:
        """Whether this side has it and is not known to have had it before."""
        return self.held[side] is not None and not self.based[side]

    def removed(self, side: Side) -> bool:
        """Whether this side had it and has it no more."""
        return self.held[side] is None and bool(self.based[side])

    @property
    def stays(self) -> bool:
        """Not, if one side removed it and the other had it all the time."""
        return not any(self.removed(side) and self.based[side.other] for side in SIDES)


def merged(
    sides: PerSide[SetSide], frame: SetFrame, winner: Side | None = None
) -> PerSide[tuple[str, ...]]:
    """What each side should hold after both sides' additions and removals.

    What neither side removed is kept. Where an addition of each side keeps out the other's, the
    winner's go first; without a winner each stays where it was made. Of two answers to one question
    the winner's is kept.
    """
    elements = _elements(sides, frame)
    if winner is not None:
        elements = _without_overruled(elements, winner, frame)
    found = PerSide(*(_union(elements, side, sides[side], frame) for side in SIDES))
    if winner is not None:
        found = found.with_side(winner.other, _displaced(found, winner, frame))
    return PerSide(*(_texts(found[side], side) for side in SIDES))


def replaced(sides: PerSide[SetSide], target: Side, frame: SetFrame) -> tuple[str, ...]:
    """What the target should hold when the other side's set wins as a whole.

    What the source never had room for stays: elements the target had when last settled and the
    source had not; with the target's base unknown, whatever else it holds, if the source is full.
    """
    source, many = target.other, sides[target].capacity.many
    elements = _elements(sides, frame)
    offered = [each for each in _in_order(elements, source) if each.held[source] is not None]
    room = sides[source].capacity.many
    full = room is not None and len(offered) >= room

    def surplus(each: _Element) -> bool:
        based = each.based[target]
        settled = full if based is None else based
        return each.held[source] is None and settled and not each.based[source]

    kept = [each for each in offered if each.held[target] is not None]
    new = [each for each in offered if each.held[target] is None]
    beyond = [each for each in _in_order(elements, target) if surplus(each)]
    chosen = _with_room(_distinct([*kept, *new, *beyond], target, frame), many, target, frame)
    return _texts(_in_order(chosen, target), target)


def settled(side: SetSide, after: Value, frame: SetFrame) -> Value:
    """What a side's base may take over once its set was carried: what it holds, without its own
    additions that it will lose, since they must stay visible until they are gone.
    """
    base = side.base or frozenset()
    keys = frame.kind.elements(after)
    return tuple(
        text
        for key, text in frame.kind.elements(side.value).items()
        if key in keys or frame.digest(key) in base
    )


def held_by_both(sides: PerSide[SetSide], frame: SetFrame) -> PerSide[tuple[str, ...]]:
    """The elements that stand on both sides, as each side has them: they are agreed, whatever
    becomes of the others.
    """
    both = [each.held for each in _elements(sides, frame) if None not in each.held]
    return PerSide(*(tuple(text for held in both if (text := held[side])) for side in SIDES))


# --- who is who -------------------------------------------------------------------------------


def _elements(sides: PerSide[SetSide], frame: SetFrame) -> list[_Element]:
    """Both sides' elements, the same ones brought together: first by key, then by what is cut."""
    left, right = (list(frame.kind.elements(side.value).values()) for side in sides)
    partners: dict[int, int] = {}
    for alike in (_same_key, _same_when_cut):
        for here, text in enumerate(left):
            free = (i for i in range(len(right)) if i not in partners.values())
            found = next((i for i in free if alike(text, right[i], sides, frame)), None)
            if here not in partners and found is not None:
                partners[here] = found
    pairs: list[PerSide[int | None]] = [PerSide(i, partners.get(i)) for i in range(len(left))]
    pairs += [PerSide(None, i) for i in range(len(right)) if i not in partners.values()]
    return [_element(pair, PerSide(left, right), sides, frame) for pair in pairs]


def _same_key(left: str, right: str, sides: PerSide[SetSide], frame: SetFrame) -> bool:
    return frame.key(left) == frame.key(right)


def _same_when_cut(left: str, right: str, sides: PerSide[SetSide], frame: SetFrame) -> bool:
    return frame.key(frame.cut(left, sides.right.capacity)) == frame.key(right) or frame.key(
        frame.cut(right, sides.left.capacity)
    ) == frame.key(left)


def _element(
    at: PerSide[int | None],
    texts: PerSide[list[str]],
    sides: PerSide[SetSide],
    frame: SetFrame,
) -> _Element:
    held = PerSide(*(None if (i := at[s]) is None else texts[s][i] for s in SIDES))
    place = PerSide(*(len(texts[s]) if (i := at[s]) is None else i for s in SIDES))
    text = held
    based: PerSide[bool | None] = PerSide(None, None)
    for side in SIDES:
        if held[side] is None:
            cut = frame.cut(held[side.other], sides[side].capacity)
            # What stands there already, for another element, was not removed there.
            there = frame.key(cut) in map(frame.key, texts[side])
            text = text.with_side(side, None if there else cut)
    for side in SIDES:
        base = sides[side].base
        if base is not None:
            known = text[side] is not None and frame.digest(frame.key(text[side])) in base
            based = based.with_side(side, known)
    return _Element(held, text, based, place)


# --- what a side holds ------------------------------------------------------------------------


def _in_order(elements: Sequence[_Element], side: Side) -> list[_Element]:
    """First what the side holds, in its own order, then the rest in the order given."""
    return sorted(elements, key=lambda each: each.place[side])


def _distinct(elements: Sequence[_Element], side: Side, frame: SetFrame) -> list[_Element]:
    """Those the side can express, without those that it cannot tell from one before."""
    found: dict[str, _Element] = {}
    for each in elements:
        if key := frame.key(each.text[side]):
            found.setdefault(key, each)
    return list(found.values())


def _union(
    elements: Sequence[_Element], side: Side, here: SetSide, frame: SetFrame
) -> list[_Element]:
    """What it holds and is not removed, then what is new, then what had no room before."""
    alive = [each for each in _in_order(elements, side.other) if each.stays]
    stored = [each for each in _in_order(alive, side) if each.held[side] is not None]
    missing = [each for each in alive if each.held[side] is None]
    new = [each for each in missing if each.added(side.other)]
    surplus = [each for each in missing if not each.added(side.other)]
    distinct = _distinct([*stored, *new, *surplus], side, frame)
    return _with_room(distinct, here.capacity.many, side, frame)


def _with_room(
    elements: Sequence[_Element], many: int | None, side: Side, frame: SetFrame
) -> list[_Element]:
    """The first `many` of those that take room, and all that take none."""
    counted: set[str] = set()
    found: list[_Element] = []
    for each in elements:
        name = frame.counts_as(each.text[side])
        if name and many is not None and len(counted | {name}) > many:
            continue
        if name:
            counted.add(name)
        found.append(each)
    return found


def _without_overruled(
    elements: Sequence[_Element], winner: Side, frame: SetFrame
) -> list[_Element]:
    """Without the loser's new answers to questions that the winner has answered anew as well."""
    answered = {frame.answers(each.held[winner]) for each in elements if each.added(winner)}

    def overruled(each: _Element) -> bool:
        mine = each.held[winner] is None and each.added(winner.other)
        return mine and frame.answers(each.held[winner.other]) in answered - {""}

    return [each for each in elements if not overruled(each)]


def _displaced(found: PerSide[list[_Element]], winner: Side, frame: SetFrame) -> list[_Element]:
    """The loser's set, with its own additions given up for those of the winner that have no room,
    as far as the winner has no room for them either.
    """
    loser = winner.other
    missing = _counted(
        (
            each
            for each in found[winner]
            if each.added(winner) and each not in found[loser] and each.text[loser]
        ),
        loser,
        frame,
    )
    own = _counted(
        (each for each in found[loser] if each.added(loser) and each not in found[winner]),
        loser,
        frame,
    )
    number = min(len(missing), len(own))
    given_up = [each for group in own[len(own) - number :] for each in group]
    taken_in = [each for group in missing[:number] for each in group]
    return [each for each in found[loser] if each not in given_up] + taken_in


def _counted(elements: Iterable[_Element], side: Side, frame: SetFrame) -> list[list[_Element]]:
    """Those that take room, in order, with what is counted as one together."""
    groups: dict[str, list[_Element]] = {}
    for each in elements:
        if name := frame.counts_as(each.text[side]):
            groups.setdefault(name, []).append(each)
    return list(groups.values())


def _texts(elements: Sequence[_Element], side: Side) -> tuple[str, ...]:
    return tuple(text for each in elements if (text := each.text[side]))
