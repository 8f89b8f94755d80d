"""What random histories and enumerated deaths found, each as the shortest history that shows it.

Written as the machine prints it: who did what, and what happened at which point of a run. Points
move when the engine changes; so each history names every point of its run in turn.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.connectors.memory.options import Protection
from syncline.model.sides import Side
from syncline.policy.schema import Direction
from syncline.testing.histories import Event, Fault, History, Moment, People

LEFT, RIGHT = Side.LEFT, Side.RIGHT


@pytest.mark.parametrize("point", range(26, 50, 2))
def test_the_second_write_of_a_link_is_sent_although_the_run_died_after_the_first(
    tmp_path: Path, point: int
) -> None:
    """The link was no longer due as soon as its first write was settled."""
    history = _in_step(tmp_path)
    history.people("edit", LEFT, field=0)
    history.people("edit", RIGHT, field=1)
    history.run(Event(point, "after", "die"))
    history.settle()


@pytest.mark.parametrize("fault", ["stop", "retry", "not reached"])
@pytest.mark.parametrize("point", range(20, 50, 10))
def test_a_refusal_in_the_middle_of_writing_ends_a_lane_and_not_the_run(
    tmp_path: Path, point: int, fault: Fault
) -> None:
    """A refused look-up or read of a target ended the whole run with an exception."""
    history = _in_step(tmp_path)
    history.people("create", LEFT)
    history.people("edit", LEFT, field=0)
    history.people("edit", RIGHT, record=1, field=1)
    history.run(Event(point, "before", fault))
    history.settle()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("conditional", ["version", "second", "none"])
def test_an_edit_between_our_read_and_our_write_travels(
    tmp_path: Path, conditional: Protection, moment: Moment
) -> None:
    """The version in a write's answer, or a coarse stamp, hid an edit that nobody had read."""
    weak = MemoryOptions(conditional=conditional, granularity=float(conditional == "second"))
    for point in range(29, 44, 5):
        folder = tmp_path / f"{conditional}-{moment}-{point}"
        folder.mkdir()
        history = _in_step(folder, right=weak)
        history.people("edit", LEFT, field=0)
        history.run(Event(point, moment, People("edit", RIGHT, field=1)))
        history.settle()


def test_a_deletion_forgotten_with_the_state_is_no_deletion(tmp_path: Path) -> None:
    history = _in_step(tmp_path, direction=Direction.LEFT_TO_RIGHT, conflict=None)
    history.run(Event(23, "before", People("delete", LEFT)))
    history.lose_state()
    history.settle()


def _in_step(folder: Path, right: MemoryOptions | None = None, **policy: object) -> History:
    history = History(folder, right=right, **policy)
    history.people("create", LEFT)
    history.people("create", LEFT)
    history.settle()
    return history
