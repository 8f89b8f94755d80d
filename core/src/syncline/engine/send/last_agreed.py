"""What the other record of a pair was settled at when its deletion was carried over.

The pair ends with the deletion, and its bases with it. An undo may link the two records again, and
must tell then what of the one that came back somebody has edited: the history knows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from syncline.engine.decide.deltas import Digest
from syncline.engine.decide.digests import base_tag, load
from syncline.engine.lanes import Lane
from syncline.engine.world import World
from syncline.model.sides import Side


def agreed_json(world: World, lane: Lane, side: Side, link: Row[Any]) -> dict[str, str | None]:
    """For the history: the base of this side of a link."""
    return {"tag": _tag(world, lane, side), "base": link._mapping[f"{side}_base_json"]}


def agreed_from(
    world: World, lane: Lane, side: Side, found: dict[str, str | None] | None
) -> dict[str, Digest] | None:
    """What `agreed_json` wrote; None if nothing did, or if its digests mean nothing any more."""
    if found is None or found["tag"] != _tag(world, lane, side):
        return None
    return load(found["base"])


def _tag(world: World, lane: Lane, side: Side) -> str:
    mapping_version = lane.sides[side].feed.spec.mapping_version
    return base_tag(mapping_version, world.database.vault.key_id)
