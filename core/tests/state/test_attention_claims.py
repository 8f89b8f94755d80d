"""Small tables with rules of their own: attention, claims."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, select

from syncline.model.sides import PerSide, Side
from syncline.state import attention, claims, lanes
from syncline.state.attention import ATTENTION, FIRST_PAUSE, Waiting
from syncline.state.claims import CLAIM, Claim
from syncline.state.database import Database

DAY = 24 * 3600.0
GRACE = Waiting(1, Side.LEFT, "grace", "refused", "no")


def pauses(database: Database, waiting: Waiting, times: int) -> list[float]:
    found = []
    for _time in range(times):
        with database.transaction() as tx:
            attention.wait(tx, waiting, 1000.0)
            found.append(float(tx.scalar(select(ATTENTION.c.next_at)) or 0) - 1000.0)
    return found


def test_pauses_double_up_to_a_day(database: Database) -> None:
    found = pauses(database, GRACE, 13)

    assert found[:4] == [60.0, 120.0, 240.0, 480.0]
    assert found[-1] == DAY


def test_a_refusal_of_the_content_waits_a_day_at_once(database: Database) -> None:
    assert pauses(database, replace(GRACE, patient=True), 2) == [DAY, DAY]


def a_lane(tx: Connection, account: str, left_feed: int) -> int:
    key = {"type": "contact", "left_store": 1, "right_store": 2, "right_account": account}
    return lanes.add_lane(tx, {**key, "left_account": account, "left_feed": left_feed})


def test_a_change_wakes_a_record_in_all_lanes_that_look_at_its_feed(database: Database) -> None:
    with database.transaction() as tx:
        here, also_here, elsewhere = (
            a_lane(tx, name, feed) for name, feed in zip("abc", (7, 7, 8), strict=True)
        )
        for lane_id in (here, also_here, elsewhere):
            attention.wait(tx, replace(GRACE, lane_id=lane_id), 1000.0)
        attention.wake(tx, Side.LEFT, 7, PerSide(["grace"], ()), 1001.0)
        due = select(ATTENTION.c.lane_id).where(ATTENTION.c.next_at <= 1001.0)
        assert sorted(tx.scalars(due)) == [here, also_here]


def test_what_was_changed_begins_to_wait_anew(database: Database) -> None:
    """What was refused for days, and is mended, was held up for a day by a busy service."""
    with database.transaction() as tx:
        lane_id = a_lane(tx, "a", 7)
        waiting = replace(GRACE, lane_id=lane_id)
        for _time in range(12):
            attention.wait(tx, waiting, 1000.0)
        attention.wake(tx, Side.LEFT, 7, PerSide(["grace"], ()), 2000.0)
        attention.wait(tx, replace(waiting, reason="deferred"), 2000.0)
        assert tx.scalar(select(ATTENTION.c.next_at)) == 2000.0 + FIRST_PAUSE


def test_what_is_no_more_waits_for_nothing_in_the_lanes_of_its_feed(database: Database) -> None:
    with database.transaction() as tx:
        here, elsewhere = a_lane(tx, "a", 7), a_lane(tx, "b", 8)
        for lane_id in (here, elsewhere):
            attention.wait(tx, replace(GRACE, lane_id=lane_id), 1000.0)
        attention.forget(tx, Side.LEFT, 7, ["grace"])
        assert list(tx.scalars(select(ATTENTION.c.lane_id))) == [elsewhere]


def test_a_lane_can_be_woken_as_a_whole(database: Database) -> None:
    with database.transaction() as tx:
        attention.wait(tx, GRACE, 1000.0)
        attention.wait(tx, replace(GRACE, record_id="alan"), 1000.0)
        attention.wake_lanes(tx, [1], 1001.0)
        assert list(tx.scalars(select(ATTENTION.c.next_at))) == [1001.0, 1001.0]


def test_what_is_settled_waits_no_more(database: Database) -> None:
    with database.transaction() as tx:
        attention.wait(tx, GRACE, 1000.0)
        attention.clear(tx, 1, Side.LEFT, ["grace"])
        assert tx.execute(select(ATTENTION)).all() == []


# --- claims -------------------------------------------------------------------------------------

MAIL = Claim("her address", 1, "left", "grace")
OTHER = Claim("her address", 2, "left", "gracie")


def test_the_first_claim_wins_and_the_second_learns_who_has_it(database: Database) -> None:
    with database.transaction() as tx:
        assert claims.claim(tx, [[MAIL]], 0.0) == [None]
        assert claims.claim(tx, [[OTHER]], 0.0) == [MAIL]


def test_within_one_batch_the_first_wins_as_well(database: Database) -> None:
    with database.transaction() as tx:
        assert claims.claim(tx, [[MAIL], [OTHER]], 0.0) == [None, MAIL]


def test_who_loses_one_key_takes_none_of_its_others(database: Database) -> None:
    name = Claim("her name", 2, "left", "gracie")
    third = Claim("her name", 3, "left", "third")
    with database.transaction() as tx:
        assert claims.claim(tx, [[MAIL], [OTHER, name], [third]], 0.0) == [None, MAIL, None]


def test_claiming_again_is_allowed_to_the_holder(database: Database) -> None:
    with database.transaction() as tx:
        claims.claim(tx, [[MAIL]], 0.0)
        assert claims.claim(tx, [[MAIL]], 0.0) == [None]
        assert len(tx.execute(select(CLAIM)).all()) == 1


def test_a_released_or_expired_claim_is_free(database: Database) -> None:
    with database.transaction() as tx:
        claims.claim(tx, [[MAIL]], 0.0)
        claims.release(tx, 1, Side.LEFT, ["grace"])
        assert claims.claim(tx, [[OTHER]], 0.0) == [None]
        claims.expire(tx, claims.KEPT + 1)
        assert claims.claim(tx, [[MAIL]], 0.0) == [None]


def test_a_claim_that_is_given_up_is_free_and_the_others_of_its_record_are_not(
    database: Database,
) -> None:
    name = Claim("name", MAIL.lane_id, MAIL.side, MAIL.source_id)
    with database.transaction() as tx:
        claims.claim(tx, [[MAIL, name]], 0.0)
        claims.give_up(tx, [OTHER])
        assert claims.claim(tx, [[OTHER]], 0.0) == [MAIL]
        claims.give_up(tx, [MAIL])
        assert claims.claim(tx, [[OTHER]], 0.0) == [None]
        assert claims.claim(tx, [[name._replace(lane_id=2)]], 0.0) == [name]


def test_a_claim_made_by_a_clock_that_was_far_ahead_is_no_claim_for_ever(
    database: Database,
) -> None:
    with database.transaction() as tx:
        claims.claim(tx, [[MAIL]], 730 * DAY)
        claims.expire(tx, 0.0)
        assert claims.claim(tx, [[OTHER]], 0.0) == [None]
