"""Whose records are counted when a match key is said to be crowded, on either database."""

from __future__ import annotations

from sqlalchemy import Connection

from syncline.state import tables
from syncline.state.bulk import insert_rows
from syncline.state.crowds import HOLDERS_AT_MOST, Crowds
from syncline.state.database import Database
from syncline.state.lanes import LANE
from syncline.state.records import KEY, RECORD

CRM = 7


def read_by(tx: Connection, *, own: bool) -> None:
    """A lane that reads the CRM on its right side."""
    lane = tables.LaneRow(
        type="contact", left_store=1, left_account=f"own {own}", right_store=2,
        right_account="ada", left_feed=1, right_feed=CRM, right_own=own,
    )  # fmt: skip
    insert_rows(tx, LANE, [lane.model_dump(exclude={"id"})])


def held(tx: Connection, owner: str, digest: str, number: int) -> None:
    """So many records of an owner carry this key."""
    ids = [f"{owner}-{digest}-{n}" for n in range(number)]
    rows = [tables.RecordRow(feed_id=CRM, id=id, owner=owner).model_dump() for id in ids]
    insert_rows(tx, RECORD, rows)
    keys = [{"feed_id": CRM, "record_id": id, "kind": "email", "digest": digest} for id in ids]
    insert_rows(tx, KEY, keys)


def test_one_owner_s_records_are_counted_by_themselves(database: Database) -> None:
    with database.transaction() as tx:
        read_by(tx, own=True)
        held(tx, "ada", "mine", HOLDERS_AT_MOST + 1)
        for owner in ("ada", "bob"):
            held(tx, owner, "of both", HOLDERS_AT_MOST)

        crowds = Crowds.of(tx, [CRM])

    assert crowds.on_side(CRM, "ada") == {"mine"}
    assert crowds.on_side(CRM, "bob") == set()
    assert crowds.in_feed(CRM) == {"mine"}


def test_where_one_lane_has_all_and_another_its_own_both_are_counted(database: Database) -> None:
    with database.transaction() as tx:
        read_by(tx, own=True)
        read_by(tx, own=False)
        for owner in ("ada", "bob"):
            held(tx, owner, "of both", HOLDERS_AT_MOST)

        crowds = Crowds.of(tx, [CRM])

    assert crowds.on_side(CRM, None) == crowds.in_feed(CRM) == {"of both"}
    assert crowds.on_side(CRM, "ada") == set()
