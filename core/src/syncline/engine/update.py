"""Links that are due: from what both sides were seen to hold to writes that are ready to be sent.

Twice, if something is to be written: first on what is known, then on the target as just read,
which is the last check before the write and the before-image for the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, exists, select
from sqlalchemy.sql import alias

from syncline.engine import digests
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
from syncline.engine.lanes import Lane, LaneSide
from syncline.engine.observe import writable_of
from syncline.engine.world import World
from syncline.model.records import Record, RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state import attention, links, records
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.intents import INTENT

_PRESENCE: Final = {
    "present": Presence.PRESENT,
    "deleted": Presence.DELETED,
    "left": Presence.LEFT,
    "unreadable": Presence.UNREADABLE,
}


@dataclass(frozen=True)
class LinkSide:
    """One side of a due link, from the state; not `known`: the record was never seen there."""

    id: RecordId | None
    known: bool
    presence: Presence
    version: str
    digests: Mapping[str, Any]
    base: Mapping[str, Any] | None
    modified: datetime | None
    writable: str | None
    payload: bytes | None = field(repr=False, default=None)
    read: Record | None = field(repr=False, default=None)


@dataclass(frozen=True)
class DueLink:
    """A link that is due, with both records as last seen."""

    id: int
    lane: Lane
    incarnation: int
    sides: PerSide[LinkSide]


def links_by_id(tx: Connection, lanes: Mapping[int, Lane], ids: Iterable[int]) -> list[DueLink]:
    """These links again, as the state has them now."""
    found: list[DueLink] = []
    for part in chunks(ids):
        found.extend(_due_link(row, lanes) for row in tx.execute(_THESE, {"ids": part}))
    return found


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
    rules: also where the other side has long been empty, and the whole record is written.
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
    return decide_link(views.left, views.right, link.lane.deciding, equal, ruling)


def _same_digests(link: DueLink) -> bool:
    left, right = link.sides.left, link.sides.right
    if left.presence is not Presence.PRESENT or right.presence is not Presence.PRESENT:
        return False
    ours, theirs = left.digests, right.digests
    return all(n in ours and n in theirs and ours[n] == theirs[n] for n in link.lane.compared)


def waits_to_be_compared(link: DueLink) -> bool:
    """Whether a side has something to tell in a field that could not be read at the other one. It
    travels when that can be read again, however long ago it was typed.
    """
    return any(
        link.lane.policy.field_direction(name).writes(side.other)
        for side in SIDES
        for name in link.lane.compared_names - link.sides[side.other].digests.keys()
        if _tells(link.sides[side], name)
    )


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


def with_reads(link: DueLink, fresh: Mapping[tuple[int, str], Record]) -> DueLink:
    """The link with records that were just read in place of what the state knew."""
    sides = link.sides
    for side in SIDES:
        here = sides[side]
        record = fresh.get((link.lane.sides[side].feed.id, str(here.id)))
        if record is not None:
            renewed = replace(
                here,
                known=True,
                version=record.version,
                digests=link.lane.digester.fields(record.fields),
                modified=record.modified,
                read=record,
            )
            sides = sides.with_side(side, renewed)
    return replace(link, sides=sides)


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


# --- the query --------------------------------------------------------------------------------

_LEFT = alias(records.RECORD, "left_record")
_RIGHT = alias(records.RECORD, "right_record")
_READ = (
    "id",
    "presence",
    "owner",
    "version",
    "digests_json",
    "modified_at",
    "writable_json",
    "payload",
)


def _joined() -> Any:
    link = links.LINK
    columns = [
        each.c[name].label(f"{side}_record_{name}")
        for side, each in (("left", _LEFT), ("right", _RIGHT))
        for name in _READ
    ]
    return (
        select(link, *columns)
        .outerjoin(_LEFT, (_LEFT.c.feed_id == link.c.left_feed) & (_LEFT.c.id == link.c.left_id))
        .outerjoin(
            _RIGHT, (_RIGHT.c.feed_id == link.c.right_feed) & (_RIGHT.c.id == link.c.right_id)
        )
    )


def _is_due() -> tuple[ColumnElement[bool], ...]:
    """Links to look at: changed or never settled, not waiting `now`, and nothing under way."""
    link = links.LINK
    return (
        link.c.status == "linked",
        link.c.dirty,
        ~exists().where(INTENT.c.link_id == link.c.id),
        ~attention.waits(link.c.lane_id, link.c.left_id),
        ~attention.waits(link.c.lane_id, link.c.right_id),
    )


_THESE: Final = _joined().where(one_of(links.LINK.c.id, "ids"))
_DUE: Final = select(links.LINK.c.id).where(one_of(links.LINK.c.lane_id, "lanes"), *_is_due())
_DUE_WITH_BASE: Final = _DUE.where(
    links.LINK.c.left_base_json.is_not(None) | links.LINK.c.right_base_json.is_not(None)
)
_STILL_DUE: Final = _joined().where(one_of(links.LINK.c.id, "ids"), *_is_due())
_STILL_DUE_WITH_BASE: Final = _STILL_DUE.where(
    links.LINK.c.left_base_json.is_not(None) | links.LINK.c.right_base_json.is_not(None)
)


def _due_link(row: Row[Any], lanes: Mapping[int, Lane]) -> DueLink:
    found: Mapping[str, Any] = dict(row._mapping)
    lane = lanes[row.lane_id]
    return DueLink(row.id, lane, row.incarnation, PerSide(*(_side(found, lane, s) for s in SIDES)))


def _side(found: Mapping[str, Any], lane: Lane, side: Side) -> LinkSide:
    def column(name: str) -> Any:
        return found[f"{side}_record_{name}"]

    known = column("id") is not None
    modified = column("modified_at")
    return LinkSide(
        id=found[f"{side}_id"],
        known=known,
        presence=_presence(found, lane.sides[side], side) if known else Presence.UNREADABLE,
        version=column("version") or "",
        digests=digests.load(column("digests_json")) or {},
        base=digests.load(found[f"{side}_base_json"]),
        modified=None if modified is None else datetime.fromtimestamp(modified, UTC),
        writable=column("writable_json"),
        payload=column("payload"),
    )


def _presence(found: Mapping[str, Any], here: LaneSide, side: Side) -> Presence:
    """Only a record that was once seen in the lane's data set can leave it."""
    presence = _PRESENCE[found[f"{side}_record_presence"]]
    if presence is Presence.PRESENT and here.by_owner:
        mine = found[f"{side}_record_owner"] == here.account
        presence = Presence.PRESENT if mine else Presence.LEFT
    if presence is Presence.LEFT and not found[f"{side}_inside"]:
        return Presence.PRESENT
    return presence


def every_due_link(
    world: World, lanes: Mapping[int, Lane], size: int, *, settled_once: bool = False
) -> Iterator[list[DueLink]]:
    """All due links of the round in order of their ids, a page at a time; each link comes once,
    if it is still due when its page's turn comes. `settled_once`: only those with a base.
    """
    due, still_due = (_DUE_WITH_BASE, _STILL_DUE_WITH_BASE) if settled_once else (_DUE, _STILL_DUE)
    now = world.seconds
    ids: list[int] = []
    with world.transaction() as tx:
        for part in chunks(lanes):
            ids.extend(tx.scalars(due, {"lanes": part, "now": now}))
    for page in chunks(sorted(ids), size):
        with world.transaction() as tx:
            found = [
                _due_link(row, lanes)
                for part in chunks(page)
                for row in tx.execute(still_due, {"ids": part, "now": now})
            ]
        if found:
            yield sorted(found, key=lambda each: each.id)


def also_linked(tx: Connection, page: Sequence[DueLink]) -> PerSide[dict[int, int]]:
    """By how many other links the records of a page's links are held, where there are any."""
    ids = [link.id for link in page]
    return PerSide(*(links.also_linked(tx, side, ids) for side in SIDES))
