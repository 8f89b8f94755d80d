"""P1 to P5 where several lanes read one feed: members of a shared CRM, in runs of their own that
begin in the middle of each other; mailboxes that are kept in two CRMs.

`make test` plays the same few each time. `SYNCLINE_PROVE=500` plays that many, from the seed
`SYNCLINE_PROVE_SEED`. What fails is made shorter (not with `SYNCLINE_PROVE_SHORTEN=0`) and printed
as a value.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syncline.testing.several_lanes import Stage, random_story

PROVE = int(os.environ.get("SYNCLINE_PROVE", "0") or 0)
SEED = os.environ.get("SYNCLINE_PROVE_SEED", "0")
SHORTEN = os.environ.get("SYNCLINE_PROVE_SHORTEN") != "0"


def test_several_lanes_over_one_feed_lose_double_and_delete_nobody(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    number, stage = PROVE or 15, Stage(tmp_path)
    for each in range(number):
        story = random_story(f"{SEED}:{each}")
        if promise := stage.broken(story):
            short = stage.shortened(story) if SHORTEN else story
            pytest.fail(f"{promise}\nseed {SEED}:{each}\n{stage.broken(short)}\n{short!r}")
    record_property("histories of several lanes", number)
