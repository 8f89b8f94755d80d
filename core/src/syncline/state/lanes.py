"""Stores, accounts, containers, feeds and lanes: what the configuration's names stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from syncline.model.sides import SIDES, Side
from syncline.state import tables
from syncline.state.among import among, one_of
from syncline.state.bulk import upsert
from syncline.state.database import chunks, table
from syncline.state.feeds import FEED
from syncline.state.leases import LeaseKey
from syncline.state.links import LINK
from syncline.state.records import KEY, RECORD

STORE: Final = table(tables.Store)
ACCOUNT: Final = table(tables.AccountRow)
CONTAINER: Final = table(tables.ContainerRow)
LANE: Final = table(tables.LaneRow)
LOST: Final = table(tables.LostBase)

IN_USE: Final = LANE.c.left_feed.is_not(None)
"""The condition that a lane is configured, and was not retired."""

_STORE: Final = select(STORE.c.id).where(
    STORE.c.connector == bindparam("of"), STORE.c.identity == bindparam("named")
)
_ACCOUNTS: Final = select(ACCOUNT.c.name, ACCOUNT.c.account).where(
    ACCOUNT.c.store_id == bindparam("store"), one_of(ACCOUNT.c.name, "names")
)
_CONTAINERS: Final = select(CONTAINER.c.account, CONTAINER.c.path, CONTAINER.c.container).where(
    CONTAINER.c.store_id == bindparam("store"),
    CONTAINER.c.type == bindparam("of_type"),
    one_of(CONTAINER.c.account, "accounts"),
)
_FEED_IDS: Final = select(FEED.c.id, FEED.c.account, FEED.c.container).where(
    FEED.c.store_id == bindparam("store_id"),
    FEED.c.type == bindparam("type"),
    FEED.c.scope == bindparam("scope"),
    one_of(FEED.c.account, "accounts"),
)
_FEED: Final = select(FEED.c.id).where(
    *(FEED.c[n] == bindparam(n) for n in ("store_id", "type", "account", "container", "scope"))
)


def ensure_store(tx: Connection, connector: str, identity: str) -> int:
    """The row of a system, by its own identity."""
    found = tx.scalar(_STORE, {"of": connector, "named": identity})
    if found is not None:
        return int(found)
    statement = insert(STORE).values(connector=connector, identity=identity).returning(STORE.c.id)
    return int(tx.execute(statement).scalar_one())


def known_accounts(tx: Connection, store_id: int, names: Iterable[str]) -> dict[str, str]:
    """Name → account id, of those that were resolved before."""
    found: dict[str, str] = {}
    for part in chunks(names):
        rows = tx.execute(_ACCOUNTS, {"store": store_id, "names": part})
        found.update((name, account) for name, account in rows)
    return found


def save_accounts(tx: Connection, store_id: int, found: Mapping[str, str]) -> None:
    """Remember what names stand for."""
    rows = [
        {"store_id": store_id, "name": name, "account": account} for name, account in found.items()
    ]
    upsert(tx, ACCOUNT, rows, ("account",))


def known_containers(
    tx: Connection, store_id: int, type: str, accounts: Iterable[str]
) -> dict[tuple[str, str], str]:
    """(Account, path) → the container it was resolved to before."""
    found: dict[tuple[str, str], str] = {}
    for part in chunks(accounts):
        values = {"store": store_id, "of_type": type, "accounts": part}
        rows = tx.execute(_CONTAINERS, values)
        found.update(((row.account, row.path), row.container) for row in rows)
    return found


def save_container(
    tx: Connection, store_id: int, account: str, type: str, path: str, container: str
) -> None:
    """Remember a container."""
    key = {"store_id": store_id, "account": account, "type": type, "path": path}
    upsert(tx, CONTAINER, [{**key, "container": container}], ("container",))


def known_feeds(
    tx: Connection, key: Mapping[str, Any], accounts: Iterable[str]
) -> dict[tuple[str, str], int]:
    """(Account, container) → feed, of those that have the rest of their key in common: `store_id`,
    `type`, `scope`.
    """
    found: dict[tuple[str, str], int] = {}
    for part in chunks(accounts):
        for row in tx.execute(_FEED_IDS, {**key, "accounts": part}):
            found[row.account, row.container] = row.id
    return found


def ensure_feed(tx: Connection, key: Mapping[str, Any], mapping: str) -> int:
    """The row of a feed; a new mapping means a new row, read from the beginning."""
    found = tx.scalar(_FEED, key)
    if found is not None:
        return int(found)
    values = {"generation": 0, **key, "mapping": mapping}
    return int(tx.execute(insert(FEED).values(**values).returning(FEED.c.id)).scalar_one())


def feed_mapping(tx: Connection, feed_id: int) -> str:
    """The versions the digests of a feed depend on."""
    return str(tx.scalar(select(FEED.c.mapping).where(FEED.c.id == feed_id)) or "")


LANE_KEY: Final = ("type", "left_store", "left_account", "right_store", "right_account")
_LANES: Final = select(LANE).where(
    LANE.c.type == bindparam("of_type"), one_of(LANE.c.left_account, "accounts")
)
_LANE_OF: Final = select(LANE).where(*(LANE.c[name] == bindparam(name) for name in LANE_KEY))
_OF_FEED: Final = [
    select(each.c.id).where(each.c[f"{side}_feed"] == bindparam("feed")).limit(1)
    for each in (LANE, LINK)
    for side in SIDES
]
_LANE: Final = select(LANE).where(LANE.c.id == bindparam("lane"))
_CHANGED: Final = update(LANE).where(LANE.c.id == bindparam("lane"))


def known_lanes(
    tx: Connection, type: str, left_accounts: Iterable[str]
) -> dict[tuple[Any, ...], Row[Any]]:
    """The lanes of these accounts, by the values of `LANE_KEY`."""
    found: dict[tuple[Any, ...], Row[Any]] = {}
    for part in chunks(left_accounts):
        for row in tx.execute(_LANES, {"of_type": type, "accounts": part}):
            found[tuple(row._mapping[name] for name in LANE_KEY)] = row
    return found


def find_lane(tx: Connection, key: Mapping[str, Any]) -> Row[Any] | None:
    """The row of a lane, by type and both accounts."""
    return tx.execute(_LANE_OF, key).one_or_none()


def get_lane(tx: Connection, lane_id: int) -> Row[Any]:
    """The row of a lane that is there."""
    return tx.execute(_LANE, {"lane": lane_id}).one()


def lease_keys(lane: Row[Any]) -> list[LeaseKey]:
    """What a run leases to work on a lane: both accounts, for its type."""
    row = lane._mapping
    return [LeaseKey(row[f"{s}_store"], row[f"{s}_account"], row["type"]) for s in SIDES]


def add_lane(tx: Connection, values: Mapping[str, Any]) -> int:
    """A new lane."""
    defaults = {"rebaseline": False, "adopted_foreign": False, "last_error": ""}
    statement = insert(LANE).values(**defaults, **values).returning(LANE.c.id)
    return int(tx.execute(statement).scalar_one())


def change_lane(tx: Connection, lane_id: int, **values: Any) -> None:
    """Change a lane's row."""
    tx.execute(_CHANGED, {"lane": lane_id, **values})


def move_links(tx: Connection, lane_id: int, side: str, feed_id: int) -> None:
    """A lane reads another feed now: its links follow, and are looked at again."""
    values: dict[str, Any] = {f"{side}_feed": feed_id, "dirty": True}
    tx.execute(update(LINK).where(LINK.c.lane_id == lane_id).values(**values))


def drop_unread_feeds(tx: Connection, feed_ids: Iterable[int | None]) -> None:
    """Of these feeds, those that no lane reads any more, and no link is in (of a lane that may come
    back), are forgotten with all their records.
    """
    for feed_id in set(feed_ids) - {None}:
        if not any(tx.execute(each, {"feed": feed_id}).first() for each in _OF_FEED):
            for each, column in ((KEY, KEY.c.feed_id), (RECORD, RECORD.c.feed_id)):
                tx.execute(delete(each).where(column == feed_id))
            tx.execute(delete(FEED).where(FEED.c.id == feed_id))


def retire(tx: Connection, lane_ids: Iterable[int]) -> None:
    """These lanes read nothing any more: nobody keeps anything for them, and what they linked
    holds no record of others. Their links and feeds stay, for when they come back.
    """
    for part in chunks(lane_ids):
        retired = update(LANE).where(among(LANE.c.id, part))
        tx.execute(retired.values(left_feed=None, right_feed=None))


def feed_of_links(tx: Connection, lane_id: int, side: str) -> int | None:
    """The feed that the links of a lane are in, which a lane that was retired does not know."""
    column = LINK.c[f"{side}_feed"]
    return tx.scalar(select(column).where(LINK.c.lane_id == lane_id).limit(1))


def read_again(tx: Connection, feed_id: int) -> None:
    """Read a feed from the beginning, and take every record as if it had not been seen."""
    tx.execute(update(FEED).where(FEED.c.id == feed_id).values(cursor_json=None))
    tx.execute(update(RECORD).where(RECORD.c.feed_id == feed_id).values(version=""))


def forget_bases(tx: Connection, lane_id: int) -> None:
    """Both bases of every link are unknown: the rule of the first sync applies."""
    mine = select(LINK.c.id).where(LINK.c.lane_id == lane_id)
    tx.execute(delete(LOST).where(LOST.c.link_id.in_(mine)))
    tx.execute(
        update(LINK)
        .where(LINK.c.lane_id == lane_id)
        .values(left_base_json=None, right_base_json=None, dirty=True)
    )


def look_anew(tx: Connection, lane_id: int, former: Side | None = None) -> None:
    """Decide about every link of a lane as after a change of the policy; bases stay. `former`: the
    one source there was, of all fields or of those that travel in another direction now. A link
    that nobody could look at since an earlier change keeps the one of that change.
    """
    mine = update(LINK).where(LINK.c.lane_id == lane_id)
    tx.execute(mine.where(~LINK.c.rebaseline).values(former_source=None))
    named = {} if former is None else {"former_source": former.value}
    tx.execute(mine.values(dirty=True, rebaseline=True, **named))
    change_lane(tx, lane_id, rebaseline=True)
