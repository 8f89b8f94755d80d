"""Feeds: how far each was read, by whom, and how often something of it was noted.

A feed's `revision` rises with every commit that notes one of its records, and each record keeps
the revision at which it was noted. Whoever reads looks at the revision *before* the call: what was
noted since may be newer than the answer, whatever the clocks of two machines say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.database import table

FEED: Final = table(tables.FeedRow)

_THIS: Final = FEED.c.id == bindparam("feed")
_ROW: Final = select(FEED).where(_THIS)
_REVISIONS: Final = select(FEED.c.revision, FEED.c.forgotten).where(_THIS)
_NOTED: Final = (
    update(FEED)
    .where(one_of(FEED.c.id, "feeds"))
    .values(revision=FEED.c.revision + 1)
    .returning(FEED.c.id, FEED.c.revision)
)
_FORGOTTEN: Final = (
    update(FEED).where(_THIS).values(revision=FEED.c.revision + 1, forgotten=FEED.c.revision + 1)
)
_FROM: Final = update(FEED).where(
    _THIS, FEED.c.cursor_json.is_not_distinct_from(bindparam("before"))
)
_SWEPT: Final = update(FEED).where(_THIS).values(swept_at=bindparam("now"))
_NEXT_PASS: Final = (
    update(FEED).where(_THIS).values(generation=FEED.c.generation + 1).returning(FEED.c.generation)
)


def find(tx: Connection, feed_id: int) -> Row[Any] | None:
    """The row of a feed; None if it was dropped, since no lane reads it any more."""
    return tx.execute(_ROW, {"feed": feed_id}).one_or_none()


def revision(tx: Connection, feed_id: int) -> int:
    """How often something of a feed was noted so far."""
    row = tx.execute(_REVISIONS, {"feed": feed_id}).one_or_none()
    return 0 if row is None else int(row.revision)


def noted_since(tx: Connection, feed_id: int, began: int) -> tuple[bool, bool]:
    """Whether something was noted since a revision, and whether a record was forgotten since."""
    row = tx.execute(_REVISIONS, {"feed": feed_id}).one_or_none()
    if row is None:
        return False, False
    return row.revision > began, row.forgotten > began


def forgotten_at(tx: Connection, feed_id: int) -> int:
    """The revision at which rows of a feed were removed last."""
    row = tx.execute(_REVISIONS, {"feed": feed_id}).one_or_none()
    return 0 if row is None else int(row.forgotten)


def noted(tx: Connection, feed_ids: Iterable[int]) -> dict[int, int]:
    """Records of these feeds are noted in this transaction: each feed's new revision."""
    return {row.id: row.revision for row in tx.execute(_NOTED, {"feeds": list(feed_ids)})}


def forgotten(tx: Connection, feed_id: int) -> None:
    """Rows of a feed are removed in this transaction: an older page must not bring them back."""
    tx.execute(_FORGOTTEN, {"feed": feed_id})


def next_pass(tx: Connection, feed_id: int) -> int:
    """The number of a new pass over everything. Each has one of its own, also one that breaks off:
    what it saw may be gone when the next one comes.
    """
    return int(tx.execute(_NEXT_PASS, {"feed": feed_id}).scalar_one())


def move_cursor(
    tx: Connection, feed_id: int, before: str | None, after: str, **values: Any
) -> bool:
    """Go on from `after`, if the feed still stands where this reader began; False if somebody else
    has moved it, or has said that it is to be read again from the beginning.
    """
    key = {"feed": feed_id, "before": before}
    return bool(tx.execute(_FROM, {**key, "cursor_json": after, **values}).rowcount)


def swept(tx: Connection, feed_id: int, now: float) -> None:
    """Everything in it was listed, and what was missing has been asked for."""
    tx.execute(_SWEPT, {"feed": feed_id, "now": now})
