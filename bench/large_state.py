"""A state as a large installation has it, put into the tables as it is: no run made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, insert

from syncline.model.sides import SIDES, Side
from syncline.state import tables
from syncline.state.database import Database, table
from syncline.state.vault import Vault

KEY: Final = "a key for figures only, and no secret"
BEGAN: Final = 1_700_000_000.0
"""When everything in it happened."""
_HOLDER: Final = "somebody elsewhere"
_CONFIGURATION: Final = """\
installation = "bench"

[state]
key = { file = "syncline.key" }

[connections.left]
connector = "memory"
store = "left"

[connections.right]
connector = "memory"
store = "right"

[syncs.people]
between = ["left", "right"]
members = "members.csv"

[syncs.people.objects.contact]
direction = "both"
conflict = "left_wins"
"""


@dataclass(frozen=True)
class Size:
    """How much there is. What waits, is held and is in conflict is spread over lanes and links."""

    lanes: int = 5_000
    links: int = 100_000
    waiting: int = 1_000
    held: int = 200
    conflicts: int = 100
    busy: int = 100

    def lane_of(self, link: int) -> int:
        """The number of the lane that a link is in; both count from 1."""
        return (link - 1) % self.lanes + 1

    def links_of(self, number: int) -> range:
        """So many links, far from each other."""
        return range(1, self.links + 1, max(1, self.links // number))[:number]


def make(folder: Path, size: Size, members: int) -> None:
    """A configuration with so many members, and a database of this size beside it."""
    (folder / "syncline.key").write_text(KEY)
    people = (f"left{number},right{number}" for number in range(1, members + 1))
    (folder / "members.csv").write_text("\n".join(["left,right", *people, ""]))
    (folder / "syncline.toml").write_text(_CONFIGURATION)
    database = Database.open(f"sqlite:///{folder / 'syncline.sqlite'}", Vault.from_key(KEY))
    fill(database, size)
    database.close()


def fill(database: Database, size: Size) -> None:
    """Put everything into an empty database."""
    with database.transaction() as tx:
        for model, rows in _rows(database.vault, size):
            _insert(tx, table(model), rows)


def _insert(tx: Connection, into: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    every: Sequence[Mapping[str, Any]] = list(rows)
    for start in range(0, len(every), 10_000):
        tx.execute(insert(into), every[start : start + 10_000])


def _rows(vault: Vault, size: Size) -> Iterator[tuple[Any, Iterable[Mapping[str, Any]]]]:
    """The rows of each table. What is sealed is sealed once; it is opened for every row."""
    lanes, links = range(1, size.lanes + 1), range(1, size.links + 1)
    waiting = frozenset(size.links_of(size.waiting))
    values = vault.seal(_PERSON)
    written = vault.seal({"before": {}, "after": _PERSON})
    conflict = vault.seal({"label": "Grace Hopper", "left": _PERSON, "right": _PERSON})
    yield tables.LaneRow, map(_lane, lanes)
    yield tables.HolderRow, [{"name": _HOLDER, "until_at": 4 * BEGAN}]
    yield tables.Lease, (_lease(lane, side, size) for lane in lanes for side in SIDES)
    yield tables.LinkRow, (_link(link, size) for link in links)
    yield tables.RecordRow, (_record(link, Side.RIGHT, size) for link in links)
    yield (
        tables.RecordRow,
        (_record(link, Side.LEFT, size, values if link in waiting else None) for link in links),
    )
    yield tables.Attention, (_attention(link, size) for link in sorted(waiting))
    yield tables.Approval, (_approval(link, size) for link in size.links_of(size.held))
    yield (
        tables.ConflictRow,
        (_conflict(link, size, conflict) for link in size.links_of(size.conflicts)),
    )
    yield tables.History, (_history(link, size, written) for link in links)
    yield tables.Run, map(_run, range(50))


_PERSON: Final = {"given_name": "Grace", "family_name": "Hopper", "emails": ["g@example.test"]}
_STORES: Final = {Side.LEFT: 1, Side.RIGHT: 2}


def _feed(lane: int, side: Side) -> int:
    return 2 * lane + _STORES[side]


def _lane(lane: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": lane, "type": "contact", "sync": "people", "policy": "p"}
    for side in SIDES:
        row[f"{side}_store"] = _STORES[side]
        row[f"{side}_account"] = row[f"{side}_name"] = f"{side}{lane}"
        row[f"{side}_feed"] = _feed(lane, side)
    rest = {"direction": "both", "rebaseline": False, "adopted_foreign": False, "last_error": ""}
    return {**row, **rest, "last_run_at": BEGAN, "first_synced_at": BEGAN}


def _lease(lane: int, side: Side, size: Size) -> dict[str, Any]:
    what = {"store_id": _STORES[side], "account": f"{side}{lane}", "type": "contact"}
    if lane > size.busy:
        return {**what, "holder": ""}
    return {**what, "holder": _HOLDER}


def _link(link: int, size: Size) -> dict[str, Any]:
    lane = size.lane_of(link)
    row: dict[str, Any] = {"id": link, "lane_id": lane, "status": "linked", "dirty": False}
    for side in SIDES:
        row[f"{side}_feed"], row[f"{side}_id"] = _feed(lane, side), f"{side}-{link}"
    return {**row, "incarnation": 0, "rebaseline": False}


def _record(link: int, side: Side, size: Size, payload: bytes | None = None) -> dict[str, Any]:
    seen = {"version": "1", "presence": "present", "in_scope": True, "pending": False}
    digests = '{"given_name":"0123456789abcdef","family_name":"0123456789abcdef"}'
    held = {"payload": payload, "digests_json": digests}
    feed = _feed(size.lane_of(link), side)
    return {"feed_id": feed, "id": f"{side}-{link}", "owner": "", "generation": 0, **seen, **held}


def _attention(link: int, size: Size) -> dict[str, Any]:
    what = {"lane_id": size.lane_of(link), "side": "left", "record_id": f"left-{link}"}
    why = {"reason": "refused", "message": "it was refused", "code": "400"}
    return {**what, **why, "since_at": BEGAN, "next_at": BEGAN, "attempts": 1}


def _approval(link: int, size: Size) -> dict[str, Any]:
    what = {"side": "right", "action": "delete", "record_id": f"right-{link}"}
    why = {"connection": "right", "guard": "deletions", "since_at": BEGAN}
    return {"handle": f"h{link}", "lane_id": size.lane_of(link), **what, **why}


def _conflict(link: int, size: Size, sealed: bytes) -> dict[str, Any]:
    what = {"fields_json": '["emails"]', "values_sealed": sealed, "since_at": BEGAN}
    versions = {"left_version": "1", "right_version": "1"}
    return {"lane_id": size.lane_of(link), "link_id": link, **what, **versions}


def _history(link: int, size: Size, sealed: bytes) -> dict[str, Any]:
    where = {"run_id": "run0", "lane_id": size.lane_of(link), "link_id": link, "at": BEGAN}
    what = {"side": "right", "action": "create", "record_id": f"right-{link}", "reason": "new"}
    return {**where, **what, "values_sealed": sealed}


def _run(number: int) -> dict[str, Any]:
    when = {"started_at": BEGAN + number, "finished_at": BEGAN + number + 1}
    return {"id": f"run{number}", **when, "exit_code": 0, "counts_json": "{}"}
