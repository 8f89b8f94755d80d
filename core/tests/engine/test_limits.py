"""How many records a lane may hold, and how many writes a run may send."""

from __future__ import annotations

import pytest

from syncline.model.records import RecordId
from syncline.testing.rehearsal import EngineWorld, person


def _linked(world: EngineWorld, number: int) -> list[RecordId]:
    made = [world.left.create("ada", person(f"P{each}", "X")) for each in range(number)]
    world.settle()
    return made


def test_above_max_records_a_lane_stops_and_picks_none(world: EngineWorld) -> None:
    world.set(max_records=3)
    for number in range(4):
        world.left.create("ada", person(f"P{number}", "X"))
    world.left.create("bob", person("Alan", "Turing"))

    report = world.sync()

    assert report.exit_code == 7
    assert [trip.guard for trip in report.guards] == ["max_records"]
    assert world.right.read("ada") == {}
    assert world.same("bob")
    with world.session() as session:
        [ada, _bob] = session.status().lanes
    assert "max_records" in ada.last_error

    world.set(max_records=4)
    world.settle()
    assert world.same("ada")


def test_a_lower_limit_is_noticed_though_no_record_changed(world: EngineWorld) -> None:
    _linked(world, 4)
    assert world.sync().exit_code == 0
    world.set(max_records=3)

    assert [trip.guard for trip in world.sync().guards] == ["max_records"] * 2
    world.set(max_records=4)
    assert world.sync().exit_code == 0


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_a_limit_counts_every_kind_of_write(world: EngineWorld, limit: int) -> None:
    made = _linked(world, 4)
    world.left.update(made[0], {"company": "Navy"})
    world.left.delete(made[1])
    world.left.create("ada", person("New", "One"))
    world.right.create("ada", person("New", "Two"))

    report = world.sync(limit=limit)

    assert report.writes == limit
    assert sum(1 for each in report.operations if each.held.startswith("--limit")) == 4 - limit
    world.settle()
    assert world.same()
