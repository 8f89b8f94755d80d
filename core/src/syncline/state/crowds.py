"""Match keys that so many records of a side carry that they say nothing about who these are.

A side is what a lane has of a feed: all of it, or what one account owns in it. How many records of
others carry a key says nothing about one's own. They are counted once for all lanes of a round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, String, func, null, select, union

from syncline.model.sides import SIDES
from syncline.state.among import one_of
from syncline.state.database import chunks
from syncline.state.lanes import LANE
from syncline.state.records import KEY, RECORD

HOLDERS_AT_MOST: Final = 20
"""A key that more records of a side carry says nothing."""


@dataclass(frozen=True)
class Crowds:
    """The digests of such keys, by feed and whose records were counted there: everybody's (None),
    or one owner's. A digest is of one matcher only: its name is part of what the digest is of.
    """

    digests: Mapping[int, Mapping[str | None, Set[str]]]

    @classmethod
    def of(cls, tx: Connection, feed_ids: Iterable[int]) -> Crowds:
        """What is crowded in these feeds for any lane that reads them, in this round or not."""
        digests: dict[int, dict[str | None, set[str]]] = {}
        for part in chunks(feed_ids):
            for own, crowded in _CROWDED.items():
                read = list(tx.scalars(_READ[own], {"feeds": part}))
                for feed_id, owner, digest in tx.execute(crowded, {"feeds": read}):
                    digests.setdefault(feed_id, {}).setdefault(owner, set()).add(digest)
        return cls(digests)

    def on_side(self, feed_id: int, owner: str | None) -> Set[str]:
        """Those of a lane's side: of all records of the feed, or of those of this owner."""
        return self.digests.get(feed_id, {}).get(owner, frozenset())

    def in_feed(self, feed_id: int) -> Set[str]:
        """Those of any side that the feed is part of."""
        return frozenset().union(*self.digests.get(feed_id, {}).values())


def _read(*, own: bool) -> Any:
    """Which feeds lanes read as a whole, or for what their members own."""
    return union(
        *(
            select(LANE.c[f"{side}_feed"]).where(
                one_of(LANE.c[f"{side}_feed"], "feeds"), LANE.c[f"{side}_own"].is_(own)
            )
            for side in SIDES
        )
    )


def _crowded(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .where(one_of(KEY.c.feed_id, "feeds"))
        .group_by(KEY.c.feed_id, KEY.c.kind, KEY.c.digest)
        .having(func.count() > HOLDERS_AT_MOST)
    )


def _crowded_by_owner() -> Select[Any]:
    """Among those that are crowded in the feed: of no others the owners are asked for."""
    many = _crowded(KEY.c.feed_id, KEY.c.kind, KEY.c.digest).subquery()
    here = [KEY.c[name] == many.c[name] for name in ("feed_id", "kind", "digest")]
    record = (RECORD.c.feed_id == KEY.c.feed_id) & (RECORD.c.id == KEY.c.record_id)
    group = KEY.c.feed_id, RECORD.c.owner, KEY.c.digest
    return (
        select(*group)
        .select_from(many)
        .join(KEY, here[0] & here[1] & here[2])
        .join(RECORD, record)
        .group_by(*group)
        .having(func.count() > HOLDERS_AT_MOST)
    )


_READ: Final = {own: _read(own=own) for own in (False, True)}
_CROWDED: Final = {
    False: _crowded(KEY.c.feed_id, null().cast(String), KEY.c.digest),
    True: _crowded_by_owner(),
}
"""By whether each owner's records are counted by themselves."""
