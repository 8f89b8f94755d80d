"""Promise 8: an edit that nobody saw before our write, or within one step of a stamp, travels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from syncline.connectors.memory import Call, FaultHook, MemoryOptions
from syncline.policy.schema import Direction
from syncline.run.selection import Selection
from syncline.testing.rehearsal import EngineWorld, person

WEAK = {
    "exact": MemoryOptions(),
    "exact, not conditional": MemoryOptions(conditional="none"),
    "stamps": MemoryOptions(conditional="second", granularity=1.0),
    "stamps, nothing answered": MemoryOptions(
        conditional="second", granularity=1.0, answers_version=False
    ),
    "stamps in the feed, too": MemoryOptions(
        conditional="second", detection="timestamp", granularity=1.0, overlap=5.0
    ),
}


@pytest.mark.parametrize("kind", WEAK)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_edit_of_another_field_around_our_write_is_not_lost(
    worlds: Callable[..., EngineWorld], kind: str, moment: str
) -> None:
    world = worlds(right=WEAK[kind])
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "Admiral"})

    world.right.fault = _around(world, moment, {"company": "Navy"})
    world.sync()
    world.right.fault = None
    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["company"] == "Navy"
    assert world.shown(world.left)[0]["job_title"] == "Admiral"


@pytest.mark.parametrize("kind", WEAK)
def test_an_edit_of_the_field_we_have_just_written_is_a_later_edit(
    worlds: Callable[..., EngineWorld], kind: str
) -> None:
    world = worlds(right=WEAK[kind])
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "ours"})

    world.right.fault = _around(world, "after", {"job_title": "theirs"})
    world.sync()
    world.right.fault = None
    world.settle()

    assert world.same()
    assert world.shown(world.left)[0]["job_title"] == "theirs"


@pytest.mark.parametrize("kind", WEAK)
def test_an_edit_right_after_our_create_is_not_lost(
    worlds: Callable[..., EngineWorld], kind: str
) -> None:
    world = worlds(right=WEAK[kind])
    world.left.create("ada", person("Grace", "Hopper"))

    world.right.fault = _around(world, "after", {"job_title": "theirs"})
    world.sync()
    world.right.fault = None
    world.settle()

    assert world.shown(world.left)[0]["job_title"] == "theirs"


@pytest.mark.parametrize("kind", WEAK)
def test_an_edit_in_the_second_of_our_read_is_not_lost(
    worlds: Callable[..., EngineWorld], kind: str
) -> None:
    world = worlds(left=WEAK[kind])
    record = world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.clock.advance(10)
    world.left.update(record, {"job_title": "first"})
    with world.session() as session:
        session.run(Selection())
        world.left.update(record, {"job_title": "second"})
    world.settle()

    assert world.shown(world.right)[0]["job_title"] == "second"


def test_one_way_writes_settle_without_hiding_what_was_there(world: EngineWorld) -> None:
    world.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "ours"})

    world.right.fault = _around(world, "before", {"company": "theirs"})
    world.sync()
    world.right.fault = None
    world.left.update(world.only(world.left), {"notes": "again"})
    world.settle()

    assert world.same()


def _around(world: EngineWorld, moment: str, fields: dict[str, str]) -> FaultHook:
    def act() -> None:
        world.right.update(world.only(world.right), fields)

    return _Around(act, moment)


@dataclass
class _Around:
    """Once, around the next write to a store, a user does something."""

    act: Callable[[], None] | None
    moment: str

    def before(self, call: Call) -> None:
        self._do(call, "before")

    def after(self, call: Call) -> None:
        self._do(call, "after")

    def _do(self, call: Call, moment: str) -> None:
        if call.writes and moment == self.moment and self.act is not None:
            act, self.act = self.act, None
            act()
