"""Claims: the right to create the record with a match key, so that it is created once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, select

from syncline.state import tables
from syncline.state.bulk import insert_rows
from syncline.state.database import chunks, table

CLAIM: Final = table(tables.Claim)

KEPT: Final = 24 * 3600.0
"""A claim outlives its run: until then a search may not yet see the new record."""


@dataclass(frozen=True)
class Claim:
    """A key of a kind at a store (in one account, where records are not shared), and who has it."""

    store_id: int
    type: str
    kind: str
    digest: str
    account: str
    lane_id: int
    source_id: str


def claim(tx: Connection, groups: Sequence[Sequence[Claim]], now: float) -> list[Claim | None]:
    """For each group (the keys of one record, strongest first): take all of its keys, or, if
    somebody else has one, return the strongest such claim and take none.
    """
    holders = {_key(each): each for each in _held(tx, [c for group in groups for c in group])}
    new: dict[tuple[int, str, str, str, str], Claim] = {}
    answers: list[Claim | None] = []
    for group in groups:
        taken = next((other for each in group if (other := _other(each, holders))), None)
        answers.append(taken)
        if taken is None:
            fresh = {_key(each): each for each in group if _key(each) not in holders}
            new |= fresh
            holders |= fresh
    insert_rows(tx, CLAIM, [{**vars(each), "claimed_at": now} for each in new.values()])
    return answers


def _other(each: Claim, holders: Mapping[tuple[int, str, str, str, str], Claim]) -> Claim | None:
    found = holders.get(_key(each))
    mine = found is not None and (found.lane_id, found.source_id) == (each.lane_id, each.source_id)
    return None if mine else found


def release(tx: Connection, lane_id: int, source_ids: Iterable[str]) -> None:
    """What these records had claimed is free again: nothing was created for them."""
    for part in chunks(source_ids):
        tx.execute(delete(CLAIM).where(CLAIM.c.lane_id == lane_id, CLAIM.c.source_id.in_(part)))


def expire(tx: Connection, now: float) -> None:
    """Forget old claims: searches see those records by now."""
    tx.execute(delete(CLAIM).where(CLAIM.c.claimed_at < now - KEPT))


def _key(each: Claim) -> tuple[int, str, str, str, str]:
    return each.store_id, each.type, each.kind, each.digest, each.account


def _held(tx: Connection, wanted: Sequence[Claim]) -> list[Claim]:
    """Who has any of these keys. Asked by store, type and kind, as the primary key begins."""
    groups: dict[tuple[int, str, str], set[str]] = {}
    for each in wanted:
        groups.setdefault((each.store_id, each.type, each.kind), set()).add(each.digest)
    names = ("store_id", "type", "kind", "digest", "account", "lane_id", "source_id")
    columns = [CLAIM.c[name] for name in names]
    found: list[Claim] = []
    for (store_id, type, kind), digests in groups.items():
        for part in chunks(digests):
            statement = select(*columns).where(
                CLAIM.c.store_id == store_id,
                CLAIM.c.type == type,
                CLAIM.c.kind == kind,
                CLAIM.c.digest.in_(part),
            )
            found.extend(Claim(*row) for row in tx.execute(statement))
    return found
