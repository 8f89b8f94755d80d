"""Links that are due, with both records as the state has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, exists, or_, select, update
from sqlalchemy.sql import alias

from syncline.engine.decide import digests
from syncline.engine.decide.deltas import Digests
from syncline.engine.decide.link import Presence
from syncline.engine.lanes import Lane, LaneSide
from syncline.engine.world import World
from syncline.model.records import Record, RecordId
from syncline.model.sides import SIDES, PerSide, Side
from syncline.policy.schema import ObjectPolicy
from syncline.state import attention, links, records
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.intents import INTENT
from syncline.state.lanes import LANE

_PRESENCE: Final = {
    "present": Presence.PRESENT,
    "deleted": Presence.DELETED,
    "left": Presence.LEFT,
    "unreadable": Presence.UNREADABLE,
}


@dataclass(frozen=True)
class LinkSide:
    """One side of a due link, from the state; not `known`: the record was never seen there.
    `revision`: that of its feed when the record was noted last.
    """

    id: RecordId | None
    known: bool
    presence: Presence
    version: str
    revision: int | None
    digests: Mapping[str, Any]
    base: Mapping[str, Any] | None
    modified: datetime | None
    writable: str | None
    payload: bytes | None = field(repr=False, default=None)
    read: Record | None = field(repr=False, default=None)

    def is_noted_as(self, version: str, read: Digests) -> bool:
        """Whether the state knows what was read of the record, and nothing newer. What may not be
        read any more it knows of as it was.
        """
        same = all(name in self.digests and self.digests[name] == read[name] for name in read)
        return self.known and self.version == version and same


@dataclass(frozen=True)
class DueLink:
    """A link that is due, with both records as last seen. `rebaseline`: it was not looked at since
    the policy changed; `former_source`: whose values travelled before.
    """

    id: int
    lane: Lane
    incarnation: int
    sides: PerSide[LinkSide]
    rebaseline: bool = False
    former_source: Side | None = None

    @property
    def policy(self) -> ObjectPolicy:
        """What the link is decided by."""
        return self.lane.policy_at_first if self.rebaseline else self.lane.policy


def with_reads(link: DueLink, fresh: Mapping[tuple[int, str], Record]) -> DueLink:
    """The link with records that were just read in place of what the state knew. What somebody has
    noted since they were read is newer: there the state knows better.
    """
    sides = link.sides
    for side in SIDES:
        here = sides[side]
        record = fresh.get((link.lane.sides[side].feed.id, str(here.id)))
        if record is None:
            continue
        read = link.lane.digester.fields(record.fields)
        if here.is_noted_as(record.version, read):
            renewed = replace(here, digests=read, modified=record.modified, read=record)
            sides = sides.with_side(side, renewed)
    return replace(link, sides=sides)


# --- asking for them --------------------------------------------------------------------------


def every_due_link(
    world: World, lanes: Mapping[int, Lane], size: int, *, may_lose: bool = False
) -> Iterator[list[DueLink]]:
    """All due links of the round in order of their ids, a page at a time; each link comes once,
    if it is still due when its page's turn comes. `may_lose`: only those with a base, or of which
    a record is not there, so that something could be emptied or deleted.
    """
    due, still_due = (_MAY_LOSE, _MAY_STILL_LOSE) if may_lose else (_DUE, _STILL_DUE)
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


def links_by_id(tx: Connection, lanes: Mapping[int, Lane], ids: Iterable[int]) -> list[DueLink]:
    """These links again, as the state has them now."""
    found: list[DueLink] = []
    for part in chunks(ids):
        found.extend(_due_link(row, lanes) for row in tx.execute(_THESE, {"ids": part}))
    return found


def looked_at(tx: Connection, lanes: Iterable[int], now: float, but: Collection[int] = ()) -> None:
    """These lanes did what there was to do, so that what is due now could be looked at; not so a
    link of which a record cannot be read, waits, or is being written; nor those (`but`) about which
    nothing could be decided.
    """
    for part in chunks(lanes):
        tx.execute(_LOOKED_AT, {"lanes": part, "now": now, "undecided": list(but)})


def still_so(tx: Connection, lanes: Mapping[int, Lane], decided: Iterable[DueLink]) -> set[int]:
    """Of links that were decided about, those of which the state holds now what they were decided
    on. Of the others somebody has noted something since: another lane of the round, or another run
    that reads one of their feeds. They stay due, since nobody has decided about that yet.
    """
    by_id = {link.id: link for link in decided}
    untouched = {
        row.id
        for part in chunks(by_id)
        for row in tx.execute(_NOTED, {"ids": part})
        if all(_noted(by_id[row.id].sides[side]) == _noted_in(row, side) for side in SIDES)
    }
    return untouched | {
        link.id
        for link in links_by_id(tx, lanes, by_id.keys() - untouched)
        if all(_content(link.sides[side]) == _content(by_id[link.id].sides[side]) for side in SIDES)
    }


# --- the query --------------------------------------------------------------------------------

_LEFT = alias(records.RECORD, "left_record")
_RIGHT = alias(records.RECORD, "right_record")
_READ = (
    "id",
    "presence",
    "owner",
    "version",
    "revision",
    "digests_json",
    "modified_at",
    "writable_json",
    "payload",
)


def _content(here: LinkSide) -> tuple[object, ...]:
    """What is decided on: not the version, which moves with every touch."""
    return here.id, here.presence, here.digests, here.base


def _noted(here: LinkSide) -> tuple[object, ...]:
    """Which record it was, and when it was noted last. A base is moved by others only with it."""
    return here.id, here.revision


def _noted_in(row: Row[Any], side: Side) -> tuple[object, ...]:
    return row._mapping[f"{side}_id"], row._mapping[f"{side}_record_revision"]


def _joined(names: Sequence[str], *of_link: Any) -> Any:
    link = links.LINK
    columns = [
        each.c[name].label(f"{side}_record_{name}")
        for side, each in (("left", _LEFT), ("right", _RIGHT))
        for name in names
    ]
    return (
        select(*of_link, *columns)
        .select_from(link)
        .outerjoin(_LEFT, (_LEFT.c.feed_id == link.c.left_feed) & (_LEFT.c.id == link.c.left_id))
        .outerjoin(
            _RIGHT, (_RIGHT.c.feed_id == link.c.right_feed) & (_RIGHT.c.id == link.c.right_id)
        )
    )


def _is_due() -> tuple[ColumnElement[bool], ...]:
    """Links to look at: changed or never settled, not waiting `now`, and nothing under way."""
    return links.LINK.c.status == "linked", links.LINK.c.dirty, *_may_be_looked_at()


def _may_be_looked_at() -> tuple[ColumnElement[bool], ...]:
    link = links.LINK.c
    return (
        ~exists().where(INTENT.c.link_id == link.id),
        *(~attention.waits(link.lane_id, side, link[f"{side}_id"]) for side in SIDES),
    )


def _something_to_lose() -> ColumnElement[bool]:
    """A link without a base was never settled, or everything is compared anew: its values are safe.
    Its records are not, where the other one is gone, or is somebody else's now.
    """
    based = [links.LINK.c[f"{side}_base_json"].is_not(None) for side in SIDES]
    return or_(*based, *(_is_away(side) for side in SIDES))


def _is_away(side: Side) -> ColumnElement[bool]:
    """Whether a link's record is not there for its lane."""
    link, lane, record = links.LINK.c, LANE.c, records.RECORD.c
    another = lane[f"{side}_own"] & (record.owner != lane[f"{side}_account"])
    return exists().where(
        record.feed_id == link[f"{side}_feed"],
        record.id == link[f"{side}_id"],
        lane.id == link.lane_id,
        (record.presence != "present") | another,
    )


def _can_be_read(side: Side) -> ColumnElement[bool]:
    link, record = links.LINK.c, records.RECORD.c
    of_it = (record.feed_id == link[f"{side}_feed"], record.id == link[f"{side}_id"])
    return exists().where(*of_it, record.presence != "unreadable")


_LOOKED_AT: Final = (
    update(links.LINK)
    .where(one_of(links.LINK.c.lane_id, "lanes"), links.LINK.c.rebaseline)
    .where(~one_of(links.LINK.c.id, "undecided"))
    .where(links.LINK.c.status == "linked", *_may_be_looked_at())
    .where(*(_can_be_read(side) for side in SIDES))
    .values(rebaseline=False)
)
_EVERYTHING: Final = _joined(_READ, links.LINK)
_NOTED: Final = _joined(
    ("revision",), links.LINK.c.id, links.LINK.c.left_id, links.LINK.c.right_id
).where(one_of(links.LINK.c.id, "ids"))
_THESE: Final = _EVERYTHING.where(one_of(links.LINK.c.id, "ids"), links.LINK.c.status == "linked")
_DUE: Final = select(links.LINK.c.id).where(one_of(links.LINK.c.lane_id, "lanes"), *_is_due())
_MAY_LOSE: Final = _DUE.where(_something_to_lose())
_STILL_DUE: Final = _EVERYTHING.where(one_of(links.LINK.c.id, "ids"), *_is_due())
_MAY_STILL_LOSE: Final = _STILL_DUE.where(_something_to_lose())


def _due_link(row: Row[Any], lanes: Mapping[int, Lane]) -> DueLink:
    found: Mapping[str, Any] = dict(row._mapping)
    lane = lanes[row.lane_id]
    return DueLink(
        id=row.id,
        lane=lane,
        incarnation=row.incarnation,
        sides=PerSide(*(_side(found, lane, side) for side in SIDES)),
        rebaseline=bool(row.rebaseline),
        former_source=None if row.former_source is None else Side(row.former_source),
    )


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
        revision=column("revision"),
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
