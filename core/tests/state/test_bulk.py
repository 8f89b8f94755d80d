"""Many rows with one statement, on either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from syncline.state import tables
from syncline.state.bulk import insert_many, insert_rows, update_rows, upsert
from syncline.state.database import Database, table

INTENT = table(tables.Intent)
RUN = table(tables.Run)


def test_upsert_changes_only_the_named_columns(database: Database) -> None:
    row = {"id": "r1", "started_at": 1.0, "exit_code": 1, "counts_json": "{}"}
    with database.transaction() as tx:
        upsert(tx, RUN, [row], ("exit_code",))
        upsert(tx, RUN, [{**row, "exit_code": 2, "started_at": 2.0}], ("exit_code",))
        upsert(tx, RUN, [{**row, "exit_code": 3}], ())
        upsert(tx, RUN, [], ())
        kept = tx.execute(select(RUN.c.id, RUN.c.started_at, RUN.c.exit_code)).one()
        assert tuple(kept) == ("r1", 1.0, 2)


def test_new_ids_are_known_by_what_tells_the_rows_apart(database: Database) -> None:
    with database.transaction() as tx:
        insert_rows(tx, INTENT, [_intent(7)])
        made = insert_many(tx, INTENT, [_intent(9), _intent(8)], ("link_id",))

        rows = {row.link_id: row.id for row in tx.execute(select(INTENT))}
    assert made == {(9,): rows[9], (8,): rows[8]}
    assert len(rows) == 3


def test_values_arrive_as_they_were_given(database: Database) -> None:
    """Bytes, nothing, a percent sign, numbers and truth: the driver gets them as they are."""
    given = _intent(1, key="100 % of it", record_id=None, plan=b"\x00\xff%s", expected_version="?")
    with database.transaction() as tx:
        insert_rows(tx, INTENT, [given])

        assert _read(tx, given) == given


def test_rows_change_each_in_its_own_way(database: Database) -> None:
    with database.transaction() as tx:
        made = insert_many(tx, INTENT, [_intent(1), _intent(2)], ("link_id",))
        changes = [{"id": made[(n,)], "sent_at": n / 2, "record_id": f"r{n}"} for n in (1, 2)]
        update_rows(tx, INTENT, changes)
        update_rows(tx, INTENT, [])

        found = tx.execute(select(INTENT.c.link_id, INTENT.c.sent_at, INTENT.c.record_id))
        assert sorted(map(tuple, found)) == [(1, 0.5, "r1"), (2, 1.0, "r2")]


def _intent(link_id: int, **other: Any) -> dict[str, Any]:
    return {
        "lane_id": 1, "link_id": link_id, "side": "left", "action": "update",
        "key": "", "record_id": "x", "expected_version": None, "plan": b"sealed", "sent_at": 1.5,
        **other,
    }  # fmt: skip


def _read(tx: Connection, like: dict[str, Any]) -> dict[str, Any]:
    row = tx.execute(select(INTENT)).one()
    return {name: row._mapping[name] for name in like}
