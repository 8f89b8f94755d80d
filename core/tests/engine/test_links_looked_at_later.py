"""A change of the policy holds for each link until it was looked at, in whatever run that is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncline.model.records import RecordId
from syncline.model.reports import Action
from syncline.model.sides import PerSide
from syncline.plugin.requests import Deferred
from syncline.policy.schema import Conflict, Direction, FieldRule, LeftScope
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
OURS = {"job_title": FieldRule(Direction.LEFT_TO_RIGHT)}
SPOILED = {"birthday": "0000-00-00"}


@pytest.fixture
def alone(world: EngineWorld) -> EngineWorld:
    world.people = ("ada",)
    return world


def _by_name(world: EngineWorld) -> dict[str, RecordId]:
    return {str(fields["given_name"]): id for id, fields in world.left.read("ada").items()}


def _spoil(world: EngineWorld, record: RecordId) -> None:
    world.left.write(world.left.entries[record], SPOILED)


def _mend(world: EngineWorld, record: RecordId) -> None:
    world.left.write(world.left.entries[record], {"birthday": None})


def test_what_a_moved_border_leaves_outside_rests_also_if_it_is_read_later(
    alone: EngineWorld,
) -> None:
    alone.set(left_scope=LeftScope.DELETE, where=PerSide(None, "company=Navy"))
    alone.left.create("ada", person("Grace", "Hopper", company="Navy", department="out"))
    alone.left.create("ada", person("Alan", "Turing", company="Navy", department="in"))
    alone.settle()
    grace = _by_name(alone)["Grace"]
    _spoil(alone, grace)
    alone.settle()

    alone.set(where=PerSide(None, "department=in"))
    alone.settle()
    _mend(alone, grace)
    alone.settle()

    assert len(alone.left.read("ada")) == len(alone.right.read("ada")) == 2


def test_what_leaves_after_it_was_looked_at_has_left(alone: EngineWorld) -> None:
    alone.set(left_scope=LeftScope.DELETE)
    alone.right.create("ada", person("Grace", "Hopper", company="Navy", department="in"))
    alone.settle()
    alone.set(where=PerSide(None, "department=in"))
    alone.settle()

    alone.right.update(alone.only(alone.right), {"department": "out"})
    alone.settle()

    assert alone.left.read("ada") == {}


def test_a_deletion_of_what_was_read_later_waits_for_one_run(alone: EngineWorld) -> None:
    alone.left.create("ada", person("Grace", "Hopper"))
    alone.settle()
    grace = alone.only(alone.left)
    _spoil(alone, grace)
    alone.settle()
    alone.set(match=("email",))
    alone.settle()
    _mend(alone, grace)
    alone.left.delete(grace)

    [operation] = alone.sync().operations
    assert (operation.action, bool(operation.held)) == (Action.DELETE, True)
    alone.sync()

    assert alone.right.read("ada") == {}


@pytest.mark.parametrize("kept_from", ["limit", "busy", "spoiled"])
def test_the_former_source_of_a_field_wins_in_whatever_run_it_is_looked_at(
    alone: EngineWorld, kept_from: str
) -> None:
    alone.set(conflict=Conflict.RIGHT_WINS, fields=OURS)
    for name in ("Grace", "Alan", "Ada"):
        alone.left.create("ada", person(name, "X", job_title="of the source"))
    alone.settle()
    for record in alone.right.read("ada"):
        alone.right.update(record, {"job_title": "drifted"})
    if kept_from == "spoiled":
        _spoil(alone, _by_name(alone)["Grace"])
    alone.settle()

    alone.set(fields={})
    alone.right.instead = Deferred(message="busy") if kept_from == "busy" else None
    alone.sync(limit=1 if kept_from == "limit" else None)
    alone.right.instead = None
    if kept_from == "spoiled":
        _mend(alone, _by_name(alone)["Grace"])
    alone.clock.advance(3600)
    alone.settle()

    assert {each["job_title"] for each in alone.shown(alone.left)} == {"of the source"}
    assert alone.same()


def test_a_former_source_does_not_win_for_a_pair_that_is_new(alone: EngineWorld) -> None:
    alone.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    alone.left.create("ada", person("Grace", "Hopper"))
    alone.settle()
    _spoil(alone, alone.only(alone.left))
    alone.set(direction=Direction.BOTH, conflict=Conflict.RIGHT_WINS)
    alone.settle()

    alone.left.create("ada", person("Alan", "Turing", job_title="left"))
    alone.right.create("ada", person("Alan", "Turing", job_title="right"))
    alone.settle()

    assert alone.left.read()[_by_name(alone)["Alan"]]["job_title"] == "right"


@pytest.mark.parametrize("read_before", [False, True])
def test_a_copy_deleted_before_the_sync_was_turned_round_deletes_nothing(
    alone: EngineWorld, read_before: bool
) -> None:
    alone.set(direction=Direction.LEFT_TO_RIGHT, conflict=None)
    for name in ("Grace", "Alan", "Ada"):
        alone.left.create("ada", person(name, "X"))
    alone.settle()
    alone.right.delete(next(iter(alone.right.read("ada"))))
    if read_before:
        alone.settle()

    alone.set(direction=Direction.RIGHT_TO_LEFT)
    report = alone.sync()
    alone.settle()

    assert [each.action for each in report.operations] == [Action.SEVER]
    assert len(alone.left.read("ada")) == 3

    alone.right.delete(next(iter(alone.right.read("ada"))))
    alone.settle()
    assert len(alone.left.read("ada")) == 2


def test_a_field_is_carried_from_the_side_it_did_not_come_from_before(alone: EngineWorld) -> None:
    """It had a base that said it was settled there."""
    alone.set(fields=OURS)
    alone.right.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    alone.settle()
    assert "job_title" not in alone.shown(alone.left)[0]

    alone.set(direction=Direction.RIGHT_TO_LEFT, conflict=None, fields={})
    alone.settle()

    assert [each["job_title"] for each in alone.shown(alone.left)] == ["Admiral"]


def test_a_field_that_was_off_empties_nothing_when_it_is_mapped_again(alone: EngineWorld) -> None:
    alone.left.create("ada", person("Grace", "Hopper", job_title="Admiral"))
    alone.settle()
    alone.set(fields={"job_title": FieldRule(Direction.NONE)})
    alone.settle()
    alone.left.update(alone.only(alone.left), {"job_title": None})
    alone.settle()

    alone.set(fields={})
    alone.settle()

    assert [each["job_title"] for each in alone.shown(alone.left)] == ["Admiral"]
    assert alone.same()
