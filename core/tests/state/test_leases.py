"""Leases: one holder at a time, and no commit after a loss."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from syncline.errors import Busy, StateError
from syncline.state import leases
from syncline.state.database import Database
from syncline.state.holder import Holder
from syncline.state.leases import HOLDER, LeaseKey

ADA = LeaseKey(1, "ada", "contact")
BOB = LeaseKey(1, "bob", "contact")


def acquire(database: Database, holder: str, now: float, *keys: LeaseKey) -> set[LeaseKey]:
    with database.transaction() as tx:
        return leases.acquire(tx, keys, holder, now, 60.0)


def test_one_holder_at_a_time(database: Database) -> None:
    assert acquire(database, "one", 0.0, ADA, BOB) == {ADA, BOB}
    assert acquire(database, "two", 10.0, ADA) == set()


def test_another_account_is_free(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)

    assert acquire(database, "two", 10.0, ADA, BOB) == {BOB}


def test_another_type_of_the_same_account_is_free(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)

    assert acquire(database, "two", 0.0, ADA._replace(type="task"))


def test_an_expired_lease_passes_to_the_next_and_is_lost_to_the_first(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)

    assert acquire(database, "two", 60.0, ADA) == {ADA}
    with database.transaction() as tx, pytest.raises(Busy):
        leases.assert_held(tx, "one", 59.0)  # whatever its own clock says


def test_whose_leases_ran_out_has_none_but_those_it_takes_again(database: Database) -> None:
    acquire(database, "one", 0.0, ADA, BOB)

    assert acquire(database, "one", 60.0, ADA) == {ADA}
    assert acquire(database, "two", 61.0, ADA, BOB) == {BOB}


def test_a_released_lease_is_free_at_once(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)
    with database.transaction() as tx:
        leases.release(tx, "one")

    assert acquire(database, "two", 1.0, ADA) == {ADA}


def test_a_holder_may_take_its_own_lease_again(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)

    assert acquire(database, "one", 30.0, ADA) == {ADA}


def test_renewing_extends_and_says_until_when(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)
    with database.transaction() as tx:
        leases.renew(tx, "one", 50.0, 60.0)
        assert leases.until(tx, ADA, 50.0) == 110.0
        assert leases.until(tx, ADA, 110.0) is None
        assert leases.until(tx, BOB, 50.0) is None

    assert acquire(database, "two", 100.0, ADA) == set()


def test_who_lost_one_of_its_leases_can_neither_renew_nor_commit(database: Database) -> None:
    acquire(database, "one", 0.0, ADA, BOB)
    acquire(database, "two", 60.0, BOB)

    with pytest.raises(Busy), database.transaction() as tx:
        leases.renew(tx, "one", 61.0, 60.0)
    with pytest.raises(Busy), database.transaction() as tx:
        leases.assert_held(tx, "one", 61.0)
    with database.transaction() as tx:
        leases.assert_held(tx, "two", 61.0)


def test_a_lease_that_ran_out_counts_as_lost_even_if_nobody_took_it(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)

    with pytest.raises(Busy), database.transaction() as tx:
        leases.renew(tx, "one", 61.0, 60.0)


# --- holders that die -----------------------------------------------------------------------------


def take(holder: Holder, now: float, *keys: LeaseKey) -> set[LeaseKey]:
    with holder.database.transaction() as tx:
        return holder.acquire(tx, keys, now, 60.0)


def test_the_leases_of_the_dead_pass_at_once(
    database: Database, killed: Callable[[Database, str], None]
) -> None:
    acquire(database, "dead", 0.0, ADA, BOB)
    killed(database, "dead")
    two = Holder(database, "two")

    assert take(two, 1.0, ADA) == {ADA}
    two.release()
    with pytest.raises(Busy), database.transaction() as tx:
        leases.assert_held(tx, "dead", 1.0)


def test_who_lost_a_lease_learns_of_it_at_its_next_commit(database: Database) -> None:
    one, two = Holder(database, "one"), Holder(database, "two")
    take(one, 0.0, ADA, BOB)
    with database.transaction() as tx:
        one.keep(tx, 1.0, 60.0)

    take(two, 60.0, BOB)  # by its own clock, which is ahead

    with pytest.raises(Busy), database.transaction() as tx:
        one.keep(tx, 2.0, 60.0)
    one.release()
    two.release()


def test_a_lease_that_others_lost_stops_nobody(database: Database) -> None:
    one, two, three = (Holder(database, name) for name in ("one", "two", "three"))
    take(one, 0.0, ADA)
    take(two, 0.0, BOB)
    take(three, 60.0, BOB)

    with database.transaction() as tx:
        one.keep(tx, 2.0, 60.0)
    for holder in (one, two, three):
        holder.release()


def test_who_lives_keeps_its_leases_however_long_it_says_nothing(database: Database) -> None:
    one = Holder(database, "one")
    take(one, 0.0, ADA)

    two = Holder(database, "two")

    assert take(two, 59.0, ADA) == set()
    two.release()
    one.release()
    assert acquire(database, "three", 59.0, ADA) == {ADA}


def test_who_shows_no_sign_may_be_alive_elsewhere(database: Database) -> None:
    acquire(database, "elsewhere", 0.0, ADA)
    two = Holder(database, "two")

    assert take(two, 59.0, ADA) == set()
    assert take(two, 60.0, ADA) == {ADA}
    two.release()


def test_who_could_not_give_its_leases_back_is_as_good_as_dead(database: Database) -> None:
    one = Holder(database, "one")
    take(one, 0.0, ADA)
    with database.transaction() as tx:
        tx.execute(text("ALTER TABLE holder RENAME TO elsewhere"))
    with pytest.raises(StateError):
        one.release()
    with database.transaction() as tx:
        tx.execute(text("ALTER TABLE elsewhere RENAME TO holder"))

    two = Holder(database, "two")
    assert take(two, 1.0, ADA) == {ADA}
    two.release()
    with database.transaction() as tx:
        assert leases.left_behind(tx, 1000.0) == 0


def test_nobody_is_shown_as_busy_whose_run_is_dead(
    database: Database, killed: Callable[[Database, str], None]
) -> None:
    acquire(database, "dead", 0.0, ADA)
    acquire(database, "elsewhere", 0.0, BOB)
    killed(database, "dead")

    with database.transaction() as tx:
        assert leases.until(tx, ADA, 1.0) is None
        assert leases.until(tx, BOB, 1.0) == 60.0
        assert leases.left_behind(tx, -1.0) == 1


@pytest.mark.parametrize(("now", "until"), [(10.0, 60.0), (40.0, 100.0)])
def test_before_a_call_the_lease_is_renewed_if_it_would_not_outlast_it(
    database: Database, now: float, until: float
) -> None:
    acquire(database, "one", 0.0, ADA)

    with database.transaction() as tx:
        leases.ensure(tx, "one", now, 60.0, outlasting=30.0)
        assert tx.scalar(select(HOLDER.c.until_at)) == until


def test_before_a_call_a_lease_that_has_passed_on_is_noticed(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)
    acquire(database, "two", 60.0, ADA)

    with database.transaction() as tx, pytest.raises(Busy):
        leases.ensure(tx, "one", 61.0, 60.0, outlasting=30.0)


# --- who is at work -------------------------------------------------------------------------------


def at_work(database: Database, now: float) -> str:
    with database.transaction() as tx:
        return leases.at_work(tx, (ADA, BOB), now)


def test_at_work_is_who_holds_all_that_the_work_needs(database: Database) -> None:
    assert at_work(database, 0.0) == ""
    acquire(database, "one", 0.0, ADA)
    assert at_work(database, 1.0) == ""
    acquire(database, "one", 0.0, BOB)
    assert at_work(database, 1.0) == "one"


def test_two_who_hold_one_each_are_at_other_work(database: Database) -> None:
    acquire(database, "one", 0.0, ADA)
    acquire(database, "two", 0.0, BOB)

    assert at_work(database, 1.0) == ""


def test_who_is_no_longer_taken_to_be_at_work_has_lost_its_leases(database: Database) -> None:
    acquire(database, "one", 0.0, ADA, BOB)

    assert at_work(database, 60.0) == ""

    with pytest.raises(Busy), database.transaction() as tx:
        leases.renew(tx, "one", 59.0, 60.0)  # whatever its own clock says


def test_a_lease_that_another_clock_took_for_run_out_is_not_kept_beside_its_next_holder(
    database: Database,
) -> None:
    """It was given back before somebody took it, so that nobody counted it as taken over."""
    one, two = Holder(database, "one"), Holder(database, "two")
    take(one, 0.0, ADA, BOB)
    assert at_work(database, 700.0) == ""
    take(two, 700.0, ADA, BOB)

    with pytest.raises(Busy), database.transaction() as tx:
        one.keep(tx, 10.0, 600.0)
    one.release()
    two.release()
