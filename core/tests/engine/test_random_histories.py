"""The promises in random histories: people, faults and other runs at any moment, odd services,
a configuration that changes.

    P1 convergence   P2 fixpoint     P3 nothing lost   P4 no unearned deletion   P5 no doubles
    P6 direction     P7 permission   P9 isolation      P10 guards                P11 short reads
    P12 cursors      P13 no echo     P17 scope         P18 another policy        P19 two engines
    P20 lost state   P21 a plan writes nothing         P24 entered again         P25 first sync

`make test` plays a few, with a seed from the commit's tree, which it prints. `SYNCLINE_PROVE=5000`
plays that many, `SYNCLINE_PROVE_SEED` says with which seed. What fails is made shorter (not with
`SYNCLINE_PROVE_SHORTEN=0`), printed as a value, and goes as a named test into
`test_found_by_histories.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from proof.histories.chance import random_story
from proof.histories.story import Stage
from proof.quick_state import quick_folder

A_FEW = 40
"""What fits into some forty seconds."""
PROVE = int(os.environ.get("SYNCLINE_PROVE", "0") or 0)
SEED = os.environ.get("SYNCLINE_PROVE_SEED", "0")
SHORTEN = os.environ.get("SYNCLINE_PROVE_SHORTEN") != "0"


@pytest.mark.parametrize("half", [0, 1])  # two processes can share them
def test_the_promises_hold_in_random_histories(
    half: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with quick_folder(tmp_path) as folder:
        stage = Stage.at(folder)
        for number in range(half, PROVE or A_FEW, 2):
            story = random_story(f"{SEED}:{number}")
            if broken := stage.broken(story):
                short = stage.shortened(story, broken) if SHORTEN else story
                pytest.fail(f"{broken}\nseed {SEED}:{number}\n{stage.broken(short)}\n{short!r}")
    for name, number in stage.counted.items():
        record_property(name, number)
