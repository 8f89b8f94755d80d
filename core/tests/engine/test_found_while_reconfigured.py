"""What random histories found where the configuration is edited while a run works: each as the
shortest history that shows it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from proof.histories import INSIDE, At, Event, History, People, Rival
from proof.histories.story import Configure, Stage, Start, Story, Work
from proof.quick_state import QuickState
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import Direction, FieldRule

LEFT, RIGHT = Side.LEFT, Side.RIGHT


@pytest.mark.parametrize("rival", ["another run", "overtaken"])
@pytest.mark.parametrize("at", ["changes", "ids", "commit"])
def test_another_run_with_another_configuration_leaves_a_run_its_lanes(
    tmp_path: Path, at: At, rival: Rival
) -> None:
    """It moved links and dropped feeds before it asked for the lease, so the run that was under way
    ended with an exception.
    """
    history = History(tmp_path, quick=QuickState(tmp_path))
    history.people("create", LEFT)
    history.settle()
    history.people("edit", LEFT)
    change = {"where": PerSide(INSIDE, None), "fields": {"notes": FieldRule(Direction.NONE)}}
    history.run(Event(1, "after", rival, at), meanwhile=lambda: history.reconfigure(**change))
    history.settle()
    history.reopen()


@pytest.mark.parametrize("point", range(6, 12))
def test_a_run_that_was_overtaken_under_another_policy_leaves_what_that_one_held_back(
    tmp_path: Path, point: int
) -> None:
    """It took a lane for unchanged where only `match` was edited, so it deleted by the policy of
    yesterday what the first run of the new one had just put off.
    """
    start = Start(policy={"match": ()}, people=(People("create", RIGHT),), in_step=True)
    about_its_lease = Event(point, "after", "overtaken", "any")
    edited = Configure(policy={"match": ("email", "name+company")})
    overtaken = Work((People("delete", LEFT),), (about_its_lease,), meanwhile=edited)

    Stage.at(tmp_path).play(Story(start, (overtaken,)))


@pytest.mark.parametrize("point", range(2, 8))
def test_a_run_with_the_configuration_of_yesterday_brings_no_lane_back_to_it(
    tmp_path: Path, point: int
) -> None:
    """What the run of the new one had made outside of its data set rested, as if it had left it."""
    start = Start(people=(People("create", LEFT, 1, 2),))
    edited = Configure(policy={"where": PerSide(None, INSIDE)})
    beside = (Event(point, "after", "another run", "any"),)
    late = Work((), beside, meanwhile=edited)

    Stage.at(tmp_path).play(Story(start, (late, Work((People("edit", RIGHT, 0, 2),)))))
