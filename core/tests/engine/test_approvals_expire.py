"""An approval is for now: one that no run uses in time, or that a new policy overtakes, is void."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncline.model.reports import HeldOperation
from syncline.testing.rehearsal import EngineWorld, person

DAY = 24 * 3600.0


@pytest.fixture
def approved(world: EngineWorld) -> EngineWorld:
    """Fifteen deletions were held, and a person has approved them all."""
    ids = [world.left.create("ada", person(f"N{n}", f"F{n}")) for n in range(30)]
    world.settle()
    for each in ids[:15]:
        world.left.delete(each)
    report = world.sync()
    assert report.exit_code == 7
    [trip] = report.guards
    assert "15 of 30 would be deleted" in trip.message
    assert trip.why and trip.otherwise
    assert "syncline approve --guard 'deletions'" in trip.intended
    with world.session() as session:
        assert session.approve(tuple(each.handle for each in session.held())) == 15
    return world


def held(world: EngineWorld) -> tuple[HeldOperation, ...]:
    with world.session() as session:
        return session.held()


def test_an_approval_used_within_a_week_is_carried_out(approved: EngineWorld) -> None:
    approved.clock.advance(6 * DAY)

    assert approved.sync().writes == 15


def test_an_approval_nobody_used_for_a_week_is_void_and_the_operations_are_held_again(
    approved: EngineWorld,
) -> None:
    approved.clock.advance(7 * DAY + 1)

    report = approved.sync()

    assert (report.writes, report.exit_code) == (0, 7)
    assert len(held(approved)) == 15


def test_how_long_an_approval_lasts_is_part_of_the_policy(approved: EngineWorld) -> None:
    limits = replace(approved.policy.guards, approval_days=30)
    approved.set(guards=limits)
    approved.sync()
    with approved.session() as session:
        session.approve(tuple(each.handle for each in session.held()))
    approved.clock.advance(20 * DAY)

    assert approved.sync().writes == 15


def test_a_changed_policy_makes_approvals_void(approved: EngineWorld) -> None:
    approved.set(match=("email",))

    reports = [approved.sync() for _run in range(2)]

    assert [report.writes for report in reports] == [0, 0]
    assert len(held(approved)) == 15
