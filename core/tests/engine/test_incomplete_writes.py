"""P1: what a connector says it could not write is sent again, and nothing else is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from syncline.connectors.memory import MemoryOptions
from syncline.model.fields import Value
from syncline.model.reports import Action
from syncline.policy.schema import Conflict, Merge
from syncline.testing.rehearsal import EngineWorld, person

Worlds = Callable[..., EngineWorld]
KINDS = {
    "exact": MemoryOptions(),
    "exact, nothing answered": MemoryOptions(answers_version=False),
    "stamps": MemoryOptions(conditional="second", granularity=1.0),
    "no conditions": MemoryOptions(conditional="none"),
}
FULL: Mapping[str, Value] = {"notes": "precious", "categories": ("a", "b"), "job_title": "Dr"}
EDITS: Mapping[str, Mapping[str, Value]] = {
    "filled": {"notes": "precious", "job_title": "Admiral"},
    "alone": {"notes": "precious"},
    "changed": {"notes": "more precious", "categories": ("b", "c"), "job_title": "Admiral"},
    "cleared": {"notes": None, "categories": None, "job_title": "Admiral"},
}


def in_step(world: EngineWorld, **fields: Value) -> None:
    world.left.create("ada", person("Grace", "Hopper", **fields))
    world.settle()


def without_second_call(world: EngineWorld) -> None:
    world.right.second_call_fails = frozenset({"notes", "categories"})


def mended(world: EngineWorld) -> None:
    world.right.second_call_fails = frozenset()
    world.clock.advance(90)
    world.settle()


def _texts(value: Value) -> tuple[Value, ...]:
    assert isinstance(value, tuple)
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_new_record_was_made_without_follows(worlds: Worlds, kind: str) -> None:
    world = worlds(right=KINDS[kind])
    without_second_call(world)
    world.left.create("ada", person("Grace", "Hopper", **FULL))

    report = world.sync()

    assert [each.kind for each in report.problems] == ["incomplete"]
    assert "precious" not in report.problems[0].message
    assert "notes" not in world.shown(world.right)[0]
    mended(world)
    assert world.same()
    assert world.shown(world.left)[0]["notes"] == "precious"
    assert not any(lane.waiting for lane in world.sync().lanes)


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_an_edit_was_written_without_follows(worlds: Worlds, kind: str, edit: str) -> None:
    world = worlds(right=KINDS[kind])
    in_step(world, **({} if edit in ("filled", "alone") else FULL))
    without_second_call(world)
    world.left.update(world.only(world.left), EDITS[edit])

    for _run in range(3):  # it is tried again, and in vain
        world.sync()
        world.clock.advance(3600)
    typed = {n: v for n, v in EDITS[edit].items() if v}
    assert typed.items() <= world.shown(world.left)[0].items()
    mended(world)
    mended(world)

    assert world.same()
    assert typed.items() <= world.shown(world.right)[0].items()
    assert not any(lane.waiting for lane in world.sync().lanes)


def test_edits_of_both_sides_survive_when_one_of_them_is_written_in_part(
    world: EngineWorld,
) -> None:
    world.set(merge=Merge.FIELDS, conflict=Conflict.MANUAL)
    in_step(world, **FULL)
    without_second_call(world)
    world.left.update(world.only(world.left), {"notes": "mine", "categories": ("a", "b", "left")})
    world.right.update(world.only(world.right), {"company": "Navy", "categories": ("a", "right")})

    world.sync()
    mended(world)
    mended(world)

    for store in (world.left, world.right):
        [grace] = store.read("ada").values()
        assert (grace["notes"], grace["company"]) == ("mine", "Navy")
        assert set(_texts(grace["categories"])) == {"a", "left", "right"}


def test_an_update_of_which_nothing_could_be_written_is_none(world: EngineWorld) -> None:
    in_step(world)
    without_second_call(world)
    world.left.update(world.only(world.left), {"notes": "precious"})

    first, at_once = world.sync(), world.sync()

    assert first.writes == at_once.writes == 0
    assert [each.kind for each in first.problems] == ["incomplete"]
    assert world.right.calls["apply"] == 2  # one made the record, one was to write the notes
    mended(world)
    assert world.same()


def test_an_undo_takes_back_what_was_written_and_no_more(world: EngineWorld) -> None:
    in_step(world, **FULL)
    without_second_call(world)
    world.left.update(world.only(world.left), {"notes": "other", "job_title": "Admiral"})
    report = world.sync()
    assert [each.action for each in report.operations] == [Action.UPDATE]

    with world.session() as session:
        undone = session.undo(report.run_id)

    assert undone.kept == ()
    assert world.shown(world.right)[0]["job_title"] == "Dr"
    assert world.shown(world.right)[0]["notes"] == "precious"
