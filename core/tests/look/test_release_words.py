"""Every reason for waiting says what would release it."""

from __future__ import annotations

from typing import get_args

import pytest

from syncline.look.release import release
from syncline.state.attention import Reason


@pytest.mark.parametrize("reason", [*get_args(Reason), "unknown"])
def test_each_reason_for_which_the_engine_lets_wait_has_words_of_its_own(reason: str) -> None:
    words = release(reason, "crm")
    assert "{" not in words
    assert words != release("something a plugin thought of", "crm")


def test_a_reason_nobody_knows_still_has_a_way_on() -> None:
    assert "syncline run --full" in release("something new", "crm")
