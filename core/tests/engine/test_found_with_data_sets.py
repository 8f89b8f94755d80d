"""What random histories found where records leave a data set, or were never in it: each as the
shortest history that shows it.
"""

from __future__ import annotations

from pathlib import Path

from syncline.model.sides import PerSide, Side
from syncline.policy.schema import LeftScope
from syncline.testing.histories import (
    INSIDE,
    People,
)
from syncline.testing.histories.story import (
    Stage,
    Start,
    Story,
    Work,
)

LEFT, RIGHT = Side.LEFT, Side.RIGHT
"""Two members, each with all that there is on the right."""


def test_what_was_made_outside_and_deleted_while_the_cursor_died_is_deleted(tmp_path: Path) -> None:
    """No listing has it, and a feed that is read anew does not tell of its end."""
    start = Start(
        policy={"where": PerSide(INSIDE, None)},
        people=(People("create", RIGHT, 0, 2),),
        in_step=True,
    )
    gone = Work((People("expire", LEFT), People("delete", LEFT)))

    history = Stage.at(tmp_path).play(Story(start, (gone,)))

    assert history.ledger.live(RIGHT) == []


def test_who_is_merged_into_a_record_outside_of_the_data_set_is_not_deleted(tmp_path: Path) -> None:
    """The winner had never been in the data set, and counted as having left it."""
    people = (People("create", RIGHT, 0, 0), People("create", RIGHT, 0, 2))
    policy = {"where": PerSide(None, INSIDE), "left_scope": LeftScope.DELETE}
    merged = Work((People("merge", RIGHT, 0, 0),))

    start = Start(policy=policy, people=people, in_step=True)

    history = Stage.at(tmp_path).play(Story(start, (merged,)))

    assert len(history.ledger.live(LEFT)) == 1
