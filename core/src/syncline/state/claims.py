"""Claims: the right to create the record with a match key, so that it is created once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from syncline.model.sides import Side
from syncline.state import tables
from syncline.state.among import among, one_of
from syncline.state.bulk import insert_rows
from syncline.state.database import chunks, table

CLAIM: Final = table(tables.Claim)

_HOLDERS: Final = select(CLAIM.c.what, CLAIM.c.lane_id, CLAIM.c.side, CLAIM.c.source_id).where(
    one_of(CLAIM.c.what, "wanted")
)
_VOID: Final = delete(CLAIM).where(
    (CLAIM.c.claimed_at < bindparam("past")) | (CLAIM.c.claimed_at > bindparam("future"))
)
KEPT: Final = 24 * 3600.0
"""A claim outlives its run: until then a search may not yet see the new record."""


class Claim(NamedTuple):
    """A claim to `what`, and which record has it, on which side of its lane. `what` is a keyed
    digest of all that tells the key from others: store, type, kind, and account, where records are
    not shared.
    """

    what: str
    lane_id: int
    side: str
    source_id: str


def claim(tx: Connection, groups: Sequence[Sequence[Claim]], now: float) -> list[Claim | None]:
    """For each group (the keys of one record, strongest first): take all of its keys, or, if
    somebody else has one, return the strongest such claim and take none.
    """
    holders = _holders(tx, [each.what for group in groups for each in group])
    new: dict[str, Claim] = {}
    answers: list[Claim | None] = []
    for group in groups:
        others = (holders[each.what] for each in group if holders.get(each.what, each) != each)
        taken = next(others, None)
        answers.append(taken)
        if taken is None:
            fresh = {each.what: each for each in group if each.what not in holders}
            new |= fresh
            holders |= fresh
    rows = [{**each._asdict(), "what": what, "claimed_at": now} for what, each in new.items()]
    insert_rows(tx, CLAIM, rows)
    return answers


def release(tx: Connection, lane_id: int, side: Side, source_ids: Iterable[str]) -> None:
    """What these records of a side had claimed is free again: nothing was created for them."""
    theirs = (CLAIM.c.lane_id == lane_id, CLAIM.c.side == side.value)
    for part in chunks(source_ids):
        tx.execute(delete(CLAIM).where(*theirs, among(CLAIM.c.source_id, part)))


def release_holder(tx: Connection, holder: Claim) -> None:
    """What the record that has this claim had claimed is free again."""
    theirs = (CLAIM.c.lane_id == holder.lane_id, CLAIM.c.side == holder.side)
    tx.execute(delete(CLAIM).where(*theirs, CLAIM.c.source_id == holder.source_id))


def give_up(tx: Connection, claims: Iterable[Claim]) -> None:
    """These claims are free again; what else their records had claimed is not."""
    for each in claims:
        theirs = (CLAIM.c.lane_id == each.lane_id, CLAIM.c.side == each.side)
        whose = CLAIM.c.source_id == each.source_id
        tx.execute(delete(CLAIM).where(CLAIM.c.what == each.what, *theirs, whose))


def expire(tx: Connection, now: float) -> None:
    """Forget old claims: searches see those records by now. What was claimed far in the future was
    claimed by a clock that was ahead, and would never grow old.
    """
    tx.execute(_VOID, {"past": now - KEPT, "future": now + KEPT})


def _holders(tx: Connection, wanted: Iterable[str]) -> dict[str, Claim]:
    return {
        row.what: Claim(*row)
        for part in chunks(wanted)
        for row in tx.execute(_HOLDERS, {"wanted": part}).all()
    }
