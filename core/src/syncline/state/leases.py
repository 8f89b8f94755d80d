"""Leases: one holder for an account's records of one type.

Exclusion lives in our state, not in the runner, so that any number of machines can run. A lease
ends when it is given back, when it runs out, or when its holder is certainly dead.

How long they last is said once for each holder, whose row is the only one that is renewed and asked
for, however many leases there are. A lease whose holder has no row is free. Who takes one from
somebody who has not given it back removes that holder's row: whoever lost one lease has lost all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import URL, Connection, Row, bindparam, delete, func, select, update

from syncline.errors import Busy
from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.bulk import upsert
from syncline.state.database import chunks, table
from syncline.state.lives import Life

LEASE: Final = table(tables.Lease)
HOLDER: Final = table(tables.HolderRow)
_WITH_HOLDER: Final = select(LEASE, HOLDER.c.until_at).join(HOLDER, HOLDER.c.name == LEASE.c.holder)
_HELD: Final = _WITH_HOLDER.where(
    LEASE.c.store_id == bindparam("store"),
    LEASE.c.type == bindparam("of_type"),
    one_of(LEASE.c.account, "accounts"),
)
_UNTIL: Final = select(HOLDER.c.until_at).where(HOLDER.c.name == bindparam("who"))
_RENEWED: Final = update(HOLDER).where(
    HOLDER.c.name == bindparam("who"), HOLDER.c.until_at > bindparam("now")
)
_NOBODYS: Final = update(LEASE).where(LEASE.c.holder == bindparam("who")).values(holder="")
_OVER: Final = delete(HOLDER).where(one_of(HOLDER.c.name, "names"))
_HOLDERS: Final = select(HOLDER.c.name)


class LeaseKey(NamedTuple):
    """What is leased: an account at a store, for one object type."""

    store_id: int
    account: str
    type: str


def acquire(
    tx: Connection, keys: Iterable[LeaseKey], holder: str, now: float, seconds: float
) -> set[LeaseKey]:
    """Take the leases that are free or expired; returns those now held. Whoever had one that is
    taken, and had not given it back, has none any more.
    """
    wanted = sorted(set(keys))
    if not _lasts(tx, holder, now):  # what has run out is lost, even if nobody has taken it
        tx.execute(_NOBODYS, {"who": holder})
    known = _known(tx, wanted)
    free = [
        key
        for key in wanted
        if key not in known or known[key].until_at <= now or known[key].holder == holder
    ]
    _end(tx, {known[key].holder for key in free if key in known} - {holder})
    upsert(tx, HOLDER, [{"name": holder, "until_at": now + seconds}], ("until_at",))
    upsert(tx, LEASE, [{**key._asdict(), "holder": holder} for key in free], ("holder",))
    return set(free)


def _known(tx: Connection, keys: Iterable[LeaseKey]) -> dict[LeaseKey, Row[Any]]:
    """Of these keys, those that have a holder, with until when."""
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


def renew(tx: Connection, holder: str, now: float, seconds: float) -> None:
    """Extend all leases of a holder: one row, however many they are.

    Raises:
        Busy: they have run out, or passed to others (this run was taken for dead).

    """
    if not tx.execute(_RENEWED, {"who": holder, "now": now, "until_at": now + seconds}).rowcount:
        raise _lost()


def assert_held(tx: Connection, holder: str, now: float) -> None:
    """No commit of a run whose leases ran out or passed to somebody else.

    Raises:
        Busy: they are not held any more.

    """
    if not _lasts(tx, holder, now):
        raise _lost()


def ensure(tx: Connection, holder: str, now: float, seconds: float, *, outlasting: float) -> None:
    """Before a call: all leases are held, and for `outlasting` seconds more; else they are renewed.

    Raises:
        Busy: they are not held any more.

    """
    if not _lasts(tx, holder, now + outlasting):
        renew(tx, holder, now, seconds)


def _lasts(tx: Connection, holder: str, at: float) -> bool:
    until = tx.scalar(_UNTIL, {"who": holder})
    return until is not None and until > at


def release(tx: Connection, holder: str) -> None:
    """Give all leases of a holder back."""
    _end(tx, [holder])


def _end(tx: Connection, holders: Collection[str]) -> None:
    """These hold nothing any more: a lease whose holder is not there is free."""
    for part in chunks(holders):
        tx.execute(_OVER, {"names": part})


def bury(tx: Connection, original: URL | None = None) -> list[str]:
    """Give back what the dead hold; returns who they were. Who may still live keeps its leases.
    In a copy: the signs of life are at the `original`.
    """
    url = tx.engine.url if original is None else original
    found = [name for name in tx.scalars(_HOLDERS) if Life.of(url, name).is_over()]
    _end(tx, found)
    return found


def left_behind(tx: Connection, before: float) -> int:
    """How many leases nobody holds any more who ever gave them back: of the dead, or run out
    before this moment.
    """
    dead = [name for name in tx.scalars(_HOLDERS) if _is_dead(tx, name)]
    gone = HOLDER.c.name.in_(dead) | (HOLDER.c.until_at <= before)
    held = select(func.count()).select_from(LEASE).join(HOLDER, HOLDER.c.name == LEASE.c.holder)
    return tx.scalar(held.where(gone)) or 0


def until(tx: Connection, key: LeaseKey, now: float) -> float | None:
    """Until when somebody holds it, None if nobody does who may be alive."""
    row = _known(tx, [key]).get(key)
    if row is None or row.until_at <= now or _is_dead(tx, row.holder):
        return None
    return float(row.until_at)


def held(tx: Connection, now: float) -> dict[LeaseKey, float]:
    """Until when each lease is held, of those whose holder may be alive."""
    rows = tx.execute(_WITH_HOLDER.where(HOLDER.c.until_at > now)).all()
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
    over = {row.holder for row in known.values() if row.until_at <= now}
    _end(tx, over)
    holders = {known[key].holder if key in known else "" for key in keys}
    return holders.pop() if len(holders) == 1 and not over else ""


def _is_dead(tx: Connection, holder: str) -> bool:
    return Life.of(tx.engine.url, holder).is_over()


def _lost() -> Busy:
    return Busy(
        "this run's lease has passed to another run",
        hint="Nothing is lost: what this run had sent is settled by the next one.",
    )
