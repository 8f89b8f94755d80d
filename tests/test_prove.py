"""What is proved at length: whatever takes long, histories have half of the time."""

from __future__ import annotations

from collections import Counter

import pytest

from prove.__main__ import turns
from prove.profiles import PROFILES, Profile

HISTORIES = PROFILES[0]


def played(hours: float, seconds: dict[str, int]) -> list[tuple[Profile, int]]:
    """The turns of so many hours, if each takes so many seconds, or as many as are left."""
    found, spent, left = [], Counter[Profile](), int(hours * 3600)
    for profile in turns(hours, spent):
        if left <= 0:
            return found
        took = min(left, seconds.get(profile.name, 60))
        spent[profile] += took
        left -= took
        found.append((profile, took))
    raise AssertionError("turns never end")


@pytest.mark.parametrize("hours", [2, 3, 6])
def test_at_least_half_of_the_time_is_spent_on_histories(hours: float) -> None:
    seconds = {"histories": 100, "crashes": 20_000, "kills": 600, "undo": 400}

    found = played(hours, seconds)

    share = sum(took for profile, took in found if profile is HISTORIES) / (hours * 3600)
    assert share >= 0.5


def test_everything_that_there_is_time_for_is_played() -> None:
    names = {profile.name for profile, _took in played(2, {})}

    assert names == {profile.name for profile in PROFILES}
