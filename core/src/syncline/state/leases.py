"""Leases: one holder for an account's records of one type, with a fencing number.

Exclusion lives in our state, not in the runner, so that any number of machines can run. A lease
ends when it is given back, when it runs out, or when its holder is certainly dead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from syncline.errors import Busy
from syncline.state import tables
from syncline.state.database import table
from syncline.state.lives import Life

LEASE: Final = table(tables.Lease)


class LeaseKey(NamedTuple):
    """What is leased: an account at a store, for one object type."""

    store_id: int
    account: str
    type: str


def acquire(
    tx: Connection, keys: Iterable[LeaseKey], holder: str, now: float, seconds: float
) -> set[LeaseKey]:
    """Take the leases that are free or expired, in sorted order; returns those now held."""
    held: set[LeaseKey] = set()
    insert = postgres_insert if tx.dialect.name == "postgresql" else sqlite_insert
    for key in sorted(set(keys)):
        values = {**key._asdict(), "holder": holder, "until_at": now + seconds, "fence": 1}
        statement = insert(LEASE).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=["store_id", "account", "type"],
            set_={"holder": holder, "until_at": now + seconds, "fence": LEASE.c.fence + 1},
            where=(LEASE.c.until_at <= now) | (LEASE.c.holder == holder),
        )
        # A row comes back only if it was written; drivers disagree about counting such rows.
        if tx.execute(statement.returning(LEASE.c.fence)).first() is not None:
            held.add(key)
    return held


def renew(tx: Connection, holder: str, now: float, seconds: float, expected: int) -> None:
    """Extend all leases of a holder.

    Raises:
        Busy: not all of them are held any more (this run was taken for dead).

    """
    statement = (
        update(LEASE)
        .where(LEASE.c.holder == holder, LEASE.c.until_at > now)
        .values(until_at=now + seconds)
    )
    if tx.execute(statement).rowcount != expected:
        raise _lost()


def assert_held(tx: Connection, holder: str, now: float, expected: int) -> None:
    """The fence: no commit of a run whose lease passed to somebody else.

    Raises:
        Busy: not all of them are held any more.

    """
    count = select(func.count()).where(LEASE.c.holder == holder, LEASE.c.until_at > now)
    if tx.scalar(count) != expected:
        raise _lost()


def release(tx: Connection, holder: str) -> None:
    """Give all leases of a holder back."""
    tx.execute(update(LEASE).where(LEASE.c.holder == holder).values(holder="", until_at=0.0))


def bury(tx: Connection) -> list[str]:
    """Give back what the dead hold; returns who they were. Who may still live keeps its leases."""
    found = [name for name in tx.scalars(_HOLDERS) if _is_dead(tx, name)]
    for name in found:
        release(tx, name)
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


_HOLDERS: Final = select(LEASE.c.holder).where(LEASE.c.holder != "").distinct()


def _is_dead(tx: Connection, holder: str) -> bool:
    return Life.of(tx.engine.url, holder).is_over()


def _lost() -> Busy:
    return Busy(
        "this run's lease has passed to another run",
        hint="Nothing is lost: what this run had sent is settled by the next one.",
    )
