"""Lanes whose state was lost, or is an older one: what looks new in them may have been linked.

Kept in the database until a run has done for a lane whatever there was to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, select, update

from syncline.state.among import one_of
from syncline.state.bulk import upsert
from syncline.state.clocks import is_recent
from syncline.state.database import META, chunks
from syncline.state.lanes import LANE
from syncline.state.links import LINK

_LANE: Final = "careful:"
_SINCE: Final = "careful since"
_LANES: Final = select(META.c.name).where(META.c.name.startswith(_LANE, autoescape=True))
_CAREFUL_SINCE: Final = select(META.c.value).where(META.c.name == _SINCE)
_NO_MORE: Final = delete(META).where(one_of(META.c.name, "names"))
_SOON: Final = 7 * 24 * 3600.0
"""So long a lane that begins is taken for one that an earlier state had."""


def be_careful(tx: Connection, now: float) -> None:
    """From now on, with every lane there is, and with those that soon begin: they may have been
    there before. No deletion is derived from what each of them reads first.
    """
    ids = list(tx.scalars(select(LANE.c.id)))
    for each in (LANE, LINK):
        tx.execute(update(each).values(rebaseline=True))
    rows = [{"name": f"{_LANE}{id}", "value": str(now)} for id in ids]
    upsert(tx, META, [*rows, {"name": _SINCE, "value": str(now)}], ["value"])


def careful_lanes(tx: Connection) -> frozenset[int]:
    """The lanes to be careful with."""
    return frozenset(int(name.removeprefix(_LANE)) for name in tx.scalars(_LANES))


def may_begin_again(tx: Connection, now: float) -> bool:
    """Whether the state was lost or put back a short while ago: a lane that begins may be one that
    it has forgotten.
    """
    since = tx.scalar(_CAREFUL_SINCE)
    return since is not None and is_recent(float(since), now, _SOON)


def careful_no_more(tx: Connection, lane_ids: Iterable[int]) -> None:
    """These lanes are up to date."""
    for part in chunks(f"{_LANE}{id}" for id in lane_ids):
        tx.execute(_NO_MORE, {"names": part})
