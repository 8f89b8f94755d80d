"""What was noted is recent, or long ago; what a clock far ahead has noted is not waited for."""

from __future__ import annotations

import pytest

from syncline.state.careful import be_careful, may_begin_again
from syncline.state.clocks import is_recent
from syncline.state.database import Database

NOW = 1_800_000_000.0
MINUTE = 60.0
DAY = 24 * 3600.0


@pytest.mark.parametrize(
    ("ago", "recent"),
    [(0.0, True), (9.0, True), (10.0, False), (-5 * MINUTE, True), (-2 * DAY, False)],
)
def test_clocks_differ_by_minutes_and_what_is_further_ahead_was_long_ago(
    ago: float, recent: bool
) -> None:
    assert is_recent(NOW - ago, NOW, 10.0) is recent


def test_a_loss_that_a_clock_far_ahead_noted_is_not_remembered_until_then(
    database: Database,
) -> None:
    with database.transaction() as tx:
        be_careful(tx, NOW)
        assert may_begin_again(tx, NOW + DAY)

        be_careful(tx, NOW + 730 * DAY)
        assert not may_begin_again(tx, NOW + DAY)
