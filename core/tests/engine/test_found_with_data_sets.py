"""What random histories found where records leave a data set, or were never in it: each as the
shortest history that shows it.
"""

from __future__ import annotations

from pathlib import Path

from proof.histories import (
    INSIDE,
    People,
)
from proof.histories.story import (
    Settle,
    Stage,
    Start,
    Story,
    Work,
)
from syncline.model.sides import PerSide, Side
from syncline.policy.schema import LeftScope

LEFT, RIGHT = Side.LEFT, Side.RIGHT


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


def test_a_link_that_followed_a_merge_out_of_the_data_set_rests_until_its_record_is_back(
    tmp_path: Path,
) -> None:
    """A sweep of the other side took it up again: the winner had never left the data set."""
    people = (
        People("create", RIGHT, 1, 2),
        People("create", LEFT, 0, 0),
        People("create", LEFT, 1, 2),
        People("create", RIGHT, 1, 2),
    )
    policy = {"where": PerSide(INSIDE, None)}
    merged = Work((People("merge", LEFT, 3, 2),))
    start = Start(policy=policy, members=("ada", "bob"), people=people)

    Stage.at(tmp_path).play(Story(start, (Work(), merged, Settle())))
