"""Records as last seen, and their match keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, literal, select, update

from syncline.state import feeds, tables
from syncline.state.among import one_of
from syncline.state.bulk import upsert
from syncline.state.database import chunks, table

RECORD: Final = table(tables.RecordRow)
KEY: Final = table(tables.RecordKey)

FeedRecord = tuple[int, str]
"""A feed's id, and the id of a record in it."""

_CHANGING: Final = tuple(c.name for c in RECORD.columns if not c.primary_key)


_OF_FEED: Final = (RECORD.c.feed_id == bindparam("feed"), one_of(RECORD.c.id, "ids"))
_ROWS: Final = select(RECORD).where(*_OF_FEED)
_STANDING: Final = select(RECORD.c.id, RECORD.c.presence, RECORD.c.owner, RECORD.c.in_scope).where(
    *_OF_FEED
)
_SEEN_AS: Final = select(
    RECORD.c.id, RECORD.c.presence, RECORD.c.owner, RECORD.c.digests_json
).where(*_OF_FEED)
_SEEN: Final = (
    update(RECORD)
    .where(*_OF_FEED, RECORD.c.generation < bindparam("pass"))
    .values(generation=bindparam("pass"))
)
_UNSEEN: Final = select(RECORD.c.id, RECORD.c.revision).where(
    RECORD.c.feed_id == bindparam("feed"),
    RECORD.c.generation < bindparam("pass"),
    # What could not be read is in no data set, and may be gone like any other.
    (RECORD.c.presence == "unreadable") | ((RECORD.c.presence == "present") & RECORD.c.in_scope),
)
_WITHOUT_VALUES: Final = (
    update(RECORD).where(*_OF_FEED, RECORD.c.pending.is_(False)).values(payload=None)
)
_WITHOUT_KEYS: Final = delete(KEY).where(
    KEY.c.feed_id == bindparam("feed"), one_of(KEY.c.record_id, "ids")
)
_WITHOUT_ROWS: Final = delete(RECORD).where(*_OF_FEED)
_LEFT: Final = (
    update(RECORD)
    .where(*_OF_FEED)
    .values(presence="left", in_scope=False, pending=False, payload=None)
)
_NOT_PENDING: Final = update(RECORD).where(*_OF_FEED).values(pending=False)


def find(tx: Connection, feed_id: int, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """The rows of these records, by id."""
    found: dict[str, Row[Any]] = {}
    for part in chunks(ids):
        rows = tx.execute(_ROWS, {"feed": feed_id, "ids": part}).all()
        found.update({row.id: row for row in rows})
    return found


def standing(tx: Connection, wanted: Iterable[FeedRecord]) -> dict[FeedRecord, Row[Any]]:
    """Of these records, presence, owner, and whether they are in the data set."""
    return _looked_up(tx, _STANDING, wanted)


def seen_as(tx: Connection, wanted: Iterable[FeedRecord]) -> dict[FeedRecord, Row[Any]]:
    """Of these records, presence, owner and digests, without their payloads."""
    return _looked_up(tx, _SEEN_AS, wanted)


def _looked_up(
    tx: Connection, columns: Select[Any], wanted: Iterable[FeedRecord]
) -> dict[FeedRecord, Row[Any]]:
    by_feed: dict[int, list[str]] = {}
    for feed_id, record_id in wanted:
        by_feed.setdefault(feed_id, []).append(record_id)
    return {
        (feed_id, row.id): row
        for feed_id, ids in by_feed.items()
        for part in chunks(ids)
        for row in tx.execute(columns, {"feed": feed_id, "ids": part})
    }


def drop_payloads(tx: Connection, feed_id: int, ids: Iterable[str]) -> None:
    """Values nobody needs any more are not kept: clean records are digests only."""
    for part in chunks(ids):
        tx.execute(_WITHOUT_VALUES, {"feed": feed_id, "ids": part})


def save(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert or replace whole rows, but for the revision, which is the feed's at this moment."""
    if rows:
        revisions = feeds.noted(tx, {row["feed_id"] for row in rows})
        upsert(
            tx,
            RECORD,
            [{**row, "revision": revisions.get(row["feed_id"], 0)} for row in rows],
            _CHANGING,
        )


def save_keys(
    tx: Connection,
    feed_id: int,
    keys: Mapping[str, Iterable[tuple[str, str]]],
    known: Iterable[str],
) -> None:
    """The match keys (kind, digest) of these records, in place of those of the `known` ones."""
    for part in chunks(each for each in known if each in keys):
        tx.execute(_WITHOUT_KEYS, {"feed": feed_id, "ids": part})
    rows = [
        {"feed_id": feed_id, "record_id": record_id, "kind": kind, "digest": digest}
        for record_id, pairs in keys.items()
        for kind, digest in pairs
    ]
    upsert(tx, KEY, rows, ())


def mark_seen(tx: Connection, feed_id: int, ids: Iterable[str], generation: int) -> None:
    """These records were in the complete pass `generation`."""
    for part in chunks(ids):
        tx.execute(_SEEN, {"feed": feed_id, "ids": part, "pass": generation})


def unseen(tx: Connection, feed_id: int, generation: int) -> dict[str, int]:
    """Records that should be there and were not in this complete pass: candidates, no more. Each
    with the revision at which it was noted last.
    """
    rows = tx.execute(_UNSEEN, {"feed": feed_id, "pass": generation})
    return {row.id: row.revision for row in rows}


def leave(tx: Connection, feed_id: int, ids: Iterable[str]) -> None:
    """These records are outside of the data set, and nothing refers to them."""
    for part in chunks(ids):
        tx.execute(_WITHOUT_KEYS, {"feed": feed_id, "ids": part})
        tx.execute(_LEFT, {"feed": feed_id, "ids": part})


def forget(tx: Connection, feed_id: int, ids: Iterable[str]) -> None:
    """Remove rows of records that nothing refers to."""
    for part in chunks(ids):
        feeds.forgotten(tx, feed_id)
        tx.execute(_WITHOUT_KEYS, {"feed": feed_id, "ids": part})
        tx.execute(_WITHOUT_ROWS, {"feed": feed_id, "ids": part})


def not_pending(tx: Connection, feed_id: int, ids: Iterable[str]) -> None:
    """Nobody waits for these records to be linked."""
    for part in chunks(ids):
        tx.execute(_NOT_PENDING, {"feed": feed_id, "ids": part})


def drop_keys(
    tx: Connection, feed_id: int, after: str = "", *, crowded: Iterable[str], size: int = 20_000
) -> str | None:
    """Drop the keys of records that are paired, and found by their ids: of so many records of the
    feed that come after this id. Returns the last of them, None when there were no more.

    Keys that too many carry stay (`crowded`: their digests): how many do must not depend on how
    many of them are paired already. Many at once, and not with each record: keys are digests, each
    on a page of the index far from the last one.
    """
    here = {"feed": feed_id, "after": after}
    last: str | None = tx.scalar(_LAST_KEY, {**here, "size": size})
    if last is not None:
        tx.execute(_OF_PAIRED, {**here, "last": last, "crowded": list(crowded)})
    return last


def _waiting() -> Select[Any]:
    record = RECORD.c
    return select(literal(1)).where(
        record.feed_id == KEY.c.feed_id, record.id == KEY.c.record_id, record.pending
    )


_AFTER: Final = (KEY.c.feed_id == bindparam("feed"), KEY.c.record_id > bindparam("after"))
_NEXT_KEYS: Final = (
    select(KEY.c.record_id)
    .where(*_AFTER)
    .distinct()
    .order_by(KEY.c.record_id)
    .limit(bindparam("size"))
)
_LAST_KEY: Final = select(func.max(_NEXT_KEYS.subquery().c.record_id))
_OF_PAIRED: Final = delete(KEY).where(
    *_AFTER,
    KEY.c.record_id <= bindparam("last"),
    ~_waiting().exists(),
    ~one_of(KEY.c.digest, "crowded"),
)
