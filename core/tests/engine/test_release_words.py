"""Every reason for waiting says what would release it."""

from __future__ import annotations

import pytest

from syncline.run.release import REASONS, release


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_each_reason_has_words_of_its_own_that_name_the_connection(reason: str) -> None:
    words = release(reason, "crm")
    assert "{" not in words
    assert words != release("something a plugin thought of", "crm")


def test_a_reason_nobody_knows_still_has_a_way_on() -> None:
    assert "syncline run --full" in release("something new", "crm")
