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

from proof.lane_stories import random_story
from proof.several_lanes import (
    AddSecond,
    Event,
    People,
    Run,
    Settle,
    Stage,
    Step,
    Store,
    Story,
)

PROVE = int(os.environ.get("SYNCLINE_PROVE", "0") or 0)
SEED = os.environ.get("SYNCLINE_PROVE_SEED", "0")
SHORTEN = os.environ.get("SYNCLINE_PROVE_SHORTEN") != "0"


def _edit(store: Store, record: int) -> People:
    return People("edit", store, 0, record, 0)


MADE: tuple[Step, ...] = (*[People("create", "right", 0)] * 3, People("create", "right", 1))
EDITED: tuple[Step, ...] = (*MADE, Settle(), *(_edit("right", number) for number in range(3)))
OVERTAKEN = (Event("right", 1, _edit("right", 0)), Event("right", 1, "another run"))
DEAD = (Event("right", 2, People("delete", "right", 0, 0)), Event("right", 3, "resync"))
STORIES = {
    "another member's run in the middle of a pass": Story(1, (*EDITED, Run(("bob",), OVERTAKEN))),
    "a pass that fails after another member's run": Story(
        1, (*EDITED, Run(("bob",), (*OVERTAKEN, Event("right", 2, "fail"))))
    ),
    "an edit in each of two CRMs": Story(
        2, (AddSecond(), *MADE, Settle(), _edit("third", 0), Settle(), _edit("right", 1))
    ),
    "a second CRM that is added later": Story(2, (*MADE, Settle(), AddSecond())),
    "a cursor that is dead in a first pass": Story(1, (*MADE, Run((), DEAD))),
}


@pytest.mark.parametrize("name", STORIES)
def test_several_lanes_come_to_rest_after(name: str, tmp_path: Path) -> None:
    Stage(tmp_path).play(STORIES[name])


def test_several_lanes_over_one_feed_lose_double_and_delete_nobody(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    number, stage = PROVE or 15, Stage(tmp_path)
    for each in range(number):
        story = random_story(f"{SEED}:{each}")
        if promise := stage.broken(story):
            short = stage.shortened(story, promise) if SHORTEN else story
            pytest.fail(f"{promise}\nseed {SEED}:{each}\n{stage.broken(short)}\n{short!r}")
    record_property("histories of several lanes", number)
