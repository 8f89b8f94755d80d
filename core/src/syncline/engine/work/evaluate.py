"""What a due link amounts to: from what both sides were seen to hold to the writes it needs.

Twice, if something is to be written: first on what is known, then on the target as just read,
which is the last check before the write and the before-image for the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncline.engine.decide.decision import NO_RULING
from syncline.engine.decide.deltas import Change, changes
from syncline.engine.decide.link import (
    Decision,
    Mode,
    Presence,
    Ruling,
    SideView,
    Verdict,
    decide_link,
)
from syncline.engine.decide.settlement import BaseMove, Settlement
from syncline.engine.decide.values import (
    SideValues,
    TargetWrite,
    agreement,
    equal_fields,
    target_write,
)
from syncline.engine.intake.record_row import writable_of
from syncline.engine.work.due import DueLink, LinkSide
from syncline.engine.world import World
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import Drift, ObjectPolicy


@dataclass(frozen=True)
class Evaluation:
    """What a due link amounts to: the decision, the writes it needs, and what is agreed already.

    `to_read` names the sides whose values must be read before anything can be said.
    """

    link: DueLink
    decision: Decision
    writes: Mapping[Side, TargetWrite] = field(default_factory=dict)
    agreed: Settlement = Settlement()  # noqa: RUF009 - frozen
    values: PerSide[SideValues | None] = PerSide(None, None)
    to_read: tuple[Side, ...] = ()


def evaluate(link: DueLink, world: World, ruling: Ruling, also_linked: PerSide[int]) -> Evaluation:
    """Decide about one link with the values at hand.

    Where both sides hold the same digests there is nothing to decide, whatever the policy: that is
    most of a first sync between two systems that were kept in step by hand.
    """
    if _same_digests(link):
        return Evaluation(link, Decision(Verdict.NOTHING), agreed=_same_bases(link))
    values = PerSide(*(_values(world, link, side) for side in SIDES))
    decision = _decide(link, _equal(link, values), ruling, also_linked)
    if decision.verdict in (Verdict.UPDATE, Verdict.CONFLICT, Verdict.NOTHING):
        return _with_values(link, decision, values)
    return Evaluation(link, decision, values=values)


def emptied(link: DueLink, target: Side) -> frozenset[str]:
    """The fields of a side that the link's decision would empty, by digests alone, before anybody
    rules, and as if nobody else held the records: also where the other side has long been empty,
    and the whole record is written.
    """
    here, there = link.sides[target].digests, link.sides[target.other].digests
    names = frozenset(name for name, value in here.items() if value and not there.get(name, value))
    if not names:
        return frozenset()
    decision = _decide(link, _equal(link, PerSide(None, None)), NO_RULING, PerSide(0, 0))
    return names & {
        name
        for carry in decision.carries
        if carry.source is target.other and carry.mode is not Mode.KEEP_TARGET_IF_EMPTY
        for name in carry.fields
    }


def _decide(
    link: DueLink, equal: frozenset[str], ruling: Ruling, also_linked: PerSide[int]
) -> Decision:
    views = PerSide(*(_view(link, side, also_linked[side]) for side in SIDES))
    return decide_link(views.left, views.right, link.policy, equal, ruling)


def _same_digests(link: DueLink) -> bool:
    left, right = link.sides.left, link.sides.right
    if left.presence is not Presence.PRESENT or right.presence is not Presence.PRESENT:
        return False
    ours, theirs = left.digests, right.digests
    return all(n in ours and n in theirs and ours[n] == theirs[n] for n in link.lane.compared)


def waits_to_be_compared(link: DueLink) -> bool:
    """Whether a side has something to tell in a field that could not be read at the other one. It
    travels, or is taken back, when that can be read again, however long ago it was typed.
    """
    return any(
        _matters(link.lane.policy, name, side)
        for side in SIDES
        for name in link.lane.compared_names - link.sides[side.other].digests.keys()
        if _tells(link.sides[side], name)
    )


def _matters(policy: ObjectPolicy, name: str, side: Side) -> bool:
    """Whether what this side holds in a field travels, or is taken back."""
    direction = policy.field_direction(name)
    reverts = policy.drift is Drift.REVERT and direction.source is side.other
    return direction.writes(side.other) or reverts


def _tells(here: LinkSide, name: str) -> bool:
    change = changes(here.digests, here.base, (name,))[name]
    first = change is Change.UNKNOWN and here.digests[name] is not None
    return change is Change.CHANGED or first


def _same_bases(link: DueLink) -> Settlement:
    """Both bases become what both sides hold."""
    moves = (
        BaseMove({name: link.sides[side].digests[name] for name in link.lane.compared})
        for side in SIDES
    )
    return Settlement(*moves)


def _with_values(
    link: DueLink, decision: Decision, values: PerSide[SideValues | None]
) -> Evaluation:
    missing = tuple(side for side in SIDES if values[side] is None)
    if not (decision.carries or decision.settled or decision.conflicts):
        waits = decision.verdict is Verdict.CONFLICT  # a deletion against an edit, to be shown
        there = tuple(s for s in missing if waits and link.sides[s].presence is Presence.PRESENT)
        return Evaluation(link, decision, values=values, to_read=there)
    if missing:
        return Evaluation(link, decision, values=values, to_read=missing)
    both = PerSide(*(each for each in values if each is not None))
    digester = link.lane.digester
    writes = {
        side: target_write(side, decision, both, digester)
        for side in SIDES
        if any(carry.source is side.other for carry in decision.carries)
    }
    agreed = agreement(decision.settled, both, digester)
    return Evaluation(link, decision, writes, agreed, values)


def _equal(link: DueLink, values: PerSide[SideValues | None]) -> frozenset[str]:
    left, right = values.left, values.right
    if left is not None and right is not None:
        return equal_fields(PerSide(left, right), link.lane.digester)
    ours, theirs = link.sides.left.digests, link.sides.right.digests
    return frozenset(name for name in ours if name in theirs and ours[name] == theirs[name])


def _view(link: DueLink, side: Side, also_linked: int) -> SideView:
    here, compared = link.sides[side], link.lane.compared
    return SideView(
        here.presence,
        changes(here.digests, here.base, compared),
        frozenset(n for n in compared if n in here.digests and here.digests[n] is None),
        here.modified,
        also_linked,
        _locked(link, side),
    )


def _locked(link: DueLink, side: Side) -> frozenset[str]:
    """The fields that may not be written there: of any record, or of this one."""
    here, spec = link.sides[side], link.lane.sides[side].feed.spec
    writable = here.read.writable if here.read is not None else writable_of(here.writable)
    if writable.fields is None:
        return spec.fixed
    return spec.fixed | (link.lane.compared_names - writable.fields)


def _values(world: World, link: DueLink, side: Side) -> SideValues | None:
    here = link.sides[side]
    spec = link.lane.sides[side].feed.spec
    if here.read is not None:
        return SideValues(here.read.fields, here.base, spec, here.read.writable)
    if here.payload is None or here.presence is not Presence.PRESENT:
        return None
    fields = world.database.vault.unseal(here.payload)
    return SideValues(fields, here.base, spec, writable_of(here.writable))
