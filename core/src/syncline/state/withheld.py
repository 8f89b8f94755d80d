"""Writes that were decided and not sent, each with the reason, until a run decides otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, select

from syncline.state import tables
from syncline.state.among import one_of
from syncline.state.bulk import upsert
from syncline.state.database import chunks, table

WITHHELD: Final = table(tables.WithheldRow)

Reason = Literal["guard", "first look", "invitations", "limit", "veto"]
"""Why a write is withheld; "guard" stands in no row here (see `Approval`)."""

_SINCE: Final = select(*WITHHELD.primary_key.columns, WITHHELD.c.reason, WITHHELD.c.since_at).where(
    one_of(WITHHELD.c.lane_id, "lanes")
)
_OF_LANES: Final = delete(WITHHELD).where(one_of(WITHHELD.c.lane_id, "lanes"))
_KEY: Final = ("lane_id", "side", "action", "record_id")


def keep(
    tx: Connection, rows: Sequence[Mapping[str, Any]], ended: Collection[int], now: float
) -> None:
    """Note these; of the lanes that `ended` nothing else stays. What was withheld for the same
    reason before, is since then.
    """
    lanes = {*ended, *(row["lane_id"] for row in rows)}
    since: dict[tuple[Any, ...], float] = {}
    for part in chunks(lanes):
        for *key, reason, since_at in tx.execute(_SINCE, {"lanes": part}):
            since[*key, reason] = since_at
    for part in chunks(ended):
        tx.execute(_OF_LANES, {"lanes": part})
    dated = [
        {**row, "since_at": since.get((*(row[name] for name in _KEY), row["reason"]), now)}
        for row in rows
    ]
    upsert(tx, WITHHELD, dated, ("reason", "message_sealed", "since_at"))
