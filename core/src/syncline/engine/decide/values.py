"""From a decision to values: what is sent to a side, and what it will then hold.

Everything here is prediction. What a side cannot hold is cut by its declared capacities, what a
service rewrites is foreseen by its `stored_as`; the outcome is that side's new base.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Set
from dataclasses import dataclass, field

from syncline.engine.decide.decision import Carry, Decision, Mode
from syncline.engine.decide.deltas import Digest, Digests
from syncline.engine.decide.digests import Digester
from syncline.engine.decide.sets import SetFrame, SetSide, held_by_both, merged, replaced, settled
from syncline.engine.decide.settlement import (
    BaseMove,
    Settlement,
    joined,
    scalar_move,
    set_move,
)
from syncline.model.capacity import Inexpressible
from syncline.model.fields import PartsType, SetType, Value
from syncline.model.records import Writable
from syncline.model.sides import SIDES, PerSide, Side
from syncline.plugin.spec import TypeSpec

Fields = Mapping[str, Value]


@dataclass(frozen=True)
class SideValues:
    """One side as just read: fields, base, and what this system can do with the type."""

    fields: Fields = field(repr=False)
    base: Digests | None
    spec: TypeSpec
    writable: Writable = Writable()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class TargetWrite:
    """What to send to one side (nothing, if `fields` is empty) and how both bases then move.

    `inexpressible` are fields the side cannot hold at all, `refused` those we may not write.
    """

    fields: Fields = field(repr=False)
    stored: Fields = field(repr=False)
    settlement: Settlement
    inexpressible: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def stored_fields(
    spec: TypeSpec, digester: Digester, fields: Fields, filled: Container[str] = ()
) -> tuple[Fields, list[str]]:
    """What a side would hold of a whole record, None for what is empty, and the fields it has no
    way to express. `filled`: fields that are known not to be empty.
    """
    found: dict[str, Value] = {}
    refused: list[str] = []
    for name, mapped in spec.by_name.items():
        kind, value = digester.type.fields[name].type, fields.get(name)
        try:
            found[name] = mapped.capacity.stored(kind, value, filled=name in filled)
        except Inexpressible:
            refused.append(name)
            found[name] = None
    rewritten = spec.foreseen({**fields, **found})
    for name, foreseen in found.items():
        value = rewritten.get(name)
        if value is not foreseen:
            found[name] = value if digester.type.fields[name].type.normal(value) else None
    return found, refused


def equal_fields(sides: PerSide[SideValues], digester: Digester) -> frozenset[str]:
    """The fields on which both sides agree under what each of them can hold. Sets only if they
    hold the same: which elements a side has room for is not for us to say again.
    """
    shared = sides.left.spec.readable & sides.right.spec.readable
    names = [n for n in shared if n in sides.left.fields and n in sides.right.fields]
    fields = sides.map(lambda side: side.fields)
    projected = PerSide(
        *(stored_fields(sides[s.other].spec, digester, sides[s].fields)[0] for s in SIDES)
    )
    same: set[str] = set()
    for name in names:
        kind = digester.type.fields[name].type
        seen = fields if kind.is_set else projected
        if any(
            kind.normal(seen[side][name]) == kind.normal(sides[side.other].fields[name])
            for side in SIDES
        ):
            same.add(name)
    return frozenset(same)


def created_fields(
    source: SideValues,
    target: SideValues,
    digester: Digester,
    carried: Iterable[str],
    filled: Set[str] = frozenset(),
) -> tuple[Fields, list[str]]:
    """The fields of a new record at the target, empty ones left out; see `stored_fields`."""
    wanted = frozenset(carried)
    unmapped = {n: v for n, v in source.fields.items() if n not in target.spec.by_name}
    given = {n: v for n, v in source.fields.items() if n in wanted}
    stored, inexpressible = stored_fields(
        target.spec, digester, {**unmapped, **given}, given.keys() & filled
    )
    read_only = [name for name in stored if target.spec.by_name[name].read_only]
    unread = [name for name in stored if name in wanted and name not in source.fields]
    not_sent = digester.type.together([*inexpressible, *read_only, *unread])
    sent = {n: value for n, value in stored.items() if value is not None and n not in not_sent}
    return sent, inexpressible


def target_write(
    target: Side, decision: Decision, sides: PerSide[SideValues], digester: Digester
) -> TargetWrite:
    """What the decision's carries into `target` amount to."""
    carries = [carry for carry in decision.carries if carry.source is target.other]
    here, there = sides[target], sides[target.other]
    after: dict[str, Value] = {n: v for n, v in here.fields.items() if n in here.spec.by_name}
    source_now = dict(there.fields)
    touched: list[str] = []
    inexpressible: list[str] = []
    for carry in carries:
        for name in carry.fields:
            try:
                after[name], source_now[name] = _carried(carry, name, sides, digester)
                touched.append(name)
            except Inexpressible:
                inexpressible.append(name)
    for name in sorted(digester.type.together(inexpressible).intersection(touched)):
        after[name] = here.fields.get(name)
        touched.remove(name)
        inexpressible.append(name)
    stored = _rewritten(here, there, after)
    sent, refused = _to_send(here, digester, stored, after, touched)
    after = {name: stored[name] if name in sent else here.fields.get(name) for name in here.fields}
    carried = [name for name in (*touched, *inexpressible) if name not in refused]
    rewritten = [name for name in sent if name not in touched]
    source_moves = _moves(carried, there, source_now, digester)
    agreed = _agreed_elements(target, carries, sides, digester)
    target_moves = _target_moves([*carried, *rewritten], here, after, agreed, digester)
    return TargetWrite(
        {name: stored[name] for name in sent},
        after,
        Settlement.of(PerSide(source_moves, source_moves).with_side(target, target_moves)),
        tuple(inexpressible),
        tuple(refused),
    )


def agreement(names: Iterable[str], sides: PerSide[SideValues], digester: Digester) -> Settlement:
    """Both bases move to what both sides hold: they agree already."""
    wanted = tuple(names)
    return Settlement.of(sides.map(lambda side: _moves(wanted, side, side.fields, digester)))


def _carried(
    carry: Carry, name: str, sides: PerSide[SideValues], digester: Digester
) -> tuple[Value, Value]:
    """What the target should hold, and what the source is settled with."""
    kind = digester.type.fields[name].type
    there, here = sides[carry.source], sides[carry.source.other]
    source, current = there.fields.get(name), here.fields.get(name)
    if carry.mode is Mode.KEEP_TARGET_IF_EMPTY and kind.normal(source) is None:
        return current, source
    if isinstance(kind, SetType):
        return _carried_set(carry, name, sides, digester, kind)
    stored = here.spec.by_name[name].capacity.stored(kind, source)
    if isinstance(kind, PartsType) and stored and current:
        held = stored_fields(there.spec, digester, here.fields)[0][name]
        return _with_richer_parts(kind, stored, current, held or {}, source or {}), source
    return stored, source


def _carried_set(
    carry: Carry, name: str, sides: PerSide[SideValues], digester: Digester, kind: SetType
) -> tuple[Value, Value]:
    frame, sets = _framed(name, sides, digester, kind)
    if carry.mode is not Mode.MERGE:
        return replaced(sets, carry.source.other, frame), sets[carry.source].value
    both = merged(sets, frame, carry.winner)
    return both[carry.source.other], settled(sets[carry.source], both[carry.source], frame)


def _framed(
    name: str, sides: PerSide[SideValues], digester: Digester, kind: SetType
) -> tuple[SetFrame, PerSide[SetSide]]:
    sets = sides.map(
        lambda side: SetSide(
            side.fields.get(name),
            _elements(side.base, name),
            side.spec.by_name[name].capacity,
        )
    )
    return SetFrame(kind, lambda key: digester.element(name, key)), sets


def _with_richer_parts(
    kind: PartsType, stored: Fields, current: Fields, held: Fields, source: Fields
) -> Value:
    """Parts of an address that the source only holds cut stay as long as they are."""
    parts = {}
    for name, part in kind.parts.items():
        same = part.normal(held.get(name)) == part.normal(source.get(name))
        parts[name] = current.get(name) if same else stored.get(name)
    return {name: value for name, value in parts.items() if value is not None} or None


def _elements(base: Digests | None, name: str) -> frozenset[str] | None:
    if base is None or name not in base:
        return None
    found = base[name]
    return frozenset(found if isinstance(found, tuple) else (found,) if found else ())


def _rewritten(here: SideValues, there: SideValues, after: Fields) -> Mapping[str, Value]:
    unmapped = {n: v for n, v in there.fields.items() if n not in here.spec.by_name}
    found = here.spec.foreseen({**unmapped, **after})
    return {name: found.get(name) for name in after}


def _to_send(
    here: SideValues,
    digester: Digester,
    stored: Fields,
    after: Fields,
    touched: Iterable[str],
) -> tuple[list[str], list[str]]:
    """The fields that really differ from what the side holds; and those we may not write."""
    kinds = digester.type.fields
    normal = {name: kinds[name].type.normal for name in stored}
    candidates = set(touched) | {n for n in stored if normal[n](stored[n]) != normal[n](after[n])}
    sent: list[str] = []
    refused: list[str] = []
    for name in stored:
        if name not in candidates or normal[name](stored[name]) == normal[name](here.fields[name]):
            continue
        mapped = here.spec.by_name[name]
        allowed = not (mapped.read_only or mapped.create_only) and here.writable.allows(name)
        (sent if allowed else refused).append(name)
    halves = digester.type.together(refused).intersection(sent)
    return [name for name in sent if name not in halves], [*refused, *sorted(halves)]


def _agreed_elements(
    target: Side, carries: Iterable[Carry], sides: PerSide[SideValues], digester: Digester
) -> Mapping[str, Value]:
    """Of each set that is merged: what stands on both sides already, as the target has it."""
    agreed: dict[str, Value] = {}
    for carry in carries:
        for name in carry.fields if carry.mode is Mode.MERGE else ():
            kind = digester.type.fields[name].type
            if isinstance(kind, SetType):
                frame, sets = _framed(name, sides, digester, kind)
                agreed[name] = held_by_both(sets, frame)[target]
    return agreed


def _moves(names: Iterable[str], side: SideValues, now: Fields, digester: Digester) -> BaseMove:
    """A side's base for these fields, as far as they were read, becomes `now`."""
    moves = []
    for name in names:
        if name in side.fields:
            digest = digester.field(name, now.get(name))
            is_set = digester.type.fields[name].type.is_set
            old = (side.base or {}).get(name)
            moves.append(set_move(name, old, digest) if is_set else scalar_move(name, digest))
    return joined(moves)


def _target_moves(
    names: Iterable[str],
    here: SideValues,
    after: Fields,
    agreed: Mapping[str, Value],
    digester: Digester,
) -> BaseMove:
    """The written side's base. In a merge it moves by what we write and by what stands on both
    sides, so that this side's own additions stay visible until they have been carried, too.
    """
    moves = []
    for name in names:
        if name in here.fields:
            digest = digester.field(name, after.get(name))
            if name in agreed:
                before = digester.field(name, here.fields.get(name))
                moves.append(set_move(name, before, digest, digester.field(name, agreed[name])))
            else:
                moves.append(scalar_move(name, digest))
    return joined(moves)


def base_of(fields: Fields, spec: TypeSpec, digester: Digester) -> dict[str, Digest]:
    """A whole base: every field this side maps, as these values."""
    return {name: digester.field(name, fields.get(name)) for name in spec.by_name}
