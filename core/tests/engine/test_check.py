"""`check`: what it costs where a system keeps no key of what we make, and what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction
from syncline.run.checking import rights_at
from syncline.testing.rehearsal import EngineWorld

Worlds = Callable[..., EngineWorld]


@pytest.mark.parametrize("thorough", [True, False])
def test_a_system_that_keeps_no_key_is_told_of_and_one_that_does_is_not(
    worlds: Worlds, *, thorough: bool
) -> None:
    world = worlds(
        left=MemoryOptions(idempotency="marker"), right=MemoryOptions(idempotency="none")
    )

    with world.session() as session:
        checks = {each.name: each.report for each in session.check(thorough=thorough)}

    left, right = checks["left"], checks["right"]
    assert left is not None
    assert right is not None
    assert "contact.key" not in {result.id for result in left.results}
    [said] = [result for result in right.results if result.id == "contact.key"]
    assert said.level == "warning"
    assert "lost state" in said.message
    assert "key_field" in said.hint
    assert right.ok


def test_a_system_in_which_nothing_is_made_needs_no_key(worlds: Worlds) -> None:
    world = worlds(left=MemoryOptions(idempotency="none"), right=MemoryOptions(idempotency="none"))
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)

    with world.session() as session:
        checks = {each.name: each.report for each in session.check()}

    said = {name: {result.id for result in report.results} for name, report in checks.items()}
    assert "contact.key" not in said["left"]
    assert "contact.key" in said["right"]


def test_the_rights_asked_for_are_those_that_some_sync_uses(world: EngineWorld) -> None:
    switches = {"create": PerSide(True, False), "delete": PerSide(False, True)}
    world.set(direction=Direction.BOTH, **switches)
    both = world.configuration()
    (sync,) = both.syncs.values()
    one_way = replace(world.policy, direction=Direction.LEFT_TO_RIGHT, conflict=None)
    other = replace(sync, name="other", objects={"contact": one_way})

    assert rights_at(both, "left") == {"contact": {"create", "update"}}
    assert rights_at(both, "right") == {"contact": {"update", "delete"}}
    for syncs in ({"other": other}, {"off": replace(sync, enabled=False), "other": other}):
        assert rights_at(replace(both, syncs=syncs), "left") == {"contact": frozenset()}
        assert rights_at(replace(both, syncs=syncs), "right") == {"contact": {"update", "delete"}}
    assert rights_at(both, "elsewhere") == {}
