"""Where members have what they own, a record whose owner cannot be read waits for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.records import AccountId, RecordId
from syncline.model.sides import PerSide
from syncline.policy.schema import Direction, LeftScope, Records
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]

SHARED = MemoryOptions(feed="connection", spans_accounts=True)
NO_OWNERS: tuple[Any, ...] = (None, "", 5, {"name": "Ada"}, "a\0b", "x" * 2_000)


def _owned_by(world: EngineWorld, record_id: RecordId, owner: Any) -> AccountId:
    """A record of the left store gets what is, or is not, an owner; returns the one it had."""
    entry = world.left.entries[record_id]
    before, entry.place = entry.place.account, replace(entry.place, account=owner)
    world.left.touch(record_id)
    return before


@pytest.mark.parametrize("owner", NO_OWNERS)
@pytest.mark.parametrize("left_scope", list(LeftScope))
def test_an_owner_that_cannot_be_read_is_not_another_owner(
    worlds: Worlds, owner: Any, left_scope: LeftScope
) -> None:
    world = worlds(SHARED)
    world.set(left_scope=left_scope)
    world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    record_id = world.only(world.left)
    ada = _owned_by(world, record_id, owner)

    report = world.sync()
    world.sync(full=True)

    [problem] = report.problems
    assert (problem.kind, problem.id) == ("unreadable", record_id)
    assert len(world.right.read()) == 1
    assert [(account, id) for account, id, _why in _waiting(world)] == [("ada", record_id)]

    _owned_by(world, record_id, ada)
    world.left.update(record_id, {"job_title": "Countess"})
    world.settle()
    assert _waiting(world) == []
    assert world.same()
    assert world.shown(world.right)[0]["job_title"] == "Countess", "it was not frozen"


@pytest.mark.parametrize("owner", NO_OWNERS)
def test_new_records_without_an_owner_are_counted_and_arrive_when_they_have_one(
    worlds: Worlds, owner: Any
) -> None:
    world = worlds(SHARED)
    hers = [world.left.create("ada", person(given, "Lovelace")) for given in ("Ada", "Anne")]
    ada, _same = (_owned_by(world, record_id, owner) for record_id in hers)
    world.left.create("bob", person("Edsger", "Dijkstra"))

    report = world.sync()

    [problem] = report.problems
    assert (problem.kind, problem.message) == (
        "unreadable", "2 records have no owner that can be read, and wait until they have one"
    )  # fmt: skip
    assert (problem.id, problem.lane, problem.connection) == (None, None, "left")
    assert "Lovelace" not in repr(report)
    assert world.same("bob")
    assert _waiting(world) == [], "nobody knows in whose lane"

    for record_id in hers:
        _owned_by(world, record_id, ada)
    assert world.sync().problems == ()
    assert world.same("ada")
    assert len(world.right.read()) == 3


def test_what_has_no_owner_is_said_again_whenever_everything_is_listed(worlds: Worlds) -> None:
    world = worlds(SHARED)
    nobodys = world.left.create("ada", person("Ada", "Lovelace"))
    ada = _owned_by(world, nobodys, None)
    world.sync()

    assert world.sync().problems == (), "a quiet run"
    world.clock.advance(25 * 3600)
    assert len(world.sync().problems) == 1

    world.left.entries[nobodys].place = replace(world.left.entries[nobodys].place, account=ada)
    world.clock.advance(25 * 3600)
    assert world.sync().problems == (), "no feed told that it has an owner again"
    assert world.same("ada")


def test_where_all_records_are_everybodys_none_needs_an_owner(worlds: Worlds) -> None:
    world = worlds(SHARED)
    world.set(records=PerSide(Records.VISIBLE, Records.OWN))
    world.people = ("ada",)
    _owned_by(world, world.left.create("ada", person("Ada", "Lovelace")), None)

    assert world.sync().problems == ()
    assert len(world.right.read()) == 1


def test_nobody_is_told_of_ownerless_records_of_which_nothing_would_come(worlds: Worlds) -> None:
    world = worlds(SHARED)
    world.set(direction=Direction.RIGHT_TO_LEFT)
    _owned_by(world, world.left.create("ada", person("Ada", "Lovelace")), None)

    assert world.sync().problems == ()


def test_an_undo_leaves_alone_what_has_no_readable_owner(worlds: Worlds) -> None:
    world = worlds(right=SHARED)
    made = world.left.create("ada", person("Ada", "Lovelace"))
    world.settle()
    world.left.update(made, {"job_title": "Countess"})
    run = world.sync()
    record_id = world.only(world.right)
    entry = world.right.entries[record_id]
    entry.place = replace(entry.place, account=AccountId(""))

    with world.session() as session:
        report = session.undo(run.run_id)

    assert world.right.read()[record_id]["job_title"] == "Countess"
    assert [kept.reason for kept in report.kept] == ["it cannot be read at the moment"]


def _waiting(world: EngineWorld) -> list[tuple[str, str, str]]:
    with world.session() as session:
        return [(each.lane.left, each.id, each.message) for each in session.status().waiting]
