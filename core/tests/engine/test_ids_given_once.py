"""What the state has called something is never the name of something else, however long ago."""

from __future__ import annotations

import pytest

from proof.one_contact import both_edit, linked, titles
from syncline.errors import UsageError
from syncline.model.sides import Side
from syncline.policy.schema import Conflict
from syncline.testing.rehearsal import EngineWorld, person


def test_the_history_of_somebody_new_tells_nothing_of_who_was_there_before(
    world: EngineWorld,
) -> None:
    former = world.left.create("ada", person("Grace", "Hopper", notes="Ada's alone"))
    world.settle()
    world.left.delete(former)
    world.settle()
    world.left.create("bob", person("Alan", "Turing"))
    world.settle()

    with world.session() as session:
        [entry] = session.record_history("Turing")

    assert (entry.lane.left, entry.label) == ("bob", "Alan Turing")


def test_who_decides_a_conflict_decides_about_what_they_were_shown(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()
    with world.session() as session:
        [shown] = session.conflicts()
    world.right.update(world.only(world.right), {"job_title": "edited since"})
    world.sync()

    with world.session() as session, pytest.raises(UsageError):
        session.resolve(shown.handle, Side.LEFT)
    world.sync()

    assert titles(world) == ("left", "edited since")
