"""Both sides changed the same thing: rules, people, plugins."""

from __future__ import annotations

import pytest

from proof.one_contact import both_edit, linked, titles
from syncline.errors import UsageError
from syncline.model.sides import Side
from syncline.policy.schema import Conflict, Merge
from syncline.testing.rehearsal import EngineWorld, person


@pytest.mark.parametrize(
    ("rule", "winner"),
    [
        (Conflict.LEFT_WINS, "left"),
        (Conflict.RIGHT_WINS, "right"),
        (Conflict.NEWEST_WINS, "right"),
    ],
)
def test_the_rule_decides(world: EngineWorld, rule: Conflict, winner: str) -> None:
    world.set(conflict=rule)
    linked(world)
    both_edit(world)

    world.settle()

    assert titles(world) == (winner, winner)


@pytest.mark.parametrize("limit", [0, None])
def test_an_edit_after_an_agreement_is_no_conflict_though_nothing_could_be_written_then(
    world: EngineWorld, limit: int | None
) -> None:
    """What was agreed was settled with the write of another field, which did not come."""
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world, "Admiral", "Admiral")
    world.left.update(world.only(world.left), {"company": "Navy"})
    world.sync(limit=limit)

    world.left.update(world.only(world.left), {"job_title": "Doctor"})
    world.settle()

    assert titles(world) == ("Doctor", "Doctor")


def test_with_merge_record_the_whole_record_of_the_winner_stays(world: EngineWorld) -> None:
    world.set(merge=Merge.RECORD)
    linked(world, company="Navy")
    world.left.update(world.only(world.left), {"job_title": "Admiral"})
    world.right.update(world.only(world.right), {"company": "Army"})

    world.settle()

    [found] = world.shown(world.right)
    assert (found["job_title"], found["company"]) == ("Admiral", "Navy")
    assert world.same()


def test_the_same_edit_on_both_sides_is_no_conflict(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world, "Admiral", "Admiral")

    report = world.sync()

    assert report.conflicts == 0
    assert report.writes == 0
    assert world.sync().writes == 0


# --- deletions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "stays"),
    [
        (Conflict.LEFT_WINS, False),
        (Conflict.RIGHT_WINS, True),
        (Conflict.NEWEST_WINS, True),
    ],
)
def test_deleted_and_edited(world: EngineWorld, rule: Conflict, stays: bool) -> None:
    world.set(conflict=rule)
    linked(world)
    world.left.delete(world.only(world.left))
    world.right.update(world.only(world.right), {"job_title": "Admiral"})

    world.settle()

    assert bool(world.right.read("ada")) is stays
    assert world.same()


# --- people -------------------------------------------------------------------------------------


def test_a_manual_conflict_waits_and_both_sides_stand(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)

    report = world.sync()
    again = world.sync()

    assert report.conflicts == again.conflicts == 1
    assert report.writes == again.writes == 0
    assert titles(world) == ("left", "right")
    with world.session() as session:
        [waiting] = session.conflicts()
    assert waiting.fields == ("job_title",)
    assert waiting.left["job_title"] == "left"
    assert waiting.right["job_title"] == "right"


def test_other_fields_of_a_record_in_conflict_travel(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.left.update(world.only(world.left), {"company": "Navy"})

    world.sync()

    assert world.shown(world.right)[0]["company"] == "Navy"
    assert titles(world) == ("left", "right")
    assert world.sync().conflicts == 1


@pytest.mark.parametrize("winner", [Side.LEFT, Side.RIGHT])
def test_a_resolved_conflict_is_carried_out(world: EngineWorld, winner: Side) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()
    with world.session() as session:
        [waiting] = session.conflicts()
        session.resolve(waiting.handle, winner)

    report = world.sync()

    assert titles(world) == (winner.value, winner.value)
    assert report.conflicts == 0
    with world.session() as session:
        assert session.conflicts() == ()
    assert world.sync().writes == 0


def test_a_decision_is_void_when_a_side_moves_on(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()
    with world.session() as session:
        [waiting] = session.conflicts()
        session.resolve(waiting.handle, Side.LEFT)
    world.right.update(world.only(world.right), {"job_title": "third"})

    report = world.sync()

    assert report.conflicts == 1
    assert titles(world) == ("left", "third")
    with world.session() as session:
        [waiting] = session.conflicts()
    assert waiting.right["job_title"] == "third"


def test_a_conflict_that_people_end_by_agreeing_is_gone(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()
    world.right.update(world.only(world.right), {"job_title": "left"})

    world.sync()

    with world.session() as session:
        assert session.conflicts() == ()
        assert session.status().lanes[0].conflicts == 0


def waiting(world: EngineWorld) -> int:
    with world.session() as session:
        return len(session.conflicts())


def test_a_conflict_that_ends_with_a_write_of_another_field_is_gone(world: EngineWorld) -> None:
    """What the record was written for besides kept it on the list for ever."""
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()
    world.right.update(world.only(world.right), {"job_title": "left"})
    world.left.update(world.only(world.left), {"notes": "new"})

    world.settle()

    assert waiting(world) == 0


def test_a_conflict_of_a_record_that_both_sides_deleted_is_gone(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()
    world.left.delete(world.only(world.left))
    world.right.delete(world.only(world.right))

    world.settle()

    assert waiting(world) == 0


@pytest.mark.parametrize(("winner", "stays"), [(Side.LEFT, False), (Side.RIGHT, True)])
def test_deleted_and_edited_waits_for_a_person_too(
    world: EngineWorld, winner: Side, stays: bool
) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    world.left.delete(world.only(world.left))
    world.right.update(world.only(world.right), {"job_title": "Admiral"})
    report = world.sync()
    assert report.conflicts == 1
    assert world.left.read("ada") == {}
    assert len(world.right.read("ada")) == 1
    with world.session() as session:
        [waiting] = session.conflicts()
        session.resolve(waiting.handle, winner)

    world.settle()

    assert bool(world.right.read("ada")) is stays
    assert world.same()


def test_different_values_at_a_first_sync_wait_for_a_person(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    world.left.create("ada", person("Grace", "Hopper", job_title="left", company="Navy"))
    world.right.create("ada", person("Grace", "Hopper", job_title="right"))

    report = world.sync()

    assert report.conflicts == 1
    assert world.shown(world.right)[0]["company"] == "Navy"
    with world.session() as session:
        [waiting] = session.conflicts()
        session.resolve(waiting.handle, Side.RIGHT)
    world.settle()
    assert titles(world) == ("right", "right")


def test_a_rule_instead_of_manual_decides_what_waited(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    linked(world)
    both_edit(world)
    world.sync()

    world.set(conflict=Conflict.RIGHT_WINS)
    world.settle()

    assert titles(world) == ("right", "right")
    assert waiting(world) == 0


def test_resolving_what_is_no_conflict_is_a_usage_error(world: EngineWorld) -> None:
    with world.session() as session, pytest.raises(UsageError):
        session.resolve("c99", Side.LEFT)


def test_a_conflict_is_listed_under_the_records_name(world: EngineWorld) -> None:
    world.set(conflict=Conflict.MANUAL)
    world.left.create("ada", person("Grace", "Hopper"))
    world.sync()
    world.left.update(world.only(world.left), {"job_title": "left"})
    world.right.update(world.only(world.right), {"job_title": "right"})
    world.sync()

    with world.session() as session:
        [conflict] = session.conflicts()

    assert conflict.label == "Grace Hopper"
    assert conflict.fields == ("job_title",)


def test_what_was_alike_in_the_first_sync_is_no_part_of_its_conflict(world: EngineWorld) -> None:
    """Nothing was settled as long as the conflict waited: every later edit became part of it."""
    world.set(conflict=Conflict.MANUAL)
    world.left.create("ada", person("Grace", "Hopper", job_title="Admiral", company="Navy"))
    world.right.create("ada", person("Grace", "Hopper", job_title="Doctor", company="Navy"))
    world.settle()

    world.left.update(world.only(world.left), {"company": "Yale"})
    world.right.update(world.only(world.right), {"given_name": "Amazing"})
    world.settle()

    [conflict] = world.session().conflicts()
    assert conflict.fields == ("job_title",)
    assert world.shown(world.right)[0]["company"] == "Yale"
    assert world.shown(world.left)[0]["given_name"] == "Amazing"
    assert titles(world) == ("Admiral", "Doctor")


def test_whoever_has_typed_what_the_other_side_holds_edits_it_alone_next(
    world: EngineWorld,
) -> None:
    """A conflict in another field waits, and so nothing is written."""
    world.set(conflict=Conflict.MANUAL)
    linked(world, company="Navy")
    both_edit(world)
    for store in (world.left, world.right):
        store.update(world.only(store), {"company": "Yale"})
    world.sync()

    world.left.update(world.only(world.left), {"company": "Vassar"})
    world.settle()

    assert world.shown(world.right)[0]["company"] == "Vassar"
    assert titles(world) == ("left", "right")
