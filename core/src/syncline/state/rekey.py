"""Giving the database another key: every sealed value is opened and sealed anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Row,
    Table,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlmodel import SQLModel

from syncline.errors import Busy, StateError
from syncline.state import leases
from syncline.state.claims import CLAIM
from syncline.state.database import META
from syncline.state.intents import INTENT
from syncline.state.leases import HOLDER
from syncline.state.records import KEY, RECORD
from syncline.state.vault import Vault

_PAGE: Final = 1_000


def require_quiet(tx: Connection, now: float) -> None:
    """Nobody may work with the state, and nothing may be under way.

    Raises:
        Busy: a run holds leases.
        StateError: an interrupted run's writes are not settled: they can only be compared under
            the key they were planned with.

    """
    leases.bury(tx)
    if tx.scalar(select(func.count()).where(HOLDER.c.until_at > now)):
        raise Busy(
            "a run works with this state at the moment",
            hint="Wait for it to end. One that died on another machine is taken for dead after ten "
            "minutes, one that died here at once.",
        )
    if open_writes := tx.scalar(select(func.count()).select_from(INTENT)):
        raise StateError(
            f"{open_writes} writes of an interrupted run are not settled yet",
            hint="Run `syncline run` once more, then change the key.",
        )


def reseal(tx: Connection, old: Vault, new: Vault) -> int:
    """Every sealed column of every table; returns how many values there were.

    Raises:
        StateError: a value cannot be opened with the old key.

    """
    return sum(
        _reseal_column(tx, each, column, old, new)
        for each in SQLModel.metadata.sorted_tables
        for column in each.columns
        if isinstance(column.type, LargeBinary)
    )


def forget_digests(tx: Connection) -> None:
    """No digest of the old key stays: records are read again, keys are taken again."""
    tx.execute(update(RECORD).values(digests_json="{}"))
    tx.execute(delete(KEY))
    tx.execute(delete(CLAIM))


def note_key(tx: Connection, new: Vault) -> None:
    """From now on only the new key opens this database."""
    tx.execute(update(META).where(META.c.name == "key_id").values(value=new.key_id))


def _reseal_column(
    tx: Connection, where: Table, column: Column[Any], old: Vault, new: Vault
) -> int:
    keys = list(where.primary_key.columns)
    statement = (
        update(where)
        .where(*(key == bindparam(f"key_{key.name}") for key in keys))
        .values({column.name: bindparam("sealed_anew")})
    )
    count = 0
    for page in _pages(tx, keys, column):
        count += len(page)
        rows = [
            {f"key_{key.name}": row._mapping[key] for key in keys}
            | {"sealed_anew": new.seal(old.unseal(row._mapping[column]))}
            for row in page
        ]
        tx.execute(statement, rows)
    return count


def _pages(
    tx: Connection, keys: Sequence[Column[Any]], column: Column[Any]
) -> Iterator[list[Row[Any]]]:
    statement = select(*keys, column).where(column.is_not(None)).order_by(*keys).limit(_PAGE)
    page: list[Row[Any]] = [*tx.execute(statement)]
    while page:
        yield page
        last = tuple_(*(page[-1]._mapping[key] for key in keys))
        page = [*tx.execute(statement.where(tuple_(*keys) > last))]
