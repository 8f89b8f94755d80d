"""Finding records by what a person calls them: an id, a link's number, a name, an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from syncline.engine.words import label
from syncline.model.fields import Value
from syncline.model.sides import SIDES, Side
from syncline.plugin.manager import PluginManager
from syncline.state import links
from syncline.state.history import HISTORY
from syncline.state.lanes import LANE
from syncline.state.records import RECORD
from syncline.state.vault import Vault

ENOUGH = 50
"""Records; a name that finds more than these is too short."""


class Found(NamedTuple):
    """A record of a lane."""

    lane_id: int
    side: Side
    record_id: str


@dataclass(frozen=True)
class Finder:
    """Looks where the state still knows values: they are sealed, so names are compared here."""

    tx: Connection
    vault: Vault
    plugins: PluginManager

    def find(self, reference: str) -> list[Found]:
        """The records meant: exactly this id, or (part of) this name or address."""
        exact = list(dict.fromkeys(self._by_id(reference)))
        return exact or list(dict.fromkeys(self._by_words(reference.strip())))[:ENOUGH]

    def _by_id(self, reference: str) -> Iterator[Found]:
        for side in SIDES:
            column = links.LINK.c[f"{side}_id"]
            for row in self.tx.execute(select(links.LINK).where(column == reference)):
                yield Found(row.lane_id, side, reference)
        statement = select(HISTORY.c.lane_id, HISTORY.c.side).distinct()
        for row in self.tx.execute(statement.where(HISTORY.c.record_id == reference)):
            yield Found(row.lane_id, Side(row.side), reference)

    def _by_words(self, reference: str) -> Iterator[Found]:
        wanted = reference.casefold()
        if not wanted:
            return
        lanes = {row.id: row for row in self.tx.execute(select(LANE))}
        for row in self.tx.execute(select(HISTORY).order_by(HISTORY.c.id.desc())):
            lane = lanes.get(row.lane_id)
            values = self.vault.unseal(row.values_sealed)
            if lane and any(self._means(lane, values[w], wanted) for w in ("after", "before")):
                yield Found(row.lane_id, Side(row.side), row.record_id)
        yield from self._by_payload(lanes.values(), wanted)

    def _by_payload(self, lanes: Any, wanted: str) -> Iterator[Found]:
        """Records that wait for something still have their values."""
        for lane in lanes:
            for side in SIDES:
                feed = lane._mapping[f"{side}_feed"]
                kept = (RECORD.c.feed_id == feed, RECORD.c.payload.is_not(None))
                for row in self.tx.execute(select(RECORD.c.id, RECORD.c.payload).where(*kept)):
                    if self._means(lane, self.vault.unseal(row.payload), wanted):
                        yield Found(lane.id, side, row.id)

    def _means(self, lane: Row[Any], fields: Mapping[str, Value], wanted: str) -> bool:
        type = self.plugins.object_types.get(lane.type)
        if type is None or not fields:
            return False
        addresses = (str(each) for each in fields.get("emails") or ())
        return any(wanted in text.casefold() for text in (label(type, fields), *addresses))
