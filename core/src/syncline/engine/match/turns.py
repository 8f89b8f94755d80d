"""Whose turn it is: in which order the new records of a lane are linked, and created elsewhere.

It decides what a limit lets through, and who has the claim on a key. In general records come in the
order of their ids. But what this run has made itself has ids that no plan can know: what another
lane has linked comes last, in the order in which that was done, which is the same in a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select
from sqlalchemy.sql import alias

from syncline.engine.lanes import FeedState
from syncline.model.sides import SIDES, PerSide, Side
from syncline.state.among import one_of
from syncline.state.feeds import FEED
from syncline.state.links import LINK

Turn = tuple[int, int]
"""The first of a record's links on either side, 0 where there is none."""


def linked_already(tx: Connection, feed: FeedState, ids: Sequence[str]) -> dict[str, Turn]:
    """Those of a feed's records that some lane has linked, and their turns."""
    values = {"feed": feed.id, "ids": ids}
    left, right = (
        {row.record_id: row.first for row in tx.execute(_LINKED[side], values)} for side in SIDES
    )
    return {each: (left.get(each, 0), right.get(each, 0)) for each in {*left, *right}}


def turns_of_pairs(pairs: Any) -> list[ColumnElement[Any]]:
    """By what this lane's pairs (`left_id`, `right_id`) are put in order; see `of_lane`."""
    ids = {side: pairs.c[f"{side}_id"] for side in SIDES}
    firsts = [_first(f"this_{side}_feed", ids[side], where) for side in SIDES for where in SIDES]
    return [*firsts, *ids.values()]


def _first(feed: str, record_id: ColumnElement[str], side: Side) -> ColumnElement[int]:
    link = alias(LINK)
    holding = link.c[f"{side}_feed"].in_(_same_records(feed)), link.c[f"{side}_id"] == record_id
    return func.coalesce(select(func.min(link.c.id)).where(*holding).scalar_subquery(), 0)


def _same_records(feed: str) -> Select[tuple[int]]:
    """The feeds in which a feed's records may be, too: other lanes may have another data set."""
    this, same = alias(FEED), alias(FEED)
    alike = (same.c[name] == this.c[name] for name in ("store_id", "type", "account"))
    return select(same.c.id).join(this, and_(*alike)).where(this.c.id == bindparam(feed))


def _linked(side: Side) -> Select[tuple[str, int]]:
    record_id = LINK.c[f"{side}_id"]
    return (
        select(record_id.label("record_id"), func.min(LINK.c.id).label("first"))
        .where(LINK.c[f"{side}_feed"].in_(_same_records("feed")), one_of(record_id, "ids"))
        .group_by(record_id)
    )


_LINKED: Final = PerSide(*map(_linked, SIDES))
