"""Links whose bases move: their rows, before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row

from syncline.engine.decide import digests
from syncline.engine.decide.settlement import Settlement
from syncline.model.sides import SIDES, Side
from syncline.state import links

_COLUMNS: Final = {side: (f"{side}_id", f"{side}_version", f"{side}_base_json") for side in SIDES}
"""Of a link's row, by side: record, version, base."""


def link_rows(tx: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The rows of these links that are there still, by id."""
    return {row.id: row for row in links.find(tx, ids)}


def moved(
    row: Row[Any], settlement: Settlement, versions: Mapping[Side, str | None]
) -> dict[str, Any]:
    """What a link's row says of its records and bases from now on."""
    saved: dict[str, Any] = {"id": row.id, "status": row.status}
    for side, (record_id, version, base) in _COLUMNS.items():
        base_now = settlement.side(side).applied(digests.load(getattr(row, base)))
        saved[base] = digests.dump(base_now)
        saved[version] = versions.get(side, getattr(row, version))
        saved[record_id] = getattr(row, record_id)
    return saved
