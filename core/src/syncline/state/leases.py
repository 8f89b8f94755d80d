"""Leases: one holder for an account's records of one type.

Exclusion lives in our state, not in the runner, so that any number of machines can run. A lease
ends when it is given back, when it runs out, or when its holder is certainly dead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import URL, Connection, Row, bindparam, func, select, update

from syncline.errors import Busy
from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.bulk import upsert
from syncline.state.database import META, chunks, table
from syncline.state.lives import Life

LEASE: Final = table(tables.Lease)
_HELD: Final = select(LEASE).where(
    LEASE.c.store_id == bindparam("store"),
    LEASE.c.type == bindparam("of_type"),
    one_of(LEASE.c.account, "accounts"),
)
_RENEWED: Final = update(LEASE).where(
    LEASE.c.holder == bindparam("who"), LEASE.c.until_at > bindparam("now")
)
_LASTING: Final = select(func.count()).where(
    LEASE.c.holder == bindparam("who"), LEASE.c.until_at > bindparam("at")
)
_TIMES: Final = "leases taken over"
_TAKEN_OVER: Final = select(META.c.value).where(META.c.name == _TIMES)
_GIVEN_BACK: Final = (
    update(LEASE).where(LEASE.c.holder == bindparam("who")).values(holder="", until_at=0.0)
)


class LeaseKey(NamedTuple):
    """What is leased: an account at a store, for one object type."""

    store_id: int
    account: str
    type: str


def acquire(
    tx: Connection, keys: Iterable[LeaseKey], holder: str, now: float, seconds: float
) -> set[LeaseKey]:
    """Take the leases that are free or expired; returns those now held."""
    wanted = sorted(set(keys))
    known = _known(tx, wanted)
    free = [
        key
        for key in wanted
        if key not in known or known[key].until_at <= now or known[key].holder == holder
    ]
    rows = [{**key._asdict(), "holder": holder, "until_at": now + seconds} for key in free]
    upsert(tx, LEASE, rows, ("holder", "until_at"))
    if any(key in known and known[key].holder not in ("", holder) for key in free):
        _take_over(tx)
    return set(free)


def _known(tx: Connection, keys: Iterable[LeaseKey]) -> dict[LeaseKey, Row[Any]]:
    """The rows there are for these keys."""
    accounts: dict[tuple[int, str], list[str]] = {}
    for key in keys:
        accounts.setdefault((key.store_id, key.type), []).append(key.account)
    found: dict[LeaseKey, Row[Any]] = {}
    for (store_id, type), names in accounts.items():
        for part in chunks(names):
            values = {"store": store_id, "of_type": type, "accounts": part}
            for row in tx.execute(_HELD, values):
                found[LeaseKey(row.store_id, row.account, row.type)] = row
    return found


def renew(tx: Connection, holder: str, now: float, seconds: float, expected: int) -> None:
    """Extend all leases of a holder.

    Raises:
        Busy: not all of them are held any more (this run was taken for dead).

    """
    renewed = tx.execute(_RENEWED, {"who": holder, "now": now, "until_at": now + seconds})
    if renewed.rowcount != expected:
        raise _lost()


def assert_held(tx: Connection, holder: str, now: float, expected: int) -> None:
    """The fence: no commit of a run whose lease passed to somebody else.

    Raises:
        Busy: not all of them are held any more.

    """
    if tx.scalar(_LASTING, {"who": holder, "at": now}) != expected:
        raise _lost()


def ensure(
    tx: Connection, holder: str, now: float, seconds: float, expected: int, *, outlasting: float
) -> None:
    """Before a call: all leases are held, and for `outlasting` seconds more; else they are renewed.

    Raises:
        Busy: not all of them are held any more.

    """
    if tx.scalar(_LASTING, {"who": holder, "at": now + outlasting}) != expected:
        renew(tx, holder, now, seconds, expected)


def taken_over(tx: Connection) -> int:
    """How often leases were taken from somebody who had not given them back. As long as that is
    what it was, nobody has lost any: one row to read, however many leases there are.
    """
    return int(tx.scalar(_TAKEN_OVER) or 0)


def _take_over(tx: Connection) -> None:
    row = {"name": _TIMES, "value": str(taken_over(tx) + 1)}
    upsert(tx, META, [row], ("value",))


def release(tx: Connection, holder: str) -> None:
    """Give all leases of a holder back."""
    tx.execute(_GIVEN_BACK, {"who": holder})


def bury(tx: Connection, original: URL | None = None) -> list[str]:
    """Give back what the dead hold; returns who they were. Who may still live keeps its leases.
    In a copy: the signs of life are at the `original`.
    """
    url = tx.engine.url if original is None else original
    found = [name for name in tx.scalars(_HOLDERS) if Life.of(url, name).is_over()]
    for name in found:
        release(tx, name)
    if found:
        _take_over(tx)
    return found


def left_behind(tx: Connection, before: float) -> int:
    """How many leases nobody holds any more who ever gave them back: of the dead, or run out
    before this moment.
    """
    dead = [name for name in tx.scalars(_HOLDERS) if _is_dead(tx, name)]
    gone = LEASE.c.holder.in_(dead) | (LEASE.c.until_at <= before)
    return tx.scalar(select(func.count()).where(LEASE.c.holder != "", gone)) or 0


def until(tx: Connection, key: LeaseKey, now: float) -> float | None:
    """Until when somebody holds it, None if nobody does who may be alive."""
    found = tx.execute(
        select(LEASE.c.until_at, LEASE.c.holder).where(
            LEASE.c.store_id == key.store_id,
            LEASE.c.account == key.account,
            LEASE.c.type == key.type,
            LEASE.c.until_at > now,
        )
    ).first()
    return None if found is None or _is_dead(tx, found.holder) else float(found.until_at)


def held(tx: Connection, now: float) -> dict[LeaseKey, float]:
    """Until when each lease is held, of those whose holder may be alive."""
    rows = tx.execute(select(LEASE).where(LEASE.c.until_at > now)).all()
    dead = {holder for holder in {row.holder for row in rows} if _is_dead(tx, holder)}
    return {
        LeaseKey(row.store_id, row.account, row.type): float(row.until_at)
        for row in rows
        if row.holder not in dead
    }


def at_work(tx: Connection, keys: Collection[LeaseKey], now: float) -> str:
    """Who holds all of these leases; empty if nobody does. (The dead are buried when a run begins.)
    Those that have run out are given back: who is no longer taken to be at work commits nothing
    more, whatever their clock says.
    """
    known = _known(tx, keys)
    over = {key for key, row in known.items() if row.until_at <= now}
    rows = [{**key._asdict(), "holder": "", "until_at": 0.0} for key in over]
    upsert(tx, LEASE, rows, ("holder", "until_at"))
    if any(known[key].holder for key in over):
        _take_over(tx)
    holders = {known[key].holder if key in known and key not in over else "" for key in keys}
    return holders.pop() if len(holders) == 1 else ""


_HOLDERS: Final = select(LEASE.c.holder).where(LEASE.c.holder != "").distinct()


def _is_dead(tx: Connection, holder: str) -> bool:
    return Life.of(tx.engine.url, holder).is_over()


def _lost() -> Busy:
    return Busy(
        "this run's lease has passed to another run",
        hint="Nothing is lost: what this run had sent is settled by the next one.",
    )
