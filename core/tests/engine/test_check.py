"""`check`: what it costs where a system keeps no key of what we make."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncline.connectors.memory import MemoryOptions
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
